import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import OneHotEncoder
from sklearn.utils.estimator_checks import parametrize_with_checks

from dataaudit.encode import CrossFitTargetEncoder, Encode, EncodeColumns, EncodeDates
from dataaudit.errors import ConfigError, UnknownNameError
from dataaudit.rows import row_key

CITIES = ["Oslo", "Rome", None, "Oslo", "Bonn", "Rome"]


@parametrize_with_checks(
    [
        CrossFitTargetEncoder(),
        EncodeDates(),
        EncodeColumns(),
        EncodeColumns(method="ordinal"),
        EncodeColumns(method="target"),
    ]
)
def test_estimators_pass_the_common_checks(estimator, check):
    check(estimator)


def test_one_hot_equals_scikit_learn_by_hand():
    X = pd.DataFrame({"n": [1, 2, 3, 4, 5, 6], "city": CITIES, "is_new": [True, False] * 3})
    out = EncodeColumns().fit_transform(X)
    levels = OneHotEncoder(sparse_output=False).fit_transform(X[["city"]].astype(object))
    assert out.columns.tolist() == [
        "n",
        "is_new",
        "city=Bonn",
        "city=Oslo",
        "city=Rome",
        "city=(missing)",
    ]
    assert np.array_equal(out.iloc[:, 2:], levels)
    assert out["is_new"].tolist() == [1, 0, 1, 0, 1, 0]
    assert set(out.dtypes) == {np.dtype("float64")}


def test_a_level_unseen_in_training_is_zero_throughout():
    encoder = EncodeColumns().fit(pd.DataFrame({"sex": ["f", "m", "f"]}))
    out = encoder.transform(pd.DataFrame({"sex": ["x", "m", None]}))
    assert out.to_numpy().tolist() == [[0, 0], [0, 1], [0, 0]]


def test_above_the_limit_rare_levels_are_pooled_and_unseen_ones_join_them():
    X = pd.DataFrame({"city": ["a"] * 50 + ["b"] * 40 + [f"rare {i}" for i in range(10)]})
    encoder = EncodeColumns(levels=5, rare=0.05).fit(X)
    assert encoder.get_feature_names_out().tolist() == ["city=a", "city=b", "city=(rare)"]
    out = encoder.transform(pd.DataFrame({"city": ["a", "rare 3", "never seen"]}))
    assert out.to_numpy().tolist() == [[1, 0, 0], [0, 0, 1], [0, 0, 1]]


def test_up_to_the_limit_every_level_has_its_column():
    X = pd.DataFrame({"city": ["a"] * 99 + ["b"]})
    assert EncodeColumns(levels=2, rare=0.05).fit_transform(X).shape == (100, 2)


def test_a_missing_cell_is_told_from_the_word_missing():
    out = EncodeColumns().fit_transform(pd.DataFrame({"a": ["(missing)", None]}))
    assert out.columns.tolist() == ["a=(missing)", "a=(missing)~2"]
    assert out.to_numpy().tolist() == [[1, 0], [0, 1]]


def test_ordinal_codes_lie_at_equal_distances_and_unseen_ones_below():
    encoder = EncodeColumns(method="ordinal").fit(pd.DataFrame({"size": ["a", "c", "b"]}))
    out = encoder.transform(pd.DataFrame({"size": ["a", "b", "c", "z"]}))
    assert out["size"].tolist() == [-1, 0, 1, -2]


def test_categories_of_numbers_are_levels_not_numbers():
    X = pd.DataFrame({"code": pd.Categorical([10, 20, 10])})
    assert EncodeColumns().fit_transform(X).columns.tolist() == ["code=10", "code=20"]


def by_hand(levels, y):
    """Buehlmann's credibility, in plain loops; y standardised."""
    groups = {level: [b for a, b in zip(levels, y, strict=True) if a == level] for level in levels}
    n, k, mean = len(y), len(groups), sum(y) / len(y)
    inside = sum((b - sum(g) / len(g)) ** 2 for g in groups.values() for b in g) / (n - k)
    between = sum(len(g) * (sum(g) / len(g) - mean) ** 2 for g in groups.values()) / (k - 1)
    size = (n - sum(len(g) ** 2 for g in groups.values()) / n) / (k - 1)
    weight = inside / ((between - inside) / size)
    return {level: sum(g) / (len(g) + weight) for level, g in groups.items()}


