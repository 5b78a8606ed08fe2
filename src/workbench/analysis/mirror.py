"""Staff and clients in each other's mirror: the same questions, two groups of people."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from workbench.analysis.arguments import positive, refuse
from workbench.analysis.hypotheses import (
    Difference,
    benjamini_hochberg,
    p_difference,
    p_equivalence,
    t_interval,
    welch,
)
from workbench.analysis.moments import Moments
from workbench.analysis.tidy import moments_per, tidy

ROLES = ("client", "staff")
ALPHA = 0.05


def gaps(scores: pd.DataFrame, margin: float = 10) -> pd.DataFrame:
    r"""Do staff and clients of a provider see the same? Gap per provider and dimension, staff minus clients.

    Welch's test of the difference (the groups are different people of different number and spread), and two one-sided
    tests that it lies within the margin; each corrected by Benjamini-Hochberg over the whole table. "Not significant"
    is never "equal": that takes a test of its own, which small groups seldom pass.

    Hedges' :math:`g = J(m_2 - m_1)/s_{pooled}` with :math:`J = \Gamma(df/2)/(\sqrt{df/2}\,\Gamma((df-1)/2))` (Hedges
    1981, J. Educ. Stat. 6, 107-128). Only for two groups that answered the *same* items on the same scale.

    Parameters
    ----------
    scores : DataFrame, one row per response and dimension
        Needs ``response_id, provider_id, role, dimension, score``; `role` is ``client`` or ``staff``. Missing scores
        are left out.
    margin : float
        Difference that does not matter, in points.

    Returns
    -------
    DataFrame, one row per provider and dimension
        ``provider_id, dimension, n_client, n_staff, mean_client, mean_staff, gap, std_error, df, conf_low, conf_high``
        (95%), ``hedges_g, p_difference, p_equivalence, p_difference_adjusted, p_equivalence_adjusted, verdict``:

        ``too few``
            fewer than 2 on a side; outside the correction
        ``different within margin``
            corrected p of the difference below .05, and the interval inside the margin
        ``different``
            corrected p of the difference below .05
        ``equivalent``
            corrected p of equivalence below .05
        ``undecided``
            none of these; also where nobody on either side differs from the others, so that there is no test

    Raises
    ------
    ValueError
        A missing column, another role, a response twice in a dimension, an infinite score, a margin not above 0.

    Examples
    --------
    >>> scores = pd.DataFrame({
    ...     "response_id": range(6), "provider_id": "p", "role": ["client"] * 3 + ["staff"] * 3, "dimension": "choice",
    ...     "score": [50.0, 60, 70, 70, 80, 90]})
    >>> gaps(scores)[["n_client", "mean_client", "gap", "std_error", "verdict"]].round(3)   # sqrt(100/3 + 100/3)
       n_client  mean_client   gap  std_error    verdict
    0         3         60.0  20.0      8.165  undecided
    """
    margin = positive("margin", margin)
    known, code, keys = tidy(scores, ["provider_id", "dimension"], ["role"])
    of = {one: scores["role"].eq(one).to_numpy(dtype=bool) for one in ROLES}
    refuse("scores.role", ~np.logical_or(*of.values()), "is not client or staff", scores.index)
    client, staff = (moments_per(known & of[one], scores, code, len(keys)) for one in ROLES)

    difference = welch(client, staff)
    low, high = t_interval(difference)
    p, q = p_difference(difference), p_equivalence(difference, margin)
    p_adjusted, q_adjusted = benjamini_hochberg(p), benjamini_hochberg(q)
    inside = (low > -margin) & (high < margin)
    verdict = np.select(
        [(client.n < 2) | (staff.n < 2), (p_adjusted < ALPHA) & inside, p_adjusted < ALPHA, q_adjusted < ALPHA],
        ["too few", "different within margin", "different", "equivalent"],
        "undecided",
    )
    columns = {
        "n_client": client.n.astype(int),
        "n_staff": staff.n.astype(int),
        "mean_client": client.mean,
        "mean_staff": staff.mean,
        "gap": difference.estimate,
        "std_error": difference.std_error,
        "df": difference.df,
        "conf_low": low,
        "conf_high": high,
        "hedges_g": _hedges(client, staff, difference),
        "p_difference": p,
        "p_equivalence": q,
        "p_difference_adjusted": p_adjusted,
        "p_equivalence_adjusted": q_adjusted,
        "verdict": verdict.astype(object),
    }
    return keys.assign(**columns)


def _hedges(client: Moments, staff: Moments, difference: Difference) -> NDArray[np.float64]:
    df = client.n + staff.n - 2
    enough = (client.n >= 2) & (staff.n >= 2) & (difference.std_error > 0)
    df = np.where(enough, df, np.nan)
    pooled = np.sqrt((client.squares + staff.squares) / df)
    J = np.exp(special.gammaln(df / 2) - special.gammaln((df - 1) / 2)) / np.sqrt(df / 2)
    return np.divide(J * difference.estimate, pooled, out=np.full(pooled.shape, np.nan), where=pooled > 0)
