"""Every cause in its order of precedence: suspected by its signal, convicted by its proof."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dataaudit.errors import DataError, UnknownNameError
from dataaudit.finding import Finding
from dataaudit.proof.diagnosis.cause import Cause, Signal, registry
from dataaudit.proof.diagnosis.examined import Examined, OnTable, Proof
from dataaudit.proof.evidence import Evidence
from dataaudit.proof.spec import ProveSpec
from dataaudit.proof.verdict import HARMS, SAME

PROVEN, SUSPECTED, ABSENT, NOT_APPLICABLE = "proven", "suspected", "absent", "not applicable"
_ORDER = (PROVEN, SUSPECTED, ABSENT, NOT_APPLICABLE)
_REPEATS = 3  # of a trial: the luck of ten networks hides effects of two points
_SHARE = 0.5  # of the budget of `prove`, by the cost formula
_UNPROVEN = "No proof was made: the budget of `prove` was spent on the causes before it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """How one cause ended."""

    cause: type[Cause]
    status: str
    signal: Signal | None = None
    proof: Proof | None = None
    sentence: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return what stands in the evidence."""
        proof = self.proof
        return {
            "code": self.cause.code,
            "name": self.cause.name(),
            "title": self.cause.title,
            "status": self.status,
            "metric": None if proof is None else proof.metric,
            "effect": None if proof is None else float(proof.effect),
            "low": None if proof is None else float(proof.low),
            "high": None if proof is None else float(proof.high),
            "verdict": None if proof is None else proof.verdict,
            "sentence": self.sentence,
            "next": self.cause.next if self.status in (PROVEN, SUSPECTED) else "",
            "signal": {} if self.signal is None else _numbers(self.signal.evidence),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What keeps a network below what the table allows, as far as it can be told.

    Parameters
    ----------
    subject
        The arm, or what was trained.
    causes
        All of them: proven ones first, by what putting them right is worth.
    """

    subject: str
    causes: tuple[Found, ...]

    @property
    def cause(self) -> str | None:
        """The name of the first proven cause."""
        proven = self.named(PROVEN)
        return proven[0] if proven else None

    def named(self, status: str) -> list[str]:
        """Return the names of the causes that ended so."""
        return [found.cause.name() for found in self.causes if found.status == status]

    @property
    def sentence(self) -> str:
        """The answer in plain words."""
        first = self.causes[0] if self.causes else None
        if first is not None and first.status == PROVEN:
            return f"{first.cause.title}. {first.sentence}"
        suspected = [found for found in self.causes if found.status == SUSPECTED]
        if not suspected:
            return "No cause of a weak network was found in the training."
        titles = "; ".join(found.cause.title.lower() for found in suspected)
        return f"No cause was proven. Suspected: {titles}."

    def to_dict(self) -> dict[str, Any]:
        """Return what stands in the evidence: values that JSON can hold."""
        return {
            "subject": self.subject,
            "cause": self.cause,
            "sentence": self.sentence,
            "causes": [found.to_dict() for found in self.causes],
        }

    def __repr__(self) -> str:
        shown = [found for found in self.causes if found.status in (PROVEN, SUSPECTED)]
        lines = [f"{f.status}: {f.cause.code} {f.cause.title}. {f.sentence}" for f in shown]
        return "\n".join(lines or [self.sentence])


def diagnose(
    evidence: Evidence,
    arm: str = "clean",
    *,
    prove: ProveSpec | None = None,
    findings: Mapping[str, Sequence[Finding]] | None = None,
    most_proofs: int | None = None,
) -> Diagnosis:
    """Say what keeps an arm of a comparison from doing better.

    Parameters
    ----------
    evidence
        Of `dataaudit.proof.compare`.
    arm
        One with a network.
    prove
        Its smallest effect and budget; proofs take half of the budget at most, by the cost formula.
    findings
        Of the audit, by the name of the check.
    most_proofs
        Instead of what the budget allows.

    Raises
    ------
    UnknownNameError
        For an arm that was not compared.
    DataError
        For an arm without a network.
    """
    if arm not in evidence.finals:
        raise UnknownNameError(arm, kind="arm", known=evidence.finals)
    state = evidence.finals[arm].preparation
    if state is None:
        raise DataError("diagnose", f"arm `{arm}` has no network")
    prove = prove or ProveSpec()
    examined = OnTable(
        evidence,
        arm,
        state.clone(),
        findings=findings,
        smallest_effect=prove.smallest_effect,
        repeats=_REPEATS,
    )
    most = _affordable(examined, prove) if most_proofs is None else most_proofs
    return examine(examined, subject=arm, most_proofs=most)


def _affordable(examined: OnTable, prove: ProveSpec) -> int:
    """Return how many trials half of the budget pays for."""
    plan = examined.evidence.plan
    per_fit = plan.seconds / max(plan.fits, 1)
    one = per_fit * plan.folds * examined.case.plan.repeats
    return int(_SHARE * prove.budget / one) if one else 0


def examine(examined: Examined, *, subject: str, most_proofs: int) -> Diagnosis:
    """Go through the causes; what was proven stays put right for those after it."""
    causes = [cause() for cause in registry().values()]
    signals = {cause.name(): _look(cause, examined) for cause in causes}
    made, found = 0, []
    for i, cause in enumerate(causes):
        if cause.asks_others:
            signals[cause.name()] = _look(cause, examined)
        signal = signals[cause.name()]
        if isinstance(signal, str):
            found.append(Found(cause=type(cause), status=NOT_APPLICABLE, sentence=signal))
            continue
        if not signal.is_present:
            ended = Found(cause=type(cause), status=ABSENT, signal=signal, sentence=signal.sentence)
            found.append(ended)
            continue
        left = [c for c in causes[i:] if _is_present(signals[c.name()])]
        examined.family = min(most_proofs, made + len(left)) or 1
        proof = cause.prove(examined) if made < most_proofs else None
        if proof is not None:
            made += 1
            examined.trials[cause.name()] = proof
        is_spent = examined.is_table and proof is None and made >= most_proofs
        ended = _ended(cause, signal, proof, is_spent=is_spent)
        found.append(ended)
        examined.ended[cause.name()] = ended.status
        if proof is not None and proof.is_proven and cause.stays and proof.arm is not None:
            examined = examined.after(proof)
            for later in causes[i + 1 :]:
                signals[later.name()] = _look(later, examined)
    order = {cause.name(): i for i, cause in enumerate(causes)}
    found.sort(key=lambda f: (_ORDER.index(f.status), -_worth(f), order[f.cause.name()]))
    return Diagnosis(subject=subject, causes=tuple(found))


def _look(cause: Cause, examined: Examined) -> Signal | str:
    """Return the signal, or why there is none."""
    if cause.needs_table and not isinstance(examined, OnTable):
        return "It takes the table to tell: `dataaudit diagnose PIPELINE`."
    return cause.signal(examined)


def _is_present(signal: Signal | str) -> bool:
    return not isinstance(signal, str) and signal.is_present


def _ended(cause: Cause, signal: Signal, proof: Proof | None, *, is_spent: bool) -> Found:
    """Return how a suspected cause ended."""
    status = SUSPECTED
    if proof is not None and proof.is_proven:
        status = PROVEN
    elif proof is not None and proof.verdict in (SAME, HARMS):
        status = ABSENT
    told = _UNPROVEN if is_spent else "" if proof is None else cause.outcome(proof)
    sentence = " ".join(text for text in (signal.sentence, told) if text)
    return Found(cause=type(cause), status=status, signal=signal, proof=proof, sentence=sentence)


def _worth(found: Found) -> float:
    """Return what putting it right is worth; an end that cannot be put right comes last."""
    if found.proof is None or not found.cause.stays:
        return -1.0
    return found.proof.effect


def _numbers(evidence: Mapping[str, Any]) -> dict[str, float]:
    """Return the numbers that JSON can hold."""
    return dict(_finite(evidence))


def _finite(evidence: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for name, value in evidence.items():
        if value is not None and abs(float(value)) < float("inf"):
            yield name, round(float(value), 6)
