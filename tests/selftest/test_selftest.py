"""`dataaudit inject`: what was planted is found, priced and named; the table given stays."""

import json

import numpy as np
import pandas as pd
import pytest

from dataaudit.errors import DataError, UnknownNameError
from dataaudit.finding import Finding, Severity
from dataaudit.injecting import configured
from dataaudit.injecting import registry as injectors
from dataaudit.proof.diagnosis.cause import registry as causes
from dataaudit.proof.spec import ProveSpec, TrainSpec
from dataaudit.selftest import Recipe, arm_for, is_found, rows_of, self_test, with_defects

RECIPE = Recipe(
    train=TrainSpec(network={"hidden": [16]}, max_steps=150, batch_size=32),
    prove=ProveSpec(folds=3, repeats=1, budget=3600),
)


def table(rows: int = 240) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    y = np.where(np.arange(rows) % 2, "yes", "no")
    columns = {name: rng.normal(size=rows) + 1.5 * (y == "yes") for name in "abc"}
    return pd.DataFrame({**columns, "city": rng.choice(["Oslo", "Rome", "Bern"], rows), "y": y})


def said(message: str, severity: Severity = Severity.WARNING) -> dict:
    finding = Finding(
        code="DA102", check="disguised", kind="codes", severity=severity, message=message
    )
    return {"disguised": [finding]}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, said("3 cells"), True),
        (said("3 cells"), said("3 cells"), False),
        (said("3 cells"), said("9 cells"), True),
        ({}, said("3 cells", Severity.INFO), False),
        ({}, {}, False),
    ],
)
def test_found_is_what_the_audit_newly_warns_of(before, after, expected):
    assert is_found(configured("sentinels")["sentinels"], before, after) == expected


def test_every_defect_has_a_cause_that_a_diagnosis_can_name():
    assert {injector.cause for injector in injectors().values()} <= set(causes())
    others = {injector.or_cause for injector in injectors().values()}
    assert others == {"", "majority_collapse", "imbalance"}
    assert others - {""} <= set(causes())


def test_what_takes_training_is_not_asked_of_an_audit():
    assert is_found(configured("flipped_labels")["flipped_labels"], {}, {}) is None


def test_the_rows_are_typed_and_the_target_is_clean():
    frame, name, kind = rows_of(table().assign(y=lambda f: f["y"] + " "), "y", seed=0)
    assert (name, kind) == ("y", "classification")
    assert set(frame["y"]) == {"yes", "no"}
    assert list(frame) == ["a", "b", "c", "city", "y"]


def test_a_table_of_a_target_alone_is_refused():
    with pytest.raises(DataError, match="no column but the target"):
        rows_of(table()[["y"]], "y", seed=0)


def test_an_unknown_defect_is_told_before_anything_is_trained():
    with pytest.raises(UnknownNameError, match="sentinels"):
        self_test(table(), "y", defects=["sentinel"])


def test_defects_are_written_one_after_the_other():
    text = with_defects(table(), "y", ["sentinels", "target_copy"])
    assert text.splitlines()[0] == "a,b,c,city,y,outcome_code"
    assert text.count("-999") == 72


def test_the_arm_lacks_what_the_baseline_has():
    assert "no scaling" in arm_for("magnitude").description
    assert "0 for what" in arm_for("missing_at_random").description
    assert "standard scaling" in arm_for("units").description


def test_the_command_writes_the_table(invoke, tmp_path):
    table().to_csv(tmp_path / "t.csv", index=False)
    ended = invoke("inject", "t.csv", "--target", "y", "--defect", "units", "-o", "out.csv")
    assert ended.code == 0, ended.err
    changed = pd.read_csv(tmp_path / "out.csv")
    assert (changed["a"].abs() > 50).sum() >= 10
    again = invoke("inject", "t.csv", "--target", "y", "--defect", "units", "-o", "t.csv")
    assert again.code != 0


@pytest.mark.slow
def test_planted_defects_are_found_priced_and_named():
    frame = table()
    kept, plans = frame.copy(), []
    test = self_test(
        frame,
        "y",
        defects=["sentinels", "target_copy", "magnitude", "respelled_text", "duplicated_rows"],
        recipe=RECIPE,
        planned=plans.append,
    )
    pd.testing.assert_frame_equal(frame, kept)
    assert len(plans) == 1
    assert "5 defects" in plans[0]
    lines = {line.defect: line for line in test.lines}
    assert all(lines[name].is_found for name in ("sentinels", "target_copy", "duplicated_rows"))
    for name in ("sentinels", "target_copy"):
        line = lines[name]
        assert line.cost.lost.value > 0.05
        assert line.rank == 1, line
        assert line.cost.recovered > 0.5
    assert json.dumps(test.to_dict())


@pytest.mark.slow
def test_the_command_prints_one_object(invoke, tmp_path):
    table(80).to_csv(tmp_path / "t.csv", index=False)
    ended = invoke("inject", "t.csv", "--target", "y", "--defect", "target_copy", "--json")
    assert ended.code == 0, ended.err
    found = json.loads(ended.out)
    assert found["defects"][0]["defect"] == "target_copy"
    assert "target_copy" in ended.err
