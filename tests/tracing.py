"""From every number that stands on a page back to the released row it is: rounded as it is printed, and nothing else.

Written from the released tables alone. Of the page it knows which exhibit has which columns, in the words a reader
sees; a table, a row or a column it does not know is reported too.
"""

import math
import re
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

TOKEN = re.compile(r"[+−]?\d+(?:\.\d{3})*(?:,\d+)?%?")
SHARE, MARK, POINTS, RATIO, COUNT, WEEKS, YEAR = "share", "mark", "points", "ratio", "count", "weeks", "year"
DECIMALS = {SHARE: 0, MARK: 1, POINTS: 0, RATIO: 2, COUNT: 0, WEEKS: 1}
OUTCOMES = {"uitval": "share", "nut": "share", "zonder_hulp": "share", "geen_herstart": "incidence", "doelen": "share"}
RATIOS = ("icc", "reliability", "alpha", "omega", "alpha_ordinal", "ac2", "triangulation", "same_question")


def tokens(text):
    """Return the numbers in a text as they are written."""
    return [token.lstrip("+") for token in TOKEN.findall(text.replace("\u2060", ""))]


def written(value, kind):
    """Return a number as a Dutch page has it, without a plus."""
    if kind == YEAR:
        return str(value)
    value = value * 100 if kind == SHARE else value
    rounded = round(float(value), DECIMALS[kind]) + 0.0
    text = f"{abs(rounded):,.{DECIMALS[kind]}f}".translate(str.maketrans(",.", ".,"))
    return ("−" if rounded < 0 else "") + text + ("%" if kind == SHARE else "")


@dataclass
class Exactly:
    """The cell holds these numbers, in this order; those that are missing are not there."""

    values: list

    def faults(self, text):
        expected = [written(value, kind) for value, kind in self.values if not _missing(value)]
        return [] if tokens(text) == expected else [f"{text!r} is not {expected}"]


@dataclass
class Among:
    """Every number of the text is one of these: a sentence on this row."""

    values: list

    def faults(self, text):
        known = {written(abs(value), kind) for value, kind in self.values if not _missing(value)}
        strange = [token for token in tokens(text) if token.lstrip("−") not in known]
        return [f"{text!r}: {strange} not in {sorted(known)}"] if strange else []


def _missing(value):
    return value is None or (isinstance(value, float) and math.isnan(value)) or pd.isna(value)


WORDS = Among([])


