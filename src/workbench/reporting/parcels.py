"""Messages of several parts over one stream of bytes: how many parts, how long each is, then the parts themselves."""

import datetime
import struct
from collections.abc import Iterator, Sequence
from typing import Any

from jupyter_client.session import Session

COUNT = struct.Struct("!I")


def parcel(parts: Sequence[bytes | memoryview]) -> bytes:
    """Return a message as the bytes that `Parcels` reads.

    Examples
    --------
    >>> list(Parcels().opened(parcel([b"one", b""]) + parcel([b"two"])))
    [[b'one', b''], [b'two']]
    """
    sizes = [memoryview(part).nbytes for part in parts]
    return b"".join([COUNT.pack(len(sizes)), struct.pack(f"!{len(sizes)}Q", *sizes), *parts])


class Parcels:
    """Puts messages together again, of bytes that come in pieces."""

    def __init__(self) -> None:
        self._held = bytearray()

    def opened(self, piece: bytes) -> Iterator[list[bytes]]:
        """Take the next piece, and yield the parts of each message that is whole with it."""
        self._held += piece
        while (parts := self._next()) is not None:
            yield parts

    def _next(self) -> list[bytes] | None:
        if len(self._held) < COUNT.size:
            return None
        (count,) = COUNT.unpack_from(self._held)
        begin = COUNT.size + 8 * count
        if len(self._held) < begin:
            return None
        sizes = struct.unpack_from(f"!{count}Q", self._held, COUNT.size)
        if len(self._held) < begin + sum(sizes):
            return None
        parts = []
        for size in sizes:
            parts.append(bytes(self._held[begin : begin + size]))
            begin += size
        del self._held[:begin]
        return parts


class PlainSession(Session):
    """Messages as `Session` has them, unsigned because nobody else can write into the pipe.

    All messages about one request name it; its header, which does not change, is written and read once.
    """

    _written: tuple[str, bytes] = ("", b"{}")  # the request named last, and how it is written
    _read: tuple[bytes, dict[str, Any]] = (b"{}", {})

    def serialize(self, msg: dict[str, Any], ident: Any = None) -> list[bytes]:  # noqa: ARG002
        """Return the parts of a message: its header, that of what it answers, metadata and content."""
        answered, written = msg["parent_header"].get("msg_id", ""), self._written
        if answered != written[0]:
            written = self._written = (answered, self._header(msg["parent_header"]))
        metadata = self.pack(msg["metadata"]) if msg["metadata"] else b"{}"
        told = msg.get("content") or {}
        told = told.encode() if isinstance(told, str) else told
        return [self._header(msg["header"]), written[1], metadata, told if isinstance(told, bytes) else self.pack(told)]

    def feed_identities(self, msg_list: Any, copy: bool = True) -> tuple[list[bytes], Any]:  # noqa: ARG002
        """Return for whom a message is, and its parts."""
        return [], msg_list

    def deserialize(self, msg_list: Any, content: bool = True, copy: bool = True) -> dict[str, Any]:  # noqa: ARG002
        """Return the message of which these are the parts."""
        header, answered, metadata, told, *buffers = msg_list
        read = self._read
        if answered != read[0]:
            read = self._read = (answered, self._dated(answered))
        message = {"header": self._dated(header), "parent_header": read[1], "metadata": self.unpack(metadata)}
        message |= {"msg_id": message["header"]["msg_id"], "msg_type": message["header"]["msg_type"]}
        return message | {"content": self.unpack(told), "buffers": [memoryview(buffer) for buffer in buffers]}

    def _header(self, header: dict[str, Any]) -> bytes:
        date = header.get("date")
        return self.pack({**header, "date": date.timestamp()} if isinstance(date, datetime.datetime) else header)

    def _dated(self, packed: bytes) -> dict[str, Any]:
        header = self.unpack(packed)
        if isinstance(header.get("date"), float):
            header["date"] = datetime.datetime.fromtimestamp(header["date"], datetime.UTC)
        return dict(header)
