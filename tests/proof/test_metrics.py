import numpy as np
import pytest
from scipy.special import softmax
from sklearn import metrics as sk
from sklearn.linear_model import LogisticRegression

from dataaudit.proof import metrics
from dataaudit.proof.metrics import CLASSIFICATION, REGRESSION, difference, mean_of, primary
from dataaudit.proof.statistics import standard_error
from dataaudit.proof.target import Answers, Target


def said_of(classes, rows=200, seed=0):
    draw = np.random.default_rng(seed)
    truth = draw.integers(0, classes, rows).astype(float)
    logits = draw.normal(size=(rows, classes)) + 1.2 * np.eye(classes)[truth.astype(int)]
    shares = softmax(logits, axis=1)
    target = Target.of(truth.astype(int), "classification")
    return Answers(labels=np.argmax(shares, axis=1).astype(float), shares=shares), truth, target


def score(name, said, truth):
    positive = said.shares[:, 1] if said.shares.shape[1] == 2 else said.shares
    return {
        "accuracy": lambda: sk.accuracy_score(truth, said.labels),
        "balanced_accuracy": lambda: sk.balanced_accuracy_score(truth, said.labels),
        "macro_f1": lambda: sk.f1_score(truth, said.labels, average="macro"),
        "auc": lambda: sk.roc_auc_score(truth, positive, multi_class="ovr"),
        "log_loss": lambda: sk.log_loss(truth, said.shares),
        "brier": lambda: sk.brier_score_loss(truth, said.shares, scale_by_half="auto"),
    }[name]()


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize(
    "name", ["accuracy", "balanced_accuracy", "macro_f1", "auc", "log_loss", "brier"]
)
def test_values_are_those_of_scikit_learn(name, classes):
    said, truth, target = said_of(classes)
    assert CLASSIFICATION[name](said, truth, target).value == pytest.approx(
        score(name, said, truth), abs=1e-12
    )


@pytest.mark.parametrize("name", REGRESSION)
def test_values_of_regression_are_those_of_scikit_learn(name):
    draw = np.random.default_rng(0)
    truth, told = draw.normal(size=50), draw.normal(size=50)
    said = Answers(labels=told, shares=told[:, None])
    wanted = {
        "r2": sk.r2_score,
        "mae": sk.mean_absolute_error,
        "rmse": sk.root_mean_squared_error,
    }[name](truth, told)
    found = REGRESSION[name](said, truth, Target.of(truth, "regression"))
    assert found.value == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("name", CLASSIFICATION)
def test_errors_are_those_of_the_bootstrap(name, classes):
    said, truth, target = said_of(classes, rows=400)
    estimate = CLASSIFICATION[name](said, truth, target)
    assert estimate.influence.sum() == pytest.approx(0, abs=1e-6)
    draw, values = np.random.default_rng(1), []
    for _ in range(300):
        rows = draw.integers(0, len(truth), len(truth))
        again = Answers(labels=said.labels[rows], shares=said.shares[rows])
        values.append(CLASSIFICATION[name](again, truth[rows], target).value)
    error = standard_error(estimate, np.arange(len(truth)))
    assert error == pytest.approx(np.std(values), rel=0.15)


def test_accuracys_error_is_the_textbooks():
    said, truth, target = said_of(2)
    right = (said.labels == truth).astype(float)
    found = standard_error(metrics.accuracy(said, truth, target), np.arange(len(truth)))
    assert found == pytest.approx(right.std(ddof=1) / np.sqrt(len(right)), abs=1e-15)


def test_balanced_accuracys_error_is_the_stratified_one():
    said, truth, target = said_of(3)
    right = (said.labels == truth).astype(float)
    parts = [right[truth == k].var(ddof=1) / (truth == k).sum() for k in range(3)]
    found = standard_error(metrics.balanced_accuracy(said, truth, target), np.arange(len(truth)))
    assert found == pytest.approx(np.sqrt(sum(parts)) / 3, abs=1e-15)


def delong(truth, one, other):
    """The paired variance by DeLong's placements, pair by pair, as the paper has it."""
    positive, negative = np.flatnonzero(truth == 1), np.flatnonzero(truth == 0)
    v10, v01 = [], []
    for share in (one, other):
        above = np.sign(share[positive][:, None] - share[negative][None, :]) / 2 + 0.5
        v10.append(above.mean(axis=1))
        v01.append(above.mean(axis=0))
    covariance = np.cov(v10) / len(positive) + np.cov(v01) / len(negative)
    return covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]


def test_difference_of_two_aucs_has_delongs_error():
    one, truth, target = said_of(2)
    draw = np.random.default_rng(3)
    shares = np.clip(one.shares[:, 1] + draw.normal(scale=0.2, size=len(truth)), 0, 1).round(2)
    other = Answers(labels=one.labels, shares=np.c_[1 - shares, shares])
    change = difference(metrics.auc(one, truth, target), metrics.auc(other, truth, target))
    wanted = delong(truth, one.shares[:, 1], shares)
    assert standard_error(change, np.arange(len(truth))) == pytest.approx(
        np.sqrt(wanted), abs=1e-12
    )


def test_calibration_slope_is_that_of_a_logistic_regression():
    said, truth, target = said_of(2)
    logit = np.log(said.shares[:, 1] / said.shares[:, 0])[:, None]
    wanted = LogisticRegression(C=np.inf, tol=1e-10).fit(logit, truth).coef_[0, 0]
    assert metrics.calibration_slope(said, truth, target).value == pytest.approx(wanted, rel=1e-4)


def test_predicted_over_actual_is_of_the_rarest_class():
    target = Target.of(["a", "a", "a", "b"], "classification")
    shares = np.array([[0.5, 0.5]] * 4)
    said = Answers(labels=np.zeros(4), shares=shares)
    assert metrics.predicted_over_actual(said, target.coded, target).value == pytest.approx(2.0)


def test_repeats_are_averaged_row_by_row():
    said, truth, target = said_of(2)
    wrong = Answers(labels=1 - truth, shares=said.shares)
    both = mean_of([metrics.accuracy(s, truth, target) for s in (said, wrong)])
    means = ((said.labels == truth) + 0.0) / 2
    assert both.value == pytest.approx(means.mean())
    wanted = means.std(ddof=1) / np.sqrt(len(means))
    assert standard_error(both, np.arange(len(means))) == pytest.approx(wanted)


def test_r2_counts_squared_errors_by_row():
    draw = np.random.default_rng(0)
    truth, one, other = draw.normal(size=(3, 80))
    target = Target.of(truth, "regression")
    pair = [metrics.r2(Answers(labels=s, shares=s[:, None]), truth, target) for s in (one, other)]
    change = difference(*pair)
    by_row = ((truth - other) ** 2 - (truth - one) ** 2) / truth.var()
    assert change.value == pytest.approx(by_row.mean())
    wanted = by_row.std(ddof=1) / np.sqrt(80)
    assert standard_error(change, np.arange(80)) == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("share", "name"), [(0.5, "accuracy"), (0.7, "accuracy"), (0.71, "balanced_accuracy")]
)
def test_primary_metric_follows_the_largest_class(share, name):
    many = round(1000 * share)
    target = Target.of(["a"] * many + ["b"] * (1000 - many), "classification")
    assert primary(target) == name


def test_primary_metric_of_numbers_is_r2():
    assert primary(Target.of([1.0, 2.0], "regression")) == "r2"
