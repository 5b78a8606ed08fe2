"""The cookbook says what its code gives; the plain way gives the same figures in many more lines."""

import ast
import re
from pathlib import Path

import plainly
import pytest

ROOT = Path(__file__).parent.parent.parent
PATH = ROOT / "docs" / "cookbook.md"
RECIPE = re.compile(r"```python\n((?:(?!```).)*)```\n\n```text\n((?:(?!```).)*)```", re.DOTALL)
GROUPS = {"p001": "large", "p002": "large", "p003": "small", "p004": "small", "p006": "small"}
WORDS = {"going out": ["naar buiten", "boodschap"], "being heard": ["luister", "serieus"]}
PLAIN = ("providers", "municipalities", "groups", "mirror", "dropout", "relation", "policy", "item", "change", "themes")
REMEDY = "make it again: python tests/rewrite.py"
TABLE = re.compile(r"LINES|\| question \|.*?\n\n", re.DOTALL)


def answered(code, region):
    """What the last line of a recipe shows."""
    *before, last = ast.parse(code).body
    scope = {"region": region}
    exec(compile(ast.Module(before, []), "cookbook", "exec"), scope)
    return eval(compile(ast.Expression(last.value), "cookbook", "eval"), scope)


def written(answer):
    """An answer as the page shows it: the sentence and the table."""
    lines = f"{answer.finding}\n\n{answer.table.to_string(index=False)}".splitlines()
    return "".join(f"{line.rstrip()}\n" for line in lines).replace("\u00a0", " ").replace("\u2060", "")


def lines_of(source):
    """Lines of code: no blank lines, comments or docstrings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.Module) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    kept = {
        line for node in ast.walk(tree) if hasattr(node, "lineno") for line in range(node.lineno, node.end_lineno + 1)
    }
    bodies = [line for number, line in enumerate(source.splitlines(), 1) if number in kept]
    plain = [line for line in bodies if line.strip() and not line.strip().startswith(("#", '"""'))]
    return len(plain)


