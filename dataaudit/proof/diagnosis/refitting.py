"""Somebody's own training under examination: refits of a copy, judged by rows held out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.model_selection import train_test_split

from dataaudit.proof.diagnosis.examined import Examined, Proof
from dataaudit.proof.diagnosis.setup import Change, Setup
from dataaudit.proof.diagnosis.theirs import Labels, decided, quietly, rebuilt
from dataaudit.proof.diagnosis.trace import Trace
from dataaudit.proof.metrics import Estimate, difference, row_mean
from dataaudit.proof.network import load_keras
from dataaudit.proof.verdict import HELPS, least_error, weigh

_HELD = 0.3  # of the rows judge, where no validation data are given
_STOPS = 0.15  # of the others end training, where it stops early
_SEEDS = 2  # refits of each kind; the same seeds before and after


class OfTraining(Examined):
    """Somebody's training; remedies are tried where the rows are known.

    Parameters
    ----------
    model
        Compiled; only its construction is used, and it is never changed.
    X, y
        Rows to learn from, or None where nothing can be tried.
    held
        Rows to judge by; drawn from the others where not given.
    epochs, batch
        As in the training that is examined.
    """

    def __init__(
        self,
        trace: Trace,
        setup: Setup,
        *,
        model: Any = None,
        X: Any = None,
        y: Labels | None = None,
        held: tuple[Any, Labels] | None = None,
        epochs: int = 1,
        batch: int = 32,
        seed: int = 0,
        smallest_effect: float = 0.01,
        change: Change | None = None,
    ) -> None:
        super().__init__()
        self._trace, self._setup = trace, setup
        self._change = change or Change()
        self._given: dict[str, Any] = {
            "model": model,
            "X": X,
            "y": y,
            "held": held,
            "epochs": epochs,
            "batch": batch,
            "seed": seed,
            "smallest_effect": smallest_effect,
        }
        self._before: list[Any] | None = None

    @property
    def trace(self) -> Trace:
        """What was watched."""
        return self._trace

    @property
    def setup(self) -> Setup:
        """How the network is built and trained."""
        return self._setup

    def changed(self, change: Change) -> Any:
        """Return the changes so far and this one; None where nothing can be tried."""
        if self._given["X"] is None or self._given["model"] is None:
            return None
        known = {name: getattr(self._change, name) for name in Change.__dataclass_fields__}
        new = {name: getattr(change, name) for name in known}
        kept = {
            name: new[name] if new[name] not in (None, False) else known[name] for name in known
        }
        return Change(**kept)

    def tried(self, name: str, arm: Any) -> Proof | None:
        """Refit with a change and without, and compare the judged rows one by one."""
        del name
        learn, judge = self._sides()
        with quietly():
            if self._before is None:
                self._before = self._answers(self._change, learn, judge)
            after = self._answers(arm, learn, judge)
        if after is None or self._before is None:
            return None
        labels: Labels = judge[1]
        gained = difference(_score(after, labels), _score(self._before, labels))
        metric = "r2" if labels.kind == "regression" else "accuracy"
        made = weigh(
            gained,
            np.arange(len(labels.coded)),
            smallest_effect=self._given["smallest_effect"],
            family=self.family,
            least_error=least_error(metric, labels.coded),
        )
        return Proof(
            metric=metric,
            effect=made.found.value,
            low=made.found.low,
            high=made.found.high,
            verdict=made.verdict,
            is_proven=made.verdict == HELPS,
            arm=arm,
            judged=after,
        )

    def after(self, proof: Proof) -> Examined:
        """Return the same with a change that won; the trace stays that of the first training."""
        again = OfTraining(self._trace, self._setup, change=proof.arm, **self._given)
        again._before, again.ended, again.family = proof.judged, self.ended, self.family
        return again

    def _sides(self) -> tuple[tuple[Any, Labels], tuple[Any, Labels]]:
        """Return rows to learn from and rows to judge by."""
        X, y, held = (self._given[key] for key in ("X", "y", "held"))
        if held is not None:
            return (X, y), held
        learn, judge = _parted(y, _HELD, self._given["seed"])
        return (X[learn], y.part(learn)), (X[judge], y.part(judge))

    def _answers(self, change: Change, learn: Any, judge: Any) -> list[Any] | None:
        """Return what each refit decides for the judged rows; None where it cannot be built."""
        keras = load_keras()
        prepared = _prepared(change, learn[0], judge[0])
        labels: Labels = learn[1]
        model, found = None, []
        for k in range(_SEEDS):
            keras.utils.set_random_seed((self._given["seed"] + k) % 2**32)
            fresh = rebuilt(self._given["model"], change, labels, prepared[0].shape[1])
            if fresh is None:
                return None
            model = fresh if model is None else _restarted(model, fresh)
            fit, stop = _parted(labels, _STOPS, self._given["seed"])
            y = labels.coded if change.loss else labels.given
            callbacks = _callbacks(self._setup, change)
            # Without a callback that looks at it, a validation set only takes time.
            looked_at = {"validation_data": (prepared[0][stop], y[stop])} if callbacks else {}
            model.fit(
                prepared[0][fit],
                y[fit],
                epochs=self._given["epochs"],
                batch_size=self._given["batch"],
                callbacks=callbacks,
                verbose=0,
                **looked_at,
            )
            outputs = np.asarray(model.predict(prepared[1], batch_size=4096, verbose=0))
            now = replace(self._setup, from_logits=self._setup.from_logits and not change.loss)
            found.append(decided(outputs, labels, now))
        return found


def _restarted(model: Any, fresh: Any) -> Any:
    """Return a trained network as fresh as another: what Keras has compiled for it is kept."""
    fresh.optimizer.build(fresh.trainable_variables)
    model.set_weights(fresh.get_weights())
    for variable, start in zip(model.optimizer.variables, fresh.optimizer.variables, strict=True):
        variable.assign(start)
    return model


def _parted(labels: Labels, share: float, seed: int) -> tuple[Any, Any]:
    """Deal rows out, the same share of each class."""
    strata = labels.coded if labels.classes else None
    counts = np.unique(labels.coded, return_counts=True)[1]
    if strata is not None and counts.min() < 2:  # noqa: PLR2004 - a class on both sides
        strata = None
    rows = np.arange(len(labels.coded))
    return tuple(train_test_split(rows, test_size=share, random_state=seed, stratify=strata))


def _prepared(change: Change, X: Any, judged: Any) -> tuple[Any, Any]:
    """Return the inputs, filled and scaled by those to learn from."""
    sides = [np.asarray(part, dtype="float64") for part in (X, judged)]
    if change.filled:
        sides = [np.where(np.isfinite(part), part, np.nan) for part in sides]
        middle = np.nan_to_num(np.nanmedian(sides[0], axis=0))
        sides = [np.where(np.isnan(part), middle, part) for part in sides]
    if change.scaled:
        middle, spread = sides[0].mean(axis=0), sides[0].std(axis=0)
        sides = [(part - middle) / np.where(spread > 0, spread, 1.0) for part in sides]
    return sides[0].astype("float32"), sides[1].astype("float32")


def _callbacks(setup: Setup, change: Change) -> list[Any]:
    """Return early stopping and a falling rate as they are known or changed."""
    callbacks, made = load_keras().callbacks, []
    plateau = change.plateau_after or setup.plateau_after
    stops = change.stops_after or setup.stops_after
    if plateau:
        made.append(callbacks.ReduceLROnPlateau(patience=plateau))
    if stops:
        made.append(callbacks.EarlyStopping(patience=stops, restore_best_weights=True))
    return made


def _score(answers: list[Any], labels: Labels) -> Estimate:
    """Return the share of right rows or R2, averaged over refits, with each row's influence."""
    truth = labels.coded
    if labels.kind == "regression":
        errors = np.mean([np.nan_to_num((a - truth) ** 2, nan=1e9) for a in answers], axis=0)
        part = row_mean(errors / (truth.var() or 1.0))
        return Estimate(1 - part.value, -part.influence)
    return row_mean(np.mean([(a == truth).astype("float64") for a in answers], axis=0))
