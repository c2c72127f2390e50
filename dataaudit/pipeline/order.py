"""Which steps must stand before which, with the reason that a person is given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from dataaudit.errors import ConfigError


class Rule(NamedTuple):
    """One step must stand before another, always or only ``when`` it is so configured."""

    earlier: str
    later: str
    reason: str
    when: str = ""


_GONE = "encoding leaves no cell as it was read"
RULES = (
    Rule("disguised", "outliers", "a sentinel that was clipped is no longer found"),
    Rule("disguised", "missing", "cells blanked after filling stay empty"),
    Rule("disguised", "scale", "a sentinel that was scaled is no longer found"),
    Rule("disguised", "encode", _GONE),
    Rule("types", "outliers", "numbers still stored as text would not be looked at"),
    Rule("types", "missing", "gaps of numbers stored as text would be filled with a word"),
    Rule("types", "scale", "numbers still stored as text would stay unscaled"),
    Rule("types", "encode", _GONE),
    Rule("categories", "encode", _GONE),
    Rule("outliers", "missing", "cells blanked after filling stay empty", "outliers=blank"),
    Rule(
        "missing",
        "imbalance",
        "SMOTE cannot measure the distance to a missing cell",
        "imbalance=smote",
    ),
    Rule(
        "scale",
        "imbalance",
        "SMOTE would look for neighbours in the widest column alone",
        "imbalance=smote",
    ),
)
_WHOLE = "levels are learnt from the rows that are left, and SMOTE needs whole levels"


def check_order(names: Sequence[str], samplers: Sequence[str], configured: Collection[str]) -> None:
    """Refuse an order of steps that cannot work.

    Parameters
    ----------
    names
        The steps in their order.
    samplers
        Those among them that drop or make rows.
    configured
        What steps do, as `Rule.when` says it: ``imbalance=smote``.

    Raises
    ------
    ConfigError
        With the reason.
    """
    for name, count in Counter(names).items():
        if count > 1:
            raise ConfigError(f"clean.{name}", expected="given once", found=f"{count} times")
    for rule in [*RULES, *(Rule(name, "encode", _WHOLE) for name in samplers)]:
        holds = not rule.when or rule.when in configured
        if holds and _is_behind(names, rule.earlier, rule.later):
            where = f"clean.{rule.earlier}"
            raise ConfigError(where, expected=f"before `{rule.later}`: {rule.reason}")


def _is_behind(names: Sequence[str], first: str, second: str) -> bool:
    """Tell whether both steps are there and the first stands behind the second."""
    return first in names and second in names and names.index(first) > names.index(second)


def check_kind(kind: str, samplers: Sequence[str], balance: str) -> None:
    """Refuse balancing of classes where there are none.

    Raises
    ------
    ConfigError
        With the reason.
    """
    if kind == "regression" and (balance != "none" or "imbalance" in samplers):
        raise ConfigError(
            "clean.imbalance", expected="left out: a regression has no classes", found=balance
        )


def is_sampler(step: Any) -> bool:
    """Tell whether a step drops or makes rows."""
    return hasattr(step, "fit_resample")
