"""A cleaning with steps off does what a cleaning without these steps does."""

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import FunctionTransformer

from dataaudit.defects import configured
from dataaudit.pipeline import Cleaning
from dataaudit.proof.attribution.coalition import FillPlainly, coalitions
from dataaudit.proof.attribution.roles import roles

STEPS = ("disguised", "categories", "missing", "scale", "imbalance", "encode")
PLAYERS = STEPS[:-1]


def built(*names, **params):
    given = [(name, params.get(name, {})) for name in names]
    return Cleaning.build(given, configured(), kind="classification", seed=0)


@pytest.fixture
def table():
    draw = np.random.default_rng(1)
    X = pd.DataFrame(
        {
            "income": np.where(draw.random(120) < 0.2, -999.0, draw.normal(50, 9, 120).round(1)),
            "age": np.where(draw.random(120) < 0.2, np.nan, draw.normal(40, 9, 120).round()),
            "city": draw.choice(["Oslo", "oslo ", "Rome"], 120),
        },
        index=np.arange(120) * 3 + 7,
    )
    y = pd.Series(np.where(np.arange(120) % 4 == 0, "yes", "no"), index=X.index)
    return X, y


@pytest.fixture
def smote():
    return built(*STEPS, imbalance={"method": "smote"})


def every_set():
    flags = [[bool(i >> k & 1) for k in range(len(PLAYERS))] for i in range(2 ** len(PLAYERS))]
    return [frozenset(np.array(PLAYERS)[on].tolist()) for on in np.array(flags)]


def alone(cleaning, on):
    """A cleaning of its own with these steps, and gaps filled plainly where `missing` is off."""
    steps = [
        (name, step if name in on or name == "encode" else FillPlainly())
        for name, step in cleaning.steps
        if name in on or name in ("missing", "encode")
    ]
    balance = "smote" if "imbalance" in on else "none"
    return Cleaning(steps, kind="classification", balance=balance, seed=0)


@pytest.mark.slow
def test_a_family_gives_what_each_cleaning_alone_would(table, smote):
    X, y = table
    folds = [(slice(0, 80), slice(80, 100), slice(100, 120)), (slice(40, 120), *[slice(0, 40)] * 2)]
    family = coalitions(smote, PLAYERS, every_set()[::3])
    for learn, *others in folds:
        for on, one in family:
            arm, plain = one.clone(), alone(smote, on)
            expected = plain.fit_resample(X.iloc[learn], y.iloc[learn])
            found = arm.fit_resample(X.iloc[learn], y.iloc[learn])
            pd.testing.assert_frame_equal(found.X, expected.X)
            pd.testing.assert_series_equal(found.y, expected.y)
            np.testing.assert_array_equal(found.rows, expected.rows)
            np.testing.assert_array_equal(found.synthetic, expected.synthetic)
            for part in others:
                told = arm.transform(X.iloc[part])
                pd.testing.assert_frame_equal(told, plain.transform(X.iloc[part]))


def test_rows_are_never_changed(table, smote):
    X, y = table
    before = X.copy()
    for _, arm in coalitions(smote, PLAYERS, every_set()[:3]):
        arm.fit_resample(X, y)
        arm.transform(X)
    pd.testing.assert_frame_equal(X, before)


def test_gaps_that_are_not_filled_become_0_or_a_level(table):
    X, _ = table
    frame = X.assign(since=pd.to_datetime(["2020-01-01", None] * 60))
    filled = FillPlainly().fit_transform(frame)
    assert filled["age"].eq(0).sum() == X["age"].isna().sum()
    assert filled["since"].iloc[1] == pd.Timestamp(0)
    assert filled.notna().all().all()


def test_steps_that_change_nothing_have_no_price(table):
    X, y = table
    clean = X.assign(age=X["age"].fillna(40.0), city=X["city"].str.strip().str.title())
    found = roles(built(*STEPS[:4], "encode"), clean, y, "accuracy")
    assert found.idle == ("categories",)  # the rest: blanked cells have to be filled
    assert found.priced == ("disguised", "missing", "scale")
    assert found.needed == ()


def test_what_only_works_behind_another_step_is_not_idle(table):
    X, y = table
    whole = X.assign(age=40.0, income=X["income"].replace(-999.0, np.nan))
    cleaning = built("missing", "outliers", "encode")
    assert "missing" in roles(cleaning, whole, y, "accuracy").priced


@pytest.mark.parametrize(
    ("method", "metric", "priced"),
    [
        ("threshold", "accuracy", ()),
        ("threshold", "balanced_accuracy", ("imbalance",)),
        ("class_weight", "accuracy", ("imbalance",)),
        ("smote", "accuracy", ("imbalance",)),
        ("none", "accuracy", ()),
    ],
)
def test_balancing_has_a_price_where_it_moves_anything(method, metric, priced):
    X = pd.DataFrame({"a": np.arange(40.0)})
    y = pd.Series(["yes"] * 10 + ["no"] * 30)
    found = roles(built("imbalance", "encode", imbalance={"method": method}), X, y, metric)
    assert found.priced == priced


def test_a_step_without_which_there_is_no_table_is_always_on():
    X = pd.DataFrame({"code": ["a1", "b2", "c3", "d4"] * 5})
    y = pd.Series(["yes", "no"] * 10)
    digits = FunctionTransformer(lambda f: f.apply(lambda c: c.str[1:].astype(float)))
    found = roles(Cleaning([("Mine", digits)]), X, y, "accuracy")
    assert (found.priced, found.needed) == ((), ("Mine",))
