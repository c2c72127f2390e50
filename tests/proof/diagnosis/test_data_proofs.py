"""Causes in the data are proven where they were planted, by a refit that wins."""

import numpy as np
import pandas as pd
import pytest

import dataaudit
from dataaudit.injecting import inject
from dataaudit.proof.arms import Base
from dataaudit.proof.careless import ZeroFilled
from dataaudit.proof.diagnosis.cause import registry
from dataaudit.proof.diagnosis.examined import OnTable
from dataaudit.proof.evidence import compare
from dataaudit.proof.spec import ProveSpec, TrainSpec

TRAIN = TrainSpec(network={"hidden": [16]}, max_steps=200, optimizer={"learning_rate": 0.01})
PROVE = ProveSpec(folds=3, repeats=2)  # three networks alone prove little: their luck is too wide
TOWNS = ["Aalborg", "Bergen", "Esbjerg", "Goteborg", "Malmo", "Odense", "Tromso", "Uppsala"]

PLANTED = {
    "sentinels": ("disguised", {"share": 0.15}, Base),
    "outlier_cells": ("outliers", {"share": 0.08}, Base),
    "units": ("outliers", {"share": 0.08}, Base),
    "missing_not_at_random": ("missing", {"share": 0.9}, ZeroFilled),
    "rare_class": ("imbalance", {"share": 0.06}, Base),
    "target_copy": ("leakage", {}, Base),
}


ROWS = {"rare_class": 1500}  # of 600 too few are rare to prove anything by


def table(rows: int = 600) -> pd.DataFrame:
    rng = np.random.default_rng(7)
    is_ill = rng.random(rows) < 0.45
    columns = {name: rng.normal(10, 1, rows) + 1.4 * is_ill for name in "abc"}
    town = rng.integers(0, 4, rows) * 2 + (rng.random(rows) < np.where(is_ill, 0.8, 0.2))
    return pd.DataFrame(
        {**columns, "town": np.array(TOWNS)[town], "y": np.where(is_ill, "ill", "well")}
    )


def examined(frame: pd.DataFrame, arm=Base) -> OnTable:
    found = {o.check: o.findings for o in dataaudit.audit(frame, "y").outcomes}
    evidence = compare(
        {"arm": arm()},
        frame.drop(columns="y"),
        frame["y"],
        kind="classification",
        train=TRAIN,
        prove=PROVE,
        pairs=[],
    )
    return OnTable(evidence, "arm", arm(), findings=found)


@pytest.mark.slow
@pytest.mark.parametrize("defect", PLANTED)
def test_a_planted_cause_is_suspected_and_proven(defect):
    name, params, arm = PLANTED[defect]
    frame = inject(table(ROWS.get(defect, 600)), "y", defects={defect: params}, seed=1).frame
    state, cause = examined(frame, arm), registry()[name]()
    signal = cause.signal(state)
    assert signal.is_present, signal
    proof = cause.prove(state)
    assert proof.is_proven, proof
    assert proof.low > 0


@pytest.mark.slow
def test_wrong_labels_are_suspected_and_putting_them_right_does_no_proven_harm():
    frame = inject(table(), "y", defects={"flipped_labels": {"share": 0.3}}, seed=1).frame
    state, cause = examined(frame), registry()["label_noise"]()
    assert cause.signal(state).is_present
    proof = cause.prove(state)  # a network that stops early hardly learns them by heart
    assert proof.high > 0


@pytest.mark.slow
def test_respelled_levels_are_tried_in_one_spelling():
    frame = inject(table(), "y", defects={"respelled_text": {"share": 0.7}}, seed=1).frame
    state, cause = examined(frame[["town", "y"]]), registry()["categories"]()
    assert cause.signal(state).is_present
    assert cause.prove(state).effect > 0


@pytest.mark.slow
def test_a_clean_table_is_not_suspected_and_copies_that_teach_nothing_are_no_cause():
    state = examined(table())
    for name in ("disguised", "outliers", "categories", "duplicates", "imbalance", "label_noise"):
        assert not registry()[name]().signal(state).is_present, name
    assert not registry()["duplicates"]().prove(state).is_proven
