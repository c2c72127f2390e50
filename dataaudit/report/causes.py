"""What the diagnosis proved beside the cleaning, as headline and advice need it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dataaudit.report.text import sentence, shown

_PROVEN = "proven"
_IN_DATA = frozenset(
    {
        "categories",
        "disguised",
        "duplicates",
        "imbalance",
        "label_noise",
        "leakage",
        "missing",
        "outliers",
        "scale",
    }
)


def proven(diagnosis: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return the proven causes, first the one to put right first.

    Parameters
    ----------
    diagnosis
        What stands in the evidence under this name, or None.

    Returns
    -------
    list of dict
        ``name``; ``title``, to stand within a sentence; ``sentence``; ``next``, what to do;
        ``effect``; ``is_elsewhere``, whether it lies in network or training rather than the data.
    """
    causes: Sequence[Mapping[str, Any]] = (diagnosis or {}).get("causes") or []
    found = [_cause(one) for one in causes if one.get("status") == _PROVEN]
    first = (diagnosis or {}).get("cause")
    return sorted(found, key=lambda one: one["name"] != first)


def _cause(cause: Mapping[str, Any]) -> dict[str, Any]:
    """Return one cause."""
    name = str(cause.get("name") or "")
    title = shown(cause.get("title") or name.replace("_", " "), 120).rstrip(".")
    return {
        "name": name,
        "title": f"{title[:1].lower()}{title[1:]}",
        "sentence": sentence(str(cause.get("sentence") or "")),
        "next": sentence(str(cause.get("next") or "")),
        "effect": cause.get("effect") or 0.0,
        "is_elsewhere": name not in _IN_DATA,
    }
