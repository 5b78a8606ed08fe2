"""Three kills of the fifty that ``make faults`` gives."""

import sys

import pytest

from faults import killing


@pytest.mark.skipif(sys.platform != "linux", reason="processes are told apart by their commands on Linux")
def test_a_run_that_is_killed_ends_with_a_whole_release(tmp_path):
    places = killing.region(tmp_path, providers=2)
    victims = ("main", "worker", "kernel")
    struck = [blow.victim for blow in killing.rounds(places, 3, 5, victims, again="pages")]
    assert len(struck) == 3
