"""A cleaning of which some steps are off; what two such cleanings have in common is done once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import pandas as pd
from sklearn.base import clone

from dataaudit.estimator import FrameTransformer, dates, numbers
from dataaudit.pipeline import Cleaning, Resampled
from dataaudit.pipeline.entry import UnifyTypes
from dataaudit.pipeline.flow import Flow, transformed
from dataaudit.pipeline.gate import as_frame, check_ready, labels_of
from dataaudit.pipeline.order import is_sampler

BALANCES = "imbalance"
_FILLS = "missing"
_LEVEL = "missing"


class FillPlainly(FrameTransformer):
    """Fill gaps with what needs no thought: 0, the first second of 1970, a level of their own.

    It stands where the step `missing` is off, since a network cannot take a gap at all.

    Examples
    --------
    >>> FillPlainly().fit_transform(pd.DataFrame({"age": [20.0, None], "job": ["a", None]}))
        age      job
    0  20.0        a
    1   0.0  missing
    """

    def _learn(self, frame: pd.DataFrame, y: Any) -> None:
        """Learn nothing."""

    def _apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        number, date = set(numbers(frame)), set(dates(frame))
        filled: dict[Any, pd.Series] = {}
        for name, column in frame.items():
            if name in number:
                filled[name] = column.fillna(0)
            elif name in date:
                filled[name] = column.fillna(pd.Timestamp(0, tz=column.dt.tz))
            else:
                filled[name] = column.astype(object).where(column.notna(), _LEVEL).astype("str")
        return pd.DataFrame(filled, index=frame.index)


@dataclass(slots=True)
class Place:
    """Rows after some steps, and the way there; it knows only the one way that leads on."""

    flow: Flow
    fitted: Any
    name: str = ""
    unfitted: Any = None
    before: Place | None = None
    after: Place | None = None
    seen: list[tuple[pd.Index, pd.DataFrame]] = field(default_factory=list)

    def on(self, name: str, step: Any) -> Place:
        """Go on by a step; fit it unless this is the way that was gone last."""
        if self.after is None or self.after.unfitted is not step:
            fitted = step if isinstance(step, str) else clone(step)
            self.after = Place(self.flow.after(name, fitted), fitted, name, step, self)
        return self.after

    def cleaned(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return other rows after the same steps."""
        for index, frame in self.seen:
            if index is X.index:
                return frame
        if self.before is None:
            frame = self.fitted.transform(X)
        else:
            frame = self.before.cleaned(X)
            if not (isinstance(self.fitted, str) or is_sampler(self.fitted)):
                frame = transformed(self.name, self.fitted, frame)
        self.seen = [*self.seen[-1:], (X.index, frame)]  # rows to stop by, rows to judge
        return frame


class Shared:
    """What cleanings of the same training rows have done already."""

    def __init__(self) -> None:
        self._index: pd.Index | None = None
        self._start: Place | None = None
        self._others: list[pd.DataFrame] = []

    def start(self, X: pd.DataFrame, y: Any) -> Place:
        """Return the training rows before the first step."""
        if self._start is None or self._index is None or not self._index.equals(X.index):
            entry = UnifyTypes()
            frame = as_frame(X)
            flow = Flow.start(entry.fit_transform(frame), labels_of(y, frame))
            self._index, self._start, self._others = X.index, Place(flow, entry), []
        return self._start

    def same(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the frame that was given for these rows first, so that they are known by it."""
        for known in self._others:
            if known.index.equals(X.index):
                return known
        self._others.append(X)
        return X


class Coalition(Cleaning):
    """A cleaning with only some of its steps.

    Prepares exactly as `Cleaning` with the same steps does, without a ledger. Coalitions of one
    family that are asked one after the other about the same rows share what their first steps did;
    rows are known by their index, which must be unique.

    Parameters
    ----------
    steps, kind, balance, seed
        As for `Cleaning`.
    shared
        Of the family.
    """

    def __init__(
        self,
        steps: Sequence[tuple[str, Any]] = (),
        *,
        shared: Shared | None = None,
        kind: Any = "classification",
        balance: Any = "none",
        seed: int = 0,
    ) -> None:
        super().__init__(steps, kind=kind, balance=balance, seed=seed)
        self.shared = shared or Shared()

    def clone(self) -> Self:
        """Return an unfitted copy of the same family."""
        given = {key: getattr(self, key) for key in ("shared", "kind", "balance", "seed")}
        return type(self)(self.steps, **given)

    def fit_resample(self, X: Any, y: Any, *, make: bool = True) -> Resampled:  # noqa: ARG002 - all rows are here
        """Learn from training rows and return them cleaned."""
        place = self.shared.start(X, y)
        for name, step in self.steps:
            place = place.on(name, step)
        check_ready(place.flow.real, names=[name for name, _ in self.steps])
        self.place_ = place
        return self._resampled(place.flow)

    def transform(self, X: Any) -> pd.DataFrame:
        """Clean other rows; every row stays, in order."""
        frame = self.place_.cleaned(self.shared.same(X))
        check_ready(frame, names=[name for name, _ in self.steps])
        return frame


def coalitions(
    cleaning: Cleaning, players: Sequence[str], wanted: Iterable[frozenset[str]]
) -> list[tuple[frozenset[str], Coalition]]:
    """Return a family of cleanings, in an order in which they share most.

    Parameters
    ----------
    cleaning
        With all steps.
    players
        The steps that may be off; all others are always on.
    wanted
        Sets of players that are on.
    """
    shared, plain = Shared(), FillPlainly()
    names = [name for name, _ in cleaning.steps if name in players]
    ordered = sorted(wanted, key=lambda on: [name in on for name in names])
    return [(on, _with(cleaning, set(players) - on, shared, plain)) for on in ordered]


def _with(cleaning: Cleaning, off: set[str], shared: Shared, plain: FillPlainly) -> Coalition:
    """Return a cleaning without some steps."""
    steps = [
        (name, plain if name in off else step)
        for name, step in cleaning.steps
        if name not in off or name == _FILLS
    ]
    balance = "none" if BALANCES in off else cleaning.balance
    return Coalition(steps, shared=shared, kind=cleaning.kind, balance=balance, seed=cleaning.seed)
