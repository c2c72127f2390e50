"""The signals of the causes that lie in the data: seen where planted, silent on a clean table."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from dataaudit.finding import Finding, Severity
from dataaudit.injecting import inject
from dataaudit.pipeline import Cleaning
from dataaudit.proof.arms import Base
from dataaudit.proof.careless import ZeroFilled
from dataaudit.proof.diagnosis.cause import registry
from dataaudit.proof.diagnosis.mending import Balanced, Believing
from dataaudit.proof.spec import TrainSpec
from dataaudit.proof.target import Answers, Target

TEXT = {"categories"}


def clean_table(rows: int = 200) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    y = np.where(np.arange(rows) % 2, "yes", "no")
    return pd.DataFrame(
        {
            "height": rng.normal(170, 10, rows) + 10 * (y == "yes"),
            "weight": rng.normal(70, 8, rows),
            "city": rng.choice(["Bergen", "Tromso", "Trondheim"], rows),
            "y": y,
        }
    )


def examined(frame, *, findings=None, preparation=None, shares=None, groups=None):
    target = Target.of(frame["y"], "classification")
    rows = np.arange(len(frame))
    if shares is None:
        shares = np.full((len(frame), 2), 0.02)
        shares[rows, target.coded.astype(int)] = 0.98
    answers = Answers(labels=shares.argmax(axis=1).astype(float), shares=shares)
    case = SimpleNamespace(groups=rows if groups is None else groups, is_grouped=False, order=None)
    table = SimpleNamespace(
        X=frame.drop(columns="y"),
        truth=target.coded,
        target=target,
        rows=rows,
        judged=SimpleNamespace(answers=[answers]),
        preparation=preparation or Base(),
        train=TrainSpec(),
        findings=findings or {"leakage": ()},
        case=case,
        prepared=lambda arm: arm,
    )
    return SimpleNamespace(table=table)


def signal(name, *args, **options):
    return registry()[name]().signal(examined(*args, **options))


@pytest.mark.parametrize(
    "name", ["disguised", "outliers", "categories", "duplicates", "imbalance", "label_noise"]
)
def test_a_clean_table_raises_no_suspicion(name):
    assert not signal(name, clean_table()).is_present


def test_a_clean_table_has_no_leak_and_no_gap():
    assert not signal("leakage", clean_table()).is_present
    assert not signal("missing", clean_table(), preparation=ZeroFilled()).is_present


@pytest.mark.parametrize(
    ("name", "defect"),
    [
        ("disguised", "sentinels"),
        ("outliers", "outlier_cells"),
        ("outliers", "units"),
        ("categories", "respelled_text"),
    ],
)
def test_planted_cells_raise_a_suspicion_in_words(name, defect):
    frame = inject(clean_table(), "y", defects=defect).frame
    found = signal(name, frame)
    assert found.is_present
    assert found.strength >= 1
    assert any(column in found.sentence for column in ("height", "weight", "city"))


def test_gaps_are_suspected_where_the_arm_does_not_fill_them():
    frame = inject(clean_table(), "y", defects="missing_at_random").frame
    assert signal("missing", frame, preparation=ZeroFilled()).is_present
    assert isinstance(signal("missing", frame), str)
    cleaning = Cleaning([("missing", "passthrough")])
    assert "already" in signal("missing", frame, preparation=cleaning)


def test_copies_are_counted():
    frame = clean_table()
    groups = np.arange(len(frame))
    groups[:20] = groups[20:40]
    found = signal("duplicates", frame, groups=groups)
    assert found.is_present
    assert found.evidence["copies"] == 20


def test_a_rare_class_is_suspected_and_its_recall_is_said():
    frame = clean_table()
    frame["y"] = np.where(np.arange(200) < 20, "yes", "no")
    found = signal("imbalance", frame)
    assert found.is_present
    assert found.evidence == {"share": 0.1, "recall": 1.0}


def test_wrong_labels_are_where_the_network_is_sure():
    frame = clean_table()
    shares = np.full((200, 2), 0.1)
    shares[np.arange(200), Target.of(frame["y"], "classification").coded.astype(int)] = 0.9
    shares[:30] = shares[:30, ::-1]  # as sure, and contradicted
    found = signal("label_noise", frame, shares=shares)
    assert found.is_present
    assert found.evidence["rows_to_review"] == 30
    assert "first 0, 1" in found.sentence


def test_hard_rows_are_no_wrong_labels():
    frame = clean_table()
    rng = np.random.default_rng(0)
    sure = rng.uniform(0.5, 1, 200)  # right as often as it says
    right = rng.uniform(size=200) < sure
    codes = Target.of(frame["y"], "classification").coded.astype(int)
    shares = np.empty((200, 2))
    said = np.where(right, codes, 1 - codes)
    shares[np.arange(200), said], shares[np.arange(200), 1 - said] = sure, 1 - sure
    found = signal("label_noise", frame, shares=shares)
    assert found.evidence["wrong"] < 0.2
    assert found.evidence["low"] < 0.08


def scored(rows: int, ill: int, *, chance: float, seed: int = 0):
    """Return a table whose first rows are ill, and what a network says: the same for each kind."""
    frame = clean_table(rows)
    frame["y"] = np.where(np.arange(rows) < ill, "yes", "no")
    rng = np.random.default_rng(seed)
    share = np.where(np.arange(rows) < ill, chance, 0.02) + rng.uniform(0, 0.02, rows)
    return frame, np.column_stack([1 - share, share])


def test_a_class_of_which_many_are_missed_is_suspected():
    frame, shares = scored(400, 80, chance=0.6)
    frame.loc[frame.index[:80:5], "y"] = "no"  # one ill row in five
    assert not signal("label_noise", frame, shares=shares).is_present
    frame.loc[frame.index[1:80:4], "y"] = "no"  # and one in four
    found = signal("label_noise", frame, shares=shares)
    assert found.is_present
    assert found.evidence["missed"] == pytest.approx(0.4, abs=0.15)  # 48 are left: 24 rows
    assert "look most like `yes`" in found.sentence


def test_where_a_class_is_missed_the_line_moves_and_else_doubtful_rows_count_less():
    cause = registry()["label_noise"]()
    frame, shares = scored(400, 80, chance=0.6)
    frame.loc[[*frame.index[:80:5], *frame.index[1:80:4]], "y"] = "no"
    missed = cause.remedy(examined(frame, shares=shares))
    assert isinstance(missed.preparation, Balanced)
    frame = clean_table()
    state = examined(frame)
    state.table.truth[:30] = 1 - state.table.truth[:30]  # sure, and contradicted
    flipped = cause.remedy(state)
    assert isinstance(flipped.preparation, Believing)
    # Rows to stop by have wrong labels as well: they may neither stop it nor lower its rate.
    assert (flipped.train.early_stopping, flipped.train.schedule.name) == ("off", "constant")


def test_a_rare_class_that_fades_out_was_not_missed():
    frame, _ = scored(400, 40, chance=0.5)
    rng = np.random.default_rng(1)
    share = 0.1 + 0.1 * rng.uniform(size=400) + 0.05 * (frame["y"] == "yes")  # hardly to be learnt
    found = signal("label_noise", frame, shares=np.column_stack([1 - share, share]))
    assert "missed" not in found.evidence


def test_trees_that_win_say_nothing_while_gaps_are_open():
    state = examined(clean_table())
    state.table.ended = {"missing": "suspected", "imbalance": "suspected"}
    said = registry()["wrong_kind"]().signal(state)
    assert said == "Trees do not mind what is left to look at: missing."


def test_more_rows_are_no_remedy_while_cells_are_open():
    state = examined(clean_table())
    state.table.ended = {"outliers": "suspected", "too_large": "suspected"}
    said = registry()["too_few_rows"]().signal(state)
    assert said == "The curve may be that of what is left to look at: outliers."


@pytest.mark.parametrize(
    ("kind", "severity", "is_present"),
    [
        ("copy", Severity.WARNING, True),
        ("value", Severity.ERROR, True),
        ("value", Severity.WARNING, False),
        ("strong", Severity.WARNING, True),
        ("strong", Severity.INFO, False),
    ],
)
def test_a_leak_is_what_the_audit_is_sure_of(kind, severity, is_present):
    finding = Finding(
        code="DA501",
        check="leakage",
        kind=kind,
        severity=severity,
        columns=("height",),
        message="`height` gives the target away.",
    )
    found = signal("leakage", clean_table(), findings={"leakage": [finding]})
    assert found.is_present == is_present


def test_without_an_audit_nothing_is_said_of_leaks():
    assert isinstance(signal("leakage", clean_table(), findings={"missing": ()}), str)
