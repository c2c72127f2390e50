"""The lines of the bill, as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dataaudit.proof.attribution.roles import Roles
from dataaudit.proof.plan import Plan
from dataaudit.proof.statistics import Interval
from dataaudit.proof.verdict import Weighed


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of the bill.

    Parameters
    ----------
    name
        Of the step.
    weighed
        Its price, more is better, with an interval that holds for all lines together.
    p
        Two-sided, that it is worth nothing; by Holm for all lines together.
    alone, last
        What it is worth on its own, and on top of all other steps.
    """

    name: str
    weighed: Weighed
    p: float
    alone: Interval | None = None
    last: Interval | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """A step that is worth more or less where another is there; "": where all others are."""

    name: str
    other: str
    without: float
    beside: float
    change: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What each step is worth, as numbers.

    Parameters
    ----------
    metric
        The primary one.
    plan
        What was trained for it; None where nothing had to be.
    before, after
        The score with gaps filled and text encoded only, and with all steps.
    total
        After minus before: what the prices of the items sum to.
    items
        In the order of the steps.
    others
        Remedies that are not among the steps, on top of them.
    interactions
        Steps that need or spoil each other.
    roles
        Which steps have a price and which cannot have one.
    is_reread
        Whether `after` is what the evidence says of `clean`, rather than trained anew on less.
    failed
        Fits whose loss stopped being a number.
    """

    metric: str
    plan: Plan | None = None
    before: Interval | None = None
    after: Interval | None = None
    total: Weighed | None = None
    items: Sequence[Item] = ()
    others: Sequence[Item] = ()
    interactions: Sequence[Interaction] = ()
    roles: Roles
    is_reread: bool = True
    failed: int = 0
