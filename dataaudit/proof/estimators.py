"""Our network as scikit-learn estimators; the parameters are the keys of ``train`` in YAML."""

from __future__ import annotations

from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from dataaudit.errors import ConfigError
from dataaudit.proof.fit import Fit, budget
from dataaudit.proof.folds import pick, stopping_share
from dataaudit.proof.network import Kind, build
from dataaudit.proof.spec import (
    Activation,
    EarlyStoppingSpec,
    NetworkSpec,
    OptimizerSpec,
    ScheduleSpec,
    TrainSpec,
)
from dataaudit.proof.target import Target, as_classes
from dataaudit.proof.training import train

_FEW_ROWS = 10  # of so few none are held back
_TWO = 2


class _KerasEstimator(BaseEstimator):
    """What the classifier and the regressor share."""

    def __init__(
        self,
        *,
        hidden: tuple[int, ...] = (64, 64),
        activation: Activation = "relu",
        dropout: float = 0.0,
        batch_norm: bool = False,
        l1: float = 0.0,
        l2: float = 0.0,
        optimizer: Literal["adam", "adamw", "sgd", "rmsprop"] = "adam",
        learning_rate: float = 0.001,
        momentum: float = 0.0,
        weight_decay: float = 0.004,
        schedule: Literal[
            "constant", "exponential", "cosine", "reduce_on_plateau"
        ] = "reduce_on_plateau",
        factor: float = 0.1,
        after: int = 0,
        patience: int | None = 10,
        validation: float | Literal["auto"] = "auto",
        epochs: int = 100,
        batch_size: int = 64,
        max_steps: int = 3000,
        seed: int = 0,
    ) -> None:
        self.hidden = hidden
        self.activation = activation
        self.dropout = dropout
        self.batch_norm = batch_norm
        self.l1 = l1
        self.l2 = l2
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.schedule = schedule
        self.factor = factor
        self.after = after
        self.patience = patience
        self.validation = validation
        self.epochs = epochs
        self.batch_size = batch_size
        self.max_steps = max_steps
        self.seed = seed

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train the network.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Numbers, none missing.
        y : array-like of shape (n_samples,)
        sample_weight : array-like of shape (n_samples,), optional

        Raises
        ------
        MissingExtraError
            Without TensorFlow.
        ConfigError
            For a parameter that does not fit.
        """
        self._fit(X, y, sample_weight)
        return self

    def _fit(self, X: Any, y: Any, weight: Any) -> None:
        """Train on checked rows."""
        raise NotImplementedError

    def model(self) -> Any:
        """Return the fitted Keras network; its outputs are logits, or the standardised target."""
        check_is_fitted(self, "weights_")
        model = build(self._spec().network, columns=self.n_features_in_, outputs=self._outputs)
        model.set_weights(self.weights_)
        return model

    def _spec(self) -> TrainSpec:
        """Return the parameters as the keys of ``train``, checked.

        Raises
        ------
        ConfigError
            For a value that does not fit.
        """
        try:
            stopping = "off" if self.patience is None else EarlyStoppingSpec(patience=self.patience)
            return TrainSpec(
                network=NetworkSpec(**_chosen(self, NetworkSpec)),
                optimizer=OptimizerSpec(name=self.optimizer, **_chosen(self, OptimizerSpec)),
                schedule=ScheduleSpec(name=self.schedule, factor=self.factor, after=self.after),
                early_stopping=stopping,
                epochs=self.epochs,
                batch_size=self.batch_size,
                max_steps=self.max_steps,
            )
        except ValueError as error:
            name = type(self).__name__
            raise ConfigError(name, expected="built of values that fit", found=error) from error

    def _train(self, X: Any, y: Any, weight: Any, strata: NDArray[np.intp], kind: Kind) -> None:
        """Train on all but the rows to stop by, and keep the weights."""
        spec = self._spec()
        is_stop = np.zeros(len(X), dtype=bool)
        if self.patience is not None and len(X) > _FEW_ROWS:
            share = stopping_share(len(X)) if self.validation == "auto" else self.validation
            is_stop = pick(strata, np.arange(len(X)), share, self.seed)
        weight = np.ones(len(X)) if weight is None else _check_sample_weight(weight, X)
        mean = weight[~is_stop].mean() or 1.0
        has_stop = bool(is_stop.any())
        [trained] = train(
            [
                Fit(
                    X=X[~is_stop].astype("float32"),
                    y=y[~is_stop].astype("float32"),
                    weight=(weight[~is_stop] / mean).astype("float32"),
                    X_validation=X[is_stop].astype("float32") if has_stop else None,
                    y_validation=y[is_stop].astype("float32") if has_stop else None,
                    spec=spec,
                    budget=budget(spec, int((~is_stop).sum())),
                    kind=kind,
                    outputs=self._outputs,
                    seed=self.seed,
                )
            ]
        )
        self.weights_, self.history_ = trained.weights, trained.history
        self.n_iter_ = len(trained.history.steps)
        self._network = self.model()

    @property
    def _outputs(self) -> int:
        return 1

    def _raw(self, X: Any) -> NDArray[np.float64]:
        """Return the network's outputs, shape (n_samples, outputs)."""
        check_is_fitted(self, "weights_")
        checked = validate_data(self, X, reset=False).astype("float32")
        network = getattr(self, "_network", None) or self.model()  # none after unpickling
        return np.asarray(network(checked, training=False), dtype="float64")

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in super().__getstate__().items() if key != "_network"}