def test_target_means_are_shrunk_as_by_hand():
    rng = np.random.default_rng(3)
    levels = rng.choice(list("abcd"), 80)
    y = np.array([{"a": 5, "b": 1, "c": 0, "d": 0}[level] for level in levels]) + rng.normal(
        size=80
    )
    encoder = CrossFitTargetEncoder(kind="regression").fit(pd.DataFrame({"x": levels}), y)
    expected = by_hand(levels.tolist(), ((y - y.mean()) / y.std()).tolist())
    out = encoder.transform(pd.DataFrame({"x": [*list("abcd"), "unseen", None]}))
    assert out["x__target"].tolist() == pytest.approx([expected[x] for x in "abcd"] + [0, 0])


def test_each_training_row_is_encoded_by_the_other_folds_as_by_hand():
    rng = np.random.default_rng(4)
    levels = rng.choice(list("abc"), 60)
    y = np.array([{"a": 5, "b": 1, "c": 0}[level] for level in levels]) + rng.normal(size=60)
    X = pd.DataFrame({"x": levels}, index=rng.permutation(1000)[:60])
    out = CrossFitTargetEncoder(kind="regression", seed=5).fit_transform(X, y)
    z, fold = (y - y.mean()) / y.std(), row_key(X.index.to_numpy(), 5) % 5
    for i in range(60):
        others = fold != fold[i]
        expected = by_hand(levels[others].tolist(), z[others].tolist())[levels[i]]
        assert out["x__target"].iloc[i] == pytest.approx(expected)


def test_cross_fitting_depends_on_row_identity_not_on_order():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"x": rng.choice(list("abc"), 90)})
    y = pd.Series(rng.choice(["n", "y"], 90))
    order = rng.permutation(90)
    encoder = CrossFitTargetEncoder()
    there = encoder.fit_transform(X, y)
    back = encoder.fit_transform(X.iloc[order], y.iloc[order]).loc[X.index]
    np.testing.assert_allclose(there, back, atol=1e-12)


def test_several_classes_give_a_column_each():
    X = pd.DataFrame({"x": list("abc") * 10})
    out = CrossFitTargetEncoder().fit(X, list("uvw") * 10).transform(X.head(3))
    assert out.columns.tolist() == ["x__target=u", "x__target=v", "x__target=w"]
    assert (out.to_numpy().argmax(axis=1) == [0, 1, 2]).all()


def auc(train, y_train, test, y_test):
    model = LogisticRegression().fit(np.column_stack(train), y_train)
    return roc_auc_score(y_test, model.predict_proba(np.column_stack(test))[:, 1])


@pytest.mark.parametrize("cross_fit", [True, False])
def test_a_random_column_of_200_levels_adds_no_skill(cross_fit):
    rng = np.random.default_rng(0)
    rows, gains = 2000, []
    train, test = slice(0, rows), slice(rows, None)
    for _ in range(10):
        signal = rng.normal(size=2 * rows)
        y = (signal + 2 * rng.normal(size=2 * rows) > 0).astype(int)
        X = pd.DataFrame({"noise": rng.integers(0, 200, 2 * rows).astype(str)})
        if cross_fit:
            encoder = CrossFitTargetEncoder()
            seen = encoder.fit_transform(X[train], y[train]).iloc[:, 0]
            new = encoder.transform(X[test]).iloc[:, 0]
        else:  # what the cross-fitting is for: means that know the row's own label
            means = pd.Series(y[train]).groupby(X["noise"][train]).mean()
            seen, new = X["noise"][train].map(means), X["noise"][test].map(means)
        alone = auc([signal[train]], y[train], [signal[test]], y[test])
        gains.append(auc([signal[train], seen], y[train], [signal[test], new], y[test]) - alone)
    assert (np.mean(gains) > -0.003 and np.mean(gains) < 0.003) == cross_fit
    assert cross_fit or np.mean(gains) < -0.02  # noise taken for a feature costs skill