def counted():
    """The table of lines, question by question."""
    text, source = PATH.read_text("utf-8"), Path(plainly.__file__).read_text("utf-8")
    functions = {node.name: node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
    titles = re.findall(r"^## \d+\. (.*)$", text, re.MULTILINE)
    first = sum(
        lines_of(ast.get_source_segment(source, functions[name])) for name in ("scored", "adjusted", "compared")
    )
    imports = len([line for line in source.splitlines() if line.startswith(("import", "from"))])
    rows, totals = [], [2, first + imports]
    for title, (code, _), name in zip(titles, RECIPE.findall(text), PLAIN, strict=True):
        here, plain = lines_of(code), lines_of(ast.get_source_segment(source, functions[name]))
        rows.append(f"| {title} | {here} | {plain} |\n")
        totals = [totals[0] + here, totals[1] + plain]
    shared = f"| opening the region; here also reading, scoring the mix, comparing | 2 | {first + imports} |\n"
    return (
        "| question | workbench | pandas, scipy, statsmodels |\n|---|--:|--:|\n"
        + shared
        + "".join(rows)
        + f"| **all ten** | **{totals[0]}** | **{totals[1]}** |\n\n"
    )


def made(region):
    """The page with every result and the table of lines as they are now."""
    text = RECIPE.sub(
        lambda recipe: recipe[0].replace(f"```text\n{recipe[2]}", f"```text\n{written(answered(recipe[1], region))}"),
        PATH.read_text("utf-8"),
    )
    return TABLE.sub(lambda _: counted(), text, count=1)


def test_the_page_says_what_its_code_gives(region):
    assert len(RECIPE.findall(PATH.read_text("utf-8"))) == 10
    assert made(region) == PATH.read_text("utf-8"), REMEDY


# ---- the plain way gives the same


@pytest.fixture(scope="module")
def folders(small_region):
    return {year: small_region.processed(year) for year in (2025, 2026)}


def of(answer, statistic="adjusted", unit="provider", index="unit_id"):
    rows = answer.estimates
    return rows[(rows["statistic"] == statistic) & (rows["unit"] == unit)].set_index(index).sort_index()


@pytest.mark.parametrize(
    ("name", "measure", "by"),
    [("providers", "autonomie", "provider_id"), ("municipalities", "effect", "municipality_code")],
)
def test_comparisons_are_the_same(region, folders, name, measure, by):
    ours = of(region.compare(measure, by=by), unit=by.partition("_")[0])
    plain = getattr(plainly, name)(folders[2026]).reindex(ours.index)
    for column in ("estimate", "delta", "p_adjusted"):
        assert plain[column].to_numpy() == pytest.approx(ours[column].to_numpy(), abs=1e-6, nan_ok=True)


def test_groups_of_providers_are_the_same(region, folders):
    ours = of(region.compare("autonomie", by=GROUPS), unit="region", index="category")
    plain = plainly.groups(folders[2026], GROUPS)
    for column in ("estimate", "std_error"):
        assert plain[column].to_numpy() == pytest.approx(ours[column].to_numpy(), rel=1e-5)


def test_the_mirror_is_the_same(region, folders):
    ours = of(region.mirror("autonomie"), "gap")
    plain = plainly.mirror(folders[2026]).reindex(ours.index)
    assert plain["gap"].to_numpy() == pytest.approx(ours["estimate"].to_numpy())
    assert plain["p_adjusted"].to_numpy() == pytest.approx(ours["p_adjusted"].to_numpy())
    assert (plain["p_equal_adjusted"] < 0.05).to_list() == (ours["label"] == "equivalent").to_list()


def test_drop_out_is_the_same(region, folders):
    ours = of(region.compare("uitval"), "share")
    plain = plainly.dropout(folders[2026]).reindex(ours.index)
    for column in ("n", "estimate", "conf_low", "conf_high"):
        assert plain[column].to_numpy() == pytest.approx(ours[column].to_numpy())


def test_relations_are_the_same(region, folders):
    rows = region.relate("waiting_weeks", "toegankelijkheid").estimates.set_index("statistic")
    r, ends, rho = plainly.relation(folders[2026])
    ours = rows.loc["correlation", ["estimate", "conf_low", "conf_high"]].to_list()
    assert ours == pytest.approx([r, ends.low, ends.high])
    assert rows.loc["rank_correlation", "estimate"] == pytest.approx(rho)


def test_the_effect_of_a_policy_is_the_same(region, folders):
    rows = region.follow("toegankelijkheid", "Woerden", since=2026).estimates
    row = rows[rows["statistic"] == "policy_effect"].iloc[0]
    assert row[["estimate", "conf_low", "conf_high"]].to_list() == pytest.approx(
        plainly.policy(folders, "GM0632"), rel=1e-4
    )


def test_answers_by_group_are_the_same(region, folders):
    rows = region.item("A1", by="age_band").estimates
    ours = rows[rows["category"].str.startswith("positive: ")]
    ours = ours.set_index(ours["category"].str.partition(": ")[2])
    plain = plainly.item(folders[2026]).reindex(ours.index)
    for column in ("estimate", "conf_low", "p_adjusted"):
        assert plain[column].to_numpy() == pytest.approx(ours[column].to_numpy(), nan_ok=True)


def test_changes_are_the_same(region, folders):
    ours = of(region.change("autonomie"), "change")
    ours = ours[ours["reason"] != "break"]
    plain = plainly.change(folders).reindex(ours.index)
    assert plain.to_numpy() == pytest.approx(ours["estimate"].to_numpy(), abs=0.01, nan_ok=True)


def test_themes_are_the_same(region, folders):
    counts = region.themes(WORDS).estimates.set_index("category")["estimate"]
    plain = plainly.themes(folders[2026], WORDS)
    assert counts.reindex(plain.index).fillna(0).to_list() == plain.to_list()
