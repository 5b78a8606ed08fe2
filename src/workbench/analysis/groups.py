"""Do groups of providers differ? The providers are the sample: three are three, however many people answered."""

import numpy as np
import pandas as pd

from workbench.analysis.arguments import need
from workbench.analysis.hypotheses import benjamini_hochberg
from workbench.analysis.meta import meta_regression


def group_means(adjusted: pd.DataFrame, group: pd.Series) -> pd.DataFrame:
    """Compare groups of providers on their adjusted means.

    A second regression over the providers (`meta.meta_regression`): besides its own uncertainty every provider differs
    from others of its group, and with few providers in a group that is what counts. Each group is put beside the plain
    mean of the groups; of two groups that is half their difference. Corrected by Benjamini-Hochberg over the groups.

    Parameters
    ----------
    adjusted : DataFrame, one row per provider (index)
        ``adjusted`` and ``variance`` (of it), as from `comparison.adjust`.
    group : Series
        Group per provider; a provider without one takes no part.

    Returns
    -------
    DataFrame, one row per group (index), sorted
        ``providers, estimate, std_error, conf_low, conf_high, delta, delta_std_error, delta_low, delta_high, p_value,
        p_adjusted, df, tau2``. One group only: no ``delta``. As many groups as providers: no uncertainty.

    Raises
    ------
    ValueError
        A missing column.

    Examples
    --------
    >>> providers = pd.DataFrame({"adjusted": [70.0, 72, 80, 82], "variance": 1.0}, index=list("abcd"))
    >>> got = group_means(providers, pd.Series({"a": "small", "b": "small", "c": "large", "d": "large"}))
    >>> got[["providers", "estimate", "delta"]].round(1).values.tolist()
    [[2.0, 81.0, 5.0], [2.0, 71.0, -5.0]]
    """
    need("adjusted", adjusted, ["adjusted", "variance"])
    known = adjusted.dropna(subset=["adjusted", "variance"])
    known = known[known["variance"] > 0]
    of = known.index.map(group.to_dict()).to_series(index=known.index)
    known, of = known[of.notna().to_numpy()], of.dropna()
    names = pd.Index(sorted(of.unique()), name="group")
    if not len(names):
        return pd.DataFrame(columns=list(_COLUMNS), index=names, dtype=float)
    X = (of.to_numpy()[:, None] == names.to_numpy()[None, :]).astype(float)
    fit = meta_regression(known["adjusted"], known["variance"], X)
    G = len(names)
    beside = np.eye(G) - 1 / G
    of_mean = [fit.contrast(row) for row in np.eye(G)]
    of_delta = [fit.contrast(row) if G > 1 else (np.nan,) * 5 for row in beside]
    table = pd.DataFrame(of_mean, columns=["estimate", "std_error", "conf_low", "conf_high", "p"], index=names)
    delta = pd.DataFrame(
        of_delta, columns=["delta", "delta_std_error", "delta_low", "delta_high", "p_value"], index=names
    )
    both = table.drop(columns="p").join(delta, validate="1:1").assign(providers=X.sum(axis=0), df=fit.df, tau2=fit.tau2)
    p = both["p_value"].to_numpy(float)
    two = G == 2  # of two groups both contrasts are the same question
    return both.assign(p_adjusted=p if two else benjamini_hochberg(p))[list(_COLUMNS)]


_COLUMNS = (
    *("providers", "estimate", "std_error", "conf_low", "conf_high", "delta", "delta_std_error", "delta_low"),
    *("delta_high", "p_value", "p_adjusted", "df", "tau2"),
)
