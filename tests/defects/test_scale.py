"""Scale: uneven spreads are named, and the scaler does what its formula says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

from dataaudit.defects.scale import Scale, SmoothRobustScaler
from dataaudit.errors import ConfigError
from dataaudit.finding import Severity, Status

RNG = np.random.default_rng(0)


def found(defect, table):
    return {finding.kind: finding for finding in defect.run(table).findings}


def test_a_column_ten_thousand_times_as_wide_is_a_warning(make_table):
    frame = pd.DataFrame(RNG.normal(size=(200, 2)), columns=["a", "b"])
    frame["b"] = frame["b"] * 10_000
    finding = found(Scale(), make_table(frame))["spread"]
    assert finding.severity is Severity.WARNING
    assert finding.columns == ("b", "a")
    expected = frame["b"].std() / frame["a"].std()
    assert finding.evidence["ratio"] == pytest.approx(expected)
    assert finding.remedy.step == "scale"


def test_even_spreads_flags_and_constants_pass(make_table):
    frame = pd.DataFrame(
        {"a": RNG.normal(size=300), "b": RNG.normal(0, 20, 300), "rare": [1] + [0] * 299, "c": 7.0}
    )
    assert Scale().run(make_table(frame)).status is Status.PASSED


def test_a_table_without_numbers_is_not_applicable(make_table):
    outcome = Scale().run(make_table(pd.DataFrame({"a": ["x", "y"]})))
    assert outcome.status is Status.NOT_APPLICABLE


def test_a_column_that_is_one_value_in_the_middle_half_is_named(make_table):
    frame = pd.DataFrame({"a": [0.0] * 90 + list(range(1, 11)), "b": RNG.normal(size=100)})
    finding = found(Scale(), make_table(frame))["no_iqr"]
    assert finding.columns == ("a",)
    assert finding.severity is Severity.INFO


@pytest.mark.parametrize(
    ("params", "reach"),
    [
        ({"method": "standard"}, 9999 / np.sqrt(10_000)),  # (n - 1) / sqrt(n) for one cell apart
        ({"method": "robust", "clip": None, "fallback": "half_range"}, None),
        ({"method": "robust"}, None),
    ],
)
def test_cells_far_out_after_the_configured_scaling_are_named(make_table, params, reach):
    frame = pd.DataFrame({"a": [0.0] * 9_999 + [1_000.0], "b": RNG.normal(size=10_000)})
    far = found(Scale(**params), make_table(frame)).get("far")
    assert (far is None) == (reach is None)
    if far:
        assert far.evidence["reach"]["a"] == pytest.approx(reach, rel=1e-3)


def test_scaler_equals_its_formula_by_hand():
    frame = pd.DataFrame({"a": [1, 2, 3, 4, 100]})
    z = (frame["a"].to_numpy() - 3.0) / (4.0 - 2.0)
    expected = z / np.sqrt(1 + (z / 3) ** 2)
    scaled = SmoothRobustScaler().fit_transform(frame)["a"]
    np.testing.assert_allclose(scaled, expected)
    assert scaled.dtype == "float64"


def test_scaler_without_clip_equals_scikit_learn_where_no_iqr_is_0():
    X = RNG.normal(size=(50, 3)) * [1, 10, 1000]
    ours = SmoothRobustScaler(clip=None).fit(X)
    theirs = RobustScaler().fit(X)
    np.testing.assert_allclose(ours.transform(X), theirs.transform(X))
    np.testing.assert_allclose(ours.center_, theirs.center_)
    np.testing.assert_allclose(ours.scale_, theirs.scale_)


@pytest.mark.parametrize(("fallback", "divisor"), [("std", 889**0.5), ("half_range", 50.0)])
def test_scaler_falls_back_where_the_iqr_is_0(fallback, divisor):
    frame = pd.DataFrame(
        {"gain": [0.0] * 8 + [10.0, 100.0]}
    )  # mean 11, variance 10100 / 10 - 11 ** 2
    scaler = SmoothRobustScaler(fallback=fallback, clip=None).fit(frame)
    assert scaler.scale_[0] == pytest.approx(divisor)
    assert scaler.transform(frame)["gain"].iloc[-1] == pytest.approx(100 / scaler.scale_[0])


def test_scaler_makes_constant_columns_0_and_keeps_missing_cells_and_text():
    frame = pd.DataFrame(
        {"c": [5.0, 5.0, np.nan], "x": [1.0, np.nan, 3.0], "empty": np.nan, "t": ["a", None, "b"]}
    )
    scaled = SmoothRobustScaler().fit_transform(frame)
    assert scaled["c"].tolist()[:2] == [0.0, 0.0]
    assert scaled.isna().equals(frame.isna())
    pd.testing.assert_series_equal(scaled["t"], frame["t"])
    other = SmoothRobustScaler().fit(frame).transform(frame.assign(c=[7.0, 5.0, np.inf]))
    assert other["c"].tolist() == [0.0, 0.0, 0.0]


def test_scaler_sends_infinite_cells_to_the_ends():
    frame = pd.DataFrame({"a": [0.0, 1.0, 2.0, 3.0, np.inf, -np.inf, 1e308, -1e308]})
    scaled = SmoothRobustScaler().fit(frame.iloc[:4]).transform(frame)["a"]
    assert scaled.iloc[4:].tolist() == [3.0, -3.0, 3.0, -3.0]


def test_scaler_takes_every_kind_of_number():
    frame = pd.DataFrame(
        {
            "int": np.array([1, 2, 3], dtype="int8"),
            "bool": [True, False, True],
            "nullable": pd.array([1, None, 3], dtype="Int64"),
            "float32": np.array([1, 2, 3], dtype="float32"),
        }
    )
    scaled = SmoothRobustScaler().fit_transform(frame)
    assert set(scaled.dtypes.astype(str)) == {"float64"}
    assert np.isnan(scaled["nullable"].iloc[1])


@given(st.lists(st.floats(-1e12, 1e12), min_size=2, max_size=40))
def test_scaling_keeps_rows_order_and_bounds(values):
    frame = pd.DataFrame({"a": values})
    scaled = SmoothRobustScaler().fit_transform(frame)["a"]
    assert len(scaled) == len(values)
    assert scaled.abs().max() <= 3.0
    in_order = scaled.to_numpy()[np.argsort(values, kind="stable")]
    assert (np.diff(in_order) >= 0).all()


@pytest.mark.parametrize("params", [{"clip": 0.0}, {"clip": -1.0}, {"fallback": "mean"}])
def test_scaler_refuses_wrong_parameters_when_fitted(params):
    with pytest.raises(ConfigError, match="scale"):
        SmoothRobustScaler(**params).fit(pd.DataFrame({"a": [1.0, 2.0]}))


@pytest.mark.parametrize(
    ("method", "theirs"), [("standard", StandardScaler()), ("minmax", MinMaxScaler())]
)
def test_other_methods_are_scikit_learns_and_leave_other_columns(method, theirs):
    frame = pd.DataFrame({"t": list("abcd"), "x": [1.0, 2.0, 3.0, 10.0]})
    scaled = Scale(method=method).remedy().fit_transform(frame)
    assert set(scaled.columns) == {"t", "x"}
    assert scaled["t"].tolist() == list("abcd")
    expected = theirs.fit_transform(frame[["x"]])[:, 0]
    np.testing.assert_allclose(scaled["x"], expected)


def test_quantile_maps_to_a_normal_and_none_does_nothing():
    frame = pd.DataFrame({"x": RNG.lognormal(size=500)})
    scaled = Scale(method="quantile").remedy().fit_transform(frame)["x"]
    assert abs(scaled.median()) < 0.1
    assert abs(scaled.skew()) < 0.3
    assert Scale(method="none").remedy() is None
