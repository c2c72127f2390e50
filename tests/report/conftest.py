"""What a run on the adult table leaves, made up by hand in its size and shape."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from dataaudit.finding import Finding, Outcome, Remedy, Severity, Status
from dataaudit.profile import PROBABILITIES, ColumnProfile, Profile
from dataaudit.report.collect import collect
from dataaudit.source.columns import Column
from dataaudit.table import Task

ROWS = 32_561
NAMES = {
    "constant": "DA402",
    "scale": "DA202",
    "missing": "DA101",
    "disguised": "DA102",
    "types": "DA103",
    "categories": "DA104",
    "outliers": "DA201",
    "imbalance": "DA301",
    "duplicates": "DA401",
    "identifier": "DA403",
    "leakage": "DA501",
    "contamination": "DA502",
}


def profile_of(frame: pd.DataFrame) -> Profile:
    """The profile by pandas alone."""
    return Profile(
        rows=len(frame),
        columns={name: _column(frame[name]) for name in frame},
        sample_rows=len(frame),
    )


def _column(cells: pd.Series) -> ColumnProfile:
    known, top = cells.dropna(), cells.value_counts().head(20)
    common: dict[str, Any] = {
        "name": str(cells.name),
        "rows": len(cells),
        "missing": int(cells.isna().sum()),
        "distinct": int(known.nunique()),
        "top": tuple((value, int(n)) for value, n in top.items()),
    }
    if pd.api.types.is_datetime64_any_dtype(cells):
        ends = {"minimum": str(known.min()), "maximum": str(known.max())} if len(known) else {}
        return ColumnProfile(dtype="date", **common, **ends)
    if not pd.api.types.is_numeric_dtype(cells):
        return ColumnProfile(dtype="str", **common)
    return ColumnProfile(
        dtype="int" if len(known) and bool((known % 1 == 0).all()) else "float",
        minimum=float(known.min()) if len(known) else None,
        maximum=float(known.max()) if len(known) else None,
        mean=float(known.mean()) if len(known) else None,
        std=float(known.std()) if len(known) > 1 else None,
        zeros=int((known == 0).sum()),
        quantiles={p: float(known.quantile(p)) for p in PROBABILITIES} if len(known) else {},
        **common,
    )


def outcome_of(*findings: Finding) -> list[Outcome]:
    """One outcome a check; those without a finding passed."""
    return [
        Outcome(code=code, check=name, status=Status.FOUND if own else Status.PASSED, findings=own)
        for name, code in NAMES.items()
        for own in [tuple(f for f in findings if f.check == name)]
    ]


def finding(
    check: str, kind: str, severity: str, message: str, *columns: str, **rest: Any
) -> Finding:
    """A finding with the code that belongs to its check."""
    return Finding(
        code=NAMES[check],
        check=check,
        kind=kind,
        severity=Severity(severity),
        message=message,
        columns=columns,
        **rest,
    )


@pytest.fixture(scope="session")
def make():
    """The functions above, for tests that build their own input."""

    class Make:
        profile = staticmethod(profile_of)
        outcomes = staticmethod(outcome_of)
        finding = staticmethod(finding)
        evidence = staticmethod(evidence_of)

    return Make


@pytest.fixture(scope="session")
def adult() -> dict[str, Any]:
    """The arguments of `collect` for a run on adult."""
    frame = _adult_frame()
    return {
        "name": "adult",
        "fingerprint": "3f9c2a7d51be0846",
        "outcomes": _adult_outcomes(),
        "profile": profile_of(frame),
        "sample": frame,
        "columns": {
            name: Column(
                name=name,
                dtype="str",
                nulls=("?",) if name in _GAPS else (),
                reason="Text with blanks around it." if name in _GAPS else "",
            )
            for name in frame
        },
        "task": Task(
            target="income",
            kind="classification",
            classes=("<=50K", ">50K"),
            positive=">50K",
            ignore={"fnlwgt": "a sampling weight, not a property of the person"},
        ),
        "source": {
            "format": "csv",
            "encoding": "utf-8",
            "delimiter": ",",
            "header": True,
            "files": ["/srv/tables/adult_train.csv", "/srv/tables/adult_test.csv"],
            "notes": [
                "`?` was read as missing in 3 columns.",
                "Labels of the test file end in a full stop: `>50K.` was read as `>50K`.",
            ],
        },
        "account": [
            _stage("source", 48_844, 48_842, 2, note="two lines had 9 of 15 cells"),
            _stage("contract", 48_842, 48_790, 52),
            _stage("split", 48_790, 48_790),
            _stage("clean", 32_509, 32_485, dropped=24, note="training rows: exact copies"),
        ],
        "contract": [
            _rule("age: 17 to 90", "age", "", 0, "age must be from 17 to 90"),
            _rule("hours_per_week: 1 to 99", "hours_per_week", "error", 40, "must be at most 99"),
            _rule("income: isin", "income", "warning", 12, "income must be one of <=50K, >50K"),
        ],
        "split": {"train": 29_258, "validation": 3_251, "test": 16_281},
        "split_notes": ["The test side is a table of its own, `adult_test.csv`."],
        "cleaning": [
            _step("disguised", "BlankSentinels", "Read no further value as missing."),
            _step("categories", "NormalizeLevels", "Stripped blanks in 8 columns; 99 levels stay."),
            _step("missing", "SimpleImputer", "Filled 3 columns, with a flag each."),
            _step("scale", "SmoothRobustScaler", "Scaled 5 columns; 2 by half their range."),
            _step("encode", "OneHotEncoder", "Made 101 columns of 8."),
        ],
        "evidence": evidence_of(),
        "paths": {
            "cleaned rows": "clean/train.parquet",
            "quarantine": "quarantine.parquet",
            "report": "report.html",
        },
        "settings": "version: 1\nname: adult\nsource: {path: /srv/tables/adult_train.csv}\n"
        "task: {target: income}\nclean:\n  - categories\n  - missing\n  - scale\n",
        "versions": {"dataaudit": "0.1.0", "duckdb": "2.0.1", "keras": "3.15.1"},
    }


@pytest.fixture(scope="session")
def adult_report(adult) -> dict[str, Any]:
    return collect(**adult)


_GAPS = ("workclass", "occupation", "native_country")


def _stage(stage: str, rows_in: int, rows_out: int, quarantined: int = 0, **rest: Any) -> dict:
    return {
        "stage": stage,
        "rows_in": rows_in,
        "rows_out": rows_out,
        "quarantined": quarantined,
        **rest,
    }


def _rule(rule: str, column: str, severity: str, rows: int, message: str) -> dict[str, Any]:
    return {"rule": rule, "column": column, "severity": severity, "rows": rows, "message": message}


def _step(name: str, estimator: str, sentence: str) -> dict[str, str]:
    return {"name": name, "estimator": estimator, "sentence": sentence}


def _adult_frame() -> pd.DataFrame:
    random = np.random.default_rng(7)
    gain = np.where(random.random(ROWS) < 0.083, random.gamma(2.0, 4000, ROWS).round(), 0)
    gain[:159] = 99_999
    gaps = random.random((ROWS, 3)) < [0.056, 0.057, 0.018]

    def pick(levels: str, *shares: float) -> pd.Series:
        names = [f" {level}" for level in levels.split()]
        rest = (1 - sum(shares)) / max(1, len(names) - len(shares))
        p = [*shares, *[rest] * (len(names) - len(shares))]
        return pd.Series(random.choice(names, ROWS, p=np.array(p) / sum(p)), dtype="str")

    frame = pd.DataFrame(
        {
            "age": np.clip(random.gamma(7.5, 5.1, ROWS).round(), 17, 90),
            "workclass": pick(
                "Private Self-emp-not-inc Local-gov State-gov Federal-gov", 0.7, 0.08
            ),
            "fnlwgt": random.lognormal(12.05, 0.55, ROWS).round(),
            "education": pick(
                "HS-grad Some-college Bachelors Masters 11th 10th 9th Doctorate", 0.32, 0.22, 0.16
            ),
            "education_num": random.choice([9.0, 10, 13, 14, 7, 6, 5, 16], ROWS),
            "marital_status": pick("Married-civ-spouse Never-married Divorced Widowed", 0.46, 0.33),
            "occupation": pick(
                "Prof-specialty Craft-repair Exec-managerial Adm-clerical Sales Other-service Transport",
                0.14,
            ),
            "relationship": pick("Husband Not-in-family Own-child Unmarried Wife", 0.4, 0.26),
            "race": pick("White Black Asian-Pac-Islander Amer-Indian-Eskimo Other", 0.854, 0.096),
            "sex": pick("Male Female", 0.669),
            "capital_gain": gain,
            "capital_loss": np.where(
                random.random(ROWS) < 0.047, random.normal(1870, 300, ROWS).round(), 0
            ),
            "hours_per_week": np.where(
                random.random(ROWS) < 0.47, 40, np.clip(random.normal(40, 14, ROWS).round(), 1, 99)
            ),
            "native_country": pick(
                "United-States Mexico Philippines Germany Canada India England Cuba", 0.9
            ),
            "income": pick("<=50K >50K", 0.759).str.strip(),
        }
    )
    for i, name in enumerate(_GAPS):
        frame.loc[gaps[:, i], name] = np.nan
    return frame


def _adult_outcomes() -> list[Outcome]:
    scale = Remedy(action="Scale the number columns.", step="scale", params={"method": "robust"})
    found = [
        finding(
            "duplicates",
            "columns",
            "warning",
            "`education` and `education_num` say the same: each level of one goes with one level of the other.",
            "education",
            "education_num",
            share=1.0,
            evidence={"levels": 16},
            remedy=Remedy(action="Put `education_num` under `task.ignore`."),
        ),
        finding(
            "outliers",
            "cap",
            "warning",
            "159 rows of `capital_gain` hold 99,999, the largest value; the next lower one is 41,310.",
            "capital_gain",
            rows=159,
            share=159 / ROWS,
            evidence={"value": 99_999.0, "next": 41_310.0},
            examples=(1246, 1368, 1482),
            remedy=Remedy(
                action="Find out what 99,999 stands for; if for a missing value, declare it in the contract."
            ),
        ),
        finding(
            "scale",
            "spread",
            "warning",
            "The spreads of 6 number columns differ by a factor of 41,000: `fnlwgt` 105,550, `education_num` 2.6.",
            "fnlwgt",
            "education_num",
            evidence={"ratio": 41000.0, "spreads": {"fnlwgt": 105550.0, "education_num": 2.57}},
            remedy=scale,
        ),
        finding(
            "scale",
            "no_iqr",
            "warning",
            "`capital_gain` and `capital_loss` have an IQR of 0: a plain robust scaler leaves them unscaled.",
            "capital_gain",
            "capital_loss",
            evidence={"zero_share": [0.917, 0.953]},
            remedy=scale,
        ),
        finding(
            "categories",
            "padded",
            "warning",
            "Every cell of 9 text columns begins with a blank.",
            "workclass",
            "education",
            "occupation",
            rows=ROWS,
            share=1.0,
            evidence={"cells": 293049},
            remedy=Remedy(action="Strip the blanks.", step="categories"),
        ),
        finding(
            "contamination",
            "labels",
            "error",
            "No label of the test table stands in the training table: `>50K.` against `>50K`.",
            "income",
            rows=16_281,
            share=1.0,
            evidence={"labels": ["<=50K.", ">50K."]},
            remedy=Remedy(action="Merge the spellings under `task.labels`."),
        ),
        finding(
            "missing",
            "columns",
            "warning",
            "5.7 % of `occupation`, 5.6 % of `workclass` and 1.8 % of `native_country` are missing.",
            "occupation",
            "workclass",
            "native_country",
            rows=2399,
            share=0.0737,
            evidence={"occupation": 1843, "workclass": 1836, "native_country": 583},
            examples=(14, 27, 38, 51, 61),
            remedy=Remedy(
                action="Fill the gaps from training rows and keep a flag of where they were.",
                step="missing",
                is_lossy=True,
            ),
        ),
        finding(
            "missing",
            "together",
            "info",
            "`occupation` and `workclass` are missing together in 1,836 rows.",
            "occupation",
            "workclass",
            rows=1836,
            share=1836 / ROWS,
        ),
        finding(
            "outliers",
            "cells",
            "info",
            "27.7 % of `hours_per_week` lies outside 32.5 to 52.5.",
            "hours_per_week",
            rows=9008,
            share=0.277,
            evidence={"low": 32.5, "middle": 40.0, "high": 52.5, "excess": 4.7},
            remedy=Remedy(
                action="Clip what lies outside.",
                step="outliers",
                is_lossy=True,
                params={"action": "clip"},
            ),
        ),
        finding(
            "duplicates",
            "rows",
            "info",
            "24 rows repeat an earlier row in every column.",
            rows=24,
            share=24 / ROWS,
            examples=(4881, 5104),
            remedy=Remedy(
                action="Drop the copies from the training rows, if they are no real repeats.",
                step="duplicates",
                is_lossy=True,
            ),
        ),
        finding(
            "imbalance",
            "share",
            "info",
            "24.1 % of the rows are `>50K`, half of its fair share.",
            "income",
            rows=7841,
            share=0.241,
        ),
        finding(
            "categories",
            "rare",
            "info",
            "`native_country` has 26 levels with fewer than 100 rows each.",
            "native_country",
            rows=1100,
            share=0.034,
            evidence={"levels": ["Canada", "Cuba"]},
        ),
    ]
    outcomes = outcome_of(*found)
    skipped = {
        "leakage": (Status.SKIPPED, "fewer than two sides hold a row of each class"),
        "types": (Status.NOT_APPLICABLE, "every column is typed by the contract"),
    }
    return [
        Outcome(code=o.code, check=o.check, status=skipped[o.check][0], reason=skipped[o.check][1])
        if o.check in skipped
        else o
        for o in outcomes
    ]


def evidence_of(
    base: str = "no practical difference",
    naive: str = "helps",
    effects: tuple[float, float] = (0.001, 0.072),
) -> dict[str, Any]:
    """evidence.json of four arms, with these verdicts of `clean` against `base` and `naive`."""
    clean = 0.8512
    values = {
        "const": 0.7592,
        "naive": clean - effects[1],
        "base": clean - effects[0],
        "clean": clean,
    }
    about = {
        "const": "always `<=50K`",
        "naive": "text as integers in order of appearance, gaps as 0, no scaling",
        "base": "one-hot, median and a flag, standard scaling",
        "clean": "the steps under `clean`",
    }
    return {
        "metric": "accuracy",
        "kind": "classification",
        "classes": ["<=50K", ">50K"],
        "plan": {
            "rows": 6000,
            "folds": 3,
            "repeats": 2,
            "fits": 18,
            "steps": 2400,
            "smallest_effect": 0.01,
            "sentence": "6,000 of 32,509 rows, 3 folds, 2 repeats: 18 fits of 2,400 steps, about 95 s.",
        },
        "arms": {arm: _arm(arm, value, about[arm]) for arm, value in values.items()},
        "verdicts": [
            _verdict("naive", effects[1], naive),
            _verdict("base", effects[0], base),
        ],
        "curves": {arm: _curve(arm) for arm in ("naive", "base", "clean")},
        "notes": ["Folds are over train and validation rows; the test rows were scored once."],
    }


def _arm(arm: str, value: float, description: str) -> dict[str, Any]:
    def score(x: float, half: float = 0.008) -> dict[str, float]:
        return {"value": x, "low": x - half, "high": x + half}

    is_const = arm == "const"
    return {
        "description": description,
        "metrics": {
            "accuracy": {"value": value, "low": None, "high": None} if is_const else score(value),
            "balanced_accuracy": score(0.5 if is_const else value - 0.085),
            "auc": score(0.5 if is_const else value + 0.052),
            "log_loss": score(0.551 if is_const else 1.17 - value),
        },
        "per_class": {
            "<=50K": {
                "recall": score(1.0 if is_const else 0.93),
                "precision": score(value),
                "rows": 4555,
            },
            ">50K": {
                "recall": score(0.0 if is_const else 0.61),
                "precision": score(0.74),
                "rows": 1445,
            },
        },
        "test": {"accuracy": value - 0.002},
        "calibration": {
            "oe": 1.0 if is_const else 0.98,
            "calibration_slope": None if is_const else 1.04,
        },
    }


def _verdict(before: str, effect: float, verdict: str) -> dict[str, Any]:
    undecided = verdict == "undecided"
    return {
        "before": before,
        "after": "clean",
        "metric": "accuracy",
        "effect": effect,
        "low": effect - 0.006,
        "high": effect + 0.006,
        "verdict": verdict,
        "rows": 6000,
        "rows_needed": 7840 if undecided else None,
        "second_opinion": {"test": "Nadeau-Bengio", "p": 0.41},
        "sentence": "",
    }


def _curve(arm: str) -> dict[str, list[float]]:
    epochs = np.arange(24)
    start, floor = {"naive": (0.72, 0.47), "base": (0.52, 0.33), "clean": (0.54, 0.325)}[arm]
    train = floor - 0.02 + (start - floor) * np.exp(-epochs / 4)
    gap = 0.015 + 0.0011 * np.maximum(0, epochs - 9)
    return {
        "train": [round(float(v), 5) for v in train],
        "validation": [round(float(v), 5) for v in train + gap],
    }
