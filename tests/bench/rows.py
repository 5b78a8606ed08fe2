"""The rows of the table of targets, in two sizes: quick, and whole."""

from collections.abc import Sequence
from pathlib import Path
from statistics import median

from bench import statistics
from bench.measure import Job, Judge, Measured, Outcome, Row, at_most, faster, ratios, spread

PAGES_OF_A_REGION = 1  # the synthesis


def rows(quick: bool, folder: Path) -> list[Row]:
    """Return every row, also those that cannot be measured yet, with what is in the way."""
    return [
        *_reports(quick, folder),
        *_deliveries(quick, folder),
        *_statistics(quick, folder),
        _first_report(quick, folder),
        _protection(quick, folder),
    ]


def _reports(quick: bool, folder: Path) -> list[Row]:
    providers, more = (6, 12) if quick else (30, 300)
    looped = 2 if quick else 6
    turns = 1 if quick else 3
    root, larger = folder / "region", folder / "larger"
    make = Job("fictional region", "reports:prepare", {"root": root, "providers": providers})
    whole = Job(f"report of {providers}", "reports:whole", {"root": root})
    forced = Job("command, everything", "reports:command", {"root": root, "force": True})
    pages = providers + PAGES_OF_A_REGION
    loop = Job(
        f"loop of commands ({looped} notebooks, times {providers / looped:g})",
        "reports:loop",
        {"root": root, "providers": looped},
        times=providers / looped,
    )
    return [
        Row(
            "report",
            f"report of {providers} providers, all cores",
            "loop of papermill + nbconvert commands on the same notebooks",
            "at least 6 x faster",
            [whole, loop],
            faster(6),
            [make],
            size=f"{providers} providers and the synthesis; the loop without synthesis",
        ),
        Row(
            "floor",
            "seconds per provider, one worker",
            "floor: the notebook's own code, warm, figures drawn once",
            "at most 1.25 x",
            [
                Job("providers' pages, one worker", "reports:one_worker", {"root": root}),
                Job("floor", "reports:floor", {"root": root}),
            ],
            _over_the_floor(providers),
            [make],
            size=f"{providers} providers, from the first page that is written to the last; the start of a run and the "
            "synthesis, which the floor does not have, are in the first row",
            turns=turns,
        ),
        Row(
            "unchanged",
            "nothing changed",
            f"full run of {providers}",
            "at most 2% of its time",
            [Job("command, nothing changed", "reports:command", {"root": root}), forced],
            _percentage(0.02),
            [make, Job("command, once", "reports:command", {"root": root})],
            size=f"{providers} providers; whole commands, with the start of Python",
        ),
        Row(
            "changed",
            f"one provider changed out of {providers}",
            "full run",
            f"at most (1/{providers} + the synthesis' part of the full run) x 1.5",
            [
                Job("one changed", "reports:one_changed", {"root": root}),
                whole,
                Job("synthesis alone", "reports:synthesis", {"root": root}),
            ],
            _changed(providers),
            [make, whole],
            size=f"{providers} providers; pages only; the synthesis alone where kernels are ready",
            turns=turns,
        ),
        Row(
            "many",
            "many providers: time per page, memory per process",
            f"time per page of {providers} providers",
            "at most 1.1 x; memory flat, under 1 GB per worker with its kernel; 3,000 in one real run",
            [Job(f"report of {more}", "reports:whole", {"root": larger}), whole],
            _per_page(more + PAGES_OF_A_REGION, pages),
            [make, Job("larger region", "reports:prepare", {"root": larger, "providers": more})],
            size=f"{more} beside {providers} providers; of 3,000 docs/yearly-run.md tells",
        ),
        Row(
            "figures",
            "the floor itself: the figures of a full provider report",
            "a plain seaborn version of the same figures, from the same rows, as Jupyter keeps them",
            "at least 2 x faster",
            [
                Job("our figures", "figures:ours", {"root": root}),
                Job("plain seaborn", "figures:plain", {"root": root}),
            ],
            _figures,
            [make],
            size=f"every figure of {providers} provider reports",
        ),
        Row(
            "dask",
            "Dask, 2 workers",
            "local pool of 2",
            "at most 1.15 x",
            [
                Job("Dask, 2 workers", "reports:on_cluster", {"root": root, "workers": 2}),
                Job("report, 2 jobs", "reports:whole", {"root": root, "jobs": 2}),
            ],
            at_most(1.15),
            [make],
            size=f"{pages} pages; scheduler and workers on this machine, started before",
            turns=turns,
        ),
    ]


