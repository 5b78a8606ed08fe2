"""A small run of the calibration with fixed seeds: limits widened by the error of so few regions, which is computed."""

import numpy as np
import pandas as pd
import pytest

from . import document, run
from .experiment import Finding, share
from .run import CHECKS, findings

REGIONS, CONDITIONS = 10, 6
ERRORS = 3.0  # standard errors: of the few hundred cells hardly one would miss its limit by chance


@pytest.fixture(scope="module")
def found():
    return findings(CHECKS, REGIONS, jobs=1, most=CONDITIONS)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: str(check.number))
def test_a_promise_is_kept(found, check):
    for finding in found[check.number]:
        assert finding.holds(ERRORS), f"{check.title}: {finding.what} {finding.reached}, limit {finding.limit}"


def test_every_promise_of_the_specification_is_tried():
    assert [check.number for check in CHECKS] == list(range(1, 30))


def test_the_number_of_processes_changes_nothing():
    quick = [check for check in CHECKS if check.number in (3, 12, 24)]
    alone, together = (findings(quick, 3, jobs=jobs, most=3) for jobs in (1, 2))
    for number, each in alone.items():
        for one, other in zip(each, together[number], strict=True):
            np.testing.assert_array_equal(one.values, other.values)


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path, monkeypatch):
    quick = [check for check in CHECKS if check.number in (3, 24)]
    before = findings(quick[:1], 2, jobs=1, most=2, kept=tmp_path)
    drawn = []
    monkeypatch.setattr(run, "_draw", lambda part, draw=run._draw: (drawn.append(part[0]), draw(part))[1])
    after = findings(quick, 2, jobs=1, most=2, kept=tmp_path)
    assert set(drawn) == {quick[1].simulation.name}
    np.testing.assert_array_equal(before[3][0].values, after[3][0].values)


def test_a_broken_promise_is_seen():
    rows = pd.DataFrame({"condition": [0] * 200, "flags": [9] * 200, "providers": [100] * 200})
    broken = Finding("flagged", *share(rows, "flags", "providers"), 0.04, 0.06)
    assert not broken.holds(ERRORS)
    text = document.written(CHECKS[:1], {1: [broken]}, 200)
    assert "0 of 1 limits are kept" in text
    assert "| 4.0% to 6.0% | 9.0% | **no** |" in text


def test_few_regions_widen_a_limit_by_their_own_error():
    few = pd.DataFrame({"condition": [0], "flags": [7], "providers": [100]})
    many = pd.DataFrame({"condition": [0] * 100, "flags": [7, 8] * 50, "providers": [100] * 100})
    assert Finding("", *share(few, "flags", "providers"), high=0.06).holds(ERRORS)
    assert not Finding("", *share(many, "flags", "providers"), high=0.06).holds(ERRORS)
