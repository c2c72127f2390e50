"""What a cause of a weak network is: a cheap signal that suspects it, and a proof that convicts it.

A signal alone never says "cause". The proof is a refit with the remedy, on the same folds and seeds
as what it is compared with; only where the remedy wins is the cause proven.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar

from dataaudit.proof.diagnosis.examined import Examined, Proof

_FOLDER = "dataaudit.proof.diagnosis.causes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """What a first look shows.

    Parameters
    ----------
    is_present
        Whether the cause is suspected.
    strength
        How far the measure lies beyond its threshold: 1 is at the threshold.
    evidence
        The numbers behind it, by name.
    sentence
        What was seen, with numbers and units.
    """

    is_present: bool
    strength: float = 0.0
    evidence: Mapping[str, float] = field(default_factory=dict)
    sentence: str = ""


class Cause(ABC):
    """Something that keeps a network below what the table allows.

    A subclass stands in a file of its own in ``causes/``, sets the four attributes and implements
    `signal`; and `remedy` where a refit can prove it, or `prove` where it is proven another way.

    Attributes
    ----------
    code
        ``T101``: stable, and never used twice.
    precedence
        Lower ones are tried first, so that a column without a scale is not taken for dead units:
        non-finite 10, output 15, leakage 20, missing, disguised, outliers, categories 23 to 27,
        scale 30, plateau 39, learning rate 40, dead, exploding, vanishing 50, label noise 58,
        collapse and imbalance 60, too large 78, overfitting 79, too small 80, kind of network 85,
        too few rows 90, irreducible 99.
    title
        The cause in a few plain words: "The learning rate is too high".
    next
        What to do about it, in words.
    trial
        What the proof changed, as a sentence begins: "At a tenth of the learning rate".
    needs_table
        Whether it cannot be told from somebody's training alone.
    stays
        Whether a remedy that won is kept for the causes after it.
    asks_others
        Whether its signal depends on how the causes before it ended.
    """

    code: ClassVar[str]
    precedence: ClassVar[int]
    title: ClassVar[str]
    next: ClassVar[str]
    trial: ClassVar[str] = "With it put right"
    needs_table: ClassVar[bool] = False
    stays: ClassVar[bool] = True
    asks_others: ClassVar[bool] = False

    @classmethod
    def name(cls) -> str:
        """Return the file name."""
        return cls.__module__.rpartition(".")[2]

    @classmethod
    def documentation(cls) -> str:
        """Return the docstring of the file."""
        return inspect.getdoc(sys.modules[cls.__module__]) or ""

    @abstractmethod
    def signal(self, examined: Examined) -> Signal | str:
        """Look, and say what is seen; or, as text, why there is nothing to look at."""

    def remedy(self, examined: Examined) -> Any | None:  # noqa: ARG002 - most have none to look up
        """Return the arm that lacks this cause: another preparation or another recipe; or None."""
        return None

    def prove(self, examined: Examined) -> Proof | None:
        """Try the remedy; return None where there is none to try."""
        arm = self.remedy(examined)
        return None if arm is None else examined.tried(self.name(), arm)

    def outcome(self, proof: Proof) -> str:
        """Say what the proof showed."""
        return f"{self.trial} {proof.gain}."


@cache
def registry() -> Mapping[str, type[Cause]]:
    """Find every cause: the files of the folder, in their order of precedence."""
    folder = importlib.import_module(_FOLDER)
    modules = [
        importlib.import_module(f"{_FOLDER}.{info.name}")
        for info in pkgutil.iter_modules(folder.__path__)
    ]
    found = [cause for module in modules for cause in _causes_in(module)]
    return {c.name(): c for c in sorted(found, key=lambda c: (c.precedence, c.code))}


def _causes_in(module: Any) -> list[type[Cause]]:
    """Return the causes that a file defines."""
    return [
        value
        for value in vars(module).values()
        if inspect.isclass(value)
        and issubclass(value, Cause)
        and value.__module__ == module.__name__
    ]
