"""A choice entered into the evidence of a run, so that no figure there forgets that it was made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dataaudit.proof.choice.choosing import Choice
from dataaudit.proof.evidence import Evidence
from dataaudit.proof.verdict import Verdict, judge

_PAIR = ("base", "clean")
_NOTE = (
    "The cleaning was chosen on the rows that judge it, so the figures of `clean` above are a "
    "little too good; the verdict against `base` is corrected for the choice."
)


def entered(evidence: Evidence, choice: Choice, *, unseen: int) -> Evidence:
    """Return the evidence with the choice, and with the verdict on it corrected.

    Parameters
    ----------
    unseen
        Rows of the test side, which the choice never saw.
    """
    said = [_corrected(verdict, choice) for verdict in evidence.verdicts]
    content = {**evidence.content, "verdicts": [verdict.to_dict() for verdict in said]}
    evidence = replace(evidence, verdicts=said, content=content)
    part = {**choice.to_dict(unseen=unseen), "realised": _realised(evidence, choice)}
    evidence = evidence.with_part("choice", part, [] if choice.does_nothing else [_NOTE])
    return evidence.with_part("balance", choice.balance) if choice.balance else evidence


def _corrected(verdict: Verdict, choice: Choice) -> Verdict:
    """Put the honest gain where the seen one stands; doing nothing was not picked for its luck."""
    if choice.does_nothing or (verdict.before, verdict.after) != _PAIR:
        return verdict
    gain = choice.honest.gain
    word = judge(gain, gain, verdict.smallest_effect)
    return replace(verdict, found=gain, verdict=word, rows_needed=None)


def _realised(evidence: Evidence, choice: Choice) -> float | None:
    """Return what the final networks gained on the test rows; None without any."""
    arms: Any = evidence.content["arms"]
    scores = [arms[arm]["test"].get(choice.metric) for arm in _PAIR if arm in arms]
    if len(scores) < len(_PAIR) or None in scores:
        return None
    return float(choice.signed(scores[1] - scores[0]))
