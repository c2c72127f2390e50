"""The cleaning itself: fitted on training rows alone, applied to all others.

An imbalanced-learn `Pipeline` cannot say which of its rows are synthetic, cannot transform where
its last step is a sampler, and lets encoders learn from rows that SMOTE made up. `Cleaning` runs
the same steps without these faults, and offers them as such a pipeline for prediction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.utils.metaestimators import _BaseComposition
from sklearn.utils.validation import check_is_fitted

from dataaudit.defects import Defect
from dataaudit.defects.imbalance import class_weights
from dataaudit.pipeline.build import PASS, build_steps
from dataaudit.pipeline.entry import UnifyTypes
from dataaudit.pipeline.flow import Flow, framed, transformed
from dataaudit.pipeline.gate import align, as_frame, check_ready, labels_of
from dataaudit.pipeline.ledger import ledger_line
from dataaudit.pipeline.order import is_sampler

if TYPE_CHECKING:
    from imblearn.pipeline import Pipeline

Balance = Literal["none", "threshold", "class_weight", "smote", "undersample"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resampled:
    """Training rows after cleaning: the real ones in their order, then the synthetic ones.

    Parameters
    ----------
    X : DataFrame of float64, shape (n, features)
    y : Series of shape (n,)
    rows : ndarray of int64, shape (n,)
        The position of each row in the input; -1 for a synthetic one.
    synthetic : ndarray of bool, shape (n,)
    weight : ndarray of float64, shape (n,)
        What each row counts for in training; 1 unless classes are weighed.
    samplers : tuple of (int, str, estimator)
        Each fitted sampler with its name and the number of fitted steps before it.
    """

    X: pd.DataFrame
    y: pd.Series
    rows: np.ndarray
    synthetic: np.ndarray
    weight: np.ndarray
    samplers: tuple[tuple[int, str, Any], ...] = ()


class Cleaning(_BaseComposition):
    """The cleaning steps in their order.

    `fit_resample` learns from training rows and returns them cleaned: rows may vanish, and made-up
    rows may follow the real ones. `transform` cleans all other rows: each stays, in order. Levels,
    medians and target encodings are learnt from real rows alone. An infinite number counts as a
    missing one.

    Parameters
    ----------
    steps : sequence of (str, estimator or "passthrough")
    kind : {"classification", "regression"}
    balance : {"none", "threshold", "class_weight", "smote", "undersample"}
        How classes are balanced; "class_weight" shows in `Resampled.weight`, "threshold" is left to
        the training.
    seed : int
        Decides what is drawn at random.

    Attributes
    ----------
    fitted_ : list of (str, estimator)
        The steps after fitting, samplers left out; the first is `UnifyTypes`.
    columns_ : list of str
        The columns that it was fitted on.
    ledger_ : list of dict
        What each step did to the training rows.

    Examples
    --------
    >>> import pandas as pd
    >>> from dataaudit.encode import EncodeColumns
    >>> X = pd.DataFrame({"age": [30, 40], "city": ["Oslo", "Rome"]})
    >>> cleaning = Cleaning([("encode", EncodeColumns())])
    >>> cleaning.fit_resample(X, ["no", "yes"]).X
        age  city=Oslo  city=Rome
    0  30.0        1.0        0.0
    1  40.0        0.0        1.0
    >>> cleaning.transform(pd.DataFrame({"city": ["Rome"], "age": [50]}))
        age  city=Oslo  city=Rome
    0  50.0        0.0        1.0
    """

    def __init__(
        self,
        steps: Sequence[tuple[str, Any]] = (),
        *,
        kind: Literal["classification", "regression"] = "classification",
        balance: Balance = "none",
        seed: int = 0,
    ) -> None:
        self.steps = steps
        self.kind = kind
        self.balance = balance
        self.seed = seed

    @classmethod
    def build(
        cls,
        steps: Sequence[tuple[str, Mapping[str, Any]]],
        defects: Mapping[str, Defect],
        *,
        kind: Literal["classification", "regression"],
        seed: int,
        allow_code: bool = False,
    ) -> Self:
        """Build from what stands under ``clean``.

        Parameters
        ----------
        steps
            (name, parameters) in order: a defect's name, ``encode``, or ``use`` with ``use`` and
            ``params`` among the parameters.
        defects
            By name, as `dataaudit.defects.configured` gives them.
        kind, seed
            As for the class.
        allow_code
            Whether ``use`` may import code.

        Raises
        ------
        UnknownNameError
            For a step or parameter that does not exist.
        ConfigError
            For a value that does not fit, or an order that cannot work, with the reason.
        CodeRefusedError
            For ``use`` without ``allow_code``.
        """
        built, balance = build_steps(steps, defects, kind=kind, seed=seed, allow_code=allow_code)
        return cls(built, kind=kind, balance=balance, seed=seed)

    def fit(self, X: Any, y: Any) -> Self:
        """Learn from training rows; see `fit_resample`."""
        self.fit_resample(X, y)
        return self

    def fit_resample(self, X: Any, y: Any, *, make: bool = True) -> Resampled:
        """Learn from training rows and return them cleaned.

        Parameters
        ----------
        X : DataFrame of shape (n_samples, n_features)
            An integer index is taken for row identity (``__row__``), which target encodings take
            their inner folds from.
        y : array-like of shape (n_samples,)
        make : bool
            Whether synthetic rows are made; not where these are a sample of the training rows.

        Raises
        ------
        DataError
            Where there are no rows, or where text or missing cells are left at the end.
        """
        frame = as_frame(X)
        labels = labels_of(y, frame)
        entry = UnifyTypes()
        flow = Flow.start(entry.fit_transform(frame), labels)
        fitted: list[tuple[str, Any]] = [("unify", entry)]
        samplers, ledger = [], []
        for name, unfitted in self.steps:
            step = unfitted if unfitted == PASS else clone(unfitted)
            before = flow
            if make or not hasattr(step, "stream"):  # `Oversample` makes rows as a stream as well
                flow = flow.after(name, step)
            ledger.append(ledger_line(name, step, before, flow, self.balance))
            if is_sampler(step):
                samplers.append((len(fitted), name, step))
            elif step != PASS:
                fitted.append((name, step))
        if self.steps:
            check_ready(flow.real, names=[name for name, _ in self.steps])
        self.fitted_, self.ledger_, self.columns_ = fitted, ledger, list(frame.columns)
        self.feature_names_ = list(flow.real.columns)
        return replace(self._resampled(flow), samplers=tuple(samplers))

    def transform(self, X: Any) -> pd.DataFrame:
        """Clean rows that were not trained on; every row stays, in order.

        Parameters
        ----------
        X : DataFrame of shape (n_samples, n_features)
            The columns of training, in any order.

        Raises
        ------
        DataError
            For missing or extra columns, and for cells left missing.
        """
        return self._cleaned(X, training=False)

    def transform_training(self, X: Any) -> pd.DataFrame:
        """Clean rows as `fit_resample` cleans real ones; every row stays, in order.

        Differs from `transform` in target encodings alone, which leave out what a row's own fold
        says.

        Parameters
        ----------
        X : DataFrame of shape (n_samples, n_features)
            The index is row identity (``__row__``).

        Raises
        ------
        DataError
            As `transform`.
        """
        return self._cleaned(X, training=True)

    def _cleaned(self, X: Any, *, training: bool) -> pd.DataFrame:
        check_is_fitted(self, "fitted_")
        given = as_frame(X)
        frame = align(given, self.columns_)
        if not len(frame):
            return pd.DataFrame(columns=self.feature_names_, dtype="float64", index=frame.index)
        for name, step in self.fitted_:
            if training and hasattr(step, "transform_training"):
                frame = framed(name, step, step.transform_training(frame), frame)
            else:
                frame = transformed(name, step, frame)
        if self.steps:
            check_ready(frame, names=[name for name, _ in self.steps])
        return frame.set_axis(given.index, axis=0)

    def clone(self) -> Self:
        """Return an unfitted copy."""
        return clone(self)

    @property
    def feature_names(self) -> list[str]:
        """The names of the columns that `transform` gives."""
        check_is_fitted(self, "fitted_")
        return list(self.feature_names_)

    @property
    def pipeline(self) -> Pipeline:
        """The same steps as an imbalanced-learn `Pipeline`, to stand before a model.

        Fitted, it transforms as this does. Refitted as a part of a larger pipeline, it runs in
        `cross_val_score` and `GridSearchCV`; encoders then learn from synthetic rows as well.
        """
        from imblearn.pipeline import Pipeline

        fitted = dict(getattr(self, "fitted_", []))
        first = fitted.get("unify", UnifyTypes())
        steps = [(name, fitted.get(name, clone(step))) for name, step in self.steps]
        if not steps or is_sampler(steps[-1][1]) or steps[-1][1] == PASS:
            steps.append(("end", _last(fitted, self.feature_names_ if fitted else [])))
        return Pipeline([("unify", first), *steps])

    def describe(self) -> list[dict[str, Any]]:
        """Return what each step did to the training rows; see `ledger_line`."""
        check_is_fitted(self, "fitted_")
        return [dict(line) for line in self.ledger_]

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: FBT001, FBT002 - scikit-learn's signature
        """Return the parameters, those of the steps included."""
        return self._get_params("steps", deep=deep)

    def set_params(self, **params: Any) -> Self:
        """Set parameters of this or, as ``step__parameter``, of a step."""
        self._set_params("steps", **params)
        return self

    def _resampled(self, flow: Flow) -> Resampled:
        """Return the rows after the last step, real ones first."""
        frame, labels = flow.all()
        synthetic = np.arange(len(frame)) >= len(flow.real)
        rows = np.full(len(frame), -1, dtype="int64")
        rows[~synthetic] = flow.rows
        weight = class_weights(labels) if self.balance == "class_weight" else np.ones(len(frame))
        return Resampled(X=frame, y=labels, rows=rows, synthetic=synthetic, weight=weight)


def _last(fitted: Mapping[str, Any], names: Sequence[str]) -> UnifyTypes:
    """Return a last step that changes nothing, since a pipeline cannot end in a sampler."""
    last, empty = UnifyTypes(), pd.DataFrame(columns=list(names), index=[0], dtype="float64")
    return last.fit(empty) if fitted else last
