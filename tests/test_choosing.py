"""The stage that chooses: what it tries, and what happens where nothing can be chosen."""

import numpy as np
import pandas as pd
import pytest

from dataaudit.choosing import choose_steps, settle
from dataaudit.config import from_dict
from dataaudit.defects import audit, configured
from dataaudit.proof import judging
from dataaudit.proof.choice import choosing
from dataaudit.proof.choice.candidates import PLAIN
from dataaudit.report.progress import Silent

LEAST = {"source": {"path": "t.csv"}, "task": {"target": "y"}}


def table_of(make_table, rows, **columns):
    draw = np.random.default_rng(0)
    frame = pd.DataFrame({"a": draw.normal(size=rows), "b": draw.normal(size=rows), **columns})
    sides = np.where(np.arange(rows) % 5 == 0, "test", "train")
    return make_table(frame.assign(y=np.tile(["no", "yes"], rows)[:rows]), "y", sides=sides)


def test_a_list_of_the_users_is_left_alone(make_table):
    config = from_dict({**LEAST, "clean": ["encode"]})
    settled = settle(config, table_of(make_table, 20), [], Silent())
    assert settled.config is config
    assert (settled.choice, settled.why) == (None, "")


def test_a_table_too_small_to_choose_on_gets_the_plain_list(make_table, monkeypatch):
    monkeypatch.setattr(choosing, "load_keras", lambda: None)
    config = from_dict({**LEAST, "clean": "auto"})
    settled = settle(config, table_of(make_table, 20), [], Silent())
    assert settled.config.steps == [(name, dict(params)) for name, params in PLAIN.items()]
    assert "too few" in settled.why
    assert settled.choice is None


def test_test_rows_have_no_say_and_findings_decide_what_is_tried(make_table, monkeypatch):
    seen = {}

    def raced(candidates, X, _y, **given):
        seen.update(candidates=candidates, rows=list(X.index), **given)

    monkeypatch.setattr("dataaudit.choosing.choose", raced)
    word = np.where(np.arange(100) % 3 == 0, "x ", "x")
    table = table_of(make_table, 100, word=word, same=1.0)
    config = from_dict({**LEAST, "clean": ["missing", "encode"], "prove": "off", "seed": 3})
    choose_steps(config, table, audit(table, configured()))
    assert all(row % 5 for row in seen["rows"])
    assert len(seen["rows"]) == 80
    assert seen["seed"] == 3
    mended = [one for one in seen["candidates"] if "categories" in dict(one.steps)]
    assert mended
    assert "constant" in dict(mended[0].steps)
    assert "the list under `clean`" in [one.name for one in seen["candidates"]]


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_columns_does_not_change_what_is_tried(make_table, monkeypatch, order):
    monkeypatch.setattr(judging, "train", lambda *_: [])
    names = []
    monkeypatch.setattr(
        "dataaudit.choosing.choose", lambda given, *_a, **_k: names.extend(o.name for o in given)
    )
    table = table_of(make_table, 60, **{name: np.arange(60.0) for name in ["c", "d"][::order]})
    choose_steps(from_dict({**LEAST, "clean": "auto"}), table, [])
    assert names == [
        "do nothing",
        "scale: robust",
        "scale: minmax",
        "scale: none",
        "outliers: clip",
    ]