@dataclass
class Tracer:
    """The released rows of one page's reader, by what a page calls them."""

    release: object
    estimates: pd.DataFrame = field(repr=False)
    seen: int = 0

    @cached_property
    def by_key(self):
        columns = ["measure", "statistic", "unit", "unit_id", "group", "category", "year"]
        table = self.estimates.drop_duplicates(columns)
        return dict(zip(table[columns].itertuples(index=False, name=None), table.to_dict("records"), strict=True))

    @cached_property
    def dimensions(self):
        return {self.release.name(name): name for name in self.release.codebook["dimensions"]}

    @cached_property
    def outcomes(self):
        return {self.release.name(name, statistic): name for name, statistic in OUTCOMES.items()}

    @cached_property
    def items(self):
        found = {}
        for item in self.release.codebook["items"]:
            found.setdefault(self.release.wording(item), []).append(item)
        return found

    @cached_property
    def units(self):
        towns = self.release.codebook["municipalities"]
        return (
            {name: ("provider", key) for key, name in self.release.providers.items()}
            | {name: ("municipality", key) for key, name in towns.items()}
            | {self.release.head("region"): ("region", "region")}
        )

    def code(self, word, *codes):
        return next((code for code in codes if self.release.word(code) == word), None)

    def row(self, measure, statistic, unit=None, group="client", category="", year=None):
        own = ("provider", self.release.provider) if self.release.provider else ("region", "region")
        key = (measure, statistic, *(unit or own), group, category, year or self.release.year)
        return self.by_key.get(key)

    def figure(self, row, kind=None, ends=False):
        """Return the number of a row, or the ends of its interval; nothing of one that is hidden."""
        if row is None or row["status"] == "hidden":
            return []
        kind = kind or self.kind(row)
        return [(row[each], kind) for each in (("conf_low", "conf_high") if ends else ("estimate",))]

    def kind(self, row):
        if row["statistic"] in ("share", "incidence", "skipped"):
            return SHARE
        if row["statistic"] in RATIOS:
            return RATIO
        return MARK if row["measure"] == "nut" and row["statistic"] == "mean" else POINTS

    def unit_of(self, measure, statistic=""):
        unit = "points" if statistic == "adjusted" else self.release.unit(measure)
        return {"share": SHARE, "mark": MARK}.get(unit, POINTS)

    @cached_property
    def settings(self):
        """Thresholds and definitions that a sentence may name, and the years."""
        book = self.release.codebook["region"]
        numbers = [*book["thresholds"].values(), *book["definitions"].values(), *book["comparison"].values()]
        plain = [value for value in numbers if isinstance(value, (int, float)) and not isinstance(value, bool)]
        ratios = [(value, RATIO) for value in plain if value < 1]
        return ratios + [(value, COUNT) for value in plain if value >= 1]

    def told(self, *rows):
        """Return every number a sentence on these rows may hold."""
        found = list(self.settings)
        for row in rows:
            if row is None:
                continue
            if row["statistic"] == "change":
                found.append((int(row["category"]), YEAR))
            kind = self.kind(row)
            found += [(row[name], kind) for name in ("estimate", "conf_low", "conf_high", "delta")]
            found += [(row["n"], COUNT), (row["reliability"], RATIO)]
            if row["reason"] in ("few cases", "nearly all"):
                found += self.bound(row)
        return Among([(abs(value), kind) for value, kind in found if not _missing(value)])

    def bound(self, row):
        most = self.release.thresholds["smallest_cell"]
        if row["reason"] == "few cases":
            return [(math.ceil(100 * most / row["n"]) / 100, SHARE)]
        return [(math.floor(100 * (row["n"] - most) / row["n"]) / 100, SHARE), (row["n"] - most, COUNT)]

    def count(self, row):
        """Return a number of questionnaires: nought where nobody answered, the threshold where few did."""
        if row is None:
            return Exactly([(0, COUNT)])
        few = row["status"] == "hidden" and row["reason"] == "few"
        return Exactly([(self.release.thresholds["hidden_below"], COUNT)] if few else self.figure(row))

    # ---- pages

    def faults(self, page):
        """Return what cannot be traced on a page, with its place."""
        found = []
        for exhibit in page.select("div.workbench-exhibit"):
            table = exhibit.find("table")
            if table is None:
                continue
            heads = [cell.get_text() for cell in table.thead.find_all("th")]
            lines = [[cell.get_text() for cell in line.find_all(["th", "td"])] for line in table.tbody.find_all("tr")]
            rule = rule_of(exhibit["id"])
            if rule is None:
                found.append(f"{exhibit['id']}: no rule for this table")
                continue
            for line in lines:
                for head, text in zip(heads[1:], line[1:], strict=True):
                    expected = rule(self, exhibit["id"], dict(zip(heads, line, strict=True)), line[0], head)
                    if expected is None:
                        found.append(f"{exhibit['id']}: {line[0]} | {head}: no rule for this column")
                        continue
                    self.seen += len(tokens(text))
                    found += [f"{exhibit['id']}: {line[0]} | {head}: {fault}" for fault in expected.faults(text)]
            found += self._sentences(exhibit, heads, lines)
        return found + self._tiles(page) + self._points(page)

    def _sentences(self, exhibit, heads, lines):
        """The sentence above a table: its numbers stand in the table, or count its rows."""
        texts = pd.DataFrame(lines, columns=range(len(heads)))
        counts = {len(lines), *(int(n) for column in texts for n in texts[column].value_counts())}
        judged = self.estimates[(self.estimates["unit"] == "provider") & (self.estimates["year"] == self.release.year)]
        counts |= set(judged.groupby(["measure", "statistic", "label"]).size())
        discuss = judged[(judged["statistic"] == "discuss") & (judged["status"] != "hidden")]
        counts |= {discuss["unit_id"].nunique(), discuss.loc[discuss["label"] == "discuss", "unit_id"].nunique(), 0}
        counts |= set(self.release.agreements["movement"].value_counts()) | {len(self.release.agreements)}
        counts.add(len(self.release.agreements) - int(self.release.agreements["movement"].isin(TOLD).sum()))
        known = {token.lstrip("−") for line in lines for text in line for token in tokens(text)}
        known |= {written(count, COUNT) for count in counts} | {written(*each) for each in self.settings}
        known |= {str(year) for year in range(self.release.year - 5, self.release.year + 1)} | EXEMPT
        known |= {written(*each) for each in self._of_all(exhibit["id"])}
        sentence = exhibit.select_one(".finding")
        text = sentence.get_text() if sentence else ""
        for item in self.items:
            text = text.replace(item, "")
        self.seen += len(tokens(text))
        strange = [token for token in tokens(text) if token.lstrip("−") not in known]
        return [f"{exhibit['id']}: {text!r}: {strange}"] if strange else []

    def _of_all(self, key):
        """Return figures of the whole that stand in the sentence above a table."""
        if key == "deliveries":
            files = self.release.deliveries[self.release.deliveries["kind"] != "ignored"]
            return [(files[name].sum(), COUNT) for name in ("delivered", "counted", "excluded")]
        if key in ("outcomes", "registers"):
            row = self.row("voorlopig", "share", unit=("region", "region") if key == "registers" else None)
            bound = row is not None and row["reason"] in ("few cases", "nearly all")
            return [] if row is None else [(row["n"], COUNT), *(self.bound(row)[:1] if bound else self.figure(row))]
        if key == "representativity":
            return self.figure(self.row("respons", "r_indicator_adjusted", unit=("region", "region")), RATIO)
        if key == "choices":
            rows = self.estimates[(self.estimates["statistic"] == "choice") & (self.estimates["unit"] == "region")]
            return [(rows["estimate"].sum(), COUNT), (rows["n"].sum(), COUNT), (rows["category"].nunique(), COUNT)]
        return []

    def _tiles(self, page):
        """The numbers at the top of a page."""
        found, place = [], self.release.municipality
        own = ("municipality", place) if place else None
        for tile in page.select("dl.workbench-key-figures > div"):
            name, value = tile.dt.get_text(), tile.select_one(".value").get_text()
            role = self.code(name, "client", "relative", "staff")
            if name == self.release.head("providers"):
                expected = Exactly([(len(self.release.providers), COUNT)])
            elif role:
                expected = self.count(
                    self.row("aantal", "count", group=role, unit=own)
                )  # no tile where there is no row
            else:
                expected = Exactly(self.figure(self.row("respons", "share", unit=own)))
            self.seen += len(tokens(value))
            found += [f"tile {name}: {fault}" for fault in expected.faults(value)]
        return found

    def _points(self, page):
        """What stands out: each point on a measure holds only numbers of that measure, of this provider."""
        found = []
        for point in page.select("div.workbench-paragraphs li, div.workbench-blank > *:first-child"):
            name, _, rest = point.get_text().partition(": ")
            measure = self.dimensions.get(name) or self.outcomes.get(name)
            if measure is None or not self.release.provider:
                continue
            mine = self.estimates["measure"].eq(measure) & self.estimates["year"].eq(self.release.year)
            mine &= self.estimates["unit_id"].isin([self.release.provider, "region"])
            mine &= self.estimates["statistic"].isin(["adjusted", "gap", "share", "incidence"])
            rows = self.estimates[mine & self.estimates["category"].eq("")].to_dict("records")
            self.seen += len(tokens(rest))
            found += [f"point on {name}: {fault}" for fault in self.told(*rows).faults(rest)]
        return found


