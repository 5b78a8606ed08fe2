"""Zip files that are the same bytes for the same content."""

import io
import zipfile
from collections.abc import Mapping

EPOCH = (1980, 1, 1, 0, 0, 0)


def bundle(parts: Mapping[str, bytes]) -> bytes:
    """Return a zip file of named contents, the same bytes for the same content.

    Examples
    --------
    >>> bundle({"b.txt": b"2", "a.txt": b"1"}) == bundle({"a.txt": b"1", "b.txt": b"2"})
    True
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as file:
        for name in sorted(parts, key=lambda name: (name != "[Content_Types].xml", name)):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            file.writestr(entry, parts[name])
    return buffer.getvalue()
