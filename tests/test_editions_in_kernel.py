"""The report notebooks run in a kernel in English too, in every edition, and show there what they show without one."""

import pytest
from shown import opened, shown

from workbench.reporting import notebooks

EDITIONS = [
    *(("provider", {"provider": "p001", "edition": edition}) for edition in ("provider", "internal", "public")),
    *(("region", {"edition": edition}) for edition in ("internal", "public")),
    ("region", {"edition": "provider", "municipality": "GM0632"}),
]


@pytest.mark.parametrize(
    ("name", "options"),
    EDITIONS,
    ids=lambda given: "-".join(map(str, given.values())) if isinstance(given, dict) else given,
)
def test_a_notebook_shows_in_a_kernel_what_the_exhibits_are(small_region, name, options, monkeypatch):
    monkeypatch.setenv("WORKBENCH_ROOT", str(small_region.root))
    given = {"region": "sample", "year": 2026, "language": "en"} | options
    executed = notebooks.execute(small_region.root / "notebooks" / f"{name}.ipynb", given)
    outputs = [
        "".join(output["data"]["text/html"])
        for cell in executed.cells
        for output in cell.get("outputs", [])
        if "text/html" in output.get("data", {})
    ]
    assert not [
        output for cell in executed.cells for output in cell.get("outputs", []) if output.output_type == "stream"
    ]
    release = opened(small_region, "en", **options)
    assert outputs == [part._repr_html_() for part in shown(name, release).values()]
