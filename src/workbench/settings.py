"""What holds for the whole region: the keys of ``region.yml``, what each means, and what may stand there.

Said once, here: the file is checked against it, and the JSON Schema with which editors complete and explain the keys,
``instruments/region.schema.json``, is made from it.
"""

import dataclasses
import difflib
import types
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, get_type_hints

import yaml

COUNTING = ("count", "exclude")


def _key(about: str, default: Any = dataclasses.MISSING, among: tuple[str, ...] = (), low: float | None = None) -> Any:
    """Return a key of ``region.yml``: what it means, what it is if left out, what it may be."""
    return field(default=default, metadata={"about": about, "among": among, "low": low})


@dataclass(frozen=True)
class Thresholds:
    """How many people a figure must rest on."""

    hidden_below: int = _key("a figure on fewer people is nowhere in a report", 10, low=1)
    indicative_below: int = _key("a figure on fewer people is called indicative", 30, low=1)
    smallest_cell: int = _key("no answer of fewer people in a distribution", 5, low=1)
    uncertain_points: float = _key("points (of 100) by which a mean on too few people stays uncertain", 10.0, low=0)


@dataclass(frozen=True)
class Comparison:
    """When a provider is called above or below the mean of all providers."""

    adjusters: tuple[str, ...] = _key(
        "background for case-mix adjustment: age_band, sex, product, informant, and names given with background:",
        ("age_band", "sex"),
    )
    minimum_n: int = _key("answers a provider needs to be called higher or lower", 10, low=2)
    minimum_reliability: float = _key("how well the measure must tell the provider apart, 0-1", 0.70, low=0)
    minimum_difference: float = _key("points from the mean of all providers", 5.0, low=0)
    alpha: float = _key("certainty of the test, 0-1", 0.05, low=0)
    certainty: float = _key("certainty of the shrunken estimate, 0-1", 0.975, low=0)


@dataclass(frozen=True)
class Counting:
    """What happens to questionnaires that are doubtful: they count and are flagged, or they are excluded."""

    straight_lining: str = _key("the same answer to everything, also to reversed statements", "count", COUNTING)
    too_fast: str = _key("completed faster than anyone can read", "count", COUNTING)
    seconds_per_item: float = _key("fewer seconds than this per answered item is too fast", 2.0, low=0)
    repeated_person: str = _key(
        "the same person, provider, questionnaire and moment again in a year", "exclude", COUNTING
    )
    near_duplicates: str = _key("all the same answers and background along another channel", "count", COUNTING)


@dataclass(frozen=True)
class Definitions:
    """Which of the field's definitions the region chose."""

    dropout: str = _key(
        "which endings are drop-out: strikt (the client), eenzijdig (client or provider), voortijdig (all premature)",
        "eenzijdig",
        ("strikt", "eenzijdig", "voortijdig"),
    )
    dropout_external: str = _key(
        "endings by external circumstances: keep in the denominator, exclude, or count as drop-out",
        "keep",
        ("keep", "exclude", "count"),
    )
    restart_months: int = _key("window of 'no restart', in months", 12, low=1)
    restart_min_days: int = _key("days between an end and a start that make it a restart", 1, low=0)
    restart_same_provider: bool = _key("whether only a restart at the same provider counts", False)
    usefulness_from: int = _key("marks from here count as useful", 7, low=1)
    mirror_margin: float = _key("points within which a gap between staff and clients does not matter", 10.0, low=0)
    statutory_grades_providers: bool = _key("whether statutory survey data may grade providers", False)


@dataclass(frozen=True)
class Region:
    """The contents of ``region.yml``."""

    name: str = _key("what readers call the region")
    instruments: tuple[str, ...] = _key("questionnaires that ship and are used", ())
    municipalities: tuple[str, ...] = _key("CBS codes, such as GM0632", ())
    revisions: tuple[str, ...] = _key(
        "a year and why its figures were made anew, such as '2026 reversed statement mended': what was published of it "
        "before no longer stands",
        (),
    )
    language: str = _key("language of the reports, unless the command names another", "nl", ("nl", "en"))
    fictional: bool = _key("true only for made-up data: a published key, test numbers for citizens", False)
    thresholds: Thresholds = field(
        default_factory=Thresholds, metadata={"about": "how many people a figure must rest on"}
    )
    comparison: Comparison = field(
        default_factory=Comparison, metadata={"about": "when a provider is called higher or lower"}
    )
    counting: Counting = field(default_factory=Counting, metadata={"about": "what happens to doubtful questionnaires"})
    definitions: Definitions = field(
        default_factory=Definitions, metadata={"about": "which of the field's definitions the region chose"}
    )


def read(path: Path, text: str, mistakes: list[str]) -> Region:
    r"""Read ``region.yml``; every mistake is told with its place, in words for who wrote it.

    Examples
    --------
    >>> mistakes = []
    >>> region = read(Path("region.yml"), "name: Gooi\nlanguage: fr\nfictional: ja\n", mistakes)
    >>> print(*mistakes, sep="\n")
    region.yml, language: 'fr'; choose from nl, en.
    region.yml, fictional: 'ja' must be true or false.
    """
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mistakes.append(_not_yaml(path, text, error))
        return Region(name="")
    if not isinstance(content, dict) or not content.get("name"):
        mistakes.append(f"{path}: the key 'name' (what readers call the region) is missing.")
        return Region(name="")
    found = _fill(Region, content, path, "", mistakes)
    return found if isinstance(found, Region) else Region(name="")


