"""Which region a command is about; a newcomer is told what to do."""

import pytest

from workbench import __main__ as command_line


def test_an_empty_project_says_what_to_do(tmp_path, monkeypatch, capsys):
    (tmp_path / "data" / "raw").mkdir(parents=True)
    monkeypatch.setenv("WORKBENCH_ROOT", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["workbench", "check"])
    with pytest.raises(SystemExit):
        command_line.main()
    assert "put deliveries in <region>/<year>/" in " ".join(capsys.readouterr().err.split())
