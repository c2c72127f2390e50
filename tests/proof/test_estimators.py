import pickle

import numpy as np
import pytest
from imblearn.over_sampling import RandomOverSampler
from imblearn.pipeline import make_pipeline
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from dataaudit.errors import ConfigError
from dataaudit.proof import KerasClassifier, KerasRegressor

pytestmark = pytest.mark.slow  # trains networks

WEIGHTS = {
    "check_sample_weight_equivalence_on_dense_data": (
        "batches are drawn row by row: a row of weight 2 meets other rows than two copies of it do"
    )
}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # scikit-learn's checks warn of what they try
@parametrize_with_checks(
    [KerasClassifier(), KerasRegressor()], expected_failed_checks=lambda _: WEIGHTS
)
def test_scikit_learns_common_checks(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def iris():
    X, y = load_iris(return_X_y=True, as_frame=True)
    return X, y.map({0: "setosa", 1: "versicolor", 2: "virginica"})


@pytest.fixture
def network():
    return KerasClassifier(hidden=(16,), learning_rate=0.02)


def test_it_composes_with_imbalanced_learn(iris, network):
    pipeline = make_pipeline(StandardScaler(), RandomOverSampler(random_state=0), network)
    assert cross_val_score(pipeline, *iris, cv=2).min() > 0.85


def test_it_takes_part_in_a_grid_search(iris, network):
    search = GridSearchCV(network, {"hidden": [(), (8,)], "epochs": [2, 20]}, cv=2).fit(*iris)
    assert search.best_params_["epochs"] == 20
    assert list(search.classes_) == ["setosa", "versicolor", "virginica"]


def test_probabilities_are_those_of_the_keras_model(iris, network):
    X, y = iris
    network.fit(X, y)
    logits = network.model().predict(X.to_numpy("float32"), verbose=0).astype(float)
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(network.predict_proba(X), shares, atol=1e-6)
    assert network.score(X, y) > 0.9


def test_it_survives_pickle_and_clone(iris, network):
    X, y = iris
    network.fit(X, y)
    again = pickle.loads(pickle.dumps(network))  # noqa: S301 - what it wrote itself
    np.testing.assert_array_equal(again.predict_proba(X), network.predict_proba(X))
    fresh = clone(network).fit(X, y)
    np.testing.assert_array_equal(fresh.predict_proba(X), network.predict_proba(X))


def test_weights_of_rows_count(iris):
    X, y = iris
    X, y = X[50:], y[50:]
    weight = np.where(y == "virginica", 50.0, 1.0)
    network = KerasClassifier(hidden=(), learning_rate=0.01, epochs=20, patience=None)
    plain = (network.fit(X, y).predict(X) == "virginica").mean()
    assert (network.fit(X, y, sample_weight=weight).predict(X) == "virginica").mean() > plain


def test_numbers_far_from_zero_are_predicted():
    X = np.linspace(-1, 1, 100)[:, None]
    network = KerasRegressor(hidden=(16,), learning_rate=0.02).fit(X, 1e6 + 1e3 * X[:, 0])
    assert network.score(X, 1e6 + 1e3 * X[:, 0]) > 0.95


def test_a_parameter_that_does_not_fit_is_refused_when_fitting(iris):
    with pytest.raises(ConfigError, match="KerasClassifier"):
        KerasClassifier(dropout=2.0).fit(*iris)