def _not_yaml(path: Path, text: str, error: yaml.YAMLError) -> str:
    """Say where YAML stops being YAML, and what it most often is."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return f"{path} cannot be read: it holds a character that has no place in a text file. Save it again as UTF-8."
    if "end of stream" in str(getattr(error, "problem", "")):
        mark = getattr(error, "context_mark", None) or mark
    line = text.splitlines()[mark.line] if mark.line < len(text.splitlines()) else ""
    why = (
        "write each key as 'key: value', with a space after the colon, and indent with spaces as in the lines around it"
    )
    if "\t" in line:
        why = "it is indented with a tab; use two spaces instead"
    elif line.count('"') % 2 or line.count("'") % 2:
        why = "a quote is opened and not closed"
    elif ": " in line.partition(": ")[2]:
        why = "a text with a colon in it must stand in quotes"
    elif line.count("[") != line.count("]"):
        why = "a bracket is opened and not closed: write [a, b]"
    return f"{path}, line {mark.line + 1}: this line cannot be read: {why}."


def _fill(kind: type, content: Mapping[Any, Any], path: Path, prefix: str, mistakes: list[str]) -> Any:
    """Fill a settings class from a mapping; every unknown key or wrong value is a mistake with its place."""
    known = {each.name: each for each in fields(kind)}
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for key, value in content.items():
        place = f"{path}, {prefix}{key}"
        if key not in known:
            near = difflib.get_close_matches(str(key), list(known), 1)
            mistakes.append(f"{place}: unknown key; " + (f"did you mean {near[0]!r}?" if near else "remove it."))
            continue
        wanted, rules = hints[key], known[key].metadata
        if dataclasses.is_dataclass(wanted):
            if isinstance(value, dict) and isinstance(wanted, type):
                values[key] = _fill(wanted, value, path, f"{key}.", mistakes)
            elif value is not None:
                names = ", ".join(each.name for each in fields(wanted))
                mistakes.append(f"{place}: expected keys below it, indented: {names}.")
            continue
        wrong = _wrong(value, wanted, rules)
        if wrong:
            mistakes.append(f"{place}: {value!r}{wrong}")
        else:
            values[key] = tuple(str(each) for each in value or ()) if wanted == tuple[str, ...] else value
    return kind(**values)


def _wrong(value: Any, wanted: Any, rules: Mapping[str, Any]) -> str:
    """Return what is wrong with a value, in plain words; nothing if it is right."""
    if wanted == tuple[str, ...]:
        fine = value is None or (isinstance(value, list) and not any(isinstance(each, (list, dict)) for each in value))
        return "" if fine else " must be a list: write [first, second], also for one."
    if rules["among"]:
        return "" if value in rules["among"] else f"; choose from {', '.join(rules['among'])}."
    if wanted is bool:
        return "" if isinstance(value, bool) else " must be true or false."
    if wanted is str:
        return "" if isinstance(value, str) else " must be a text; put it in quotes."
    numeric = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not numeric or (wanted is int and not isinstance(value, int)):
        hint = "; with a point, not a comma" if isinstance(value, str) and "," in value else ""
        return f" must be a {'whole ' if wanted is int else ''}number{hint}."
    return f" must be at least {rules['low']:g}." if rules["low"] is not None and value < rules["low"] else ""


def json_schema(instruments: list[str] | None = None) -> dict[str, Any]:
    """Return the JSON Schema of ``region.yml``, with which an editor completes, explains and checks it.

    Parameters
    ----------
    instruments : list of str, optional
        Questionnaires that ship, to choose from.

    Examples
    --------
    >>> json_schema()["properties"]["language"]["enum"]
    ['nl', 'en']
    """
    schema = _object(Region)
    schema["properties"]["municipalities"]["items"] = {"type": "string", "pattern": "^GM[0-9]{4}$"}
    if instruments:
        schema["properties"]["instruments"]["items"] = {"type": "string", "enum": instruments}
    schema["required"] = ["name"]
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": "region.yml", **schema}


def _object(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind)
    described = {each.name: _described(hints[each.name], each) for each in fields(kind)}
    return {"type": "object", "additionalProperties": False, "properties": described}


def _described(wanted: Any, key: "dataclasses.Field[Any]") -> dict[str, Any]:
    if isinstance(wanted, type) and not isinstance(wanted, types.GenericAlias) and dataclasses.is_dataclass(wanted):
        return _object(wanted) | {"description": key.metadata["about"]}
    names = {str: "string", int: "integer", float: "number", bool: "boolean"}
    described: dict[str, Any] = {"description": key.metadata["about"]}
    if wanted == tuple[str, ...]:
        described |= {"type": "array", "items": {"type": "string"}}
    else:
        described["type"] = names[wanted]
    if key.metadata["among"]:
        described["enum"] = list(key.metadata["among"])
    if key.metadata["low"] is not None:
        described["minimum"] = key.metadata["low"]
    if key.default is not dataclasses.MISSING:
        described["default"] = list(key.default) if isinstance(key.default, tuple) else key.default
    return described
