"""Where the cleaned network is still wrong: weak parts of the table, sure mistakes, confusions.

Everything is worded here; the template and the terminal only lay it out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.console import Group
from rich.text import Text

from dataaudit.report.text import LONGEST_NAME, NOTHING, number, percent, sentence, shown
from dataaudit.table import Task

_TERMINAL = 2  # lines


def describe(
    evidence: Mapping[str, Any], *, task: Task, sensitive: frozenset[str]
) -> dict[str, Any] | None:
    """Return what the report shows of the mistakes; None where the evidence has none.

    Parameters
    ----------
    evidence
        The content of ``evidence.json``.
    task, sensitive
        The labels of a sensitive target are numbered, its numbers left out.
    """
    part = evidence.get("mistakes")
    if not part:
        return None
    is_hidden = task.target in sensitive
    labels = {str(label): f"class {i}" for i, label in enumerate(task.classes, start=1)}

    def label_of(label: Any) -> str:
        if not is_hidden:
            return shown(label) if isinstance(label, str) else number(label)
        return labels.get(str(label), NOTHING)

    def told(text: str) -> str:
        for label, name in labels.items() if is_hidden else ():
            text = text.replace(f"`{label}`", name)
        return sentence(text)

    kinds = ("confident", "confusions", "calibration", "residuals")
    sentences = [told(part[kind]["sentence"]) for kind in kinds if part.get(kind)]
    slices = [_slice(one, is_share="residuals" not in part) for one in part["slices"]]
    return {
        "sentence": told(part["sentence"]),
        "tested": part["tested"],
        "slices": slices,
        "sentences": sentences,
        "rows": _rows(part, label_of),
        "pairs": [
            {
                "label": label_of(pair["label"]),
                "said": label_of(pair["said"]),
                "rows": number(pair["rows"]),
                "share": percent(pair["share"]),
                "examples": _ids(pair["examples"]),
            }
            for pair in part.get("confusions", {}).get("pairs", [])
        ],
        "classes": [
            {
                "label": label_of(one["class"]),
                "predicted": percent(one["predicted"]),
                "actual": percent(one["actual"]),
                "gap": percent(one["gap"]),
            }
            for one in part.get("calibration", {}).get("classes", [])
        ],
    }


def _slice(one: Mapping[str, Any], *, is_share: bool) -> dict[str, str]:
    """Return one weak part of the table."""
    write: Callable[[Any], str] = percent if is_share else number
    where = [f"`{shown(name, LONGEST_NAME)}` {words}" for name, words in one["where"]]
    return {
        "where": " and ".join(where),
        "rows": number(one["rows"]),
        "error": write(one["error"]),
        "more": f"{write(one['low'])} to {write(one['high'])}",
        "examples": _ids(one["examples"]),
    }


def _rows(part: Mapping[str, Any], label_of: Callable[[Any], str]) -> list[dict[str, str]]:
    """Return the rows that the network is most surely, or furthest, wrong about."""
    found = (part.get("confident") or part.get("residuals") or {}).get("rows", [])
    return [
        {
            "row": shown(row["row"]),
            "said": label_of(row["said"]) if "said" in row else NOTHING,
            "label": label_of(row["label"]) if "label" in row else NOTHING,
            "sure": percent(row["probability"]) if "probability" in row else "",
        }
        for row in found
    ]


def _ids(rows: Sequence[Any]) -> str:
    """Return the ids of some rows."""
    return ", ".join(shown(row) for row in rows)


def lines(part: Mapping[str, Any] | None) -> Group | None:
    """Return two lines for a terminal: the weakest part, and the sure mistakes."""
    if part is None:
        return None
    told = [part["sentence"], *part["sentences"]][:_TERMINAL]
    title = Text("Where it is still wrong", style="bold")
    return Group(title, *(Text(line.replace("`", "")) for line in told))
