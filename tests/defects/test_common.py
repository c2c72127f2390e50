"""What holds for every defect, found by looking into the folder."""

from __future__ import annotations

import ast
import inspect
import json
import re
import sys
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from dataaudit import defects
from dataaudit.defects import registry
from dataaudit.finding import Severity, Status

FOLDER = Path(defects.__file__).parent
HEADINGS = ["What", "Why a network minds", "When this rule is wrong", "What the remedy changes"]
HOSTILE = ['"; drop table typed; --', "<script>alert(1)</script>", "a.b", " ", "select", "x'y", "Ü"]
SECRET = "S3CRET"  # noqa: S105 - a value that must not be shown, no password
SECRET_NUMBER = 7654321

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("defect", registry().values(), ids=registry()),
]


def clean(rows=400, seed=0):
    """Made-up rows with nothing wrong: two numbers, a level, a label that follows the numbers."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "height": rng.normal(170, 8, rows),
            "weight": rng.normal(70, 10, rows),
            "town": pd.Series(rng.choice(["Oslo", "Rome", "Lima"], rows), dtype="str"),
        }
    )
    score = frame["height"] - 170 + frame["weight"] - 70 + rng.normal(0, 12, rows)
    return frame.assign(fit=np.where(score > 0, "yes", "no"))


def sides(rows, seed=1):
    return np.random.default_rng(seed).choice(
        ["train", "validation", "test"], rows, p=[0.7, 0.1, 0.2]
    )


def test_code_is_unique_and_well_formed(defect):
    assert re.fullmatch(r"DA\d{3}", defect.code)
    assert [other.code for other in registry().values()].count(defect.code) == 1


def test_documentation_has_the_four_headings_in_order(defect):
    lines = defect.documentation().splitlines()
    found = [line for line, under in pairwise(lines) if set(under) == {"-"}]
    assert [line for line in found if line in HEADINGS] == HEADINGS
    assert re.fullmatch(r"[A-Z].*\.", lines[0])


def test_every_parameter_has_a_type_a_default_and_a_sentence(defect):
    schema = defect.parameters().model_json_schema()
    assert schema["additionalProperties"] is False
    json.dumps(schema)
    doc = inspect.getdoc(defect)
    for name, parameter in inspect.signature(defect).parameters.items():
        assert parameter.kind is inspect.Parameter.KEYWORD_ONLY, name
        assert parameter.default is not inspect.Parameter.empty, name
        assert re.search(rf"(?m)^(\w+, )*{name}(, \w+)*( : .*)?$", doc), f"{name} is not documented"


def test_parameters_are_kept_under_their_names(defect):
    built = defect.configured()
    for name, parameter in inspect.signature(defect).parameters.items():
        assert getattr(built, name) == parameter.default


@pytest.mark.parametrize("has_sides", [False, True])
def test_nothing_above_info_on_a_clean_table(defect, make_table, has_sides):
    frame = clean()
    table = make_table(frame, "fit", sides=sides(len(frame)) if has_sides else None)
    outcome = defect().run(table)
    assert outcome.status is not Status.FAILED, outcome.reason
    loud = [f.message for f in outcome.findings if f.severity is not Severity.INFO]
    assert not loud


TABLES = {
    "empty": lambda: clean().iloc[:0],
    "one_row": lambda: clean().iloc[:1],
    "two_rows": lambda: clean().iloc[:2],
    "all_missing": lambda: clean(60).assign(
        gone=pd.Series(np.nan, range(60), dtype="float64"),
        lost=pd.Series(None, range(60), dtype="str"),
    ),
    "all_missing_target": lambda: clean(60).assign(fit=pd.Series(None, range(60), dtype="str")),
    "hostile_names": lambda: pd.concat(
        [clean(60), *(clean(60)["height"].rename(name) for name in HOSTILE)], axis=1
    ),
    "hostile_cells": lambda: clean(60).assign(town=["x" * 10_000, *HOSTILE] * 7 + HOSTILE[:4]),
    "single_class": lambda: clean(60).assign(fit="yes"),
    "every_row_its_class": lambda: clean(60).assign(fit=[f"c{i}" for i in range(60)]),
    "extreme_numbers": lambda: clean(60).assign(
        height=[1e308, -1e308, np.inf, -np.inf, 5e-324, 0] * 10
    ),
    "mostly_one_value": lambda: clean(200).assign(height=[100.0] * 150 + list(range(50))),
    "dates": lambda: clean(60).assign(when=pd.date_range("2020-01-01", periods=60)),
    "text_only": lambda: clean(60)[["town", "fit"]],
    "numbers_only": lambda: clean(60)[["height", "weight", "fit"]],
    "target_only": lambda: clean(60)[["fit"]],
    "booleans": lambda: clean(60).assign(flag=[True, False] * 30),
}


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("with_target", [True, False])
def test_survives(defect, make_table, name, with_target):
    frame = TABLES[name]()
    table = make_table(frame, "fit" if with_target else None, sides=sides(len(frame)))
    outcome = defect().run(table)
    assert outcome.status is not Status.FAILED, outcome.reason
    if outcome.status in (Status.NOT_APPLICABLE, Status.SKIPPED):
        assert outcome.reason
    for finding in outcome.findings:
        json.dumps(asdict(finding), allow_nan=False)
        assert finding.message.endswith("."), finding.message
        assert set(finding.columns) <= set(frame.columns)
        assert finding.share is None or 0 <= finding.share <= 1
        assert all(0 <= row < len(frame) for row in finding.examples)
        if finding.remedy and finding.remedy.step:
            known = {*registry(), "encode"}
            assert finding.remedy.step in known


def test_survives_a_number_as_target(defect, make_table):
    frame = clean().drop(columns="fit")
    outcome = defect().run(make_table(frame, "weight", kind="regression"))
    assert outcome.status is not Status.FAILED, outcome.reason


def test_same_rows_same_findings(defect, make_table):
    frame = TABLES["hostile_names"]()
    first, second = (defect().run(make_table(frame, "fit")) for _ in range(2))
    assert first == second


def test_sensitive_columns_show_no_value(defect, make_table):
    rng = np.random.default_rng(0)
    frame = clean(300)
    frame["name"] = pd.Series(rng.choice([f"{SECRET}-a", f" {SECRET}-a", f"{SECRET}-B", "?"], 300))
    frame["name"] = frame["name"].where(rng.random(300) > 0.01, f"{SECRET}-rare")
    frame["income"] = np.where(rng.random(300) < 0.1, SECRET_NUMBER, rng.normal(size=300).round(1))
    frame["coded"] = np.where(frame["fit"] == "yes", SECRET_NUMBER, 1.0)
    frame["still"] = SECRET
    hidden = frozenset({"name", "income", "coded", "still", "fit"})
    frame["fit"] = SECRET + frame["fit"]
    outcome = defect().run(make_table(frame, "fit", sensitive=hidden, sides=sides(300)))
    assert outcome.status is not Status.FAILED, outcome.reason
    for finding in outcome.findings:
        shown = json.dumps(asdict(finding)).replace(",", "")
        assert SECRET not in shown, finding.id
        assert str(SECRET_NUMBER) not in shown, finding.id


def test_remedy_fits_a_clean_table_and_leaves_it_as_it_is(defect):
    remedy = defect().remedy()
    if remedy is None:
        return
    frame = clean()
    X, y = frame.drop(columns="fit"), frame["fit"]
    before = X.copy(deep=True)
    clone(remedy).fit(X, y)
    pd.testing.assert_frame_equal(X, before)


def test_a_test_file_bears_its_name(defect):
    assert (Path(__file__).parent / f"test_{defect.name()}.py").exists()


def test_no_defect_imports_another(defect):
    module = Path(sys.modules[defect.__module__].__file__)
    files = module.parent.rglob("*.py") if module.name == "__init__.py" else [module]
    others = {f"dataaudit.defects.{name}" for name in registry() if name != defect.name()}
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                assert not any(name == o or name.startswith(f"{o}.") for o in others), (file, name)
