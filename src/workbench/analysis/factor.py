"""One common factor behind the items of a dimension, by maximum likelihood."""

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

ITEMS_NEEDED = 3
RESPONSES_NEEDED = 100
HEYWOOD = 1e-4  # uniqueness at or below this share of an item's variance: no error variance left


def omega(codes: NDArray[np.float64]) -> float:
    r"""McDonald's omega of the sum of items: the share of its variance that the common factor explains.

    :math:`\omega = (\sum\lambda)^2/((\sum\lambda)^2 + \sum\theta)` of a one-factor model. Unlike alpha it does not
    suppose that all items weigh the same.

    Parameters
    ----------
    codes : ndarray, shape (n, k)
        Complete cases.

    Returns
    -------
    float
        NaN with fewer than 3 items or 100 responses, without convergence, without a factor, or with a Heywood case.

    Examples
    --------
    Too few responses:

    >>> import numpy as np
    >>> float(omega(np.ones((99, 3))))
    nan
    """
    n, k = codes.shape
    if k < ITEMS_NEEDED or n < RESPONSES_NEEDED:
        return np.nan
    size = codes.std(axis=0, ddof=1)
    if (size <= 1e-10 * np.maximum(abs(codes).max(axis=0), 1)).any():
        return np.nan
    loadings = one_factor(np.asarray(np.corrcoef(codes, rowvar=False)))
    if loadings is None:
        return np.nan
    explained = float(np.sum(loadings * size)) ** 2
    return explained / (explained + float(np.sum((1 - loadings**2) * size**2)))


def one_factor(correlation: NDArray[np.float64]) -> NDArray[np.float64] | None:
    r"""Loadings of one common factor, by maximum likelihood.

    Given the uniquenesses :math:`\psi` the best loadings follow from the first eigenvector of
    :math:`\psi^{-1/2} R \psi^{-1/2}`, so only :math:`\psi` is searched for (Joreskog 1967, Psychometrika 32, 443-482;
    the way of R's factanal).

    Parameters
    ----------
    correlation : ndarray, shape (k, k)

    Returns
    -------
    ndarray of shape (k,), or None
        None where the search fails, there is no factor, or a uniqueness ends at zero.

    Examples
    --------
    Three items that correlate .64, .48 and .48 have loadings .8, .8 and .6.

    >>> import numpy as np
    >>> one_factor(np.array([[1, .64, .48], [.64, 1, .48], [.48, .48, 1]])).round(4).tolist()
    [0.8, 0.8, 0.6]
    """
    k = len(correlation)
    values = np.linalg.eigvalsh(correlation)
    if values[0] <= 1e-10:
        return None

    def first_factor(psi: NDArray) -> tuple[NDArray, NDArray, NDArray]:
        root = np.sqrt(psi)
        values, vectors = np.linalg.eigh(correlation / np.outer(root, root))
        return values, vectors[:, -1], root

    def misfit(log_psi: NDArray) -> tuple[float, NDArray]:
        psi = np.exp(log_psi)
        values, vector, root = first_factor(psi)
        loadings = root * vector * np.sqrt(max(values[-1] - 1, 0))
        rest = values[:-1]
        fitted = np.outer(loadings, loadings) + np.diag(psi)
        gradient = np.diag(fitted - correlation) / psi
        return float(np.sum(rest - np.log(rest)) - (k - 1)), gradient

    start = np.log(np.clip((1 - 0.5 / k) / np.diag(np.linalg.inv(correlation)), HEYWOOD * 10, 1))
    bounds = [(np.log(HEYWOOD / 10), 0.0)] * k
    found = optimize.minimize(
        misfit,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 1000},
    )
    psi = np.exp(found.x)
    values, vector, root = first_factor(psi)
    if values[-1] <= 1 or (psi <= HEYWOOD).any() or np.max(abs(misfit(found.x)[1] * (psi < 1))) > 1e-4:
        return None
    loadings = root * vector * np.sqrt(values[-1] - 1)
    return loadings * np.sign(loadings.sum() or 1)
