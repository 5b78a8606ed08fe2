"""The contract of every estimate: a number with its uncertainty."""

from workbench.schemas.columns import (
    STATUSES,
    count,
    number,
    table,
    text,
)

ESTIMATES = table(
    "estimates",
    "one row per measure, statistic, category, unit, group and year: a number with its uncertainty",
    {
        "measure": text("dimension, outcome or figure, as in the codebook", filled=True),
        "statistic": text(
            "what kind of figure: count, mean, adjusted, shrunk, gap, share, incidence, weighted, change, rating, "
            "discuss, context, choice, at_risk; of the region also the spread of providers (lowest, quarter, median, "
            "three_quarters, highest), icc, reliability, tau, n_needed, adjuster, funnel_95, funnel_998, phi, tau2, "
            "detectable, r_indicator, r_indicator_adjusted, max_bias, partial, design_effect, alpha, omega, item_mean, "
            "item_rest, alpha_if_dropped, skipped, same_question, alpha_ordinal, ac2, icc_a1, triangulation; "
            "docs/method.md says how each is computed",
            filled=True,
        ),
        "category": text(
            "answer, reason, earlier year, size, target group or choice the figure is about; empty for the whole",
            filled=True,
        ),
        "unit": text("what the figure is about", ("provider", "municipality", "region"), filled=True),
        "unit_id": text("provider_id, municipality code or region", filled=True),
        "group": text("role, or subgroup of a role", filled=True),
        "year": count("year of the measurement"),
        "n": number("people (or episodes) the figure rests on", low=0),
        "n_eff": number("n after weighting", low=0),
        "estimate": number("share in [0, 1], points in [0, 100], or the unit of the measure"),
        "std_error": number("standard error", low=0),
        "conf_low": number("lower end of the 95% interval"),
        "conf_high": number("upper end of the 95% interval"),
        "delta": number("difference from the mean of all providers"),
        "p_adjusted": number("p value after Benjamini-Hochberg within its table", low=0, high=1),
        "reliability": number("how well this measure tells this provider apart", low=0, high=1),
        "label": text(
            "above, below, not distinguishable, too few; of a gap: the verdict; of an icc: no measurable difference"
        ),
        "method": text("how it was computed", filled=True),
        "status": text("what a reader may see", STATUSES, filled=True),
        "reason": text("why hidden, or why there is no figure"),
        "people": number("different people behind n, where n counts episodes; never released", low=0),
        "people_in": number("different people among those a share of episodes counts; never released", low=0),
        "people_out": number("different people among the others; never released", low=0),
        "n_precision": number("to what n is rounded, where the exact number would give another away", low=1),
    },
    key=("measure", "statistic", "category", "unit", "unit_id", "group", "year"),
)
