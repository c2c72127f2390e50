import copy

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from imblearn.pipeline import Pipeline
from sklearn.base import clone
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from dataaudit.defects import configured
from dataaudit.encode import EncodeColumns
from dataaudit.errors import DataError
from dataaudit.pipeline import Cleaning, UnifyTypes

DEFECTS = configured()
USUAL = [("missing", {}), ("scale", {}), ("encode", {})]


def build(*steps, kind="classification", seed=0):
    steps = [step if isinstance(step, tuple) else (step, {}) for step in steps]
    return Cleaning.build(steps, DEFECTS, kind=kind, seed=seed)


def people(rows=120, seed=0):
    """Return a frame with gaps, text, dates, and a target in which one of six is rare."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(
        {
            "age": rng.normal(40, 10, rows),
            "debt": rng.exponential(1000, rows),
            "city": rng.choice(["Oslo", "Rome", "Bonn"], rows),
            "since": pd.Timestamp("2020-01-01")
            + pd.to_timedelta(rng.integers(0, 10**8, rows), "s"),
        },
        index=rng.permutation(10 * rows)[:rows],
    )
    X.loc[X.index[::7], "age"] = np.nan
    X.loc[X.index[::11], "city"] = np.nan
    y = pd.Series(np.where(np.arange(rows) % 6 == 0, "late", "paid"), index=X.index, name="pays")
    return X, y


@parametrize_with_checks([UnifyTypes()])
def test_estimators_pass_the_common_checks(estimator, check):
    check(estimator)


def test_imputing_scaling_and_one_hot_equal_scikit_learn_by_hand():
    X, y = people()
    X = X.drop(columns="since")
    cleaning = build("missing", ("scale", {"method": "standard"}), "encode")
    cleaned = cleaning.fit_resample(X, y).X
    imputer = SimpleImputer(strategy="median", add_indicator=True)
    scaled = StandardScaler().fit_transform(imputer.fit_transform(X[["age", "debt"]]))
    city = X[["city"]].astype(object).fillna("missing")
    levels = OneHotEncoder(sparse_output=False).fit_transform(city)
    numbers = ["age", "debt", "missingindicator_age"]
    np.testing.assert_allclose(cleaned[numbers], scaled)
    names = ["city=Bonn", "city=Oslo", "city=Rome", "city=missing"]
    np.testing.assert_allclose(cleaned[names], levels)
    assert cleaning.feature_names == cleaned.columns.tolist()
    assert set(cleaned.columns) - {*numbers, *names} == set()


numbers = st.one_of(
    st.floats(-1e9, 1e9, width=32), st.sampled_from([np.nan, np.inf, -np.inf, 0.0, -999.0])
)
words = st.one_of(st.none(), st.sampled_from(["", " ", "a", "A", "b b", "missing", "?", "=", "1"]))
moments = st.one_of(st.none(), st.datetimes(pd.Timestamp(1900, 1, 1), pd.Timestamp(2100, 1, 1)))


@st.composite
def tables(draw):
    """Draw training rows with their target, and other rows of the same columns."""
    sizes = draw(st.integers(6, 20)), draw(st.integers(1, 10))
    frames = []
    for size in sizes:
        cells = [
            draw(st.lists(of, min_size=size, max_size=size)) for of in (numbers, words, moments)
        ]
        columns = {
            "n": pd.Series(cells[0], dtype="float64"),
            "t": pd.Series(cells[1], dtype="str"),
            "d": pd.Series(cells[2], dtype="datetime64[us]"),
            "one": 1.0,
        }
        ids = draw(st.lists(st.integers(0, 999), min_size=size, max_size=size, unique=True))
        frames.append(pd.DataFrame(columns).set_axis(ids, axis=0))
    frames[1]["t"] = frames[1]["t"] + draw(st.sampled_from(["", " unseen"]))
    y = pd.Series(["a", "b"] * sizes[0], dtype="str").head(sizes[0]).set_axis(frames[0].index)
    return frames[0], y, frames[1]


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    tables(),
    st.sampled_from(["onehot", "ordinal", "target"]),
    st.sampled_from(["robust", "standard", "none"]),
    st.data(),
)
def test_rows_are_kept_cleaned_alone_and_as_in_training(table, method, scaler, data):
    X, y, new = table
    X_before, new_before = X.copy(), new.copy()
    cleaning = build("missing", ("scale", {"method": scaler}), ("encode", {"method": method}))
    trained = cleaning.fit_resample(X, y)
    out = cleaning.transform(new)
    assert out.index.equals(new.index)
    assert out.columns.tolist() == trained.X.columns.tolist() == cleaning.feature_names
    assert out.columns.is_unique
    assert set(out.dtypes) == {np.dtype("float64")}
    assert np.isfinite(out.to_numpy()).all()
    some = data.draw(st.lists(st.integers(0, len(new) - 1), min_size=1))
    pd.testing.assert_frame_equal(cleaning.transform(new.iloc[some]), out.iloc[some], rtol=1e-9)
    assert trained.rows.tolist() == list(range(len(X)))
    own = [name for name in trained.X if method != "target" or not name.startswith("t__")]
    again = cleaning.transform(X).reset_index(drop=True)
    pd.testing.assert_frame_equal(again[own], trained.X[own], rtol=1e-9)
    pd.testing.assert_frame_equal(X, X_before)
    pd.testing.assert_frame_equal(new, new_before)


def test_frames_of_any_types_are_read_in_one_form():
    X = pd.DataFrame(
        {
            "whole": [1, 2, 3],
            "is_new": [True, False, True],
            "nullable": pd.array([1, None, 3], dtype="Int64"),
            "code": pd.Categorical([10, 20, 10]),
            "mixed": ["a", 1, None],
            "held": pd.Series([1.5, None, 2], dtype=object),
            "took": pd.to_timedelta([60, 120, None], unit="s"),
            "when": pd.to_datetime(["2024-01-01", None, "2024-01-02"], utc=True),
            "far": [np.inf, -np.inf, 1.0],
        }
    )
    before = X.copy()
    out = UnifyTypes().fit_transform(X)
    kinds = {name: out[name].dtype for name in out}
    assert {name for name, kind in kinds.items() if kind == "float64"} == {
        "whole",
        "is_new",
        "nullable",
        "held",
        "took",
        "far",
    }
    assert kinds["code"] == kinds["mixed"] == "str"
    assert kinds["when"] == "datetime64[us]"
    assert out["mixed"].tolist()[:2] == ["a", "1"]
    assert out.isna().sum().to_dict() == {
        **dict.fromkeys(out, 1),
        "whole": 0,
        "is_new": 0,
        "code": 0,
        "far": 2,
    }
    pd.testing.assert_frame_equal(X, before)


@pytest.mark.parametrize("cells", [["x", "y"], [pd.Timestamp(0), pd.Timestamp(1)]])
def test_a_number_column_that_turns_into_something_else_is_named(cells):
    entry = UnifyTypes().fit(pd.DataFrame({"age": [1.0, 2.0]}))
    with pytest.raises(DataError, match=r"`age` held numbers in training"):
        entry.transform(pd.DataFrame({"age": cells}))


def test_a_column_missing_throughout_later_is_read_as_in_training():
    X, y = people()
    cleaning = Cleaning.build(USUAL, DEFECTS, kind="classification", seed=0).fit(X, y)
    blank = pd.DataFrame(None, index=[0, 1], columns=X.columns, dtype=object)
    assert np.isfinite(cleaning.transform(blank)).all().all()


def test_columns_missing_or_extra_are_named_and_their_order_plays_no_part():
    X, y = people()
    cleaning = Cleaning.build(USUAL, DEFECTS, kind="classification", seed=0).fit(X, y)
    pd.testing.assert_frame_equal(cleaning.transform(X[X.columns[::-1]]), cleaning.transform(X))
    wrong = X.drop(columns="debt").assign(pays="?")
    with pytest.raises(DataError, match=r"lack `debt` and have `pays`, which training had not"):
        cleaning.transform(wrong)
    with pytest.raises(DataError, match=r"`age` stands there more than once"):
        cleaning.transform(pd.concat([X, X[["age"]]], axis=1))


def test_text_left_at_the_end_asks_for_encode():
    X, y = people()
    with pytest.raises(DataError, match=r"`city`, `since` are text or dates.*Add `encode`"):
        build("missing").fit(X, y)


def test_gaps_left_at_the_end_ask_for_missing_in_training_and_later():
    X, y = people()
    with pytest.raises(DataError, match=r"missing in `age`\. Add `missing`"):
        build("encode").fit(X, y)
    cleaning = build("encode").fit(X.dropna(), y[X.notna().all(axis=1)])
    with pytest.raises(DataError, match=r"missing in `age`\. Add `missing`"):
        cleaning.transform(X)


def test_no_steps_leave_the_rows_as_they_are():
    X, y = people()
    cleaning = build()
    out = cleaning.fit_resample(X, y)
    pd.testing.assert_frame_equal(out.X, X.reset_index(drop=True))
    pd.testing.assert_frame_equal(cleaning.transform(X), X)


def test_no_rows_stay_no_rows_and_cannot_be_learnt_from():
    X, y = people()
    cleaning = Cleaning.build(USUAL, DEFECTS, kind="classification", seed=0).fit(X, y)
    assert cleaning.transform(X.head(0)).shape == (0, len(cleaning.feature_names))
    with pytest.raises(DataError, match="no training rows"):
        cleaning.fit(X.head(0), y.head(0))
    with pytest.raises(DataError, match="2 training rows have no target"):
        cleaning.fit(X, y.mask(np.arange(len(y)) < 2))


def test_copies_clones_and_parameters_behave_as_in_scikit_learn():
    X, y = people()
    cleaning = build("missing", "scale", ("encode", {"method": "target"}), seed=3)
    first = cleaning.fit_resample(X, y).X
    pd.testing.assert_frame_equal(cleaning.clone().fit_resample(X, y).X, first)
    pd.testing.assert_frame_equal(copy.deepcopy(cleaning).transform(X), cleaning.transform(X))
    changed = clone(cleaning).set_params(encode__method="ordinal", seed=4)
    assert cleaning.get_params()["encode__method"] == "target"
    assert "city" in changed.fit_resample(X, y).X
    assert changed.seed == 4


@pytest.mark.slow
def test_the_pipeline_predicts_as_the_cleaning_does_and_stands_before_a_model():
    X, y = people(200)
    cleaning = Cleaning.build(USUAL, DEFECTS, kind="classification", seed=0).fit(X, y)
    pd.testing.assert_frame_equal(cleaning.pipeline.transform(X), cleaning.transform(X))
    model = Pipeline([*build(*USUAL).pipeline.steps, ("model", LogisticRegression())])
    assert cross_val_score(model, X, y, cv=3, error_score="raise").min() > 0.7
    search = GridSearchCV(
        model,
        {"encode__method": ["onehot", "target"], "scale__clip": [2.0, None]},
        cv=3,
        error_score="raise",
    )
    assert search.fit(X, y).predict(X).shape == (200,)


def test_the_ledger_counts_what_each_step_did():
    X, y = people(110)
    cleaning = Cleaning.build(USUAL, DEFECTS, kind="classification", seed=0).fit(X, y)
    missing, _, encode = cleaning.describe()
    assert missing == {
        "name": "missing",
        "estimator": "ColumnTransformer",
        "sentence": "Filled 26 missing cells in 2 columns (`age`, `city`); "
        "added 1 column (`missingindicator_age`).",
        "rows_in": 110,
        "rows_out": 110,
        "synthetic": 0,
        "columns_in": 4,
        "columns_out": 5,
    }
    assert encode["sentence"].startswith("Replaced 2 columns (`city`, `since`) by ")
    assert EncodeColumns.__name__ == encode["estimator"]


def test_arrays_are_taken_as_numbered_columns():
    X = np.random.default_rng(0).normal(size=(30, 2))
    cleaning = build("scale").fit(X, [0, 1] * 15)
    assert cleaning.feature_names == ["x0", "x1"]
    assert cleaning.transform(X).shape == (30, 2)


def test_a_regression_keeps_its_target():
    X, _ = people()
    y = np.linspace(0, 1, len(X))
    out = build("missing", ("encode", {"method": "target"}), kind="regression").fit_resample(X, y)
    assert out.y.tolist() == y.tolist()
    assert "city__target" in out.X