TOLD = ("better", "worse", "stable", "not to be told")
EXEMPT = {
    "7",
    "20",
    "20%",
    "10",
    "0,70",
    "1",
    "0",
}  # in the names of figures, and in what is said of the figures' limits


def rule_of(key):
    """Return the rule of an exhibit by its key."""
    return next((rule for pattern, rule in RULES.items() if re.fullmatch(pattern, key)), None)


def _participation(trace, _, line, who, head):
    release = trace.release
    if head == release.head("how"):
        return WORDS
    how, role = line[release.head("how")], trace.code(who, "client", "relative", "staff")
    modes = ("", "mail", "sms", "link", "kiosk", "paper", "telephone", "moment=during", "moment=after", "moment=start")
    names = {_way(release, mode): mode for mode in modes}
    return trace.count(trace.row("aantal", "count", group=role, category=names[how]))


def _way(release, mode):
    if mode.startswith("moment="):
        return f"{release.head('moment')}: {release.word(mode)}"
    return release.word(mode) if mode else release.head("total")


def _left_out(trace, _, line, why, head):
    rows = trace.release.left_out
    (number,) = rows.loc[rows["reason"].map(trace.release.word) == why, "records"]
    return Exactly([(number, COUNT)])


def _representativity(*_):
    return WORDS


