r"""Which figures to hide: the cheapest pattern under which every protected cell keeps its range.

An integer program over patterns (Fischetti & Salazar 2001, Management Science 47, 1008-1027), in which the inequalities
that a pattern violates are added one round after the other.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from workbench.analysis.linked_proofs import ENOUGH, Search, coalitions
from workbench.analysis.linked_system import Known, Numbers, Rooms, System, Unprotectable
from workbench.analysis.programs import Patterns

SMALL = 60  # figures up to which the cheapest pattern is found, however long it takes
ROUNDS = 60  # patterns proposed for a larger system; after that, figures are only added
HASTE = 10  # the same, for a part of a system
A_LITTLE = 0.01  # part of every figure taken as hidden while inequalities are sought: few figures make strong ones
EXACT = 500  # figures for which every proposal is the cheapest


def cheapest(system: System, insiders: Sequence[Known] = (), quick: bool = False) -> NDArray[np.bool_]:
    """Return a pattern that protects every cell of a system, looked at as a whole.

    Up to 60 figures the cheapest. Of more figures a cheap one: after sixty proposals what was hidden stays so, and
    figures are only added until all cells are safe. With `quick` that is so after ten, whatever the size: for a few
    cells in a part of a system. Other parameters and errors as in `linked.protect`.
    """
    rooms = Rooms(system)
    views = [rooms, *(rooms.knowing(known) for known in insiders)]
    groups = [rooms.knowing(known) for known in coalitions(insiders)]
    search, patterns = Search(system.relations), Patterns(system.cost, system.together)
    pattern, floor, rounds, asked = system.hidden.astype(float), system.hidden, 0, False
    small, exact, most = (0, 0, HASTE) if quick else (SMALL, EXACT, ROUNDS)
    whole = True
    while True:
        broken = inequalities(search, views[0], pattern)
        if not len(broken) and whole:
            broken, views = _broken_from_inside(search, views, groups, pattern)
        if not len(broken) and whole:
            return pattern > 0.5
        if (broken.sum(axis=1) < ENOUGH).any():
            raise Unprotectable("some cells cannot be protected: hiding every figure would still give them away")
        whole = (asked and (whole or not len(broken))) or len(pattern) <= small
        asked = True
        rounds += whole
        if rounds > most and len(pattern) > small:
            floor = pattern > 0.5
        patterns.require(broken)
        pattern = patterns.cheapest(floor, whole, 0.0 if len(pattern) <= exact else 0.01)


def _broken_from_inside(
    search: Search, views: list[Rooms], groups: Sequence[Rooms], pattern: Numbers
) -> tuple[Numbers, list[Rooms]]:
    """Return the inequalities broken for the first insider who finds any, and the views with that one in front."""
    for at, rooms in enumerate(views[1:], 1):
        if at == 2:  # the first is who found something the last time
            for group in groups:
                search.all_moved(group.need, *group.under(pattern))
        broken = inequalities(search, rooms, pattern, inside=True)
        if len(broken):
            return broken, [views[0], rooms, *views[1:at], *views[at + 1 :]]
    return np.empty((0, len(pattern))), views


def inequalities(search: Search, rooms: Rooms, pattern: Numbers, inside: bool = False) -> Numbers:
    """Return the inequalities that a pattern breaks: per figure how much of what is missing hiding it adds, at most 1.

    By duality the range of a cell is at most a sum over all cells of a price times their rooms; each room grows as its
    figure is hidden. Where that is less than needed, more of the figures with a price must be hidden. Prices are sought
    with a little of every figure hidden first: of several that explain a range it is then the one of few figures, which
    rules out most patterns.
    """
    if inside and not len(search.narrow(rooms.need, *rooms.under(pattern))[0]):
        return np.empty((0, len(pattern)))
    narrow, price = search.narrow(rooms.need, *rooms.under(np.maximum(pattern, A_LITTLE)))
    if not len(narrow):
        narrow, price = search.narrow(rooms.need, *rooms.under(pattern))
    if not len(narrow):
        return np.empty((0, len(pattern)))
    base = price[:, 0] @ rooms.down + price[:, 1] @ rooms.up
    extra = price[:, 0] * (rooms.hidden_down - rooms.down) + price[:, 1] * (rooms.hidden_up - rooms.up)
    printed = np.flatnonzero(rooms.figure >= 0)
    sums = sparse.csr_matrix(
        (np.ones(len(printed)), (printed, rooms.figure[printed])), (len(rooms.figure), len(pattern))
    )
    short = (rooms.need[narrow] - base)[:, None]
    return np.clip((sums.T @ extra.T).T, 0.0, short) / short
