"""The fit that stays: on training rows with validation rows to stop by, scored once on test."""

from __future__ import annotations

import json
import warnings
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dataaudit.errors import SourceError
from dataaudit.proof.fit import History, Trained
from dataaudit.proof.fitting import Job, Recipe, prepare, read
from dataaudit.proof.folds import Rows
from dataaudit.proof.network import Kind, load_keras
from dataaudit.proof.target import Answers, Floats, as_outputs
from dataaudit.proof.training import train

_MEMBER = "dataaudit.json"  # beside Keras' own members of the archive
_ROWS = 8_192  # of one call; Keras' own 32 would take a hundred times as long
_TINY = 1e-7  # Keras' epsilon: the smallest probability that has a logarithm


@dataclass(frozen=True, slots=True, kw_only=True)
class Final:
    """The last fit of an arm.

    Parameters
    ----------
    preparation
        Fitted on the training rows; None for `Const` and for arms with a model of their own.
    resampled
        The rows that the network was trained on.
    history
        The training curve; None without a network.
    answers
        Of the test rows; None without any.
    failed
        Whether the loss stopped being a number.
    """

    preparation: Any
    resampled: Any
    history: History | None
    answers: Answers | None
    failed: bool
    job: Job
    trained: Trained | None

    def network(self, classes: Sequence[str]) -> FinalNetwork | None:
        """Return the network with all that it takes to read it; None without one."""
        if self.trained is None or self.job.fit is None:
            return None
        job = self.job
        return FinalNetwork.of(
            self.trained,
            classes,
            self.resampled.X.columns,
            shift=job.shift,
            cut=job.cut,
            scale=(job.spread, job.middle),
        )


def finals(
    arms: Mapping[str, Any],
    X: pd.DataFrame,
    recipe: Recipe,
    *,
    fit: Rows,
    stop: Rows,
    test: pd.DataFrame | None,
    seed: int,
) -> dict[str, Final]:
    """Fit every arm once more.

    Parameters
    ----------
    fit, stop
        Positions of the training rows and of those to stop by.
    test
        Rows to score, or None.
    """
    judged = X.iloc[stop] if test is None else test
    jobs = {
        name: prepare(name, arm, X, recipe, fit=fit, stop=stop, judged=judged, seed=seed)
        for name, arm in arms.items()
    }
    all_trained = iter(train([job.fit for job in jobs.values() if job.fit is not None]))
    made = {}
    for name, job in jobs.items():
        trained = next(all_trained) if job.fit is not None else None
        answers, failed = read(job, trained)
        made[name] = Final(
            preparation=job.preparation,
            resampled=job.resampled,
            history=trained.history if trained else None,
            answers=None if test is None else answers,
            failed=failed,
            job=job,
            trained=trained,
        )
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalNetwork:
    """A trained network that knows its classes and columns.

    Parameters
    ----------
    model
        A Keras network from prepared columns to probabilities, or to the target itself.
    classes
        Sorted labels; empty for regression.
    adjust
        Taken from the log-probabilities before deciding: undoes the prior correction, which is for
        probabilities alone, and applies the thresholds.
    columns
        Names of the prepared columns, in order.
    """

    model: Any
    classes: tuple[str, ...]
    adjust: tuple[float, ...]
    columns: tuple[str, ...]

    @classmethod
    def of(
        cls,
        trained: Trained,
        classes: Sequence[str],
        columns: Iterable[Any],
        *,
        shift: Floats,
        cut: Floats,
        scale: tuple[float, float],
    ) -> FinalNetwork:
        """Return a trained network with what it takes to read it; see `answers`."""
        return cls(
            model=_ended(trained.model(), shift, None if classes else scale),
            classes=tuple(classes),
            adjust=tuple((shift + cut).tolist()) if classes else (),
            columns=tuple(map(str, columns)),
        )

    @property
    def threshold(self) -> float | None:
        """The probability of the second of two classes from which it is decided for."""
        if len(self.classes) != 2:  # noqa: PLR2004 - two classes
            return None
        return float(1 / (1 + np.exp(self.adjust[0] - self.adjust[1])))

    def score(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Answer for prepared rows.

        Parameters
        ----------
        frame
            As the cleaning's `transform` gives it.

        Returns
        -------
        DataFrame
            ``prediction``, and ``probability_<class>`` for each class; the index is kept.
        """
        said = self.answers(frame.loc[:, list(self.columns)].to_numpy("float32"))
        if not self.classes:
            return pd.DataFrame({"prediction": said.labels}, index=frame.index)
        decided = np.asarray(self.classes, dtype=object)[said.labels.astype(np.intp)]
        shares = {f"probability_{label}": said.shares[:, i] for i, label in enumerate(self.classes)}
        return pd.DataFrame({"prediction": decided, **shares}, index=frame.index)

    def answers(self, values: Any) -> Answers:
        """Answer for prepared rows, float32 of shape (rows, columns), without names."""
        given = {"batch_size": _ROWS, "verbose": 0}
        outputs = np.asarray(self.model.predict(values, **given), dtype="float64")
        if not self.classes:
            return Answers(labels=outputs[:, 0], shares=outputs)
        shares = np.hstack([1 - outputs, outputs]) if outputs.shape[1] == 1 else outputs
        decided = np.argmax(np.log(np.clip(shares, _TINY, 1.0)) - np.array(self.adjust), axis=1)
        return Answers(labels=decided.astype("float64"), shares=shares)

    def save(self, path: str | Path) -> None:
        """Write a .keras file, with classes and columns as one more member of the archive."""
        with warnings.catch_warnings():  # Keras 3.15 reads its own variables as numpy 1 did
            warnings.simplefilter("ignore", DeprecationWarning)
            self.model.save(path)
        known = {name: getattr(self, name) for name in ("classes", "adjust", "columns")}
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(zipfile.ZipInfo(_MEMBER), json.dumps(known))


def _ended(model: Any, shift: Floats, scale: tuple[float, float] | None) -> Any:
    """Append what turns logits into corrected probabilities, or back into the target's unit."""
    keras = load_keras()
    last = getattr(getattr(model.layers[-1], "activation", None), "__name__", "")
    if last in ("sigmoid", "softmax"):
        return model
    layers = [keras.Input(model.input_shape[1:]), model]
    if scale is not None:
        return keras.Sequential([*layers, keras.layers.Rescaling(*scale)])
    kind: Kind = "binary" if len(shift) == 2 else "multiclass"  # noqa: PLR2004 - two classes
    rescaling = keras.layers.Rescaling(1.0, as_outputs(shift, kind).tolist())
    ending = keras.layers.Activation("sigmoid" if kind == "binary" else "softmax")
    return keras.Sequential([*layers, rescaling, ending])


def load_network(path: str | Path) -> FinalNetwork:
    """Load what `FinalNetwork.save` wrote.

    Raises
    ------
    SourceError
        Where it is no such file.
    """
    keras = load_keras()
    try:
        with zipfile.ZipFile(path) as archive:
            known = json.loads(archive.read(_MEMBER))
        model = keras.models.load_model(path, compile=False)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise SourceError(path, f"it is no network of dataaudit ({error})") from error
    return FinalNetwork(model=model, **{name: tuple(value) for name, value in known.items()})
