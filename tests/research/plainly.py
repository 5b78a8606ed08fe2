"""The ten questions of the cookbook as one would answer them with pandas, scipy and statsmodels alone.

To count lines against, and to hold the answers against. Each gives one figure per provider or group, and its test; none
hides a figure on few people, writes a sentence, draws a picture or follows a break in a series.
"""

import numpy as np
import pandas as pd
from scipy import optimize, stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint


def scored(folder, dimension, role="client"):
    """Who answered, with background and score."""
    scores = pd.read_parquet(folder / "scores.parquet")
    responses = pd.read_parquet(folder / "responses.parquet")
    scores = scores[(scores["dimension"] == dimension) & (scores["role"] == role) & (scores["points"] == 5)]
    return scores.drop(columns=["provider_id", "role", "instrument"]).merge(responses, on="response_id", validate="m:1")


def adjusted(people, unit):
    """Case-mix-adjusted means with smoothed variances."""
    levels = [
        people[name].value_counts().sort_index().sort_values(ascending=False, kind="stable").index[1:]
        for name in ("age_band", "sex")
    ]
    columns = [
        (people[name] == level).astype(float).where(people[name].notna())
        for name, each in zip(("age_band", "sex"), levels, strict=True)
        for level in each
    ]
    x = pd.concat(columns, axis=1, keys=range(len(columns)))
    x = x.fillna(x.groupby(people[unit]).transform("mean")).fillna(x.groupby(people[unit]).mean().mean())
    known = people["score"].notna() & people["score"].groupby(people[unit]).transform("count").ge(2)
    y, x, of = people.loc[known, "score"], x[known], people.loc[known, unit]
    slopes = np.linalg.lstsq(x - x.groupby(of).transform("mean"), y - y.groupby(of).transform("mean"), rcond=None)[0]
    effect = pd.Series(x.to_numpy() @ slopes, index=x.index).groupby(of).mean()
    residual = (y - y.groupby(of).transform("mean")) - (x - x.groupby(of).transform("mean")).to_numpy() @ slopes
    n, squares = y.groupby(of).size(), (residual**2).groupby(of).sum()
    pooled = squares.sum() / (n - 1).sum()
    table = pd.DataFrame({"n": n, "estimate": y.groupby(of).mean() - (effect - effect.mean())})
    table["variance"] = (15 * pooled + squares) / (15 + n - 1) / n
    return table.assign(df=n - 1 + 15)


def compared(table):
    """Each unit beside the mean of all."""
    P = len(table)
    delta = table["estimate"] - table["estimate"].mean()
    error = np.sqrt(table["variance"] * (1 - 2 / P) + table["variance"].sum() / P**2)
    p = 2 * stats.t.sf(abs(delta / error), table["df"])
    return table.assign(delta=delta, p_adjusted=multipletests(p, method="fdr_bh")[1])


def providers(folder):
    """Do providers differ on autonomy?"""
    return compared(adjusted(scored(folder, "autonomie"), "provider_id"))


def municipalities(folder):
    """Do municipalities differ on effect?"""
    return compared(adjusted(scored(folder, "effect").dropna(subset=["municipality_code"]), "municipality_code"))


def groups(folder, of):
    """Do groups of providers differ, with providers as the sample?"""
    table = adjusted(scored(folder, "autonomie"), "provider_id")
    table = table[table.index.isin(of)]
    X = pd.get_dummies(table.index.map(of)).astype(float).to_numpy()
    y, v = table["estimate"].to_numpy(), table["variance"].to_numpy()

    def fit(tau2):
        w = 1 / (v + tau2)
        inverse = np.linalg.inv(X.T @ (w[:, None] * X))
        beta = inverse @ X.T @ (w * y)
        return beta, inverse, w @ (y - X @ beta) ** 2

    df = len(y) - X.shape[1]
    tau2 = 0.0 if fit(0)[2] <= df else optimize.brentq(lambda t: fit(t)[2] - df, 0, 1e4)
    beta, inverse, squares = fit(tau2)
    error = np.sqrt(np.diag(inverse) * max(1, squares / df))
    return pd.DataFrame({"estimate": beta, "std_error": error}, index=sorted(set(of.values())))


def mirror(folder):
    """Do staff and clients see the same?"""
    client, staff = (scored(folder, "autonomie", role).dropna(subset=["score"]) for role in ("client", "staff"))
    rows = []
    for provider in sorted(set(client["provider_id"]) & set(staff["provider_id"])):
        a, b = (each.loc[each["provider_id"] == provider, "score"] for each in (staff, client))
        if min(len(a), len(b)) > 1:
            test = stats.ttest_ind(a, b, equal_var=False)
            error, df = abs((a.mean() - b.mean()) / test.statistic), test.df
            equal = max(
                stats.t.sf((a.mean() - b.mean() + 10) / error, df), stats.t.cdf((a.mean() - b.mean() - 10) / error, df)
            )
            rows.append((provider, a.mean() - b.mean(), test.pvalue, equal))
    table = pd.DataFrame(rows, columns=["provider_id", "gap", "p", "p_equal"]).set_index("provider_id")
    return table.assign(
        **{f"{name}_adjusted": multipletests(table[name], method="fdr_bh")[1] for name in ("p", "p_equal")}
    )


