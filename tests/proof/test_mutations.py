"""Every sin of a comparison, committed on purpose: each is caught while the program runs."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import SMOTE
from scipy import stats
from sklearn.preprocessing import StandardScaler

from dataaudit.pipeline import Cleaning
from dataaudit.proof import canary, fitting
from dataaudit.proof.arms import Base, Naive
from dataaudit.proof.canary import check_blind
from dataaudit.proof.chance import TWICE
from dataaudit.proof.fitting import Recipe, prepare
from dataaudit.proof.folds import Fold, InvariantError, check_fold, twins
from dataaudit.proof.judging import Case
from dataaudit.proof.metrics import row_mean
from dataaudit.proof.plan import Plan
from dataaudit.proof.spec import TrainSpec
from dataaudit.proof.statistics import nadeau_bengio, p_value
from dataaudit.proof.target import Target


@pytest.fixture
def table():
    draw = np.random.default_rng(0)
    y = pd.Series(np.where(np.arange(200) % 5 == 0, "yes", "no"))
    X = pd.DataFrame(draw.normal(size=(200, 3)), columns=["a", "b", "c"])
    X["a"] += 2.0 * (y == "yes")
    return X, y


@pytest.fixture
def case(table):
    X, y = table
    return Case(
        X=X,
        recipe=Recipe(target=Target.of(y, "classification"), train=TrainSpec(), metric="accuracy"),
        plan=Plan(rows=200, rows_given=200, folds=4, repeats=1, networks=1),
        groups=np.arange(200),
        seed=0,
    )


def one_fold(arm, case):
    """Make an arm ready for the first fold, as `judge` does."""
    fold = case.parted(0)[0]
    judged = case.X.iloc[fold.judge]
    rows = {"fit": fold.fit, "stop": fold.stop, "judged": judged}
    return prepare("arm", arm, case.X, case.recipe, **rows, seed=0)


@pytest.mark.parametrize("arm", [Base(), Cleaning()])
def test_an_honest_arm_passes_every_check(arm, case):
    one_fold(arm, case)
    check_blind({"arm": arm}, case)


class Scaled(Base):
    """Scaled by what was fitted on the whole table."""

    def __init__(self, scaler=None):
        self.scaler = scaler

    def clone(self):
        return type(self)(self.scaler)

    def transform(self, X):
        return pd.DataFrame(self.scaler.transform(X), X.index, X.columns)


def test_a_scaler_fitted_before_the_split_is_caught(case):
    fitted = StandardScaler().fit(case.X)
    with pytest.raises(InvariantError, match="comes with a fitted StandardScaler"):
        one_fold(Scaled(fitted), case)
    with pytest.raises(InvariantError, match="hand it over unfitted"):
        one_fold(Scaled([("scale", fitted)]), case)


def test_a_scaler_fitted_on_the_whole_table_inside_the_fold_is_caught(case):
    class Sly(Scaled):
        def fit_resample(self, X, y):
            self.scaler = StandardScaler().fit(case.X)
            return super().fit_resample(X, y)

    with pytest.raises(InvariantError, match="was fitted on 200 rows"):
        one_fold(Sly(), case)


class Laden(Base):
    """Brings a table along."""

    def __init__(self, table):
        self.table = table

    def clone(self):
        return type(self)(self.table)


def test_smote_before_the_split_is_caught_by_the_table_that_it_leaves(table, case):
    with pytest.raises(InvariantError, match="rows of its own"):
        one_fold(Laden(SMOTE(random_state=0).fit_resample(*table)[0]), case)


def test_a_sampler_fitted_before_the_split_is_caught(table, case):
    sampler = SMOTE(random_state=0)
    sampler.fit_resample(*table)
    with pytest.raises(InvariantError, match="fitted SMOTE"):
        one_fold(Scaled(sampler), case)


def scaled_first(name, arm, X, recipe, **rows):
    """Prepare a table that was scaled before it was split."""
    scaled = (X - X.mean()) / X.std()
    rows["judged"] = scaled.loc[rows["judged"].index]
    return prepare(name, arm, scaled, recipe, **rows)


def smote_first(name, arm, X, recipe, *, fit, **rows):
    """Prepare a table whose training rows are made up from all rows."""
    made, _ = SMOTE(random_state=0).fit_resample(X, recipe.target.coded)
    mixed = X.copy()
    mixed.iloc[fit[:30]] = made.to_numpy()[-30:]
    return prepare(name, arm, mixed, recipe, fit=fit, **rows)


@pytest.mark.parametrize("mutated", [scaled_first, smote_first])
def test_a_program_that_prepares_before_it_splits_is_caught(case, monkeypatch, mutated):
    monkeypatch.setattr(canary, "prepare", mutated)
    with pytest.raises(InvariantError, match="looking at those that judge"):
        check_blind({"arm": Naive()}, case)  # `Base` would scale once more and undo the sin


def test_made_up_twins_of_judging_rows_are_caught(table):
    """Oversampling by copies before the split puts a row on both sides."""
    X = pd.concat([table[0], table[0].iloc[:5]], ignore_index=True)
    groups, _ = twins(X)
    with pytest.raises(InvariantError, match="twins"):
        check_fold(Fold(np.arange(5, 150), np.arange(150, 205), np.arange(5)), groups)


def fair(self, X, y):
    """Train as the baseline does; the sin is in `transform` alone."""
    self._learn(X)
    return Base().fit_resample(X, y)


@pytest.mark.parametrize(
    "change",
    [lambda X: X.dropna(), lambda X: X.drop_duplicates(), lambda X: X[X["a"].abs() < 1.5]],
    ids=["gaps dropped", "duplicates dropped", "outliers dropped"],
)
def test_rows_to_judge_that_vanish_are_caught(case, change):
    class Dropping(Base):
        fit_resample = fair

        def transform(self, X):
            return super().transform(change(X))

    X = case.X.copy()
    X.iloc[::7, 1] = np.nan
    X.iloc[1::9] = X.iloc[1].to_numpy()
    with pytest.raises(InvariantError, match=r"gave .* rows back"):
        one_fold(Dropping(), replace(case, X=X))


def test_stopping_by_rows_that_were_made_up_is_caught(case, monkeypatch):
    honest = fitting._job

    def mutated(*given, **rows):
        job = honest(*given, **rows)
        made = job.resampled
        at = np.flatnonzero(np.asarray(made.y) == "yes")
        at = np.resize(at, len(rows["stop"]))
        X = np.asarray(made.X, dtype="float32")[at] + 0.01
        y = np.ones(len(at), dtype="float32")
        return replace(job, fit=replace(job.fit, X_validation=X, y_validation=y))

    monkeypatch.setattr(fitting, "_job", mutated)
    with pytest.raises(InvariantError, match="would stop by"):
        one_fold(Base(), case)


def test_rows_to_stop_by_that_are_oversampled_are_caught(case):
    class Oversampling(Base):
        fit_resample = fair

        def transform(self, X):
            made = super().transform(X)
            return pd.concat([made, made.iloc[:3] + 0.01])

    with pytest.raises(InvariantError, match=r"gave .* rows back"):
        one_fold(Oversampling(), case)


def folded(draw, rows=200, parts=5, repeats=5):
    """Return how often two arms that differ in noise alone are right, by repeat and row."""
    X = draw.normal(size=(rows, 43))
    y = np.sign(X[:, :3].sum(axis=1) + 2 * draw.normal(size=rows))
    arms = [np.r_[0:3, 3:23], np.r_[0:3, 23:43]]
    right, part = np.zeros((2, repeats, rows)), np.zeros((repeats, rows), dtype=int)
    for repeat in range(repeats):
        part[repeat] = draw.permutation(rows) % parts
        for k in range(parts):
            judge = part[repeat] == k
            for arm, columns in enumerate(arms):
                A, b = X[~judge][:, columns], y[~judge]
                weights = np.linalg.solve(A.T @ A + np.eye(len(columns)), A.T @ b)
                right[arm, repeat, judge] = np.sign(X[judge][:, columns] @ weights) == y[judge]
    return right, part


def by_rows(right, part):  # noqa: ARG001 - one signature for all
    """Return p of the test that the program uses."""
    d = (right[1] - right[0]).mean(axis=0)
    return p_value(row_mean(d), np.arange(len(d)))


def by_fold(right, part):
    """Return the differences fold by fold."""
    d = right[1] - right[0]
    return np.array([d[r][part[r] == k].mean() for r in range(len(d)) for k in range(5)])


def naive(right, part):
    """Return p of a plain t-test over folds and repeats."""
    return stats.ttest_1samp(by_fold(right, part), 0).pvalue


def corrected(right, part):
    """Return p of the second opinion."""
    return nadeau_bengio(by_fold(right, part), parts=5, rope=0.01).p


def test_a_naive_t_test_is_caught_by_equal_arms():
    """Of 200 pairs of equal arms 1 to 8 % may be told apart; a plain t-test tells far more."""
    draw = np.random.default_rng(0)
    drawn = [folded(draw) for _ in range(200)]
    size = {test: np.mean([test(*d) < 0.05 for d in drawn]) for test in (by_rows, naive, corrected)}
    assert 0.01 <= size[by_rows] <= 0.08
    assert size[naive] > 0.16
    assert size[corrected] <= 0.02


def learnt_from_nothing(draw, rows=200, parts=4):
    """Return how often a model of pure noise is right, row by row, above one half."""
    X, y = draw.normal(size=(rows, 20)), np.resize([1.0, -1.0], rows)
    right, part = np.zeros(rows), np.empty(rows, dtype=int)
    for label in (1.0, -1.0):
        part[draw.permutation(np.flatnonzero(y == label))] = np.arange(rows // 2) % parts
    for k in range(parts):
        A, b = X[part != k], y[part != k]
        weights = np.linalg.solve(A.T @ A + np.eye(20), A.T @ b)
        right[part == k] = np.sign(X[part == k] @ weights) == y[part == k]
    return right - 0.5


def test_chance_patterns_come_back_from_fold_to_fold_and_are_allowed_for():
    """The variance over tables is up to double that of the rows: the check of the floor knows."""
    draw = np.random.default_rng(0)
    drawn = np.array([learnt_from_nothing(draw) for _ in range(600)])
    doubled = drawn.mean(axis=1).var() / (drawn.var(axis=1) / drawn.shape[1]).mean()
    assert 1.1 < np.sqrt(doubled) < TWICE
