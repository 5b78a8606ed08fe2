"""An outsider with every edition of every report, a solver, and none of our code finds no protected number.

What is published is read as a reader reads it: a share with its interval, a number of people, "at most", "fewer than".
All that is turned into inequalities between unknown counts, and the smallest and largest count that fit are worked out.
"""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog
from statsmodels.stats.proportion import proportion_confint

from workbench import open_release, store

SMALLEST, FEW, POINTS = 5, 10, 10.0
OPINIONS = ("negative", "neutral", "positive")
REASONS = ("volgens_plan", "in_overeenstemming", "eenzijdig_client", "eenzijdig_aanbieder", "extern", "overlijden")
REASONS = (*REASONS, "overstap", "ander_domein", "onbekend")
DROPOUT = {
    "strikt": ("eenzijdig_client",),
    "eenzijdig": ("eenzijdig_client", "eenzijdig_aanbieder"),
    "voortijdig": ("eenzijdig_client", "eenzijdig_aanbieder", "in_overeenstemming"),
}
KEY = ["measure", "statistic", "category", "unit", "unit_id", "group", "year"]


class Outsider:
    """Unknown counts and what is known of them."""

    def __init__(self):
        self.at, self.rows, self.ends = {}, [], []

    def number(self, *name):
        return self.at.setdefault(name, len(self.at))

    def know(self, terms, low, high):
        """A sum of unknowns, each with a coefficient, lies between two ends."""
        self.rows.append(terms)
        self.ends.append((low, high))

    def range_of(self, *name):
        """The smallest and largest value of an unknown that nothing contradicts."""
        size = len(self.at)
        matrix, most = [], []
        for terms, (low, high) in zip(self.rows, self.ends, strict=True):
            row = np.zeros(size)
            for place, factor in terms:
                row[place] += factor
            if np.isfinite(high):
                matrix.append(row)
                most.append(high + 1e-6)
            if np.isfinite(low):
                matrix.append(-row)
                most.append(-low + 1e-6)
        aim = np.zeros(size)
        aim[self.at[name]] = 1.0
        found = [linprog(sign * aim, A_ub=np.array(matrix), b_ub=most, bounds=(0, None)) for sign in (1, -1)]
        assert found[0].status == 0, "what was published contradicts itself"
        return found[0].fun, np.inf if found[1].status == 3 else -found[1].fun


def fitting(row, n):
    """Return the fewest and most people whose share and interval print as this row does."""
    counts = np.arange(n + 1)
    low, high = proportion_confint(counts, n, method="wilson")
    printed = np.round(np.column_stack([counts / n, low, high]), 2)
    same = (np.abs(printed - [row["estimate"], row["conf_low"], row["conf_high"]]) < 1e-6).all(axis=1)
    return (counts[same].min(), counts[same].max()) if same.any() else (0, n)


def read(rows, parts, named):
    """Return an outsider who read these rows: counts of `parts` per unit, and sums of them by what a row is of."""
    outsider = Outsider()
    units = sorted(set(zip(rows["unit"], rows["unit_id"], strict=True)))
    for unit in units:
        terms = [(outsider.number(*unit, part), 1.0) for part in parts]
        outsider.know([*terms, (outsider.number(*unit, "n"), -1.0)], 0, 0)
    for _, row in rows.iterrows():
        inside, outside = named(row)
        unit = (row["unit"], row["unit_id"])
        base = [(outsider.number(*unit, part), 1.0) for part in outside]
        share = [(outsider.number(*unit, part), 1.0) for part in inside]
        rounded = pd.notna(row["n_precision"])
        if pd.notna(row["n"]):
            half = row["n_precision"] / 2 if rounded else 0.0
            outsider.know(base, row["n"] - half, row["n"] + half)
        elif row["reason"] == "few":
            outsider.know(base, 1, FEW - 1)
        if row["status"] != "hidden" and not rounded:
            outsider.know(share, *fitting(row, int(row["n"])))
        elif row["status"] != "hidden":
            outsider.know(share, (row["estimate"] - 0.006) * (row["n"] - 5), (row["estimate"] + 0.006) * (row["n"] + 5))
        elif row["reason"] == "few cases":
            outsider.know(share, 0, SMALLEST)
        elif row["reason"] == "nearly all" and not rounded:
            outsider.know(share, row["n"] - SMALLEST, row["n"])
    for part in parts:
        whole = ("region", "region", part)
        for kind, spare in (("provider", 0.0), ("municipality", np.inf)):  # a municipality may be unknown
            of = [(outsider.number(*unit, part), 1.0) for unit in units if unit[0] == kind]
            if of and ("region", "region") in units:
                outsider.know([(outsider.number(*whole), 1.0), *((at, -1.0) for at, _ in of)], 0, spare)
    return outsider


@pytest.fixture(scope="module")
def published(small_region):
    """Every figure of every edition, and the truth."""
    known = store.read_table(small_region.released(2026), "providers")["provider_id"]
    parts = [open_release("sample", 2026, root=small_region.root, edition="internal").estimates]
    parts += [
        open_release("sample", 2026, each, edition="provider", root=small_region.root).estimates for each in known
    ]
    seen = pd.concat(parts, ignore_index=True).drop_duplicates(KEY)
    exact = store.read_table(small_region.processed(2026), "estimates")
    return seen, exact


