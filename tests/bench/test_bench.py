"""The table of targets is whole, a ratio is taken round by round, and what fails is said."""

import pytest

from bench import document, measure, rows
from bench.measure import Job, JobFailed, Measured, Outcome, Row


def measured(name, *seconds):
    return Measured(Job(name, ""), seconds, seconds, tuple(100.0 for _ in seconds), {})


@pytest.mark.parametrize("quick", [True, False])
def test_no_row_is_left_out(tmp_path, quick):
    every = rows.rows(quick, tmp_path)
    assert len({row.name for row in every}) == len(every) == 15
    assert all(row.missing or row.jobs for row in every)
    text = document.written([(row, [], Outcome(row.missing, None)) for row in every], 1, quick, 1.0)
    for row in every:
        assert f"| {row.what} | {row.against} | {row.target} |" in text


def test_ratios_are_taken_round_by_round():
    ours, theirs = measured("ours", 1.0, 4.0, 1.0), measured("theirs", 6.0, 20.0, 7.0)
    outcome = measure.faster(6)([ours, theirs])
    assert outcome == Outcome("6 (5 to 7) x faster", True)
    assert measure.at_most(0.15)([ours, theirs]).met is False


def test_a_job_runs_in_a_process_of_its_own_and_tells_its_time_and_memory():
    found = measure.run(Job("write", "statistics:everything", {"providers": 6}, times=2))
    assert found["seconds"] > 0
    assert found["processor"] > 0
    assert 50 < found["peak"] < 2000
    assert found["rows"] > 100


def test_a_job_that_fails_is_no_measurement():
    with pytest.raises(JobFailed, match="no such place"):
        measure.run(Job("no such place", "deliveries:only_read", {"root": "/nowhere", "kind": "csv"}))


def test_the_document_says_what_is_not_met_and_what_is_not_built():
    row = Row("x", "a thing", "another", "at most 1 x", [Job("a", ""), Job("b", "")], measure.at_most(1))
    found = [measured("a", 3.0), measured("b", 2.0)]
    later = Row("y", "a later thing", "-", "-", missing="not built yet")
    text = document.written([(row, found, row.judge(found)), (later, [], Outcome(later.missing, None))], 1, False, 0.5)
    assert "| a thing | another | at most 1 x | 1.5 x | **not met** |" in text
    assert "| a later thing | - | - | not built yet |  |" in text


def test_a_row_of_seconds_takes_more_turns_and_the_page_says_so(monkeypatch):
    asked = []
    told = {"seconds": 1.0, "processor": 1.0, "peak": 1.0}
    monkeypatch.setattr(measure, "run", lambda job: asked.append(job.name) or told)
    row = Row("x", "", "", "", [Job("a", "f"), Job("b", "g")], measure.at_most(1), turns=2)
    found = measure.measure(row, [], 3, lambda _: None)
    assert asked == ["a", "b"] * 6
    assert len(found[0].seconds) == 6
    text = document.written([(row, found, row.judge(found))], 3, False, 1.0)
    assert "3 times; where a busy moment weighs more, oftener: `x` 6 times" in text.replace("\n", " ")