def _experience(trace, _, line, name, head):
    measure, known = trace.dimensions[name], trace.release.head
    row = trace.row(measure, "adjusted")
    if head == known("middle"):
        ends = [trace.row(measure, each, unit=("region", "region")) for each in ("quarter", "three_quarters")]
        return Exactly([number for end in ends for number in trace.figure(end, POINTS)])
    return {
        known("score"): Exactly(trace.figure(row)),
        known("interval"): Exactly(trace.figure(row, ends=True)),
        known("n"): Exactly([(row["n"], COUNT)]),
        known("reading"): trace.told(row),
    }.get(head)


def _answers(trace, key, line, name, head):
    group, release = key.removeprefix("answers-"), trace.release
    found = []
    for item in trace.items[name]:
        if head == release.head("n"):
            opinions = ("positive", "other", "negative", "neutral")
            rows = [trace.row(item, "share", group=group, category=each) for each in opinions]
            found += [Exactly([(row["n"], COUNT)]) for row in rows if row and row["status"] != "hidden"]
            continue
        opinion = trace.code(head, "negative", "neutral", "positive", "other")
        row = trace.row(item, "share", group=group, category=opinion)
        apart = trace.row(item, "share", group=group, category="neutral")
        together = opinion == "other" and apart is not None and apart["status"] != "hidden"
        found.append(Exactly([] if together else trace.figure(row)))
    return next((each for each in found if not each.faults(line[head])), found[0])


def _trend(trace, _, line, name, head):
    measure, known = trace.dimensions[name], trace.release.head
    year = int(line[known("year")])
    row, region = (trace.row(measure, "adjusted", year=year, unit=unit) for unit in (None, ("region", "region")))
    if head == known("change"):
        changes = [trace.row(measure, "change", category=str(each)) for each in range(year - 5, year)]
        return trace.told(*changes)
    return {
        known("year"): Years(),
        known("score"): Exactly(trace.figure(row)),
        known("mean of providers"): Exactly(trace.figure(row)),
        known("interval"): Exactly(trace.figure(row, ends=True)),
        known("region"): Exactly(trace.figure(region)),
    }.get(head)


@dataclass
class Years:
    """A calendar year."""

    def faults(self, text):
        return [] if re.fullmatch(r"20\d\d", text) else [f"{text!r} is no year"]


def _mirror(trace, _, line, name, head):
    measure, known = trace.dimensions[name], trace.release.head
    gap = trace.row(measure, "gap", group=GAP)
    sides = {known("clients"): "client", known("staff"): "staff"}
    if head in sides:
        return Exactly(trace.figure(trace.row(measure, "mean", group=sides[head])))
    return {
        known("gap"): Exactly(trace.figure(gap)),
        known("interval"): Exactly(trace.figure(gap, ends=True)),
        known("reading"): trace.told(gap),
    }.get(head)


def _mirror_statements(trace, _, line, name, head):
    sides = {trace.release.head("clients"): "client", trace.release.head("staff"): "staff"}
    found = [
        Exactly(trace.figure(trace.row(item, "share", group=sides[head], category="positive")))
        for item in trace.items[name]
    ]
    return next((each for each in found if not each.faults(line[head])), found[0])


def _outcomes(trace, _, line, name, head):
    measure, known = trace.outcomes[name], trace.release.head
    row, region = (trace.row(measure, OUTCOMES[measure], unit=unit) for unit in (None, ("region", "region")))
    number = [(row["n"], COUNT)] if trace.figure(row) else []
    return {
        known("share"): Exactly(trace.figure(row)),
        known("interval"): Exactly(trace.figure(row, ends=True)),
        known("region"): Exactly(trace.figure(region)),
        known("number"): Exactly(number),
        known("reading"): trace.told(row, region),
    }.get(head)


