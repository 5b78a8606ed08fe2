"""The figures of a provider report beside the same figures by plain seaborn, as a notebook would draw and keep them."""

import io
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest import mock

import pandas as pd

from bench.job import timed

YEAR = 2026
KINDS = ("targets", "dots", "distribution", "trend", "dumbbell", "bars", "incidence", "heat")
Call = tuple[str, Callable[..., Any], tuple[Any, ...], dict[str, Any]]


def ours(root: str) -> dict[str, Any]:
    """Draw the figures of every provider by `workbench.reporting.figures`."""
    calls = _calls(root)
    _, first, given, more = calls[0]
    first(*given, **more)  # fonts
    drawn = []
    with timed():
        for _, draw, given, more in calls:
            drawn.append(draw(*given, **more))
    return _told([len(chart) for part in drawn for chart in ([part] if isinstance(part, str) else part)])


def plain(root: str) -> dict[str, Any]:
    """Draw the same from the same rows by seaborn, to SVG as Jupyter's inline backend does it."""
    import matplotlib as mpl

    mpl.use("agg")
    import matplotlib.pyplot as plt
    import seaborn as sns

    sns.set_theme(style="whitegrid")
    calls = _calls(root)
    size = []

    def kept(name: str, given: tuple[Any, ...]) -> int:
        figure = _by_seaborn(name, *given)
        file = io.BytesIO()
        figure.savefig(file, format="svg", bbox_inches="tight")
        plt.close(figure)
        return len(file.getvalue())

    kept(calls[0][0], calls[0][2])
    with timed():
        for name, _, given, _ in calls:
            size.append(kept(name, given))
    return _told(size)


def _told(sizes: list[int]) -> dict[str, Any]:
    return {"figures": len(sizes), "kilobytes": sum(sizes) / len(sizes) / 1000}


def _calls(root: str) -> list[Call]:
    """Return what the provider notebook draws: kind, function, and what it is given, for every provider."""
    import workbench
    from workbench.reporting import figures, portrait

    calls: list[Call] = []

    def recording(name: str) -> Callable[..., Any]:
        draw = getattr(figures, name)

        def recorded(*given: Any, **more: Any) -> Any:
            calls.append((name, draw, given, more))
            return draw(*given, **more)

        return recorded

    cells = json.loads((Path(root) / "notebooks" / "provider.ipynb").read_text("utf-8"))["cells"]
    shown = [line for cell in cells if (line := "".join(cell["source"])).startswith("portrait.")]
    with ExitStack() as stack:
        for name in KINDS:
            original, recorded = getattr(figures, name), recording(name)
            for module in list(sys.modules.values()):
                if getattr(module, "__name__", "").startswith("workbench") and getattr(module, name, None) is original:
                    stack.enter_context(mock.patch.object(module, name, recorded))
        for provider in sorted(workbench.open_release("sample", YEAR, root=Path(root)).providers):
            release = workbench.open_release("sample", YEAR, provider, "provider", root=Path(root))
            for line in shown:
                eval(line, {"portrait": portrait, "release": release})
    return calls


def _by_seaborn(name: str, rows: pd.DataFrame, *more: Any) -> Any:
    """Return the figure of a kind: the same values, intervals and comparisons, with the words of an axis."""
    import matplotlib.pyplot as plt
    import seaborn as sns

    labels = rows["label"].astype(str) if "label" in rows else pd.Series(range(len(rows)), dtype=str)
    if name == "trend":
        grid = sns.relplot(
            rows.assign(label=labels),
            x="year",
            y="estimate",
            col="label",
            col_wrap=3,
            kind="line",
            marker="o",
            height=2,
        )
        for (label, part), axes in zip(rows.groupby(labels, sort=False), grid.axes.flat, strict=False):
            axes.fill_between(part["year"], part["conf_low"], part["conf_high"], alpha=0.2)
            if "region" in part:
                sns.lineplot(part, x="year", y="region", ax=axes, color="grey")
            axes.set_title(label)
        return grid.figure
    figure, axes = plt.subplots(figsize=(8, 1 + 0.4 * len(rows)))
    if name == "heat":
        numbers = rows.set_index(labels).select_dtypes("number")
        sns.heatmap(numbers, annot=True, cmap="crest", ax=axes)
    elif name == "distribution":
        left = pd.Series(0.0, index=rows.index)
        for answer in more[0]:
            axes.barh(labels, rows[answer].fillna(0), left=left, label=answer)
            left = left + rows[answer].fillna(0)
        axes.legend()
    elif name == "incidence":
        sns.lineplot(rows, x="month", y="estimate", ax=axes)
        axes.fill_between(rows["month"], rows["conf_low"], rows["conf_high"], alpha=0.2)
        sns.lineplot(rows, x="month", y="region", color="grey", ax=axes)
    elif name == "dumbbell":
        for column in ("client", "staff"):
            sns.scatterplot(x=rows[column], y=labels, ax=axes, label=column)
            for low, high, label in _intervals(rows, labels, f"{column}_low", f"{column}_high"):
                axes.plot([low, high], [label, label])
    else:
        value = "share" if name == "bars" else "estimate"
        (sns.barplot if name == "bars" else sns.scatterplot)(x=rows[value].astype(float), y=labels, ax=axes)
        for low, high, label in _intervals(rows, labels, "conf_low", "conf_high"):
            axes.plot([low, high], [label, label], color="black")
        for beside in {"region", "before", "target", "benchmark"} & set(rows):
            sns.scatterplot(x=rows[beside].astype(float), y=labels, ax=axes, marker="D", label=beside)
    return figure


def _intervals(rows: pd.DataFrame, labels: pd.Series, low: str, high: str) -> Iterator[tuple[float, float, str]]:
    return zip(rows[low], rows[high], labels, strict=True) if low in rows else iter(())
