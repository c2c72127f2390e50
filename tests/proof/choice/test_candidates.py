"""What there is to choose from."""

import numpy as np
import pandas as pd
import pytest

from dataaudit.proof.choice.candidates import NOTHING, PLAIN, YOURS, Candidate, propose

HOSTILE = ["a'; drop table t", "<script>", 'quote"', "b"]


def table(rows=300, *, gaps=False, text=False):
    draw = np.random.default_rng(0)
    frame = pd.DataFrame(draw.normal(size=(rows, 4)), columns=HOSTILE)
    if gaps:
        frame.iloc[::7, 0] = np.nan
    return frame.assign(word=np.where(frame["b"] > 0, "x", "y")) if text else frame


def names(X, y=None, **given):
    labels = np.tile(["no", "yes"], len(X))[: len(X)] if y is None else y
    options = {"kind": "classification", "metric": "accuracy", **given}
    return [one.name for one in propose(X, labels, **options)]


def test_doing_nothing_comes_first_and_changes_nothing():
    first = propose(table(), ["no", "yes"] * 150, kind="classification", metric="accuracy")[0]
    assert (first.name, first.changes) == (NOTHING, 0)
    assert dict(first.steps) == PLAIN


def test_every_scaler_is_tried():
    assert {f"scale: {name}" for name in ("robust", "quantile", "minmax", "none")} <= set(
        names(table())
    )


def test_percentiles_of_a_small_table_are_not_tried():
    assert not [name for name in names(table(rows=299)) if "quantile" in name]


def test_imputers_are_tried_where_there_are_gaps():
    assert not [name for name in names(table()) if name.startswith("missing")]
    tried = names(table(gaps=True))
    for fill in ("mean", "median, no flag", "knn", "iterative"):
        assert f"missing: {fill}" in tried


def test_slow_imputers_are_not_tried_on_many_rows():
    tried = names(table(rows=5_001, gaps=True))
    assert "missing: mean" in tried
    assert "missing: knn" not in tried


def test_text_alone_leaves_nothing_to_scale():
    assert names(table(text=True)[["word"]]) == [NOTHING]


RARE = np.where(np.arange(300) % 10 == 0, "yes", "no")


def test_a_rare_class_is_treated_in_every_way_and_the_threshold_with_the_scalers():
    tried = names(table(), RARE, metric="balanced_accuracy")
    for way in ("threshold", "class_weight", "smote", "undersample"):
        assert f"imbalance: {way}" in tried
    assert "scale: robust + imbalance: threshold" in tried


@pytest.mark.parametrize("given", [{"metric": "accuracy"}, {"kind": "regression"}])
def test_classes_are_left_alone_where_nothing_could_be_gained(given):
    options = {"metric": "balanced_accuracy", **given}
    assert not [name for name in names(table(), RARE, **options) if "imbalance" in name]


def test_common_classes_are_left_alone():
    even = np.tile(["no", "yes"], 150)
    assert not [n for n in names(table(), even, metric="balanced_accuracy") if "imbalance" in n]


def test_the_users_own_list_is_raced_once():
    own = [("missing", {}), ("scale", {"method": "robust", "clip": None}), ("encode", {})]
    assert YOURS in names(table(), own=own)
    same = [(name, dict(params)) for name, params in PLAIN.items()]
    assert YOURS not in names(table(), own=same)


def test_mends_come_in_an_order_that_works():
    found = propose(
        table(text=True),
        ["no", "yes"] * 150,
        kind="classification",
        metric="accuracy",
        mends=["categories", "disguised", "constant"],
    )
    longest = max(found, key=lambda one: len(one.steps))
    assert [name for name, _ in longest.steps][:3] == ["disguised", "categories", "constant"]


def test_the_threshold_reaches_less_far_than_what_changes_training():
    sizes = [
        Candidate.of([*PLAIN.items(), ("imbalance", {"method": method})]).changes
        for method in ("none", "threshold", "class_weight", "smote", "undersample")
    ]
    assert sizes == [0, 1, 2, 3, 3]


def test_every_candidate_can_be_fitted():
    X = table(gaps=True, text=True)
    for one in propose(X, RARE, kind="classification", metric="balanced_accuracy"):
        made = one.cleaning("classification", 0).fit_resample(X, RARE)
        assert not made.X.isna().to_numpy().any()
