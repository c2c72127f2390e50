"""Every estimator type alone: the statement gives what `transform` gives, to the last bit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
    TargetEncoder,
)

from dataaudit.defects.categories.normalize import NormalizeLevels
from dataaudit.defects.disguised.blank import BlankSentinels
from dataaudit.defects.missing.impute import FillGaps, ImputeFromDonors
from dataaudit.defects.outliers.remedies import ClipOutliers
from dataaudit.defects.scale.scaler import SmoothRobustScaler
from dataaudit.defects.types.parse import ParseTypes
from dataaudit.encode import CrossFitTargetEncoder, EncodeColumns, EncodeDates
from dataaudit.errors import NoSqlFormError
from tests.compile.conftest import assert_same, by_sql, by_steps, frames, stepped

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Found unknown categories", "ignore:Skipping features"),
]
some = settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
        HealthCheck.data_too_large,
    ],
)
OF_ALL = {
    "blank": lambda: BlankSentinels(also=[-999.0, "a", "ß", "2000-01-01"]),
    "normalize": NormalizeLevels,
    "merge": lambda: NormalizeLevels(merge=True),
    "clip": lambda: ClipOutliers(reach=1.0),
    "outliers to gaps": lambda: ClipOutliers(action="blank", reach=1.0),
    "fill constant": lambda: FillGaps(strategy="constant"),
    "fill most frequent": lambda: FillGaps(add_indicator=False),
    "scale": SmoothRobustScaler,
    "scale without clip": lambda: SmoothRobustScaler(clip=None),
    "dates": EncodeDates,
    "encode": EncodeColumns,
    "encode pooled": lambda: EncodeColumns(levels=2, rare=0.2),
    "encode ordinal": lambda: EncodeColumns(method="ordinal"),
    "encode target": lambda: EncodeColumns(method="target"),
}


@pytest.mark.parametrize("name", OF_ALL)
@some
@given(tables=frames())
def test_our_steps_give_the_same_by_sql(name, tables):
    X, new = tables
    if name == "fill constant":  # which dates cannot be filled with
        X, new = X.drop(columns="d"), new.drop(columns="d")
    cleaning = stepped(OF_ALL[name](), X, np.arange(len(X)) % 2)
    for frame in (X, new):
        rtol = 1e-12 if name in ("dates", *(n for n in OF_ALL if n.startswith("encode"))) else 0.0
        assert_same(by_sql(cleaning, frame), by_steps(cleaning, frame), rtol=rtol)


OF_NUMBERS = {
    "median": lambda: SimpleImputer(strategy="median"),
    "mean, flags": lambda: SimpleImputer(add_indicator=True, keep_empty_features=True),
    "most frequent": lambda: SimpleImputer(strategy="most_frequent"),
    "constant": lambda: SimpleImputer(strategy="constant", fill_value=-1.0),
    "gaps are zeros": lambda: make_pipeline(
        SimpleImputer(strategy="constant", fill_value=0.0), SimpleImputer(missing_values=0.0)
    ),
    "flags": lambda: MissingIndicator(features="all"),
    "robust": RobustScaler,
    "robust, unit variance": lambda: RobustScaler(unit_variance=True, quantile_range=(10, 90)),
    "robust, no center": lambda: RobustScaler(with_centering=False),
    "standard": StandardScaler,
    "standard, mean alone": lambda: StandardScaler(with_std=False),
    "min max": lambda: MinMaxScaler((-1, 3)),
    "min max, clipped": lambda: MinMaxScaler(clip=True),
    "max abs": MaxAbsScaler,
    "function of nothing": FunctionTransformer,
    "union": lambda: FeatureUnion([("a", StandardScaler()), ("b", "passthrough"), ("c", "drop")]),
    "pipeline": lambda: make_pipeline(
        SimpleImputer(strategy="median", keep_empty_features=True),
        StandardScaler(),
        SmoothRobustScaler(),
    ),
    "columns": lambda: ColumnTransformer(
        [("a", StandardScaler(), ["m"]), ("b", "drop", ["n"]), ("c", "passthrough", [0])],
        remainder="passthrough",
    ),
    "levels of numbers": lambda: OneHotEncoder(handle_unknown="ignore"),
    "target of numbers": lambda: TargetEncoder(target_type="binary"),
}


@pytest.mark.parametrize("name", OF_NUMBERS)
@some
@given(tables=frames(names=("n", "m")))
def test_scikit_learns_steps_of_numbers_give_the_same_by_sql(name, tables):
    X, new = (frame.clip(-1e12, 1e12) for frame in tables)  # scikit-learn's own sums overflow
    X.iloc[:3] = [[1.0, 2.0], [2.0, 2.0], [3.0, 4.0]]
    cleaning = stepped(OF_NUMBERS[name](), X, np.arange(len(X)) % 2)
    for frame in (X, new):
        assert_same(by_sql(cleaning, frame), by_steps(cleaning, frame))


ENCODERS = {
    "one-hot": lambda: OneHotEncoder(handle_unknown="ignore"),
    "first dropped": lambda: OneHotEncoder(handle_unknown="ignore", drop="first"),
    "of two one dropped": lambda: OneHotEncoder(handle_unknown="ignore", drop="if_binary"),
    "rare pooled": lambda: OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=2),
    "rare pooled, first dropped": lambda: OneHotEncoder(
        handle_unknown="infrequent_if_exist", max_categories=3, drop="first"
    ),
    "rare ignored": lambda: OneHotEncoder(handle_unknown="ignore", max_categories=2),
    "ordinal": lambda: OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
    "ordinal, rare pooled": lambda: OrdinalEncoder(
        handle_unknown="use_encoded_value",
        unknown_value=np.nan,
        encoded_missing_value=-2,
        min_frequency=2,
    ),
    "target": lambda: TargetEncoder(target_type="binary"),
    "target of three": lambda: TargetEncoder(target_type="multiclass"),
    "cross-fitted": CrossFitTargetEncoder,
    "cross-fitted, three": lambda: CrossFitTargetEncoder(folds=3, seed=9),
}


@pytest.mark.parametrize("is_duckdb", [True, False])
@pytest.mark.parametrize("name", ENCODERS)
@some
@given(tables=frames(names=("t", "u")))
def test_encoders_of_levels_give_the_same_by_sql(name, is_duckdb, tables):
    X, new = tables
    y = np.arange(len(X)) % (3 if "three" in name else 2)
    cleaning = stepped(ENCODERS[name](), X, y)
    names = [str(one).casefold() for one in cleaning.fitted_[1][1].get_feature_names_out()]
    assume(len(set(names)) == len(names))  # SQL cannot tell u_ss and u_SS apart: batch by batch
    for frame in (X, new):
        ours = by_sql(cleaning, frame, is_duckdb=is_duckdb)
        assert_same(_distinct(ours), _distinct(by_steps(cleaning, frame)))


def _distinct(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.set_axis([str(i) for i in range(frame.shape[1])], axis=1)


@pytest.mark.parametrize("is_duckdb", [True, False])
@pytest.mark.parametrize("step", [NormalizeLevels, CrossFitTargetEncoder, OrdinalEncoder])
def test_a_column_of_a_thousand_levels_is_looked_up_alike(step, is_duckdb):
    levels = [f"Level {i}'" for i in range(1_000)]
    X = pd.DataFrame({"k": pd.Series(levels * 3, dtype="str"), "x_9": 1.0})
    new = pd.DataFrame(
        {
            "k": pd.Series([" level 7' ", "LEVEL 8'", "Level 9'", "new", None], dtype="str"),
            "x_9": 1.0,
        }
    )
    made = (
        step(handle_unknown="use_encoded_value", unknown_value=-1)
        if step is OrdinalEncoder
        else step()
    )
    X, new = (X[["k"]], new[["k"]]) if step is not NormalizeLevels else (X, new)
    cleaning = stepped(made, X, np.random.default_rng(0).integers(0, 2, len(X)))
    known = new if step is not OrdinalEncoder else new.iloc[2:4]
    assert_same(by_sql(cleaning, known, is_duckdb=is_duckdb), by_steps(cleaning, known))


def test_levels_that_differ_in_case_alone_get_two_columns_by_sql_too():
    X = pd.DataFrame({"t": pd.Series(["a", "A", "b"], dtype="str")})
    cleaning = stepped(EncodeColumns(), X)
    assert by_sql(cleaning, X).columns.tolist() == ["t=A", "t=a~2", "t=b"]
    assert_same(by_sql(cleaning, X), by_steps(cleaning, X))


YES = [["yes", "No", " YES ", None, "nO", "yes"] * 20, ["no", "Yes", "perhaps", "", None, "no"]]
DAYS = [["28/02/2019", "1/12/2020", None, "03/03/2003"] * 10, ["31/12/2019", "32/13/2019", "", "x"]]


@pytest.mark.parametrize("cells", [YES, DAYS], ids=["yes and no", "dates"])
def test_text_is_read_alike(cells):
    X, new = (pd.DataFrame({"c": pd.Series(part, dtype="str")}) for part in cells)
    cleaning = stepped(ParseTypes(), X)
    assert cleaning.fitted_[1][1].readings_
    for frame in (X, new):
        assert_same(by_sql(cleaning, frame), by_steps(cleaning, frame))


@pytest.mark.parametrize("dtype", ["int64", "bool", "float32"])
@given(data=st.data())
@some
def test_numbers_of_every_type_become_doubles(dtype, data):
    cells = {
        "int64": st.integers(-(2**63), 2**63 - 1),
        "bool": st.booleans(),
        "float32": st.floats(width=32),
    }
    values = data.draw(st.lists(cells[dtype], min_size=3, max_size=9))
    X = pd.DataFrame({"c": pd.Series(values, dtype=dtype)})
    cleaning = stepped(FunctionTransformer(), X)
    assert_same(by_sql(cleaning, X), by_steps(cleaning, X))


def double(X):
    return X * 2


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (FunctionTransformer(double), "Python code"),
        (QuantileTransformer(n_quantiles=3), "QuantileTransformer"),
        (ImputeFromDonors(), "ImputeFromDonors has none"),
        (MissingIndicator(), "refuses gaps"),
        (make_pipeline(StandardScaler(), ImputeFromDonors()), "ImputeFromDonors has none"),
    ],
)
def test_what_has_no_sql_form_names_the_step(step, words):
    X = pd.DataFrame({"n": [1.0, 2.0, np.nan, 4.0]})
    with pytest.raises(NoSqlFormError, match=f"`step` has no SQL form: .*{words}"):
        by_sql(stepped(step, X), X)


def test_levels_that_an_encoder_refuses_become_null():
    X = pd.DataFrame({"t": pd.Series(["one", "two"], dtype="str")})
    new = pd.DataFrame({"t": pd.Series(["never seen"], dtype="str")})
    for is_duckdb in (True, False):
        assert by_sql(stepped(OneHotEncoder(), X), new, is_duckdb=is_duckdb).isna().all(axis=None)


@pytest.mark.parametrize("is_duckdb", [True, False])
def test_smooth_scaling_keeps_missing_cells_and_ends_at_the_clip(is_duckdb):
    frame = pd.DataFrame({"n": [0.0, 1.0, 2.0, 3.0, 4.0]})
    cleaning = stepped(SmoothRobustScaler(clip=3.0), frame)
    far = pd.DataFrame({"n": [np.nan, 1e308, -1e308, 2.0]})
    found = by_sql(cleaning, far, is_duckdb=is_duckdb)["n"].to_numpy()
    np.testing.assert_array_equal(found, [np.nan, 3.0, -3.0, 0.0])


@pytest.mark.parametrize("has_flag", [True, False])
def test_filling_takes_infinite_for_missing_in_one_test(has_flag):
    frame = pd.DataFrame({"n": [2.0, np.nan, 2.0, 2.0]})
    cleaning = stepped(FillGaps(add_indicator=has_flag), frame)
    rows = pd.DataFrame({"n": [np.inf, -np.inf, np.nan, 5.0]})
    found = by_sql(cleaning, rows)
    np.testing.assert_array_equal(found["n"].to_numpy(), [2.0, 2.0, 2.0, 5.0])
    if has_flag:
        np.testing.assert_array_equal(found["missingindicator_n"].to_numpy(), [1.0, 1, 1, 0])
