"""Rows that vanish and rows that are made up, while training only."""

import numpy as np
import pandas as pd
import pytest
from imblearn.combine import SMOTEENN
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.pipeline import Pipeline
from imblearn.under_sampling import RandomUnderSampler
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.utils.class_weight import compute_sample_weight

from dataaudit.defects import configured
from dataaudit.encode import EncodeColumns
from dataaudit.errors import DataError
from dataaudit.pipeline import Cleaning
from dataaudit.sampler import FrameSampler

DEFECTS = configured()


def build(*steps, kind="classification", seed=0):
    return Cleaning.build(steps, DEFECTS, kind=kind, seed=seed)


def table(rows=90):
    rng = np.random.default_rng(1)
    X = pd.DataFrame(
        {
            "a": rng.normal(size=rows),
            "b": rng.normal(size=rows),
            "t": rng.choice(list("xyz"), rows),
        },
        index=rng.permutation(1000)[:rows],
    )
    y = pd.Series(np.where(np.arange(rows) % 9 < 2, "rare", "usual"), index=X.index)
    return X, y


class MakeRows(FrameSampler):
    """Drop the first row and make two rows of a level that no real row has."""

    def _fit_resample(self, frame, labels):  # noqa: ARG002 - the base names its arguments
        new = frame.iloc[[1, 2]].assign(t="made up")
        return np.arange(1, len(frame)), new, np.array([1, 2])


def test_encoders_learn_from_real_rows_alone():
    X, y = table()
    cleaning = Cleaning([("make", MakeRows()), ("encode", EncodeColumns())])
    out = cleaning.fit_resample(X, y)
    assert cleaning.feature_names == ["a", "b", "t=x", "t=y", "t=z"]
    assert out.rows.tolist() == [*range(1, 90), -1, -1]
    assert out.synthetic.tolist() == [False] * 89 + [True] * 2
    assert out.X.loc[out.synthetic, ["t=x", "t=y", "t=z"]].to_numpy().tolist() == [[0, 0, 0]] * 2
    assert cleaning.describe()[0]["sentence"] == "Removed 1 training row; made 2 synthetic rows."


def test_steps_behind_a_sampler_learn_from_the_real_rows_that_remain():
    X, y = table()
    X = X[["a", "b"]]
    cleaning = Cleaning([("cut", RandomUnderSampler(random_state=0)), ("scale", StandardScaler())])
    out = cleaning.fit_resample(X, y)
    by_hand = StandardScaler().fit(X.iloc[out.rows])
    np.testing.assert_allclose(cleaning.transform(X), by_hand.transform(X))
    assert out.y.value_counts().to_dict() == {"rare": 20, "usual": 20}
    assert not out.synthetic.any()


def test_real_rows_come_out_as_transform_gives_them_and_synthetic_ones_follow():
    X, y = table()
    cleaning = build(("scale", {}), ("imbalance", {"method": "smote"}), ("encode", {}), seed=4)
    out = cleaning.fit_resample(X, y)
    assert cleaning.balance == "smote"
    assert out.y.value_counts().to_dict() == {"rare": 70, "usual": 70}
    assert out.rows[:90].tolist() == list(range(90))
    assert (out.rows[90:] == -1).all()
    assert (out.y[out.synthetic] == "rare").all()
    assert (out.weight == 1).all()
    there = cleaning.transform(X).reset_index(drop=True)
    pd.testing.assert_frame_equal(out.X[~out.synthetic], there)
    levels = out.X.loc[out.synthetic, ["t=x", "t=y", "t=z"]]
    assert levels.isin([0, 1]).all().all()
    assert (levels.sum(axis=1) == 1).all()
    again = cleaning.clone().fit_resample(X, y)
    pd.testing.assert_frame_equal(again.X, out.X)


def test_duplicates_vanish_in_training_only():
    X, y = table(40)
    X, y = pd.concat([X, X.head(5)]), pd.concat([y, y.head(5)])
    cleaning = build(("duplicates", {}), ("encode", {}))
    out = cleaning.fit_resample(X, y)
    assert out.rows.tolist() == list(range(40))
    assert len(cleaning.transform(X)) == 45
    assert cleaning.transform(X).index.equals(X.index)


def test_class_weights_equal_those_of_scikit_learn():
    X, y = table()
    cleaning = build(("imbalance", {"method": "class_weight"}), ("encode", {}))
    out = cleaning.fit_resample(X, y)
    np.testing.assert_allclose(out.weight, compute_sample_weight("balanced", y))
    assert cleaning.describe()[0]["sentence"].startswith("Weighed the rows")


def test_a_threshold_changes_no_row():
    X, y = table()
    cleaning = build(("imbalance", {"method": "threshold"}), ("encode", {}))
    out = cleaning.fit_resample(X, y)
    assert cleaning.balance == "threshold"
    assert len(out.X) == 90
    assert (out.weight == 1).all()


def test_a_sampler_of_others_that_only_adds_rows_is_understood():
    X, y = table()
    out = Cleaning([("smote", SMOTE(random_state=0))]).fit_resample(X[["a", "b"]], y)
    assert out.rows.tolist() == [*range(90)] + [-1] * 50
    np.testing.assert_array_equal(out.X[:90], X[["a", "b"]])


def test_copies_of_rows_count_as_synthetic():
    X, y = table()
    out = Cleaning([("copy", RandomOverSampler(random_state=0))]).fit_resample(X[["a", "b"]], y)
    assert out.rows.tolist() == [*range(90)] + [-1] * 50
    known = {tuple(row) for row in X[["a", "b"]].to_numpy()}
    assert {tuple(row) for row in out.X.to_numpy()} == known


def test_a_sampler_that_hides_which_rows_it_kept_is_refused():
    X, y = table()
    with pytest.raises(DataError, match=r"`mix` \(SMOTEENN\) does not tell which rows it kept"):
        Cleaning([("mix", SMOTEENN(random_state=0))]).fit_resample(X[["a", "b"]], y)


def test_a_transformer_that_drops_rows_is_refused():
    X, y = table()
    with pytest.raises(DataError, match="step `cut` gave 89 rows for 90"):
        Cleaning([("cut", FunctionTransformer(lambda rows: rows[1:]))]).fit_resample(X, y)


def test_a_pipeline_that_ends_in_a_sampler_transforms_all_the_same():
    X, y = table()
    X = X[["a", "b"]]
    cleaning = build(("scale", {}), ("imbalance", {"method": "undersample"})).fit(X, y)
    pd.testing.assert_frame_equal(cleaning.pipeline.transform(X), cleaning.transform(X))
    model = Pipeline([*cleaning.pipeline.steps, ("model", LogisticRegression())])
    assert cross_val_score(model, X, y, cv=3, error_score="raise").shape == (3,)
