"""Which steps must stand before which, with the reason that a person is given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from dataaudit.errors import ConfigError

# (earlier, later, why the other way round cannot work)
ORDER = (
    ("disguised", "outliers", "a sentinel that was clipped is no longer found"),
    ("disguised", "missing", "cells blanked after filling stay empty"),
    ("disguised", "scale", "a sentinel that was scaled is no longer found"),
    ("disguised", "encode", "encoding leaves no cell as it was read"),
    ("types", "outliers", "numbers still stored as text would not be looked at"),
    ("types", "missing", "gaps of numbers stored as text would be filled with a word"),
    ("types", "scale", "numbers still stored as text would stay unscaled"),
    ("types", "encode", "encoding leaves no text to read numbers from"),
    ("categories", "encode", "encoding leaves no spellings to merge"),
)
_SMOTE_ORDER = (
    ("missing", "imbalance", "SMOTE cannot measure the distance to a missing cell"),
    ("scale", "imbalance", "SMOTE would look for neighbours in the widest column alone"),
)


def check_order(names: Sequence[str], samplers: Sequence[str], balance: str) -> None:
    """Refuse an order of steps that cannot work.

    Parameters
    ----------
    names
        The steps in their order.
    samplers
        Those among them that drop or make rows.
    balance
        What `imbalance` does.

    Raises
    ------
    ConfigError
        With the reason.
    """
    for name, count in Counter(names).items():
        if count > 1:
            raise ConfigError(f"clean.{name}", expected="given once", found=f"{count} times")
    rules = list(ORDER) + list(_SMOTE_ORDER if balance == "smote" else ())
    rules += [
        (
            name,
            "encode",
            "levels are learnt from the rows that are left, and SMOTE needs whole levels",
        )
        for name in samplers
    ]
    for earlier, later, reason in rules:
        if earlier in names and later in names and names.index(earlier) > names.index(later):
            raise ConfigError(f"clean.{earlier}", expected=f"before `{later}`: {reason}")


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