def _over_the_floor(providers: int) -> Judge:
    """Judge as `at_most`; say what a page takes above the floor."""

    def judge(found: Sequence[Measured]) -> Outcome:
        ours, floor = (median(each.seconds) / providers for each in found)
        told = at_most(1.25)(found)
        return Outcome(f"{told.reached}; {ours:.2f} against {floor:.2f} s a page", told.met)

    return judge


def _deliveries(quick: bool, folder: Path) -> list[Row]:
    kinds: dict[str, tuple[int, float, str, str]] = {
        "csv": (
            100_000 if quick else 1_000_000,
            5.0,
            "pandas.read_csv of the same file",
            "at most 5 x its time, 1.5 x its peak",
        ),
        "xlsx": (4_000 if quick else 20_000, 4.0, "pandas.read_excel with openpyxl", "at least 4 x faster"),
        "sav": (100_000 if quick else 1_000_000, 1.6, "pyreadstat.read_sav", "at most 1.6 x its time"),
    }
    found = []
    for kind, (count, limit, against, target) in kinds.items():
        root = folder / kind
        ours = Job(f"intake of {kind}", "deliveries:processed", {"root": root})
        theirs = Job(against, "deliveries:only_read", {"root": root, "kind": kind})
        write = Job(f"{kind} of {count:,} rows", "deliveries:write", {"root": root, "rows": count, "kind": kind})
        judge = faster(limit) if kind == "xlsx" else _time_and_memory(limit, 1.5) if kind == "csv" else at_most(limit)
        what = f"{count:,} responses x 60 columns, .{kind}, to processed tables, scores and exclusions on disk"
        size, turns = f"{count:,} rows", 1 if quick else {"csv": 1, "xlsx": 3, "sav": 5}[kind]
        found.append(Row(kind, what, against, target, [ours, theirs], judge, [write], size=size, turns=turns))
    return found


def _statistics(quick: bool, folder: Path) -> list[Row]:
    sizes = (30, 3000) if quick else (30, 300, 3000)
    everything = [
        Job(f"everything, {size:,} providers", "statistics:everything", {"providers": size}) for size in sizes
    ]
    most = sizes[-1]
    model = Job(f"MixedLM, {most:,} providers", "statistics:mixed_model", {"providers": most})
    place = folder / "shares"
    ours = Job("shares", "statistics:shares", {"folder": place})
    levels = ["municipality"] if quick else list(statistics.LEVELS)
    if statistics.have_r():
        settings = {"folder": place, "levels": levels}
        other = Job(f"R survey ({', '.join(levels)}; one question, times 40)", "statistics:shares_in_r", settings, 40)
    else:
        other = Job("loop in pandas, one question, times 40", "statistics:shares_in_a_loop", {"levels": levels}, 40)
    return [
        Row(
            "statistics",
            f"statistics of {most:,} providers x 10 dimensions x 100 responses",
            "statsmodels MixedLM on one dimension of it",
            "faster than that one",
            [everything[-1], model],
            at_most(1),
            size="means with intervals, adjusted and shrunken comparison with labels, mirror of staff",
        ),
        Row(
            "scale",
            "statistics, time per provider as their number grows",
            f"{sizes[0]} providers",
            "must not grow",
            everything,
            _per_provider(sizes),
            size=" / ".join(f"{size:,}" for size in sizes) + " providers",
        ),
        Row(
            "shares",
            "weighted shares with design-based intervals, 40 questions x 1,000 units at five levels x 100,000 people",
            other.name,
            "at least 50 x faster, equal to 1e-9",
            [other, ours],
            _faster_and_equal(50),
            size=f"R did one question at {len(levels)} of the five levels, which counts as if it were all",
        ),
    ]


