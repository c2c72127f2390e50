"""Imbalance: rare classes are named, and the samplers keep what they must keep."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.over_sampling import SMOTE
from sklearn.utils.class_weight import compute_sample_weight

from dataaudit.defects.imbalance import Imbalance, class_weights
from dataaudit.defects.imbalance.samplers import Oversample, Undersample
from dataaudit.errors import ConfigError, DataError
from dataaudit.finding import Severity, Status


def labelled(*counts):
    labels = [label for label, count in zip("abcdef", counts, strict=False) for _ in range(count)]
    return pd.DataFrame({"x": np.arange(float(len(labels))), "y": labels})


def found(frame, make_table, **params):
    outcome = Imbalance(**params).run(make_table(frame, "y"))
    return {finding.kind: finding for finding in outcome.findings}


def test_a_rare_class_is_a_warning_with_its_counts(make_table):
    findings = found(labelled(977, 23), make_table)
    assert findings["rare"].severity is Severity.WARNING
    assert findings["rare"].message.startswith(
        "`b` is 2.3% of the rows of `y` (23 of 1,000), 0.046"
    )
    assert findings["rare"].evidence["counts"] == {"a": 977, "b": 23}
    assert "calibration" in findings["rare"].remedy.action
    assert "always answering `a` scores 97.7%" in findings["accuracy"].message
    assert findings["accuracy"].severity is Severity.WARNING


def test_a_frequent_class_that_is_not_overwhelming_is_worth_knowing(make_table):
    findings = found(labelled(76, 24), make_table)
    assert set(findings) == {"accuracy"}
    assert findings["accuracy"].severity is Severity.INFO


@pytest.mark.parametrize(("rows", "is_rare"), [(11, True), (12, False)])
def test_fair_share_depends_on_the_number_of_classes(make_table, rows, is_rare):
    frame = labelled(70, 70, 70, 70, rows)  # a fifth of the fair fifth is 4 %: 11.67 rows
    assert ("rare" in found(frame, make_table)) is is_rare


def test_a_class_of_one_row_is_an_error(make_table):
    assert found(labelled(50, 1), make_table)["tiny"].severity is Severity.ERROR
    assert "tiny" not in found(labelled(50, 1), make_table, error=1)


def test_even_classes_pass_and_numbers_do_not_apply(make_table):
    assert Imbalance().run(make_table(labelled(50, 50), "y")).status is Status.PASSED
    table = make_table(labelled(5, 5)[["x"]], "x", kind="regression")
    assert Imbalance().run(table).status is Status.NOT_APPLICABLE
    assert Imbalance().run(make_table(labelled(5, 5))).reason == "no target"


def test_a_sensitive_target_shows_no_label(make_table):
    frame = labelled(990, 10).replace({"y": {"a": "healthy", "b": "sick"}})
    outcome = Imbalance().run(make_table(frame, "y", sensitive=frozenset({"y"})))
    assert outcome.findings
    for finding in outcome.findings:
        assert "sick" not in finding.message + str(finding.evidence)
        assert "healthy" not in finding.message + str(finding.evidence)


def test_remedies_follow_the_method():
    assert isinstance(Imbalance(method="smote", neighbours=3).remedy(), Oversample)
    assert Imbalance(method="smote", neighbours=3).remedy().neighbours == 3
    assert isinstance(Imbalance(method="undersample").remedy(), Undersample)
    for method in ("none", "threshold", "class_weight"):
        assert Imbalance(method=method).remedy() is None


def test_class_weights_equal_scikit_learns():
    y = pd.Series(list("aaabbc"))
    expected = compute_sample_weight("balanced", y)
    np.testing.assert_allclose(class_weights(y), expected)
    assert class_weights(y).mean() == pytest.approx(1)


def mixed(rows=60, seed=0):
    """A frame with every type that samplers trip on, and labels 5 to 1."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "number": rng.normal(size=rows),
            "int": rng.integers(0, 99, rows),
            "flag": rng.integers(0, 2, rows).astype("float64"),
            "bool": rng.random(rows) < 0.5,
            "text": pd.Series(rng.choice(["x", "y", "z"], rows), dtype="str"),
            "object": pd.Series(rng.choice(["x", "y"], rows), dtype="object"),
            "category": pd.Categorical(rng.choice(["lo", "hi"], rows), ["lo", "hi"], ordered=True),
            "date": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 1000, rows), "D"),
            "utc": pd.Timestamp("2020-01-01", tz="UTC") + pd.to_timedelta(np.arange(rows), "D"),
        },
        index=np.arange(rows)[::-1],
    )
    y = pd.Series(np.where(np.arange(rows) % 6 == 0, "rare", "usual"), index=frame.index, name="y")
    return frame, y


