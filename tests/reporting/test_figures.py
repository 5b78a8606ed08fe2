"""Charts say what is in their table, in the reader's notation, and nothing a stranger slipped in."""

import math
import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.reporting import figures
from workbench.reporting.figures.matrix import NOTHING, SHADES, SIDES
from workbench.reporting.sheet import WIDTH, text_width

HOSTILE = '<script>alert("x")</script> $\\frac{1}{2}$ & Zoon\x00\u202e'
LIMITS = pd.DataFrame({"n": range(5, 200)}).assign(
    low95=lambda rows: 68 - 40 / rows["n"] ** 0.5,
    high95=lambda rows: 68 + 40 / rows["n"] ** 0.5,
    low998=lambda rows: 68 - 65 / rows["n"] ** 0.5,
    high998=lambda rows: 68 + 65 / rows["n"] ** 0.5,
)


def providers(count, name="Aanbieder {}"):
    rng = np.random.default_rng(count)
    estimate = rng.normal(68, 8, count).clip(5, 95)
    return pd.DataFrame(
        {
            "name": [name.replace("{}", str(place)) for place in range(count)],
            "n": rng.integers(10, 190, count),
            "estimate": estimate,
            "conf_low": estimate - 6,
            "conf_high": estimate + 6,
            "label": np.where(estimate > 78, "above", np.where(estimate < 58, "below", "not distinguishable")),
        }
    )


def measures(label="Autonomie", status="shown", median=64.0):
    row = {"label": label, "estimate": 62.4, "conf_low": 55.0, "conf_high": 70.0, "n": 1234, "status": status}
    band = {"lowest": 40.0, "quarter": 58.0, "median": median, "three_quarters": 70.0, "highest": 85.0}
    return pd.DataFrame([row | (band if not math.isnan(median) else dict.fromkeys(band, math.nan))])


def mirror(label="Autonomie"):
    client = {"client": 61.0, "client_low": 54.0, "client_high": 68.0}
    return pd.DataFrame([{"label": label, **client, "staff": 76.0, "staff_low": 70.0, "staff_high": 82.0}])


def shares(label="Reden onbekend", region=0.2):
    return pd.DataFrame([{"label": label, "share": 0.234, "conf_low": 0.17, "conf_high": 0.3, "region": region}])


def years(label="Toegang"):
    rows = [
        {
            "label": label,
            "year": year,
            "estimate": 60.0 + year - 2023,
            "conf_low": 55.0,
            "conf_high": 70.0,
            "region": 66.0,
        }
        for year in (2023, 2024, 2025, 2026)
    ]
    return pd.DataFrame(rows)


def answers(label="Ik kies zelf"):
    return pd.DataFrame([{"label": label, "oneens": 0.1, "neutraal": 0.3, "eens": 0.55, "weet niet": 0.05}])


def places(name="Aanbieder {}"):
    return providers(12, name).rename(columns={"estimate": "x", "n": "y"})[["x", "y", "name"]]


def months(start=1.0):
    rows = [
        (6, 0.91, 0.8, 0.95, 48, 0.93),
        (12, 0.82, 0.7, 0.89, 22, 0.87),
        (18, math.nan, math.nan, math.nan, 8, 0.84),
    ]
    return pd.DataFrame(rows, columns=["month", "estimate", "conf_low", "conf_high", "n", "region"])


def sides(label="Toegang", sources=("zelfbeeld", "cliënten")):
    rows = [{"label": label, sources[0]: 80.0, sources[1]: 61.0, f"{sources[1]} marked": True, "remark": "bespreken"}]
    return pd.DataFrame([*rows, {"label": "Tijd", sources[0]: math.nan, sources[1]: 70.0, "remark": ""}])


def skipped(label="Ik kies zelf"):
    return pd.DataFrame([{"label": label, "volwassenen": 0.04, "jeugd": 0.22, "ggz": math.nan}])


def aims(label="Uitval", verdict="niet gehaald"):
    points = {"label": "Toegang", "estimate": 68.0, "conf_low": 64.0, "conf_high": 72.0, "target": 75.0, "before": 61.0}
    shares = {"label": label, "estimate": 0.12, "conf_low": 0.09, "conf_high": 0.15, "target": 0.1, "before": math.nan}
    rows = [points | {"share": False, "verdict": "gehaald"}, shares | {"share": True, "verdict": verdict}]
    return pd.DataFrame(rows)