def _protection(quick: bool, folder: Path) -> Row:
    """Return the row of deciding what may be seen, and of the audit of that."""
    providers, root = 6 if quick else 300, folder / "protection"

    def judge(found: Sequence[Measured]) -> Outcome:
        used, told = median(found[0].processor), found[0].told
        text = f"{used:.0f} s of one processor for {told['figures']:,} figures, of which {told['hidden']:,} hidden"
        return Outcome(text, None if quick else used <= 600)

    return Row(
        "disclosure",
        "disclosure audit, 300 providers",
        "-",
        "minutes (at most ten); reported",
        [Job(f"decided and audited, {providers}", "protection:decided", {"root": root})],
        judge,
        [Job("region to decide on", "protection:prepare", {"root": root, "providers": providers})],
        size=f"{providers} providers, two years; every figure of every report",
    )


def _first_report(quick: bool, folder: Path) -> Row:
    """Return the row of a newcomer's first command, after installing."""
    providers = 6 if quick else 29

    def judge(found: Sequence[Measured]) -> Outcome:
        return Outcome(f"{spread(found[0].seconds)} s", None if quick else found[0].middle <= 180)

    return Row(
        "first",
        "first `make report` on a fresh machine after installing",
        "-",
        "at most 3 minutes for 29 providers on two cores",
        [Job("from nothing", "reports:from_nothing", {"root": folder / "first", "providers": providers})],
        judge,
        size=f"{providers} providers, three years",
    )


def _percentage(limit: float) -> Judge:
    def judge(found: Sequence[Measured]) -> Outcome:
        values = ratios(found[0], found[1])
        return Outcome(f"{spread([100 * value for value in values])} %", median(values) <= limit)

    return judge


def _changed(providers: int) -> Judge:
    def judge(found: Sequence[Measured]) -> Outcome:
        one, whole, synthesis = found
        values = ratios(one, whole)
        part = median(ratios(synthesis, whole))
        limit = 1.5 * (1 / providers + part)
        text = f"{spread([100 * value for value in values])} %; the synthesis {part:.0%}, so at most {limit:.0%}"
        return Outcome(text, median(values) <= limit)

    return judge


def _per_page(ours: int, theirs: int) -> Judge:
    def judge(found: Sequence[Measured]) -> Outcome:
        values = [value * theirs / ours for value in ratios(found[0], found[1])]
        memory = median(found[0].peak) / median(found[1].peak)
        worker, before = (float(each.told["memory"]) for each in found[:2])
        text = f"{spread(values)} x time, {memory:.2f} x memory, {worker:.0f} MB per worker with its kernel"
        text += f" ({before:.0f} with fewer)"
        return Outcome(text, median(values) <= 1.1 and memory <= 1.1 and worker <= 1000)

    return judge


def _figures(found: Sequence[Measured]) -> Outcome:
    ours, plain = found
    values = ratios(plain, ours)
    each = 1000 * ours.middle / ours.told["figures"]
    size = f"{ours.told['kilobytes']:.0f} instead of {plain.told['kilobytes']:.0f} kB"
    return Outcome(f"{spread(values)} x faster; {each:.0f} ms and {size} each", median(values) >= 2)


def _per_provider(sizes: Sequence[int]) -> Judge:
    def judge(found: Sequence[Measured]) -> Outcome:
        each = [1000 * one.middle / size for one, size in zip(found, sizes, strict=True)]
        text = " / ".join(f"{value:.3g}" for value in each)
        return Outcome(f"{text} ms per provider", each[-1] <= each[0])

    return judge


def _time_and_memory(time: float, memory: float) -> Judge:
    def judge(found: Sequence[Measured]) -> Outcome:
        values = ratios(found[0], found[1])
        peak = median(found[0].peak) / median(found[1].peak)
        return Outcome(f"{spread(values)} x time, {peak:.2f} x peak", median(values) <= time and peak <= memory)

    return judge


def _faster_and_equal(limit: float) -> Judge:
    def judge(found: Sequence[Measured]) -> Outcome:
        theirs, ours = found
        values = ratios(theirs, ours)
        apart = ours.told.get("apart")
        equal = "no R here to compare figures with" if apart is None else f"largest difference {apart:.1g}"
        met = median(values) >= limit and (apart is None or apart <= 1e-9)
        return Outcome(f"{spread(values)} x faster; {equal}", met)

    return judge
