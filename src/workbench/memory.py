"""Memory that is used again: a system clears every page it gives, which takes as long as much that is done with it."""

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pyarrow as pa

_TRIM, _MAPPED, _POOLS = -1, -3, -8  # what mallopt of the GNU C library calls M_TRIM_THRESHOLD and so on
_LARGEST = 32 << 20  # a piece: the most it allows; what is larger comes from the system each time
_MOST, _USUALLY = (1 << 31) - 1, 2 * _LARGEST  # what may lie free: the most it can be told, and twice a piece


@contextmanager
def reused() -> Iterator[None]:
    """Keep memory that comes free for what comes next, for as long as the block lasts; then give it back.

    Threads that begin in it share one pool of memory, and so do NumPy and Arrow. Where the C library cannot be told so
    (macOS, Windows, Alpine) nothing changes. After it, pieces of up to 32 MB still come from memory that is held
    already, as that library does of itself once such a piece came free, and threads go on sharing their pool.

    Examples
    --------
    >>> with reused():
    ...     sum([1, 2])
    3
    """
    library = _library()
    if library is None:
        yield
        return
    tell, give_back = library
    for what, value in ((_MAPPED, _LARGEST), (_TRIM, _MOST), (_POOLS, 1)):
        tell(what, value)
    pool = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        pa.set_memory_pool(pool)
        tell(_TRIM, _USUALLY)
        give_back(0)


def _library() -> tuple[Callable[[int, int], int], Callable[[int], int]] | None:
    """Return what tells the GNU C library how to hold memory, and what has it give back what is free."""
    try:
        library = ctypes.CDLL(None)
        if not hasattr(library, "gnu_get_libc_version"):
            return None
        return library.mallopt, library.malloc_trim
    except (AttributeError, OSError, TypeError):  # TypeError: there is no such thing on Windows
        return None