def _distribution(trace, key, line, name, head):
    measure, known = key.replace("-", "_"), trace.release.head
    category = trace.code(name, *ENDINGS, *"1234")
    row, region = (trace.row(measure, "share", unit=unit, category=category) for unit in (None, ("region", "region")))
    nobody = [(0.0, SHARE)] if row is None else []  # a reason that nobody of this provider had has no row
    return {
        known("share"): Exactly(nobody or trace.figure(row)),
        known("interval"): Exactly(trace.figure(row, ends=True)),
        known("region"): Exactly(trace.figure(region)),
    }.get(head)


def _restarts(trace, _, line, name, head):
    months, known = re.search(r"\d+", name)[0], trace.release.head
    row, region = (
        trace.row("geen_herstart", "incidence", unit=unit, category=months) for unit in (None, ("region", "region"))
    )
    return {
        known("share"): Exactly(trace.figure(row)),
        known("interval"): Exactly(trace.figure(row, ends=True)),
        known("region"): Exactly(trace.figure(region)),
        known("followed"): Exactly(trace.figure(trace.row("geen_herstart", "at_risk", category=months), COUNT)),
        known("reading"): trace.told(row),
    }.get(head)


def _sides(trace, _, line, name, head):
    sources = ("self", "client", "staff", "access", "back_office", "supervisor")
    source = next((each for each in sources if trace.release.word(f"source {each}") == head), None)
    if source is None:
        return WORDS if head == trace.release.head("reading") else None
    return Exactly(trace.figure(trace.row(trace.dimensions[name], "rating", group=source)))


def _administered(trace, name, unit, year):
    measure = next(each for each in CONTEXT if trace.release.word(f"context {each}") == name)
    kind = {"staff_turnover": SHARE, "waiting_weeks": WEEKS}.get(measure, COUNT)
    rows = [trace.row(measure, "context", unit=unit, group="organisation", category=year, year=each) for each in YEARS]
    known = [row for row in rows if row is not None and row["status"] != "hidden"]
    return Exactly(trace.figure(known[-1], kind) if known else [])


def _context(trace, _, line, name, head):
    town = trace.release.municipality
    own = ("municipality", town) if town else ("provider", trace.release.provider)
    last = max(each for each in line if each.isdigit())
    region = head == trace.release.head("region last")
    return _administered(trace, name, ("region", "region") if region else own, last if region else head)


@dataclass
class Sum:
    """One of several numbers that add up to a whole is looked at with them, not by itself."""

    def faults(self, text):
        return [] if re.fullmatch(r"\d+(\.\d{3})*", text) else [f"{text!r} is no number"]


def _hidden(*_):
    return Sum()


def _agreement_of(trace, line, name):
    """Return the agreements a line may be about."""
    rows, known = trace.release.agreements, trace.release
    if known.provider:
        rows = rows[[known.name(m, s) == name for m, s in zip(rows["measure"], rows["statistic"], strict=True)]]
        return rows[[str(action) in line[known.head("action")] for action in rows["action"]]].to_dict("records")
    rows = rows[[known.called(each) == name for each in rows["provider_id"]]]
    told = line[known.head("action")]
    return [
        row
        for row in rows.to_dict("records")
        if told.startswith(known.name(row["measure"], row["statistic"])) and str(row["action"]) in told
    ]


def _agreed(trace, _, line, name, head):
    known, rows = trace.release.head, _agreement_of(trace, line, name)
    if head in (known("action"), known("agreed")):
        return Anything()
    numbers = {known("then"): "then", known("now"): "now", known("target"): "target"}
    found = []
    for row in rows:
        kind = trace.unit_of(row["measure"], row["statistic"])
        if head in numbers:
            found.append(Exactly([(row[numbers[head]], kind)]))
        else:
            scale = 100 if kind == SHARE else 1
            ends = [row[each] * scale for each in ("difference", "difference_low", "difference_high")]
            found.append(Among([(abs(end), MARK if kind == MARK else POINTS) for end in ends if not _missing(end)]))
    return next((each for each in found if not each.faults(line[head])), found[0] if found else None)


@dataclass
class Anything:
    """What people typed: not a figure of ours."""

    def faults(self, text):
        return []


