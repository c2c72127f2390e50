import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import make_pipeline as imblearn_pipeline
from imblearn.under_sampling import RandomUnderSampler
from sklearn.datasets import load_diabetes
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from dataaudit.errors import ConfigError
from dataaudit.pipeline import Cleaning
from dataaudit.proof import prove
from dataaudit.proof.pipelines import as_arm

pytestmark = pytest.mark.slow  # trains networks


def test_scaling_helps_a_network(blobs, quick):
    found = prove("passthrough", StandardScaler(), *blobs, train=quick["train"], folds=2, repeats=2)
    [verdict] = found.verdicts
    assert verdict.verdict == "helps"
    assert repr(found) == verdict.sentence


def test_models_answer_for_themselves(blobs):
    found = prove(DummyClassifier(), make_pipeline(StandardScaler(), LogisticRegression()), *blobs)
    assert found.verdicts[0].verdict == "helps"
    assert found.to_dict()["curves"] == {}
    assert found.network("after") is None


def test_models_without_probabilities_are_taken(blobs):
    scores = prove(RidgeClassifier(), DummyClassifier(), *blobs).to_dict()["arms"]
    assert scores["before"]["metrics"]["accuracy"]["value"] > 0.75


def test_regression_is_told_from_classification():
    found = prove(DummyRegressor(), Ridge(0.1), *load_diabetes(return_X_y=True))
    assert found.metric == "r2"
    assert found.verdicts[0].verdict == "helps"


def test_rows_that_smote_made_up_are_known(blobs):
    X, y = blobs
    arm = as_arm(imblearn_pipeline(StandardScaler(), SMOTE(random_state=0)), "after").clone()
    made = arm.fit_resample(X, y)
    assert made.synthetic.sum() == 40
    assert made.rows[~made.synthetic].tolist() == list(range(120))
    np.testing.assert_allclose(made.X[:120], StandardScaler().fit_transform(X))
    assert len(arm.transform(X[:7])) == 7


def test_rows_that_are_left_out_are_known(blobs):
    X, y = blobs
    arm = as_arm(RandomUnderSampler(random_state=0), "after").clone()
    made = arm.fit_resample(X, y)
    assert not made.synthetic.any()
    pd.testing.assert_series_equal(made.y, y.iloc[made.rows], check_index=False, check_names=False)


def test_steps_learn_from_the_labels(blobs):
    X, y = blobs
    made = as_arm(SelectKBest(k=2), "after").clone().fit_resample(X, y)
    np.testing.assert_array_equal(made.X, X[["a", "b"]])


def test_a_cleaning_is_an_arm():
    cleaning = Cleaning()
    assert as_arm(cleaning, "after") is cleaning


@pytest.mark.parametrize("wrong", ["sklearn", object()])
def test_what_is_no_estimator_is_refused(wrong):
    with pytest.raises(ConfigError):
        as_arm(wrong, "after")