def test_a_target_encoder_without_target_says_so():
    with pytest.raises(ValueError, match="requires y"):
        EncodeColumns(method="target").fit(pd.DataFrame({"a": ["x", "y"]}))


@pytest.mark.parametrize("seed", [0, 7, 2**40])
def test_row_keys_order_as_the_sample_of_the_engine_does(make_table, seed):
    table = make_table(pd.DataFrame({"a": range(300)}), sample_rows=40)
    table.seed = seed
    rows = np.arange(300)
    first = rows[np.argsort(row_key(rows, seed))][:40]
    assert sorted(first) == table.sample.index.tolist()


DAYS = pd.to_datetime(["2024-01-01 06:00", "2024-01-03 06:00", None, "2024-01-05 06:00"])


def test_dates_become_elapsed_time_and_only_cycles_that_vary():
    out = EncodeDates().fit_transform(pd.DataFrame({"a": [1, 2, 3, 4], "day": DAYS}))
    assert out.columns.tolist() == [
        "a",
        "day__elapsed",
        "day__weekday_sin",
        "day__weekday_cos",
        "day__missing",
    ]
    z = 1 / np.sqrt(1 + 1 / 9)  # two days from the median, an interquartile range of two days
    assert out["day__elapsed"].tolist() == pytest.approx([-z, 0, 0, z])
    angle = 2 * np.pi * np.array([0, 2, 4]) / 7  # Monday, Wednesday, Friday
    assert out["day__weekday_sin"].drop(2).tolist() == pytest.approx(np.sin(angle))
    assert out.loc[2].drop("a").tolist() == [0, 0, 0, 1]


def test_dates_far_from_training_stay_near_and_zones_are_read_in_utc():
    encoder = EncodeDates().fit(pd.DataFrame({"day": DAYS}))
    far = pd.DataFrame({"day": pd.to_datetime(["1900-01-01", "2200-01-01"])})
    assert encoder.transform(far)["day__elapsed"].abs().max() <= 3
    zoned = pd.DataFrame({"day": DAYS.tz_localize("Europe/Oslo")})
    naive = pd.DataFrame({"day": DAYS - pd.Timedelta(hours=1)})
    pd.testing.assert_frame_equal(encoder.transform(zoned), encoder.transform(naive))


@pytest.mark.parametrize("days", [["2024-01-01"] * 3, [None] * 3, ["2024-01-01", None, None]])
def test_dates_without_spread_become_zero(days):
    out = EncodeDates().fit_transform(pd.DataFrame({"day": pd.to_datetime(pd.Series(days))}))
    assert out["day__elapsed"].tolist() == [0, 0, 0]


def test_hours_lie_on_a_circle():
    hours = pd.to_datetime(["2024-01-01 00:00", "2024-01-01 06:30", "2024-01-01 12:00"])
    out = EncodeDates().fit_transform(pd.DataFrame({"t": hours}))
    assert out["t__hour_cos"].tolist() == pytest.approx([1, np.cos(2 * np.pi * 6.5 / 24), -1])


def test_parameters_are_checked_like_those_of_a_defect():
    assert vars(Encode.configured({"rare": "2%"})) == {
        "method": "onehot",
        "levels": 50,
        "above": "pool",
        "rare": 0.02,
    }
    with pytest.raises(UnknownNameError, match="Did you mean 'levels'"):
        Encode.configured({"level": 3})
    with pytest.raises(ConfigError, match=r"encode\.levels"):
        Encode.configured({"levels": 0})


def test_parameters_set_later_are_checked_when_fitting():
    X = pd.DataFrame({"a": ["x", "y"]})
    with pytest.raises(ConfigError, match=r"encode\.method"):
        EncodeColumns(method="hashing").fit(X)
    with pytest.raises(ConfigError, match="`folds` must be at least 2, got 1"):
        CrossFitTargetEncoder(folds=1).fit(X, [0, 1])