# ---- the region


def _per_unit(trace, _, line, name, head):
    unit = trace.units[name]
    if head == trace.release.head("response"):
        return Exactly(trace.figure(trace.row("respons", "share", unit=unit)))
    role = trace.code(head.lower(), "client", "relative", "staff")
    return trace.count(trace.row("aantal", "count", unit=unit, group=role))


def _deliveries(trace, _, line, name, head):
    release, known = trace.release, trace.release.head
    if not release.named:
        rows = release.excluded[release.excluded["reason"].map(release.word) == name]
        return Exactly([(rows["records"].sum() or 5, COUNT)])  # what rounds to nought is less than five
    columns = {known("delivered"): "delivered", known("counted"): "counted", known("excluded"): "excluded"}
    if head in columns:
        (number,) = release.deliveries.loc[release.deliveries["file"] == name, columns[head]]
        return Exactly([(number, COUNT)])
    return Exactly([(n, COUNT) for n in release.excluded.loc[release.excluded["file"] == name, "records"]])


def _flagged(trace, _, line, name, head):
    release, known = trace.release, trace.release.head
    if head == known("doubt"):
        return WORDS
    rows = release.flagged[
        release.flagged["flag"].map(lambda flag: release.word(flag).capitalize()) == line[known("doubt")]
    ]
    (number,) = rows.loc[rows["file"] == (name if release.named else ""), "records"]
    return Exactly([(number, COUNT)])


def _registers(trace, _, line, name, head):
    row, known = trace.row("voorlopig", "share", unit=trace.units[name]), trace.release.head
    if head == known("ended"):
        few = [(trace.release.thresholds["hidden_below"], COUNT)] if row["reason"] == "few" else []
        return Exactly(few or [(row["n"], COUNT)])
    if head == known("provisional"):
        return Exactly(trace.bound(row)[:1] if row["reason"] in ("few cases", "nearly all") else trace.figure(row))
    return None


def _differences(trace, _, line, name, head):
    known = trace.release.head
    columns = {"mean of providers": "adjusted"} | {
        each: each for each in ("lowest", "highest", "tau", "icc", "reliability")
    }
    statistic = next(value for key, value in columns.items() if known(key) == head)
    row = trace.row(trace.dimensions[name], statistic, unit=("region", "region"))
    return Exactly(trace.figure(row))


def _of_municipality(trace, _, line, name, head):
    release, known, town = trace.release, trace.release.head, ("municipality", trace.release.municipality)
    own, region = (trace.row(trace.dimensions[name], "mean", unit=unit) for unit in (town, ("region", "region")))
    return {
        release.title: Exactly(trace.figure(own)),
        known("interval"): Exactly(trace.figure(own, ends=True)),
        known("region"): Exactly(trace.figure(region)),
        known("n"): Exactly([(own["n"], COUNT)]),
    }.get(head)


def _comparison(trace, key, line, name, head):
    known, measure = trace.release.head, key.partition("-")[2].replace("-", "_")
    row = trace.row(measure, "adjusted", unit=trace.units[name])
    return {
        known("score"): Exactly(trace.figure(row)),
        known("interval"): Exactly(trace.figure(row, ends=True)),
        known("n"): Exactly([(row["n"], COUNT)]),
        known("comparison"): WORDS,
    }.get(head)


def _mirror_map(trace, _, line, name, head):
    return Exactly(trace.figure(trace.row(trace.dimensions[head], "gap", unit=trace.units[name], group=GAP)))


def _gaps(trace, key, line, name, head):
    known, measure = trace.release.head, key.removeprefix("mirror-").replace("-", "_")
    row = trace.row(measure, "gap", unit=trace.units[name], group=GAP)
    return {
        known("gap"): Exactly(trace.figure(row)),
        known("interval"): Exactly(trace.figure(row, ends=True)),
        known("verdict"): WORDS,
    }.get(head)


def _outcomes_of_all(trace, _, line, name, head):
    measure = trace.outcomes[head]
    row = trace.row(measure, OUTCOMES[measure], unit=trace.units[name])
    if row is not None and row["reason"] in ("few cases", "nearly all"):
        return Exactly(trace.bound(row)[:1])
    return Exactly([*trace.figure(row), *trace.figure(row, ends=True)])


