from __future__ import annotations

import uuid

import numpy as np
import pandas as pd
import pytest

from dataaudit.defects.identifier import Identifier
from dataaudit.finding import Status

ROWS = 200
MADE = np.random.default_rng(3)
KEYS = {
    "counter": np.arange(ROWS) + 1000,
    "shuffled": MADE.permutation(ROWS),
    "customer_id": MADE.integers(0, 10**9, ROWS),
    "hash": [str(uuid.UUID(int=int(number))) for number in MADE.integers(0, 2**60, ROWS)],
    "PassengerId": MADE.choice(10**6, ROWS, replace=False),
}
HONEST = {
    "price": MADE.normal(100, 20, ROWS),
    "weight": MADE.integers(12_000, 1_500_000, ROWS),
    "number_of_rooms": MADE.integers(1, 9, ROWS),
    "year": np.arange(ROWS) + 1800,
    "when": pd.date_range("2024-01-01", periods=ROWS, freq="h"),
    "town": MADE.choice(["Ulm", "Bonn", "Kiel"], ROWS),
}


@pytest.mark.parametrize("name", KEYS)
def test_keys_are_found(make_table, name):
    (finding,) = Identifier().run(make_table(pd.DataFrame({name: KEYS[name]}))).findings
    assert finding.kind == "key"
    assert finding.columns == (name,)
    assert finding.evidence["distinct"] >= 190


@pytest.mark.parametrize("name", HONEST)
def test_measurements_prices_times_and_levels_are_no_keys(make_table, name):
    outcome = Identifier().run(make_table(pd.DataFrame({name: HONEST[name]})))
    assert outcome.status is Status.PASSED


def test_named_key_may_repeat_a_little(make_table):
    numbers = MADE.choice(10**6, ROWS, replace=False)
    numbers[:12] = numbers[12:24]
    (finding,) = Identifier().run(make_table(pd.DataFrame({"hospital_number": numbers}))).findings
    assert finding.evidence["unique"] == 0.94


def test_key_that_rows_share_asks_for_a_group(make_table):
    frame = pd.DataFrame({"patient_id": np.arange(ROWS) // 3 * 17})
    (finding,) = Identifier().run(make_table(frame)).findings
    assert finding.kind == "group"
    assert "task.group" in finding.remedy.action


def test_unique_prose_is_called_prose(make_table):
    words = "the quick brown fox jumps over"
    frame = pd.DataFrame({"note": [f"{words} fence {place}" for place in range(ROWS)]})
    (finding,) = Identifier().run(make_table(frame)).findings
    assert finding.kind == "text"


def test_columns_that_are_no_features_are_left_alone(make_table):
    frame = pd.DataFrame({"id": range(ROWS), "other": range(ROWS)})
    table = make_table(frame, id="id", ignore={"other": "known"})
    assert Identifier().run(table).status is Status.PASSED


def test_values_are_never_shown(make_table):
    frame = pd.DataFrame({"name": [f"secret{place}" for place in range(ROWS)]})
    (finding,) = Identifier().run(make_table(frame, sensitive=frozenset({"name"}))).findings
    assert "secret" not in str(finding)


def test_few_rows_and_missing_columns_end_in_an_outcome(make_table):
    few = pd.DataFrame({"id": [1, 2]})
    assert Identifier().run(make_table(few)).status is Status.NOT_APPLICABLE
    empty = pd.DataFrame({"id": [np.nan] * ROWS})
    assert Identifier().run(make_table(empty)).status is Status.PASSED