def _chosen(estimator: Any, spec: Any) -> dict[str, Any]:
    """Return the parameters that a spec has fields for."""
    names = set(spec.model_fields) & set(estimator.get_params(deep=False))
    return {name: getattr(estimator, name) for name in names}


class KerasClassifier(ClassifierMixin, _KerasEstimator):
    """A Keras network that classifies.

    Parameters
    ----------
    hidden, activation, dropout, batch_norm, l1, l2
        See `dataaudit.proof.spec.NetworkSpec`.
    optimizer, learning_rate, momentum, weight_decay
        See `dataaudit.proof.spec.OptimizerSpec`.
    schedule, factor, after
        See `dataaudit.proof.spec.ScheduleSpec`.
    patience
        Epochs without a lower validation loss; None trains to the end on all rows.
    validation
        Share of the rows that tell when to stop, 0..1; ``auto``: a tenth, more of a small table.
        None are held back from 10 rows or fewer.
    epochs, batch_size, max_steps
        See `dataaudit.proof.spec.TrainSpec`.
    seed
        Decides weights, batches, dropout, and the rows to stop by.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    weights_ : list of ndarray
        In Keras' order.
    history_ : History
        Losses after each period.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.linspace(-1, 1, 80)[:, None]
    >>> y = np.where(X[:, 0] > 0, "high", "low")
    >>> network = KerasClassifier(hidden=(16,), learning_rate=0.05).fit(X, y)
    >>> network.predict([[-0.9], [0.9]]).tolist()
    ['low', 'high']
    """

    def _fit(self, X: Any, y: Any, weight: Any) -> None:
        X, y = validate_data(self, X, y)
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) < _TWO:
            msg = f"Classifier can't train when only one class is present: {self.classes_[0]!r}."
            raise ValueError(msg)
        kind: Kind = "binary" if len(self.classes_) == _TWO else "multiclass"
        self._train(X, codes, weight, codes, kind)

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Return the probability of each class, shape (n_samples, n_classes)."""
        return softmax(as_classes(self._raw(X)), axis=1)

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the most probable class, shape (n_samples,)."""
        chosen = np.argmax(self.predict_proba(X), axis=1)
        return self.classes_[chosen]

    @property
    def _outputs(self) -> int:
        return 1 if len(self.classes_) == _TWO else len(self.classes_)


class KerasRegressor(RegressorMixin, _KerasEstimator):
    """A Keras network that predicts a number; the target is standardised while training.

    Parameters
    ----------
    hidden, activation, dropout, batch_norm, l1, l2
    optimizer, learning_rate, momentum, weight_decay, schedule, factor, after
    patience, validation, epochs, batch_size, max_steps, seed
        As for `KerasClassifier`.

    Attributes
    ----------
    weights_ : list of ndarray
        In Keras' order.
    history_ : History
        Losses after each period, of the standardised target.
    mean_, scale_ : float
        Of the target.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.linspace(-1, 1, 80)[:, None]
    >>> network = KerasRegressor(hidden=(), learning_rate=0.1).fit(X, 3 * X[:, 0] + 100)
    >>> bool(abs(network.predict([[0.5]])[0] - 101.5) < 0.1)
    True
    """

    def _fit(self, X: Any, y: Any, weight: Any) -> None:
        X, y = validate_data(self, X, y, y_numeric=True)
        y = y.astype("float64")
        self.mean_, self.scale_ = float(y.mean()), float(y.std() or 1.0)
        strata = Target(kind="regression", classes=(), coded=y).strata
        self._train(X, (y - self.mean_) / self.scale_, weight, strata, "regression")

    def predict(self, X: Any) -> NDArray[np.float64]:
        """Return the predicted target, shape (n_samples,)."""
        return self._raw(X)[:, 0] * self.scale_ + self.mean_
