"""Zip files that are the same bytes for the same content."""

import zipfile
from collections.abc import Callable, Iterable
from typing import IO

EPOCH = (1980, 1, 1, 0, 0, 0)


def write(target: IO[bytes], names: Iterable[str], read: Callable[[str], bytes]) -> None:
    """Write a zip file of named contents, one at a time: `read` gives that of a name.

    Examples
    --------
    >>> import io
    >>> parts, one, other = {"a.txt": b"1", "b.txt": b"2"}, io.BytesIO(), io.BytesIO()
    >>> write(one, ["a.txt", "b.txt"], parts.get), write(other, ["b.txt", "a.txt"], parts.get)
    (None, None)
    >>> one.getvalue() == other.getvalue()
    True
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as file:
        for name in sorted(names):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            file.writestr(entry, read(name))
