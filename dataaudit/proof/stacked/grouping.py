"""Which fits share a stack, and the sizes that their arrays are padded to."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dataaudit.proof.fit import Fit
from dataaudit.proof.network import Kind
from dataaudit.proof.spec import NetworkSpec, OptimizerSpec

CURVE_ROWS = 2_000  # evenly spaced: a curve is compared with itself, and a look at all rows costs
# A stack has one of two sizes, so that few fits and many share compilations. On two cores a step of
# one model takes 145 us, of four 260, of sixteen 890, and more models gain nothing.
_FEW_MODELS, _MANY_MODELS = 4, 16
_MOST_CELLS = 64_000_000  # 256 MB of 32-bit numbers in a stack
_SMALL_COLUMNS, _SMALL_LOOK = 64, 1_024  # padding costs less than compiling more sizes
_EMPTY_ROWS = 4_096  # up to so many rows a slot may be four times as long as its table

# Seconds on two cores of a server of 2026, as in `dataaudit.proof.plan`.
_COMPILATION = 1.5
_PER_PRODUCT = 6.5e-11  # of a row of a batch, a padded column and a unit of the first layer
_PER_STEP = 4.0e-5  # of a model in a stack, before the products
_TINY = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Fits of one compilation.

    Parameters
    ----------
    fits
        Their positions among all.
    network, optimizer, kind, outputs
        What they share; the optimizer's learning rate is each one's own.
    models
        Slots of the stack, a power of two.
    batch
        Rows of a step.
    columns, rows, looked, steps
        The sizes that arrays are padded to: of the table, of the rows that losses are looked at on,
        and of the steps of a call.
    """

    fits: tuple[int, ...]
    network: NetworkSpec
    optimizer: OptimizerSpec
    kind: Kind
    outputs: int
    models: int
    batch: int
    columns: int
    rows: int
    looked: int
    steps: int


def grouped(fits: Sequence[Fit]) -> Iterator[Group]:
    """Part the fits into as few groups as is cheap.

    A narrow table is padded to the width of a wide one as long as that costs less time than a
    compilation of its own.
    """
    alike: dict[Any, list[int]] = defaultdict(list)
    for i, fit in enumerate(fits):
        recipe = fit.spec.optimizer.rateless
        # Fits of one period look at their losses in the same calls.
        key = (fit.spec.network, recipe, fit.kind, fit.outputs, fit.budget.batch, fit.budget.period)
        alike[key].append(i)
    for (network, optimizer, kind, outputs, batch, _), members in alike.items():
        for part in _by_width(fits, members):
            some = [fits[i] for i in part]
            yield Group(
                fits=tuple(part),
                network=network,
                optimizer=optimizer,
                kind=kind,
                outputs=outputs,
                batch=batch,
                **_sizes(some),
            )


def _by_width(fits: Sequence[Fit], members: list[int]) -> Iterator[list[int]]:
    """Part fits of one kind by their width, from the widest down."""
    units = (*fits[members[0]].spec.network.hidden, fits[members[0]].outputs)[0]
    widths: dict[int, list[int]] = defaultdict(list)
    for i in members:
        widths[rounded(fits[i].X.shape[1])].append(i)
    open_width = 0
    part: list[int] = []
    for width in sorted(widths, reverse=True):
        products = sum(fits[i].budget.total * fits[i].budget.batch for i in widths[width]) * units
        if part and (open_width - width) * products * _PER_PRODUCT > _COMPILATION:
            yield part
            part = []
        open_width = open_width if part else width
        part = [*part, *widths[width]]
    yield part


def _sizes(fits: Sequence[Fit]) -> dict[str, int]:
    """Return sizes that hold every one of these fits, and how many of them a stack holds.

    Few sizes, so that the fits of folds, the last ones on all rows, and the trials of remedies run
    through what is compiled once. Rows that are not drawn cost nothing but memory, those that are
    looked at cost time.
    """
    rows = _held(max(len(fit.X) for fit in fits))
    columns = rounded(max(fit.X.shape[1] for fit in fits))
    curve = max(min(CURVE_ROWS, len(fit.X)) for fit in fits)
    seen = max(1 if fit.X_validation is None else len(fit.X_validation) for fit in fits)
    looked = rounded(curve + seen, small=_SMALL_LOOK)
    most = min(_models(fits, columns), max(1, _MOST_CELLS // ((rows + looked) * columns)))
    return {
        "models": 2 ** (most.bit_length() - 1),
        "columns": columns,
        "rows": rows,
        "looked": looked,
        "steps": _held(max(fit.budget.period for fit in fits)),
    }


def _models(fits: Sequence[Fit], columns: int) -> int:
    """Return how many slots are worth having; an empty one takes its time as well."""
    if len(fits) >= _FEW_MODELS:
        return _FEW_MODELS if len(fits) < _MANY_MODELS else _MANY_MODELS
    first = fits[0]
    widths = [columns, *first.spec.network.hidden, first.outputs]
    weights = sum(a * b for a, b in itertools.pairwise(widths))
    step = _PER_STEP + _PER_PRODUCT * first.budget.batch * weights
    empty = (_FEW_MODELS - len(fits)) * step * max(fit.budget.total for fit in fits)
    return _FEW_MODELS if empty < _COMPILATION else len(fits)


def _held(size: int) -> int:
    """Round up to a power of four, or, where that would be a lot of memory, less far."""
    if size > _EMPTY_ROWS:
        return rounded(size)
    return int(4 ** math.ceil(math.log(max(size, 16), 4) - _TINY))


def rounded(size: int, *, small: int = _SMALL_COLUMNS) -> int:
    """Round up to one of eight sizes per doubling, of what is small to one of two, from 16 on.

    Examples
    --------
    >>> rounded(3), rounded(17), rounded(25), rounded(33), rounded(100)
    (16, 24, 32, 48, 104)
    """
    most = max(size, 16)
    unit = max(8, 2 ** ((most - 1).bit_length() - (2 if most <= small else 4)))
    return math.ceil(most / unit) * unit