def of_opinions(row):
    return (("negative", "neutral") if row["category"] == "other" else (row["category"],)), OPINIONS


def of_help(row):
    return (row["category"] or "4",), tuple("1234")


def of_use(_):
    return ("yes",), ("yes", "no")


def of_endings(row):
    known = tuple(part for part in REASONS if part not in ("onbekend", "overlijden"))
    if row["measure"] == "reden_einde":
        return (row["category"],), REASONS
    return DROPOUT[row["category"] or "eenzijdig"], known


def systems(seen):
    """Yield the figures that hang together, of which counts they are, and how to read them."""
    shares = seen[seen["statistic"] == "share"]
    for _, rows in shares[shares["category"].isin([*OPINIONS, "other"])].groupby(["measure", "group", "year"]):
        yield rows, OPINIONS, of_opinions
    for measure, parts, named in (("zonder_hulp", tuple("1234"), of_help), ("nut", ("yes", "no"), of_use)):
        for _, rows in shares[shares["measure"] == measure].groupby("year"):
            yield rows, parts, named
    for _, rows in shares[shares["measure"].isin(["reden_einde", "uitval"])].groupby("year"):
        yield rows, REASONS, of_endings


def small_counts(rows, exact, parts, named):
    """Return the true counts of 1 to 4 people of a provider or municipality that are behind these rows."""
    truth = rows[KEY].merge(exact, on=KEY, how="left", suffixes=("", "_true"))
    truth["count"] = (truth["estimate"] * truth["n"]).round()
    found = {}
    for _, row in truth[truth["unit"] != "region"].iterrows():
        inside, outside = named(row)
        if len(inside) == 1 and set(outside) == set(parts) and 0 < row["count"] < SMALLEST:
            found[row["unit"], row["unit_id"], inside[0]] = row["count"]
    return found


def test_no_small_count_is_found(published):
    seen, exact = published
    tried = 0
    for rows, parts, named in systems(seen):
        outsider = read(rows, parts, named)
        for name, count in small_counts(rows, exact, parts, named).items():
            low, high = outsider.range_of(*name)
            tried += 1
            assert low - 1e-4 <= count <= high + 1e-4, name
            assert high - low >= SMALLEST - 1e-3, (
                rows.iloc[0][["measure", "group", "year"]].to_list(),
                name,
                low,
                high,
            )
    assert tried > 100


def test_the_outsider_would_find_something(published):
    """Without secondary hiding the same attack finds counts: it is able to."""
    seen, exact = published
    both = seen.merge(exact[[*KEY, "n", "estimate", "conf_low", "conf_high"]], on=KEY, suffixes=("", "_exact"))
    further = (both["status"] == "hidden") & both["reason"].isin(["gives another away", "small cells"])
    count = (both["estimate_exact"] * both["n_exact"]).round()
    opened = further & ((count >= SMALLEST) | (count == 0))
    for name in ("n", "estimate", "conf_low", "conf_high"):
        places = 0 if name == "n" else 2
        both.loc[opened, name] = both.loc[opened, f"{name}_exact"].round(places)
    both.loc[opened, "status"] = "shown"
    found = 0
    for rows, parts, named in systems(both):
        outsider = read(rows, parts, named)
        for name in small_counts(rows, exact, parts, named):
            low, high = outsider.range_of(*name)
            found += high - low < SMALLEST - 1e-3
    assert found > 5


def test_no_hidden_mean_is_found(published):
    """With the true number of people known, which is more than a reader has."""
    seen, exact = published
    means = seen[(seen["statistic"] == "mean") & (seen["measure"] != "nut") & (seen["category"] == "")]
    truth = exact[exact["statistic"] == "mean"].set_index(KEY)
    tried = 0
    for _, rows in means.groupby(["measure", "group", "year"]):
        outsider, people = Outsider(), {}
        for _, row in rows.iterrows():
            true = truth.loc[tuple(row[KEY])]
            if not true["n"] > 0:
                continue
            name = (row["unit"], row["unit_id"])
            people[name] = true["n"]
            hidden = row["status"] == "hidden"
            low, high = (0, 100) if hidden else (row["estimate"] - 0.5, row["estimate"] + 0.5)
            outsider.know([(outsider.number(*name), 1.0)], low * true["n"], high * true["n"])
        if ("region", "region") not in people:
            continue
        of = [(outsider.number(*name), -1.0) for name in people if name[0] == "provider"]
        outsider.know([(outsider.number("region", "region"), 1.0), *of], -1e-6, 1e-6)
        for name, n in people.items():
            if name[0] == "provider" and n < FEW:
                low, high = outsider.range_of(*name)
                tried += 1
                assert (high - low) / n >= POINTS - 1e-3, (name, low / n, high / n)
    assert tried > 5


def test_editions_agree(published, small_region):
    """A figure that is in two editions is the same or coarser: nothing is hidden here and shown there."""
    named = open_release("sample", 2026, root=small_region.root, edition="internal").estimates
    public = open_release("sample", 2026, root=small_region.root, edition="public").estimates
    both = public[public["unit"] != "provider"].merge(named, on=KEY, suffixes=("_public", "_named"))
    assert len(both) > 500
    assert not ((both["status_public"] != "hidden") & (both["status_named"] == "hidden")).any()
    shown = both[both["status_public"] != "hidden"]
    assert (shown["n_public"].dropna() % 5 == 0).all()
