"""Who took part, and what happened to everything that was delivered."""

import pandas as pd

from workbench.reporting import phrases
from workbench.reporting.exhibit import Exhibit, Paragraphs
from workbench.reporting.exhibits import Parts, by_name, counted, plain, representativity, said, share, shown
from workbench.reporting.release import Release
from workbench.reporting.wording import number

__all__ = ["deliveries", "participation", "representativity"]
ROUNDED_TO = 5  # counts in the public edition: what is nought there is fewer


def participation(release: Release) -> Parts | Exhibit | Paragraphs:
    """Questionnaires counted per provider and per municipality, and the response of invited clients."""
    parts = [_per(release, unit) for unit in (["provider"] if release.named else []) + ["municipality"]]
    known = [part for part in parts if part is not None]
    if not known:
        return said(release.say("no participation"))
    return Parts(known)


def _per(release: Release, unit: str) -> Exhibit | None:
    language = release.language
    counts = release.rows(measure="aantal", statistic="count", unit=unit)
    if counts.empty:
        return None
    row_of = {(row["unit_id"], row["group"]): row for _, row in counts.iterrows()}
    response = release.rows(measure="respons", statistic="share", unit=unit).set_index("unit_id")["estimate"]
    roles = [role for role in phrases.ROLES if (counts["group"] == role).any()]
    towns = release.codebook["municipalities"]
    units = by_name(release) if unit == "provider" else sorted(towns, key=towns.__getitem__)
    rows = []
    for each in units:
        row = {release.head(unit): release.called(each) if unit == "provider" else towns[each]}
        for role in roles:
            row[release.word(role).capitalize()] = counted(release, row_of.get((each, role)))
        if len(response):
            row[release.head("response")] = share(response.get(each, float("nan")), language)
        rows.append(row)
    table = pd.DataFrame(rows)
    kinds = dict.fromkeys(table.columns[1:], "count")
    caption = release.text("captions", "participation of all", unit=release.word(unit))
    missing = table.isin(["", release.text("titles", "not shown")]).any(axis=None)
    note = release.text("notes", "participation of all") if missing else ""
    return shown(release, f"participation-{unit}", table, caption=caption, note=note, **kinds)


def deliveries(release: Release) -> Parts:
    """The account of the deliveries: delivered = counted + not counted, per file, and what counts though doubtful."""
    return Parts([_account(release), *_doubtful(release)])


def _account(release: Release) -> Exhibit:
    language = release.language
    files = release.deliveries[release.deliveries["kind"] != "ignored"]
    total = {name: number(files[name].sum(), language) for name in ("delivered", "counted", "excluded")}
    account = release.say("account", **total)
    if not release.named:  # the name of a file may be that of a provider
        why = release.excluded.groupby("reason")["records"].sum().sort_values(ascending=False, kind="stable")
        table = pd.DataFrame({release.head("why"): [release.word(str(each)) for each in why.index]})
        table[release.head("number")] = [number(n, language) if n else f"< {ROUNDED_TO}" for n in why]
        caption = release.text("captions", "excluded")
        count = {release.head("number"): "count"}
        return shown(release, "deliveries", table, caption=caption, finding=account, **count)
    each = zip(release.excluded["reason"], release.excluded["records"], strict=True)
    said_why = release.excluded.assign(text=[f"{release.word(why)} ({number(n, language)})" for why, n in each])
    why = said_why.groupby("file")["text"].agg(", ".join)
    columns = {"file": "file", "delivered": "delivered", "counted": "counted", "excluded": "excluded"}
    table = pd.DataFrame({release.head(head): files[column] for head, column in columns.items()})
    table[release.head("why")] = files["file"].map(why).fillna("")
    return shown(release, "deliveries", table, caption=release.text("captions", "deliveries"), finding=account)


def _doubtful(release: Release) -> list[Exhibit | Paragraphs]:
    """Which questionnaires count although something is doubtful: per delivery, or together where files have no name."""
    rows = release.flagged[(release.flagged["file"] != "") == release.named]
    if rows.empty:
        return []
    if not release.named and rows["records"].isna().all():
        doubts = "; ".join(release.word(each) for each in sorted(rows["flag"]))
        return [said(release.say("doubtful few", doubts=doubts))]
    table = pd.DataFrame({release.head("doubt"): [release.word(each).capitalize() for each in rows["flag"]]})
    table[release.head("number")] = [plain(n, release.language) if n > 0 else "" for n in rows["records"]]
    if release.named:
        table.insert(0, release.head("file"), list(rows["file"]))
    caption, note = release.text("captions", "flagged"), release.text("notes", "flagged")
    if rows["records"].isna().any():
        note += " " + release.text("notes", "participation")
    return [shown(release, "flagged", table, caption=caption, note=note, numeric=["number"])]
