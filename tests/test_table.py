import numpy as np
import pandas as pd
import pytest


def test_a_sample_is_the_same_whole_rows_whatever_the_threads(make_table):
    frame = pd.DataFrame({"a": np.arange(1000), "b": np.arange(1000) * 2.0})
    first, second = (make_table(frame, sample_rows=100).sample for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
    assert len(first) == 100
    assert first.index.is_monotonic_increasing
    assert (first["b"] == 2 * first["a"]).all()


def test_a_sample_is_no_stretch_of_the_table(make_table):
    sample = make_table(pd.DataFrame({"a": np.arange(10_000)}), sample_rows=1000).sample
    assert np.mean(sample.index) == pytest.approx(5000, abs=3 * 10_000 / np.sqrt(12 * 1000))
    assert np.diff(sample.index).max() < 100


def test_every_number_is_float_and_every_text_is_text(make_table):
    frame = pd.DataFrame(
        {"i": [1, 2], "b": [True, False], "t": ["x", None], "d": pd.to_datetime(["2020", None])}
    )
    kinds = make_table(frame).sample.dtypes.astype(str).to_dict()
    assert kinds == {"i": "float64", "b": "float64", "t": "str", "d": "datetime64[us]"}


def test_features_leave_out_what_is_none(make_table):
    frame = pd.DataFrame({name: [1, 2] for name in "abcdefg"})
    table = make_table(
        frame, "a", id="b", group="c", time="d", ignore={"e": "it leaks"}, kind="regression"
    )
    assert table.features == ["f", "g"]


def test_a_side_has_features_and_labels_of_its_rows_alone(make_table):
    frame = pd.DataFrame({"x": [1.0, 2.0, 3.0], "y": ["a", "b", "a"]})
    X, y = make_table(frame, "y", sides=np.array(["train", "test", "validation"])).side(
        "train", "validation"
    )
    assert list(X.index) == list(y.index) == [0, 2]
    assert list(X.columns) == ["x"]
    assert list(y) == ["a", "a"]