def _follow(trace, _, line, name, head):
    unit = trace.units[name]
    if head in trace.dimensions:
        return Exactly(trace.figure(trace.row(trace.dimensions[head], "adjusted", unit=unit)))
    if head == trace.release.head("reading"):
        return WORDS
    years = trace.estimates.loc[trace.estimates["statistic"] == "context", "category"]
    return _administered(trace, head, unit, max(years))


def _sides_of_all(trace, _, line, name, head):
    unit, measure = trace.units[name], trace.dimensions[head]
    groups = trace.estimates.loc[trace.estimates["statistic"] == "discuss", "group"].unique()
    rows = [trace.row(measure, "discuss", unit=unit, group=group) for group in groups]
    return Exactly([number for row in rows for number in trace.figure(row)])


def _assessors(statistic):
    def rule(trace, _, line, name, head):
        known = trace.release.head
        asked = {"unit": ("region", "region"), "group": "assessors"}
        if statistic == "triangulation":
            pairs = trace.estimates.loc[trace.estimates["statistic"] == statistic, "category"]
            pair = next(each for each in pairs if _pair(trace, each) == name)
            row, other = trace.row("all", statistic, category=pair, **asked), None
        else:
            row, other = (trace.row(trace.dimensions[name], each, **asked) for each in (statistic, "ac2"))
        return {
            known("alpha"): Exactly(trace.figure(row)),
            known("correlation"): Exactly(trace.figure(row)),
            known("interval"): Exactly(trace.figure(row, ends=True)),
            known("ac2"): Exactly(trace.figure(other)),
            known("providers count"): Exactly([(row["n"], COUNT)]),
        }.get(head)

    return rule


def _pair(trace, category):
    return " – ".join(trace.release.word(f"source {each}") for each in category.split("~"))


def _ambitions(trace, _, line, name, head):
    release, known = trace.release, trace.release.head
    if head in (known("ambition"), known("effect"), known("measure")):
        return Anything()
    (aim,) = [
        aim
        for aim in release.codebook["ambitions"]
        if release.name(aim["measure"], aim["statistic"]) == line[known("measure")]
        and aim["ambition"] == line[known("ambition")]
    ]
    asked = aim["measure"], aim["statistic"]
    kind, region = trace.unit_of(*asked), trace.row(*asked, unit=("region", "region"))
    town = ("municipality", release.municipality)
    return {
        known("now"): Exactly(trace.figure(region, kind)),
        known("interval"): Exactly(trace.figure(region, kind, ends=True)),
        known("target"): Exactly([(float(aim["target"]), kind)]),
        known("reading"): WORDS,
        release.title: Exactly(trace.figure(trace.row(*asked, unit=town), kind)),
    }.get(head)


def _agreements(trace, _, line, name, head):
    rows, release = trace.release.agreements, trace.release
    status = rows["status"].where(rows["status"].isin(["open", "running", "done", "dropped"]), "open")
    moved = rows["movement"].map(lambda movement: release.word(f"movement {movement or 'unknown'}")) == head
    return Exactly([(int(((status.map(release.word) == name) & moved).sum()), COUNT)])


def _reliability(trace, _, line, name, head):
    known, region = trace.release.head, ("region", "region")
    role = trace.code(line[known("who")], "client", "relative", "staff")
    found = []
    for instrument in trace.estimates.loc[trace.estimates["statistic"] == "alpha", "category"].unique():
        asked = {"unit": region, "group": role, "category": instrument}
        row, omega = (trace.row(trace.dimensions[name], each, **asked) for each in ("alpha", "omega"))
        if row is None:
            continue
        found.append(
            {
                known("who"): WORDS,
                known("alpha scale"): Exactly(trace.figure(row)),
                known("interval"): Exactly(trace.figure(row, ends=True)),
                known("omega"): Exactly(trace.figure(omega)),
                known("n"): Exactly([(row["n"], COUNT)]),
                known("adds nothing"): Anything(),
            }.get(head)
        )
    return next((each for each in found if each is not None and not each.faults(line[head])), found[0])


