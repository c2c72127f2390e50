"""What balancing did, kept apart from what cleaning did.

SMOTE, weights and thresholds move the point from which a class is named. Recall of the rare class
and balanced accuracy rise by that alone, so the report says how both arms do by one rule, how they
rank, and how far off the probabilities are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dataaudit.report.metrics import between, difference, written
from dataaudit.report.text import NOTHING, finite

METHODS = {
    "smote": "SMOTE",
    "undersample": "undersampling",
    "class_weight": "class weights",
    "threshold": "the threshold",
}
_POINT = "balanced_accuracy"
_TONES = {"gain": "good", "loss": "bad", "none": "calm"}
_WORDS = {"gain": "gain", "loss": "loss", "none": "no gain"}
_IN_TUNE = (0.8, 1.25)  # predicted over actual inside this is no reason to worry


def describe(
    evidence: Mapping[str, Any],
    balance: str,
    *,
    before: Sequence[str],
    name: Callable[[str], str],
) -> dict[str, Any] | None:
    """Return what moving the operating point did; None where nothing moved it.

    Parameters
    ----------
    evidence
        The content of ``evidence.json``.
    balance
        What `clean` does about rare classes, a key of `METHODS`.
    before
        The arms to compare with, the first that is there.
    name
        Writes a label of the target.

    Returns
    -------
    dict
        ``method``; ``beyond``: "gain", "loss" or "none", what is left by the same rule, and
        ``word`` and ``tone`` for it; ``effect`` and ``change``, its size; ``sentences``; ``costs``,
        whether probabilities suffered; ``rows``, a table arm by arm; ``rule``.
    """
    point, arms = evidence.get("operating_point") or {}, evidence.get("arms", {})
    pair = _pair(point, before)
    if balance not in METHODS or pair is None:
        return None
    method = METHODS[balance]
    told = _Told(arms=arms, point=point, pair=pair, method=method, name=name)
    return {
        "method": method,
        "key": balance,
        "before": pair["before"],
        "beyond": _beyond(pair[_POINT]),
        "change": difference(_POINT, pair[_POINT]["effect"]),
        "same": written(_POINT, point["arms"][pair["before"]][_POINT]["value"]),
        "sentences": list(
            filter(None, [told.moved(), told.by_one_rule(), told.ranking(), told.cost()])
        ),
        "costs": told.is_out_of_tune,
        "rule": point.get("rule", ""),
        "tone": _TONES[_beyond(pair[_POINT])],
        "word": _WORDS[_beyond(pair[_POINT])],
        "effect": {**pair[_POINT], "text": told.change},
        "rows": [_row(arm, arms, point) for arm in arms if arm in point["arms"] and arm != "const"],
    }


def misleading(
    evidence: Mapping[str, Any], metric: str, name: Callable[[str], str], before: Sequence[str]
) -> str:
    """Say what a constant answer scores where accuracy is not the metric, and what it misses.

    Parameters
    ----------
    evidence, before, name
        As for `describe`.
    metric
        The primary one.
    """
    arms = evidence.get("arms", {})
    const = arms.get("const", {})
    score = (const.get("metrics", {}).get("accuracy") or {}).get("value")
    if metric == "accuracy" or score is None:
        return ""
    per_class = const.get("per_class") or {}
    start = "Accuracy misleads here: always giving the same answer scores"
    rare = min(per_class, key=lambda label: per_class[label]["rows"], default=None)
    if rare is None:
        return f"{start} {written('accuracy', score)}."
    found = [
        f"{word} {written('recall', arms[arm]['per_class'][rare]['recall']['value'])}"
        for word, arm in (("plain", _first(arms, before)), ("cleaned", "clean"))
        if arm in arms
    ]
    recall = f" Recall of {name(rare)}: {', '.join(found)}." if found else ""
    return f"{start} {written('accuracy', score)} and never names {name(rare)}.{recall}"


def _first(arms: Mapping[str, Any], names: Sequence[str]) -> str:
    return next((name for name in names if name in arms), "")


def _pair(point: Mapping[str, Any], before: Sequence[str]) -> Mapping[str, Any] | None:
    """Return the difference between `clean` and the first of these arms."""
    known = {(d["before"], d["after"]): d for d in point.get("differences", [])}
    found = [known[arm, "clean"] for arm in before if (arm, "clean") in known]
    return found[0] if found else None


def _beyond(change: Mapping[str, Any]) -> str:
    """Tell whether something is left of a gain by the same rule."""
    if change["low"] is None:
        return "none"
    return "gain" if change["low"] > 0 else "loss" if change["high"] < 0 else "none"


class _Told:
    """The sentences; "" where the evidence has nothing for one."""

    def __init__(
        self,
        *,
        arms: Mapping[str, Any],
        point: Mapping[str, Any],
        pair: Mapping[str, Any],
        method: str,
        name: Callable[[str], str],
    ) -> None:
        self.arms, self.point, self.pair = arms, point, pair
        self.method = f"{method[:1].upper()}{method[1:]}"
        self.before, self.after = arms[pair["before"]], arms[pair["after"]]
        self.rare = str((self.after.get("calibration") or {}).get("class", ""))
        self.label = name(self.rare)
        self.trained = point["arms"][pair["after"]].get("as_trained") or {}

    @property
    def is_out_of_tune(self) -> bool:
        """Whether training left probabilities that are far from what occurs."""
        oe = self.trained.get("oe")
        return oe is not None and not _IN_TUNE[0] <= oe <= _IN_TUNE[1]

    @property
    def change(self) -> str:
        """The difference by one rule, with its interval."""
        change = self.pair[_POINT]
        reach = between(_POINT, change["low"], change["high"], is_difference=True)
        return f"{difference(_POINT, change['effect'])} (95 % interval {reach})"

    def moved(self) -> str:
        """Say what came of the rare class."""
        both = [arm.get("per_class", {}).get(self.rare) for arm in self._both]
        if not all(both):
            return ""
        recall, precision = (
            " to ".join(written(key, one[key]["value"]) for one in both)
            for key in ("recall", "precision")
        )
        verb = "move" if self.method.endswith("s") else "moves"
        return (
            f"{self.method} {verb} the point from which {self.label} is named, whatever was "
            f"learnt: recall {recall}, precision {precision}."
        )

    def by_one_rule(self) -> str:
        """Say how both do at the same operating point."""
        arms = self.point["arms"]
        shares = [written(_POINT, arms[self.pair[key]][_POINT]["value"]) for key in _PAIR]
        return (
            f"With both thresholds at the share of the class, `{self.pair['before']}` "
            f"reaches {shares[0]} and `{self.pair['after']}` {shares[1]}: {self.change}."
        )

    def ranking(self) -> str:
        """Say what came of the order in which rows are put."""
        values = [arm["metrics"].get("auc", {}).get("value") for arm in self._both]
        change = self.pair["auc"]
        if None in values or change["low"] is None:
            return ""
        reach = between("auc", change["low"], change["high"], is_difference=True)
        return (
            f"Ranking (AUC), which no threshold changes, went from {written('auc', values[0])} to "
            f"{written('auc', values[1])} (95 % interval of the change {reach})."
        )

    def cost(self) -> str:
        """Say what it costs the probabilities."""
        losses = [written("log_loss", arm["metrics"]["log_loss"]["value"]) for arm in self._both]
        if not self.trained:
            return f"Predicted probabilities are left as they are: log-loss {' to '.join(losses)}."
        verb = "cost" if self.method.endswith("s") else "costs"
        return (
            f"{self.method} {verb} calibration: as trained, {self.label} is predicted "
            f"{self.trained['oe']:.1f} times as often as it occurs (log-loss "
            f"{written('log_loss', self.trained['log_loss'])}). The saved model corrects for "
            f"that: {self.after['metrics']['oe']['value']:.2f} times, log-loss {losses[1]} against "
            f"{losses[0]} of `{self.pair['before']}`."
        )

    @property
    def _both(self) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        return self.before, self.after


_PAIR = ("before", "after")


def _row(arm: str, arms: Mapping[str, Any], point: Mapping[str, Any]) -> dict[str, str]:
    """Return one arm by the same rule, beside what does not depend on a rule."""
    scores, moved = arms[arm].get("metrics", {}), point["arms"][arm]
    trained = moved.get("as_trained") or {}

    def of(name: str) -> str:
        return written(name, (scores.get(name) or {}).get("value"))

    oe = finite(trained.get("oe"))
    return {
        "arm": arm,
        "decided": of(_POINT),
        "same": written(_POINT, moved[_POINT]["value"]),
        "interval": between(_POINT, moved[_POINT]["low"], moved[_POINT]["high"]),
        "auc": of("auc"),
        "log_loss": of("log_loss"),
        "oe": of("oe"),
        "oe_trained": NOTHING if oe is None else f"{oe:.2f}",
    }
