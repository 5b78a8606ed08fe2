"""Memory is used again while deliveries are read, and given back afterwards."""

import sys

import numpy as np
import psutil
import pyarrow as pa
import pytest

from workbench import memory

needs_glibc = pytest.mark.skipif(memory._library() is None, reason="another C library holds memory its own way")
LARGE = 16 << 20


def _held() -> int:
    return psutil.Process().memory_info().rss


@needs_glibc
def test_what_comes_free_is_kept_for_the_block_and_given_back_after_it() -> None:
    with memory.reused():
        kept = [np.ones(LARGE, dtype=np.uint8) for _ in range(12)]
        used = _held()
        kept.clear()
        inside = _held()
    assert used - inside < LARGE
    assert used - _held() > 8 * LARGE


@needs_glibc
def test_arrow_has_its_own_pool_again_also_after_an_error() -> None:
    before = pa.default_memory_pool().backend_name

    def fails() -> None:
        with memory.reused():
            assert pa.default_memory_pool().backend_name == "system"
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        fails()
    assert pa.default_memory_pool().backend_name == before


def test_where_there_is_no_such_library_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_library", lambda: None)
    pool = pa.default_memory_pool().backend_name
    with memory.reused():
        assert pa.default_memory_pool().backend_name == pool


@pytest.mark.skipif(sys.platform == "win32", reason="there is a library there, of another kind")
def test_a_library_without_these_names_is_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory.ctypes, "CDLL", lambda _: object())
    assert memory._library() is None
