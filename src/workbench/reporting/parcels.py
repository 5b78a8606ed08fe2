"""Messages of several parts over one stream of bytes: how many parts, how long each is, then the parts themselves."""

import struct
from collections.abc import Iterator, Sequence

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