CHARTS = {
    "dots": lambda label: figures.dots(measures(label)),
    "distribution": lambda label: figures.distribution(
        answers(label), ["oneens", "neutraal", "eens"], unknown="weet niet"
    ),
    "dumbbell": lambda label: figures.dumbbell(mirror(label)),
    "bars": lambda label: figures.bars(shares(label)),
    "trend": lambda label: figures.trend(years(label)),
    "funnel": lambda label: figures.funnel(
        providers(1, label).assign(label="above", estimate=90.0), LIMITS, 68.0, y_label=label
    ),
    "quadrant": lambda label: figures.quadrant(places(label), 68.0, 90.0, x_label=label, corners=[label] * 4),
    "caterpillar": lambda label: figures.caterpillar(providers(5, label), 68.0),
    "incidence": lambda label: figures.incidence(months(), start=1, y_label=label),
    "heat": lambda label: figures.heat(sides(label), ["zelfbeeld", "cliënten"]),
    "missingness": lambda label: figures.missingness(skipped(label), ["volwassenen", "jeugd", "ggz"], notable=0.2),
    "targets": lambda label: figures.targets(aims(label, label)),
    "caterpillar of many": lambda label: figures.caterpillar(providers(80, label), 68.0),
}


def words(svg):
    return [text.text or "" for text in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


@pytest.fixture(params=CHARTS)
def chart(request):
    return CHARTS[request.param]


def test_the_label_appears(chart):
    assert any("Dagbesteding" in text for text in words(chart("Dagbesteding")))


def test_the_same_table_gives_the_same_bytes(chart):
    assert chart("Toegang") == chart("Toegang")


def test_text_from_a_delivery_stays_text(chart):
    svg = chart(HOSTILE)
    assert "<script" not in svg
    assert "\x00" not in svg and "\u202e" not in svg
    assert any("<script>" in text for text in words(svg))  # shown as it was typed
    assert {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(svg).iter()} <= {
        *("svg", "path", "use", "text", "defs", "pattern", "rect")
    }


def test_dollars_are_no_formula():
    assert "$\\frac{1}{2}$" in words(figures.bars(shares("$\\frac{1}{2}$")))


def test_a_long_name_stays_inside(chart):
    assert_inside(chart("Stichting " * 30))


def test_everything_written_stays_inside(chart):
    assert_inside(chart("Toegang"))


def assert_inside(svg):
    drawing = ElementTree.fromstring(svg)
    height = float(drawing.get("viewBox").split()[3])
    for text, left, right, y in written(drawing):
        assert left >= -1 and right <= WIDTH + 1 and 8 <= y <= height, text


def written(drawing):
    """Return every text with the room it takes."""
    for text in drawing.iter("{http://www.w3.org/2000/svg}text"):
        style = text.get("style")
        wide, x, y = text_width(text.text or "", "bold" in style), float(text.get("x")), float(text.get("y"))
        start = x - {"end": wide, "middle": wide / 2}.get(re.search(r"anchor:(\w+)|$", style)[1], 0)
        yield text.text, start, start + wide, y


@pytest.mark.parametrize("own_scale", [False, True])
def test_large_figures_beside_a_panel_stay_inside(own_scale):
    many = pd.concat([years(name).assign(region=12345.0) for name in ("Cliënten", "Instroom", "Budget")])
    assert_inside(figures.trend(many, own_scale=own_scale))


def test_a_measure_on_its_own_scale_is_not_flattened_by_another():
    calm, wild = years("Cliënten"), years("Verloop")
    numbers = ["estimate", "conf_low", "conf_high", "region"]
    wild[numbers] *= 9
    assert "600" not in words(figures.trend(calm, own_scale=True))
    both = pd.concat([calm, wild])
    assert words(figures.trend(both, own_scale=True)) != words(figures.trend(both))
    assert words(figures.trend(calm)) == words(figures.trend(calm, own_scale=True))


def test_nothing_points_outside(chart):
    assert re.findall(r"https?://[^\"' ]+", chart("Toegang")) == ["http://www.w3.org/2000/svg"]


def test_numbers_are_written_as_the_reader_does():
    assert "1.234" in words(figures.dots(measures(), language="nl"))
    assert "1,234" in words(figures.dots(measures(), language="en"))
    assert "99,8%" in words(figures.funnel(providers(9), LIMITS, 68.0, language="nl"))
    assert "99.8%" in words(figures.funnel(providers(9), LIMITS, 68.0, language="en"))


def test_few_answers_are_drawn_open_and_said():
    assert not any("indicatief" in text for text in words(figures.dots(measures())))
    assert any("indicatief" in text for text in words(figures.dots(measures(status="indicative"))))


@pytest.mark.parametrize(
    "draw",
    [
        lambda: figures.dots(measures().head(0)),
        lambda: figures.distribution(answers().head(0), ["oneens", "eens"]),
        lambda: figures.dumbbell(mirror().head(0)),
        lambda: figures.bars(shares().head(0)),
        lambda: figures.trend(years().head(0)),
        lambda: figures.trend(years().head(1)),
        lambda: figures.funnel(providers(3).head(0), LIMITS, 68.0),
        lambda: figures.funnel(providers(3).assign(estimate=math.nan), LIMITS, 68.0),
        lambda: figures.caterpillar(providers(3).head(0), 68.0),
        lambda: figures.caterpillar(providers(3).assign(conf_low=math.nan, conf_high=math.nan), 68.0),
        lambda: figures.caterpillar(providers(80).assign(estimate=68.0, conf_low=68.0, conf_high=68.0), 68.0),
        lambda: figures.quadrant(places().assign(x=math.nan)),
        lambda: figures.incidence(months().head(0)),
        lambda: figures.incidence(months().assign(estimate=math.nan, region=math.nan)),
        lambda: figures.heat(sides().head(0), ["zelfbeeld", "cliënten"]),
        lambda: figures.heat(sides().assign(zelfbeeld=math.nan, cliënten=math.nan), ["zelfbeeld", "cliënten"]),
        lambda: figures.missingness(skipped().head(0), ["jeugd"]),
        lambda: figures.targets(aims().head(0)),
        lambda: figures.targets(
            aims().assign(estimate=math.nan, conf_low=math.nan, conf_high=math.nan, target=math.nan)
        ),
        lambda: figures.bars(shares().assign(share=math.nan, conf_low=math.nan, conf_high=math.nan, region=math.nan)),
    ],
)
def test_little_to_draw_is_no_failure(draw):
    svg = draw()
    assert ElementTree.fromstring(svg) is not None and "nan" not in svg.lower()


def test_without_a_region_there_is_no_band():
    assert any("aanbieders" in text for text in words(figures.dots(measures())))
    assert not any("aanbieders" in text for text in words(figures.dots(measures(median=math.nan))))


def test_a_share_too_small_for_its_part_is_left_to_the_table():
    assert {"10%", "30%", "55%"} <= set(words(CHARTS["distribution"]("x")))
    row = pd.DataFrame([{"label": "x", "ja": 0.99, "nee": 0.01}])
    assert "1%" not in words(figures.distribution(row, ["nee", "ja"]))


def test_both_groups_of_the_mirror_are_named():
    assert {"cliënten", "medewerkers", "61", "76"} <= set(words(figures.dumbbell(mirror())))


def test_a_missing_side_is_a_dash():
    missing = mirror().assign(client=math.nan, client_low=math.nan, client_high=math.nan)
    assert "–" in words(figures.dumbbell(missing))


def test_a_break_cuts_the_panel_in_two():
    whole = figures.trend(years())
    broken = figures.trend(years().assign(break_before=[False, False, True, False]))
    assert "andere meting" in words(broken)
    assert "andere meting" not in words(whole)
    assert broken.count("stroke-width:2.5") == 2 * whole.count("stroke-width:2.5")  # two lines instead of one
    assert broken.count("stroke-dasharray:2,3") == 2  # the edges of the cut


def test_a_share_over_the_months_is_told_at_fixed_horizons_only():
    said = words(figures.incidence(months(), start=1))
    assert {"6", "12", "18", "91%", "82%", "93%", "87%", "84%", "48", "22", "8"} <= set(said)
    assert said.count("–") == 1  # not known yet after 18 months
    lines = re.findall(r'<path d="M([^"]*)"[^>]*stroke:#0072b2;stroke-width:2.5', figures.incidence(months(), start=1))
    assert max(line.count("L") for line in lines) == 2  # from the start to 6 months, to 12, and no further


def test_every_cell_of_a_heat_table_says_its_value():
    said = words(figures.heat(sides(), ["zelfbeeld", "cliënten"]))
    assert {"80", "61", "70", "–", "bespreken", "zelfbeeld", "cliënten"} <= set(said)


def test_text_on_a_shade_can_be_read():
    for shade in (*SHADES, *SIDES, NOTHING):
        text = "#ffffff" if shade == SHADES[-1] else "#1b2430"
        light, dark = sorted((_luminance(shade), _luminance(text)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, shade


def _luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_many_sources_keep_their_names():
    sources = ["zelfbeeld", "cliënten", "medewerkers", "toegang", "backoffice", "toezichthouder"]
    rows = pd.DataFrame([{"label": "Toegang", "remark": "bespreken"} | dict.fromkeys(sources, 60.0)])
    assert set(sources) <= set(words(figures.heat(rows, sources)))


def test_long_names_of_subjects_and_providers_are_whole_in_a_map():
    themes = [
        *("Afgestemd op de behoefte en op andere hulp", "Cliëntgericht", "Doelmatig", "Doeltreffend"),
        *(
            "Werkt met de meldcode",
            "Volgens de professionele standaard",
            "Respect voor de rechten van de cliënt",
            "Veilig",
        ),
    ]
    providers = ["Stichting Maatschappelijke Ondersteuning Vecht en Venen Dagbesteding", "De Linde"]
    rows = pd.DataFrame([{"label": name} | dict.fromkeys(themes, 1.0) for name in providers])
    said = " ".join(words(figures.heat(rows, themes, 0, 4)))
    assert "…" not in said
    for name in (*themes, *providers):
        assert all(word in said for word in name.split())


def test_a_difference_has_its_sign_and_a_colour_on_each_side():
    rows = pd.DataFrame([{"label": "De Linde", "autonomie": 12.0, "effect": -18.0, "kwaliteit": 0.4}])
    svg = figures.heat(rows, ["autonomie", "effect", "kwaliteit"], signed=True)
    assert {"+12", "−18", "0", "+18"} <= set(words(svg))
    assert SIDES[0] in svg and SIDES[2] in svg and SIDES[3] in svg


def test_a_provider_that_is_told_apart_has_its_whole_name_among_many():
    rows = providers(29, "Stichting Maatschappelijke Hulp {}").rename(columns={"n": "x", "estimate": "y"})
    rows = rows.assign(
        label="not distinguishable", name=rows["name"].mask(rows.index == 7, "Jongerenwerkplaats De Spoorbrug")
    )
    rows.loc[7, ["label", "x", "y"]] = ["below", rows["x"].median(), rows["y"].median()]
    assert "Jongerenwerkplaats De Spoorbrug" in words(figures.quadrant(rows, 60.0, 70.0))


def test_questions_people_skip_are_framed_and_explained():
    said = words(figures.missingness(skipped(), ["volwassenen", "jeugd", "ggz"], notable=0.2))
    assert {"4%", "22%", "–"} <= set(said) and "een heel vak is 40%; omlijnd: 20% of meer" in said
    assert not any("omlijnd" in text for text in words(figures.missingness(skipped(), ["jeugd"], notable=0.5)))


def test_targets_are_written_in_their_own_unit():
    assert {"68", "75", "12%", "10%", "gehaald", "niet gehaald"} <= set(words(figures.targets(aims())))


def test_a_long_table_is_drawn_in_parts():
    rows = pd.concat([sides()] * 30)
    parts = figures.in_parts(rows, 25, lambda part: figures.heat(part, ["zelfbeeld", "cliënten"]))
    assert len(parts) == 3
    assert sum(words(part).count("bespreken") for part in parts) == 30


@pytest.mark.parametrize("draw", [figures.funnel, figures.quadrant])
def test_of_three_hundred_providers_the_own_name_is_always_written(draw):
    rows = providers(300)
    for own in rows["name"].sample(12, random_state=1):
        if draw is figures.funnel:
            svg = draw(rows, LIMITS, 68.0, highlight=own)
        else:
            svg = draw(rows.rename(columns={"estimate": "x", "n": "y"})[["x", "y", "name"]], 68.0, 90.0, highlight=own)
        assert [text for text in words(svg) if "Aanbieder" in text] == [own]


def test_charts_of_three_hundred_providers_are_light():
    rows = providers(300)
    points = rows.rename(columns={"estimate": "x", "n": "y"})[["x", "y", "name"]]
    sources = ["zelf", "cliënten", "medewerkers", "toegang", "backoffice", "toezicht"]
    table = pd.DataFrame([{"label": name} | dict.fromkeys(sources, 61.0) for name in rows["name"]])
    assert len(figures.funnel(rows, LIMITS, 68.0)) < 60_000
    assert len(figures.quadrant(points, 68.0, 90.0)) < 45_000
    assert len(figures.caterpillar(rows, 68.0)) < 30_000
    assert sum(map(len, figures.in_parts(table, 25, lambda part: figures.heat(part, sources)))) < 400_000


def test_names_without_room_are_counted():
    said = words(figures.funnel(providers(300), LIMITS, 68.0))
    written = sum("Aanbieder" in text for text in said)
    (left_out,) = [int(text.split()[-1]) for text in said if "alleen in de tabel" in text]
    assert written > 5 and written + left_out == providers(300)["label"].isin(["above", "below"]).sum()


def test_of_many_providers_only_the_furthest_are_named():
    rows = providers(300).rename(columns={"estimate": "x", "n": "y"})[["x", "y", "name"]]
    named = {text for text in words(figures.quadrant(rows, 68.0, 90.0)) if "Aanbieder" in text}
    assert 10 < len(named) <= 20 and rows.loc[rows["x"].idxmax(), "name"] in named
    asked = figures.quadrant(rows.assign(named=rows["name"].eq("Aanbieder 3")), 68.0, 90.0)
    assert {text for text in words(asked) if "Aanbieder" in text} <= {"Aanbieder 3"}


def test_an_anonymous_figure_names_nobody_else():
    for svg in (
        figures.funnel(providers(20), LIMITS, 68.0, highlight="Aanbieder 3"),
        figures.caterpillar(providers(20), 68.0, highlight="Aanbieder 3"),
        figures.caterpillar(providers(90), 68.0, highlight="Aanbieder 3"),
        figures.quadrant(places(), highlight="Aanbieder 3"),
    ):
        assert [text for text in words(svg) if "Aanbieder" in text] == ["Aanbieder 3"]


def test_differences_may_be_negative():
    gaps = providers(8).assign(estimate=lambda rows: rows["estimate"] - 68, conf_low=-20.0, conf_high=20.0)
    assert "−20" in words(figures.caterpillar(gaps, 0.0))


def test_what_providers_differ_from_can_be_named():
    rows = providers(8).assign(label="above")
    said = words(
        figures.caterpillar(rows, 0.0, reference_label="even positief", labels={"above": "medewerkers positiever"})
    )
    assert "even positief" in said and "medewerkers positiever" in said and not any("regio" in text for text in said)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 320))
def test_any_number_of_providers_fits_a_page(count):
    height = float(re.search(r'viewBox="0 0 760 ([\d.]+)"', figures.caterpillar(providers(count), 68.0))[1])
    assert height <= 945  # what an A4 leaves for it, with the finding and the caption above


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 199), st.floats(0, 100)), min_size=1, max_size=40))
def test_names_in_a_funnel_touch_no_other_name(points):
    rows = pd.DataFrame(points, columns=["n", "estimate"]).assign(
        name=lambda here: [f"Zorgaanbieder {place}" for place in range(len(here))], label="above"
    )
    svg = ElementTree.fromstring(figures.funnel(rows, LIMITS, 68.0))
    boxes = [(left, right, y) for text, left, right, y in written(svg) if "Zorgaanbieder" in text]
    for place, (left, right, y) in enumerate(boxes):
        assert left >= -1 and right <= WIDTH + 1
        for other_left, other_right, other_y in boxes[:place]:
            assert right < other_left or other_right < left or abs(y - other_y) > 15
