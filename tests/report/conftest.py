"""What a run on adult leaves, made up in its size and shape; adult.json has the words."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dataaudit.finding import Finding, Outcome, Remedy, Severity, Status
from dataaudit.profile import PROBABILITIES, ColumnProfile, Profile
from dataaudit.report.collect import collect
from dataaudit.source.columns import Column
from dataaudit.table import Task

ADULT = json.loads(Path(__file__).with_name("adult.json").read_text(encoding="utf-8"))
ROWS = 32_561
CODES = {
    "missing": "DA101",
    "disguised": "DA102",
    "types": "DA103",
    "categories": "DA104",
    "outliers": "DA201",
    "scale": "DA202",
    "imbalance": "DA301",
    "duplicates": "DA401",
    "constant": "DA402",
    "identifier": "DA403",
    "leakage": "DA501",
    "contamination": "DA502",
}


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    """Functions for tests that build their own input."""
    return SimpleNamespace(
        profile=profile_of,
        outcomes=outcomes_of,
        finding=finding_of,
        evidence=evidence_of,
        bill=bill_of,
    )


@pytest.fixture(scope="session")
def adult() -> dict[str, Any]:
    """The arguments of `collect` for a run on adult."""
    frame = _adult_frame()
    given = {key: ADULT[key] for key in _GIVEN}
    found = [finding_of(**finding) for finding in ADULT["findings"]]
    task = {**ADULT["task"], "classes": tuple(ADULT["task"]["classes"])}
    return {
        **given,
        "outcomes": outcomes_of(*found, ended=ADULT["ended"]),
        "profile": profile_of(frame),
        "sample": frame,
        "columns": {name: _column(name) for name in frame},
        "task": Task(**task),
        "evidence": {**evidence_of(), "bill": bill_of()},
    }


@pytest.fixture(scope="session")
def adult_report(adult) -> dict[str, Any]:
    return collect(**adult)


_GIVEN = (
    "name",
    "fingerprint",
    "source",
    "account",
    "contract",
    "split",
    "split_notes",
    "cleaning",
    "paths",
    "settings",
    "versions",
)
_GAPS = {"workclass": 0.056, "occupation": 0.057, "native_country": 0.018}


def finding_of(check: str, severity: str, message: str, *columns: str, **rest: Any) -> Finding:
    """A finding with the code that belongs to its check."""
    remedy = rest.pop("remedy", None)
    return Finding(
        code=CODES[check],
        check=check,
        kind=rest.pop("kind", "cells"),
        severity=Severity(severity),
        message=message,
        columns=tuple(rest.pop("columns", columns)),
        remedy=Remedy(**remedy) if remedy else None,
        **{**rest, "examples": tuple(rest.get("examples", ()))},
    )


def outcomes_of(*findings: Finding, ended: dict[str, Any] | None = None) -> list[Outcome]:
    """One outcome a check: found, or what `ended` says, or passed."""
    outcomes = []
    for check, code in CODES.items():
        own = tuple(finding for finding in findings if finding.check == check)
        status, reason = (ended or {}).get(check, ("found" if own else "passed", ""))
        outcome = Outcome(
            code=code, check=check, status=Status(status), reason=reason, findings=own
        )
        outcomes.append(outcome)
    return outcomes


def profile_of(frame: pd.DataFrame) -> Profile:
    """The profile by pandas alone."""
    columns = {name: _profile(frame[name]) for name in frame}
    return Profile(rows=len(frame), columns=columns, sample_rows=len(frame))


def _profile(cells: pd.Series) -> ColumnProfile:
    known = cells.dropna()
    common: dict[str, Any] = {
        "name": str(cells.name),
        "rows": len(cells),
        "missing": int(cells.isna().sum()),
        "distinct": int(known.nunique()),
        "top": tuple((value, int(n)) for value, n in cells.value_counts().head(20).items()),
    }
    if pd.api.types.is_datetime64_any_dtype(cells):
        ends = {"minimum": str(known.min()), "maximum": str(known.max())}
        return ColumnProfile(dtype="date", **common, **(ends if len(known) else {}))
    if not pd.api.types.is_numeric_dtype(cells):
        return ColumnProfile(dtype="str", **common)
    is_whole = len(known) > 0 and bool((known % 1 == 0).all())
    return ColumnProfile(dtype="int" if is_whole else "float", **common, **_moments(known))


def _moments(known: pd.Series) -> dict[str, Any]:
    finite = known[np.isfinite(known)]
    if finite.empty:
        return {}
    return {
        "minimum": float(finite.min()),
        "maximum": float(finite.max()),
        "mean": float(finite.mean()),
        "quantiles": {p: float(finite.quantile(p)) for p in PROBABILITIES},
    }


def _column(name: str) -> Column:
    nulls = ("?",) if name in _GAPS else ()
    return Column(name=name, dtype="str", nulls=nulls)


def _adult_frame() -> pd.DataFrame:
    random = np.random.default_rng(7)

    def pick(levels: str, *shares: float) -> np.ndarray:
        names = levels.split()
        rest = (1 - sum(shares)) / max(1, len(names) - len(shares))
        weights = np.array([*shares, *[rest] * (len(names) - len(shares))])
        return random.choice([f" {n}" for n in names], ROWS, p=weights / weights.sum())

    def bell(middle: float, spread: float, low: float, high: float) -> np.ndarray:
        return np.clip(random.normal(middle, spread, ROWS).round(), low, high)

    gain = np.where(random.random(ROWS) < 0.083, random.gamma(2.0, 4000, ROWS).round(), 0)
    gain[:159] = 99_999
    loss = np.where(random.random(ROWS) < 0.047, bell(1870, 300, 155, 4356), 0)
    hours = np.where(random.random(ROWS) < 0.47, 40, bell(40, 14, 1, 99))
    frame = pd.DataFrame(
        {
            "age": np.clip(random.gamma(7.5, 5.1, ROWS).round(), 17, 90),
            "workclass": pick("Private Self-emp-not-inc Local-gov State-gov Federal-gov", 0.7),
            "fnlwgt": random.lognormal(12.05, 0.55, ROWS).round(),
            "education": pick("HS-grad Some-college Bachelors Masters 11th 10th 9th", 0.32, 0.22),
            "education_num": random.choice([9.0, 10, 13, 14, 7, 6, 5], ROWS),
            "marital_status": pick("Married-civ-spouse Never-married Divorced Widowed", 0.46),
            "occupation": pick("Prof-specialty Craft-repair Exec-managerial Sales Other", 0.27),
            "relationship": pick("Husband Not-in-family Own-child Unmarried Wife", 0.4, 0.26),
            "race": pick("White Black Asian-Pac-Islander Amer-Indian-Eskimo Other", 0.85, 0.1),
            "sex": pick("Male Female", 0.669),
            "capital_gain": gain,
            "capital_loss": loss,
            "hours_per_week": hours,
            "native_country": pick("United-States Mexico Philippines Germany Canada Cuba", 0.9),
            "income": np.char.strip(pick("<=50K >50K", 0.759)),
        }
    )
    for name, share in _GAPS.items():
        frame.loc[random.random(ROWS) < share, name] = np.nan
    return frame


def evidence_of(
    base: str = "no practical difference",
    naive: str = "helps",
    *,
    base_effect: float = 0.001,
    naive_effect: float = 0.072,
    clean: float = 0.851,
) -> dict[str, Any]:
    """evidence.json of four arms, with these verdicts of `clean` against `base` and `naive`."""
    values = {
        "const": 0.759,
        "naive": clean - naive_effect,
        "base": clean - base_effect,
        "clean": clean,
    }
    return {
        "metric": "accuracy",
        "kind": "classification",
        "classes": ADULT["task"]["classes"],
        "plan": ADULT["plan"],
        "arms": {arm: _arm(arm, value) for arm, value in values.items()},
        "verdicts": [_verdict("naive", naive_effect, naive), _verdict("base", base_effect, base)],
        "curves": {arm: _curve(arm) for arm in ("naive", "base", "clean")},
        "notes": ["Folds are over train and validation rows; the test rows were scored once."],
    }


def _arm(arm: str, value: float) -> dict[str, Any]:
    def score(x: float) -> dict[str, float]:
        return {"value": x, "low": x - 0.008, "high": x + 0.008}

    metrics = {"accuracy": value, "balanced_accuracy": value - 0.085, "log_loss": 1.17 - value}
    classes = {"<=50K": (0.93, value, 4555), ">50K": (0.61, 0.74, 1445)}
    return {
        "description": ADULT["about"][arm],
        "metrics": {name: score(x) for name, x in metrics.items()},
        "per_class": {
            label: {"recall": score(recall), "precision": score(precision), "rows": rows}
            for label, (recall, precision, rows) in classes.items()
        },
        "test": {"accuracy": value - 0.002},
        "calibration": {} if arm == "const" else {"class": ">50K", "bins": _bins(arm)},
    }


def _bins(arm: str) -> list[dict[str, Any]]:
    bend = {"naive": 2.2, "base": 1.1, "clean": 1.0}[arm]
    shares = np.linspace(0.01, 0.93, 10)
    return [{"predicted": float(x), "actual": float(x**bend), "rows": 600} for x in shares]


STEPS = {
    "disguised": (0.004, 0.003, "undecided"),
    "missing": (0.003, 0.002, "no practical difference"),
    "scale": (0.071, 0.008, "helps"),
    "imbalance": (-0.006, 0.004, "harms"),
}
WHAT = {
    "disguised": "blanking disguised gaps",
    "missing": "filling gaps",
    "scale": "scaling",
    "imbalance": "balancing the classes",
    "outliers": "taming outliers",
}


def bill_of(
    steps: dict[str, tuple[float, float, str]] | None = None,
    *,
    before: float = 0.779,
    others: dict[str, tuple[float, float, str]] | None = None,
) -> dict[str, Any]:
    """The key `bill` of the evidence: (effect, reach, verdict) of each step; prices sum up."""
    steps = STEPS if steps is None else steps
    total = sum(effect for effect, _, _ in steps.values())
    return {
        "metric": "accuracy",
        "sentence": "",
        "plan": {"sentence": "Prices are Shapley values over every set of 4 steps on and off."},
        "before": {"value": before, "low": before - 0.008, "high": before + 0.008},
        "after": {"value": before + total, "low": before + total - 0.008, "high": before + total},
        "total": _priced("", total, 0.009, "helps"),
        "items": [_priced(name, *price) for name, price in steps.items()],
        "others": [_priced(name, *price) for name, price in (others or {}).items()],
        "idle": [{"name": "categories", "what": "merging spellings", "sentence": ""}],
        "always_on": [],
        "interactions": [
            {
                "name": "missing",
                "other": "scale",
                "sentence": "Filling gaps is worth -0.4 points without scaling, and +1.0 points "
                "with it.",
            }
        ],
        "failed_fits": 0,
    }


def _priced(name: str, effect: float, reach: float, verdict: str) -> dict[str, Any]:
    what = WHAT.get(name, f"`{name}`")
    return {
        "name": name,
        "what": what,
        "effect": effect,
        "low": effect - reach,
        "high": effect + reach,
        "verdict": verdict,
        "rows": 6000,
        "rows_needed": 7840 if verdict == "undecided" else None,
        "sentence": f"{what.capitalize()}: {100 * effect:+.1f} points.",
    }


def _verdict(before: str, effect: float, verdict: str) -> dict[str, Any]:
    reach = {"effect": effect, "low": effect - 0.006, "high": effect + 0.006}
    return {
        **reach,
        "before": before,
        "after": "clean",
        "metric": "accuracy",
        "verdict": verdict,
        "rows": 6000,
        "rows_needed": 7840 if verdict == "undecided" else None,
        "second_opinion": {"test": "Nadeau-Bengio", **reach, "p": 0.41},
        "sentence": "",
    }


def _curve(arm: str) -> dict[str, list[Any]]:
    epochs = np.arange(24)
    start, floor = {"naive": (0.72, 0.47), "base": (0.52, 0.33), "clean": (0.54, 0.325)}[arm]
    train = floor - 0.02 + (start - floor) * np.exp(-epochs / 4)
    gap = 0.015 + 0.0011 * np.maximum(0, epochs - 9)
    return {
        "train": train.round(5).tolist(),
        "validation": (train + gap).round(5).tolist(),
        "steps": [100 * (i + 1) for i in range(24)],
    }