def _skipped(trace, _, line, name, head):
    found, rows = [], trace.estimates[trace.estimates["statistic"] == "skipped"]
    variant = next(each for each in rows["category"].unique() if trace.release.word(str(each)) == head)
    for item in trace.items[name]:
        for group in rows["group"].unique():
            row = trace.row(item, "skipped", unit=("region", "region"), group=group, category=variant)
            if row is not None:
                found.append(Exactly(trace.figure(row)))
    return next((each for each in found if not each.faults(line[head])), found[0] if found else Exactly([]))


def _same_questions(trace, _, line, name, head):
    known, rows = trace.release.head, trace.estimates[trace.estimates["statistic"] == "same_question"]
    if head in (known("other statement"), known("who")):
        return Anything()
    other = trace.items[line[known("other statement")]]
    mine = rows[rows["measure"].isin(trace.items[name]) & rows["category"].isin(other)]
    mine = mine[mine["group"].map(trace.release.word) == line[known("who")]]
    return {
        known("correlation"): Exactly([(mine["estimate"].iloc[0], RATIO)]),
        known("n"): Exactly([(mine["n"].iloc[0], COUNT)]),
    }.get(head)


def _answers_needed(trace, _, line, name, head):
    known, measure, region = trace.release.head, trace.dimensions[name], ("region", "region")
    visible = trace.row(measure, "detectable", unit=region)
    columns = {known(f"needed {wanted}"): wanted for wanted in ("0.7", "0.8")}
    if head in columns:
        return Exactly(trace.figure(trace.row(measure, "n_needed", unit=region, category=columns[head]), COUNT))
    number = [(visible["n"], COUNT)] if visible is not None and visible["status"] != "hidden" else []
    return {known("median n"): Exactly(number), known("detectable"): Exactly(trace.figure(visible))}.get(head)


def _choices(trace, _, line, name, head):
    from workbench.reporting.synthesis.choices import choice_named

    release, known = trace.release, trace.release.head
    rows = trace.estimates[(trace.estimates["statistic"] == "choice") & (trace.estimates["unit"] == "region")]
    rows = rows[[choice_named(release, each) == name for each in rows["category"]]]
    each = [(number, COUNT) for number in rows["estimate"]]
    return {
        known("labels differ"): Exactly([(rows["estimate"].sum(), COUNT)]),
        known("labels compared"): Exactly([(rows["n"].sum(), COUNT)]),
        known("where"): Among([*each, (7, COUNT), (8, COUNT)]),
    }.get(head)


GAP = "client"
YEARS = range(2020, 2027)
CONTEXT = (
    *("clients", "inflow", "waiting_weeks", "budget", "spent", "spent_per_client"),
    *("staff_turnover", "complaints"),
)
ENDINGS = (
    *("volgens_plan", "in_overeenstemming", "eenzijdig_client", "eenzijdig_aanbieder", "extern", "overlijden"),
    *("overstap", "ander_domein", "administratief", "onbekend"),
)
RULES = {
    "participation": _participation,
    "left-out": _left_out,
    "representativity": _representativity,
    "experience": _experience,
    "answers-(client|staff|relative)": _answers,
    "trend|years": _trend,
    "mirror": _mirror,
    "mirror-statements": _mirror_statements,
    "outcomes": _outcomes,
    "reden-einde|zonder-hulp": _distribution,
    "restarts": _restarts,
    "sides": _sides,
    "context": _context,
    "hidden": _hidden,
    "agreed|every-agreement": _agreed,
    "participation-.+": _per_unit,
    "deliveries": _deliveries,
    "flagged": _flagged,
    "registers": _registers,
    "differences": _differences,
    "municipality": _of_municipality,
    "comparison-.+|funnel-.+": _comparison,
    r"mirror-map-\d+": _mirror_map,
    "mirror-.+": _gaps,
    "outcomes-.+": _outcomes_of_all,
    "follow-.+": _follow,
    r"sides-\d+": _sides_of_all,
    "agreement": _assessors("alpha_ordinal"),
    "triangulation": _assessors("triangulation"),
    "ambitions": _ambitions,
    "agreements": _agreements,
    "reliability": _reliability,
    r"skipped-\d+": _skipped,
    "same-questions": _same_questions,
    "answers-needed": _answers_needed,
    "choices": _choices,
    "choices-providers": lambda *_: Anything(),  # names of figures and choices
}
