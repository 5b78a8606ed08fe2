"""Zip files that are the same bytes for the same content."""

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping
from typing import IO

EPOCH = (1980, 1, 1, 0, 0, 0)


def bundle(parts: Mapping[str, bytes]) -> bytes:
    """Return a zip file of named contents, the same bytes for the same content.

    Examples
    --------
    >>> bundle({"b.txt": b"2", "a.txt": b"1"}) == bundle({"a.txt": b"1", "b.txt": b"2"})
    True
    """
    buffer = io.BytesIO()
    write(buffer, parts, parts.__getitem__)
    return buffer.getvalue()


def write(target: IO[bytes], names: Iterable[str], read: Callable[[str], bytes]) -> None:
    """Write a zip file as `bundle` gives it, one content at a time: `read` gives that of a name."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as file:
        for name in sorted(names, key=lambda name: (name != "[Content_Types].xml", name)):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            file.writestr(entry, read(name))
