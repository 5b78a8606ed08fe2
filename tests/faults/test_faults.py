"""Three kills of the fifty that ``make faults`` gives."""

import sys

import pytest

from faults import killing


@pytest.mark.skipif(sys.platform != "linux", reason="processes are told apart by their commands on Linux")
def test_a_run_that_is_killed_ends_with_a_whole_release(tmp_path):
    places = killing.region(tmp_path, providers=2)
    struck = [blow.victim for blow in killing.rounds(places, times=3, seed=5, victims=("main", "worker", "kernel"))]
    assert len(struck) == 3