SUBSETS = {
    "numbers": ["number", "int"],
    "mixed": list(mixed()[0].columns),
    "categories": ["text", "bool", "category", "object"],
    "bool_and_category": ["number", "bool", "category"],
    "date": ["date"],
    "one_flag": ["flag"],
}


@pytest.mark.parametrize("subset", SUBSETS)
def test_oversampling_keeps_the_given_rows_types_names_and_levels(subset):
    frame, y = mixed()
    frame = frame[SUBSETS[subset]]
    before = frame.copy(deep=True)
    sampler = Oversample(random_state=0)
    rows, labels = sampler.fit_resample(frame, y)
    pd.testing.assert_frame_equal(frame, before)
    assert (labels == "rare").sum() == (labels == "usual").sum() == 50
    assert rows.dtypes.equals(frame.dtypes)
    pd.testing.assert_frame_equal(rows.iloc[:60], frame.reset_index(drop=True))
    pd.testing.assert_series_equal(labels.iloc[:60], y.reset_index(drop=True))
    np.testing.assert_array_equal(sampler.sample_indices_, [*range(60), *[-1] * 40])
    assert sampler.sampling_strategy_ == {"rare": 50, "usual": 50}
    made, source = rows.iloc[60:], frame[(y == "rare").to_numpy()]
    assert not made.isna().any(axis=None)
    for name in frame:
        if name in ("number", "int", "date", "utc"):
            assert made[name].between(source[name].min(), source[name].max()).all()
        else:
            assert set(made[name]) <= set(frame[name])


def test_oversampling_numbers_equals_imbalanced_learn():
    frame, y = mixed()
    X = frame[["number", "int"]].astype("float64")
    rows, labels = Oversample(random_state=3).fit_resample(X, y)
    expected, expected_labels = SMOTE(random_state=3).fit_resample(X.to_numpy(), y.to_numpy())
    np.testing.assert_allclose(rows.to_numpy(), expected)
    np.testing.assert_array_equal(labels, expected_labels)


def test_ratio_says_how_many_rows_the_rarer_classes_get():
    frame, y = mixed(120)
    _, labels = Oversample(ratio=0.5, random_state=0).fit_resample(frame, y)
    assert labels.value_counts().to_dict() == {"usual": 100, "rare": 50}
    _, labels = Undersample(ratio=0.5, random_state=0).fit_resample(frame, y)
    assert labels.value_counts().to_dict() == {"usual": 40, "rare": 20}


def test_neighbours_are_lowered_for_a_small_class():
    X = np.random.default_rng(0).normal(size=(47, 2))
    rows, _ = Oversample(neighbours=20, random_state=0).fit_resample(X, [0] * 40 + [1] * 7)
    assert len(rows) == 80


def test_several_classes_grow_to_the_largest():
    X = np.random.default_rng(0).normal(size=(60, 2))
    rows, labels = Oversample(random_state=0).fit_resample(X, np.repeat([0, 1, 2], [40, 12, 8]))
    assert np.bincount(labels).tolist() == [40, 40, 40]
    assert len(rows) == 120


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda X, _: (X, ["a"] * 60), "one class"),
        (lambda X, _: (X, ["a"] * 55 + ["b"] * 5), "5 training rows"),
        (lambda X, y: (X.assign(number=np.nan), y), "missing cells"),
        (lambda X, y: (X.assign(text=None), y), "missing cells"),
        (lambda X, y: (X.assign(number=np.inf), y), "infinite"),
        (lambda X, _: (X, np.linspace(0, 1, 60)), "no set of classes"),
    ],
)
def test_oversampling_refuses_with_a_reason(change, reason):
    with pytest.raises(DataError, match=reason):
        Oversample().fit_resample(*change(*mixed()))


@pytest.mark.parametrize("params", [{"ratio": 0}, {"ratio": 1.5}, {"neighbours": 0}])
def test_wrong_parameters_are_refused_when_fitted(params):
    with pytest.raises(ConfigError, match="imbalance"):
        Oversample(**params).fit_resample(*mixed())


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from("abc"), min_size=2, max_size=60), st.floats(0.1, 1))
def test_undersampling_keeps_rows_as_they_are_in_order(labels, ratio):
    X = pd.DataFrame({"x": np.arange(len(labels))})
    if len(set(labels)) == 1:
        return
    sampler = Undersample(ratio=ratio, random_state=0)
    rows, kept = sampler.fit_resample(X, labels)
    assert (np.diff(sampler.sample_indices_) > 0).all()
    np.testing.assert_array_equal(rows["x"], sampler.sample_indices_)
    assert kept == [labels[position] for position in sampler.sample_indices_]
    counts = pd.Series(kept).value_counts()
    assert counts.min() == pd.Series(labels).value_counts().min()
    assert counts.max() <= np.ceil(counts.min() / ratio)
