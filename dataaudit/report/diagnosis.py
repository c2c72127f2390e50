"""Why the score is not higher: data, network, training or ceiling, cause by cause."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Group
from rich.text import Text

from dataaudit.report.metrics import between, difference
from dataaudit.report.text import sentence, shown

_TONES = {"proven": "bad", "suspected": "open", "absent": "good", "not applicable": "calm"}
_OPEN = ("proven", "suspected")
_TERMINAL = 3  # lines


def describe(evidence: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what the report shows of the diagnosis; None where the evidence has none.

    Parameters
    ----------
    evidence
        The content of ``evidence.json``.
    """
    part = evidence.get("diagnosis")
    if not part:
        return None
    causes = [_cause(cause) for cause in part.get("causes", [])]
    return {
        "sentence": sentence(str(part.get("sentence") or "")),
        "open": [cause for cause in causes if cause["status"] in _OPEN],
        "others": [cause for cause in causes if cause["status"] not in _OPEN],
    }


def _cause(cause: Mapping[str, Any]) -> dict[str, Any]:
    """Return one cause."""
    status, metric = str(cause.get("status", "")), str(cause.get("metric") or "")
    effect = cause.get("effect")
    return {
        "code": shown(cause.get("code") or ""),
        "title": shown(cause.get("title") or "", 120),
        "status": status,
        "tone": _TONES.get(status, "open"),
        "effect": "" if effect is None else difference(metric, effect),
        "interval": "" if effect is None else between(metric, cause.get("low"), cause.get("high")),
        "sentence": sentence(str(cause.get("sentence") or "")),
        "next": sentence(str(cause.get("next") or "")),
    }


def show(told: Mapping[str, Any]) -> str:
    """Return a diagnosis as text: what was proven and suspected, and what to do.

    Parameters
    ----------
    told
        As `Diagnosis.to_dict` gives it.
    """
    found = [one for one in told.get("causes", []) if one["status"] in _OPEN]
    parts = [
        f"{one['status']}: {one['title']} ({one['code']}). {one['sentence']} {one['next']}"
        for one in found
    ]
    return "\n".join(sentence(part) for part in parts or [str(told["sentence"])])


def lines(part: Mapping[str, Any] | None) -> Group | None:
    """Return the causes that are proven or suspected, for a terminal."""
    if part is None:
        return None
    told = [f"{one['status']}: {one['title']}. {one['sentence']}" for one in part["open"]]
    title = Text("Why it is not higher", style="bold")
    found = told[:_TERMINAL] or [part["sentence"]]
    return Group(title, *(Text(line.replace("`", "")) for line in found))