def dropout(folder, year=2026):
    """Does drop-out differ between providers?"""
    episodes = pd.read_parquet(folder / "episodes.parquet")
    ended = episodes[(episodes["ended_on"].dt.year == year - 1) & (episodes["ended_on"] <= episodes["follow_up_until"])]
    no_ending = ["tijdelijk", "administratief", "overlijden", "onbekend"]
    ended = ended[ended["ending_group"].notna() & ~ended["ending_group"].isin(no_ending)]
    left = ended["ending_group"].isin(["eenzijdig_client", "eenzijdig_aanbieder"])
    table = left.groupby(ended["provider_id"]).agg(n="count", count="sum")
    table["conf_low"], table["conf_high"] = proportion_confint(table["count"], table["n"], method="wilson")
    return table.assign(estimate=table["count"] / table["n"])


def relation(folder):
    """Do waiting time and accessibility go together?"""
    table = adjusted(scored(folder, "toegankelijkheid"), "provider_id")
    context = pd.read_parquet(folder / "context.parquet").query("unit == 'provider' and measure == 'waiting_weeks'")
    weeks = context.sort_values("year").groupby("unit_id")["value"].last()
    both = table[table["n"] >= 10].assign(weeks=weeks).dropna()
    r, rho = stats.pearsonr(both["weeks"], both["estimate"]), stats.spearmanr(both["weeks"], both["estimate"])
    return r.statistic, r.confidence_interval(), rho.statistic


def policy(folders, treated):
    """Did the policy matter?"""
    people = pd.concat([scored(folder, "toegankelijkheid").assign(year=year) for year, folder in folders.items()])
    people = people.dropna(subset=["municipality_code"]).reset_index(drop=True)
    table = adjusted(people.assign(cell=people["municipality_code"] + people["year"].astype(str)), "cell")
    table["town"], table["year"] = table.index.str[:-4], table.index.str[-4:].astype(int)
    first, last = (table[table["year"] == year].set_index("town") for year in sorted(folders)[-2:])
    change, v = (last["estimate"] - first["estimate"]).dropna(), (last["variance"] + first["variance"]).dropna()
    X = np.column_stack([np.ones(len(change)), change.index == treated])

    def fit(tau2):
        w = 1 / (v.to_numpy() + tau2)
        inverse = np.linalg.inv(X.T @ (w[:, None] * X))
        beta = inverse @ X.T @ (w * change.to_numpy())
        return beta, inverse, w @ (change.to_numpy() - X @ beta) ** 2

    df = len(change) - 2
    tau2 = 0.0 if fit(0)[2] <= df else optimize.brentq(lambda t: fit(t)[2] - df, 0, 1e4)
    beta, inverse, squares = fit(tau2)
    half = stats.t.ppf(0.975, df) * np.sqrt(inverse[1, 1] * max(1, squares / df))
    return beta[1], beta[1] - half, beta[1] + half


def item(folder):
    """Who answers A1 otherwise?"""
    answers, responses = (pd.read_parquet(folder / f"{name}.parquet") for name in ("answers", "responses"))
    given = answers.merge(responses, on="response_id").query("role == 'client'").dropna(subset=["A1", "age_band"])
    table = (given["A1"] > 3).groupby(given["age_band"]).agg(n="count", count="sum")
    table["conf_low"], table["conf_high"] = proportion_confint(table["count"], table["n"], method="wilson")
    rest, others = table["count"].sum() - table["count"], table["n"].sum() - table["n"]
    share, N = table["count"].sum() / table["n"].sum(), table["n"].sum()
    z = (table["count"] / table["n"] - rest / others) / np.sqrt(
        share * (1 - share) * (1 / table["n"] + 1 / others) * N / (N - 1)
    )
    p = pd.Series(2 * stats.norm.sf(abs(z)), index=table.index)[table["n"] >= 10]
    table.loc[p.index, "p_adjusted"] = multipletests(p, method="fdr_bh")[1]
    return table.assign(estimate=table["count"] / table["n"])


def change(folders):
    """How did autonomy change?"""
    people = pd.concat([scored(folder, "autonomie").assign(year=year) for year, folder in folders.items()])
    people = people.reset_index(drop=True)
    table = adjusted(people.assign(cell=people["provider_id"] + people["year"].astype(str)), "cell")
    table["provider_id"], table["year"] = table.index.str[:-4], table.index.str[-4:].astype(int)
    first, last = (table[table["year"] == year].set_index("provider_id") for year in sorted(folders)[-2:])
    return (last["estimate"] - first["estimate"]).dropna()


def themes(folder, words):
    """What do people write?"""
    texts = pd.read_parquet(folder / "remarks.parquet")["text"].str.lower()
    return pd.Series({theme: texts.str.contains("|".join(each)).sum() for theme, each in words.items()})
