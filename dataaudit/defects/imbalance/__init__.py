"""One class is so rare that a network scores well without ever naming it.

What
----
Compares the rarest class with its fair share (one half of the rows for two classes, a third for
three), and says what always answering the most frequent class would score.

Why a network minds
-------------------
The loss is a sum over rows, so a class of 2 % has 2 % of the say: the network learns to answer the
frequent class, accuracy looks excellent, and the rare class, which is mostly the one that matters,
is never found. Read recall and balanced accuracy instead.

When this rule is wrong
-----------------------
Rarity alone does no harm: where the classes are separable a network learns 1 row in 100 perfectly.
The shares may be those of the world, and then probabilities should reflect them.

What the remedy changes
-----------------------
``threshold`` moves the point from which the rare class is answered to its share of the training
rows; nothing is lost, and it finds as many rare rows as resampling does [1]_. A threshold found on
rows that training holds back was worse on four of five tables by 1.0 to 6.5 points of balanced
accuracy and no better on the fifth: too few of them are rare. ``clean: auto`` tries every way, and
takes one that changes the rows only where it is shown to gain more than the threshold.
``class_weight`` gives rare rows more weight. ``smote`` adds synthetic rows of the rare classes to
the training rows (`Oversample`), and ``undersample`` leaves out rows of the frequent ones
(`Undersample`). The last three move the operating point and pay with calibration: on mammography
(2.3 % positive) SMOTE took a logistic regression from .701 to .873 balanced accuracy, from .984 to
.899 accuracy and from .057 to .293 log-loss, left the AUC as it was (.919), and predicted 8.9 times
the true risk; a threshold without SMOTE reached .883. A small network's AUC rose there from .923 to
.947 with SMOTE and fell to .916 with undersampling, so try before you trust.

References
----------
.. [1] van den Goorbergh et al., The harm of class imbalance corrections for risk prediction models,
   Journal of the American Medical Informatics Association 29, 2022.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from dataaudit.defects import Defect, Share
from dataaudit.engine import mapping
from dataaudit.engine.sql import ident
from dataaudit.finding import Finding, Remedy, Severity
from dataaudit.lazy import on_first_use
from dataaudit.table import Table

if TYPE_CHECKING:
    from dataaudit.defects.imbalance.samplers import Oversample, Undersample

_SAMPLERS = "dataaudit.defects.imbalance.samplers"
__getattr__ = on_first_use(__name__, {"Oversample": _SAMPLERS, "Undersample": _SAMPLERS})

_HIGH_MAJORITY = 0.7  # from here `task.metric: auto` takes balanced accuracy
_EMPTY_MAJORITY = 0.9  # from here accuracy has a tenth of its range left to say anything


class Imbalance(Defect):
    """Classes far below their fair share of the rows.

    Parameters
    ----------
    warn
        Share of its fair share below which the rarest class is a warning.
    error
        Rows below which a class is an error: one row cannot be trained on and tested on.
    method
        What is done about it; ``threshold`` and ``class_weight`` change no row.
    neighbours
        Nearest rows of the same class that ``smote`` draws between; fewer where a class has fewer.
    ratio
        Rows of each rarer class over rows of the most frequent one after ``smote`` or
        ``undersample``, at least.
    """

    code = "DA301"

    def __init__(
        self,
        *,
        warn: Share = 0.2,
        error: Annotated[int, Field(ge=0)] = 2,
        method: Literal["threshold", "class_weight", "smote", "undersample", "none"] = "threshold",
        neighbours: Annotated[int, Field(ge=1)] = 5,
        ratio: Annotated[float, Field(gt=0, le=1)] = 1.0,
    ) -> None:
        self.warn, self.error, self.method = warn, error, method
        self.neighbours, self.ratio = neighbours, ratio

    def applies(self, table: Table) -> str:
        """Need classes."""
        if table.task.target is None:
            return "no target"
        return "" if table.task.kind == "classification" else "the target is a number"

    def detect(self, table: Table) -> Iterator[Finding]:
        """Yield what the counts of the classes say."""
        counts = _counts(table)
        if len(counts) < 2:  # noqa: PLR2004 - one class is no matter of balance
            return
        is_shown = table.task.target not in table.sensitive
        share = {label: count / sum(counts.values()) for label, count in counts.items()}
        names = {label: f"`{label}`" if is_shown else "one class" for label in counts}
        evidence = {"counts": counts} if is_shown else {"counts": list(counts.values())}
        target = str(table.task.target)
        yield from self._tiny(target, counts, names)
        yield from self._rare(target, counts, share, names, evidence)
        yield from self._accuracy(target, share, names, evidence)

    def _tiny(
        self, target: str, counts: dict[str, int], names: dict[str, str]
    ) -> Iterator[Finding]:
        """Name the classes that cannot stand on both sides of a split."""
        tiny = [label for label, count in counts.items() if count < self.error]
        if tiny:
            yield self.finding(
                "tiny",
                Severity.ERROR,
                f"{len(tiny)} of {len(counts)} classes of `{target}` have fewer than {self.error} "
                f"rows, {names[tiny[0]]} among them; they cannot be trained on and tested on.",
                columns=[target],
                rows=sum(counts[label] for label in tiny),
                remedy=Remedy(action="Merge them under `task.labels`, or leave their rows out."),
            )

    def _rare(
        self,
        target: str,
        counts: dict[str, int],
        share: dict[str, float],
        names: dict[str, str],
        evidence: dict[str, Any],
    ) -> Iterator[Finding]:
        """Compare the rarest class with its fair share."""
        rarest, fair = list(counts)[-1], 1 / len(counts)
        if share[rarest] >= self.warn * fair:
            return
        others = sum(value < self.warn * fair for value in share.values()) - 1
        more = f"; {others} more are as rare" if others else ""
        yield self.finding(
            "rare",
            Severity.WARNING,
            f"{names[rarest]} is {share[rarest]:.1%} of the rows of `{target}` "
            f"({counts[rarest]:,} of {sum(counts.values()):,}), "
            f"{share[rarest] / fair:.2g} of its fair share{more}. "
            "A network may never name it.",
            columns=[target],
            rows=counts[rarest],
            share=share[rarest],
            evidence={**evidence, "fair_share": fair},
            remedy=Remedy(
                action="Move the threshold to the share of the class. SMOTE also finds more rare "
                "rows, but costs calibration: predicted risks read several times too high.",
                step="imbalance",
                params={"method": "threshold"},
            ),
        )

    def _accuracy(
        self, target: str, share: dict[str, float], names: dict[str, str], evidence: dict[str, Any]
    ) -> Iterator[Finding]:
        """Say what doing nothing scores."""
        most = next(iter(share))
        if share[most] > _HIGH_MAJORITY:
            is_empty = share[most] >= _EMPTY_MAJORITY
            yield self.finding(
                "accuracy",
                Severity.WARNING if is_empty else Severity.INFO,
                f"Accuracy misleads: always answering {names[most]} scores {share[most]:.1%}. "
                "Read recall and balanced accuracy.",
                columns=[target],
                share=share[most],
                evidence=evidence,
                remedy=Remedy(action="Judge by `task.metric: balanced_accuracy`."),
            )

    def remedy(self) -> Oversample | Undersample | None:
        """Return the sampler; None where weights or a threshold do it."""
        from dataaudit.defects.imbalance.samplers import Oversample, Undersample

        if self.method == "smote":
            return Oversample(neighbours=self.neighbours, ratio=self.ratio)
        return Undersample(ratio=self.ratio) if self.method == "undersample" else None


def class_weights(y: Any) -> np.ndarray:
    """Weigh rows so that every class has the same say.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Labels, none missing.

    Returns
    -------
    ndarray of shape (n_samples,), float64
        Rows / (classes x rows of the class); the mean is 1.

    References
    ----------
    King and Zeng, Logistic regression in rare events data, Political Analysis 9, 2001; the same as
    scikit-learn's ``class_weight="balanced"``.

    Examples
    --------
    >>> class_weights(["a", "a", "a", "b"]).round(2)
    array([0.67, 0.67, 0.67, 2.  ])
    """
    codes, labels = pd.factorize(np.asarray(y))
    counts = np.bincount(codes, minlength=len(labels))
    return (len(codes) / (len(labels) * counts))[codes]


def _counts(table: Table) -> dict[str, int]:
    """Return the rows of each class over all rows, most frequent first, ties by label."""
    known = table.profile[str(table.task.target)].levels
    if known is not None:
        return {str(label): count for label, count in known.items()}
    target = ident(str(table.task.target))
    return mapping(
        table.engine,
        f"SELECT {target}::VARCHAR, count(*) FROM {ident(table.typed)} WHERE {target} IS NOT NULL "
        "GROUP BY 1 ORDER BY 2 DESC, 1",
    )
