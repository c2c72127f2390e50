"""The bill of tables whose prices are known, with real networks."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, TransformerMixin

from dataaudit.defects import configured
from dataaudit.errors import DataError
from dataaudit.pipeline import Cleaning
from dataaudit.proof import attribute, compare
from dataaudit.proof.attribution.planning import planned
from dataaudit.proof.fitting import Recipe
from dataaudit.proof.judging import case_of
from dataaudit.proof.spec import ProveSpec, TrainSpec
from dataaudit.proof.target import Target

pytest.importorskip("keras", reason="without the extra `keras` nothing is proven")


class Halve(TransformerMixin, BaseEstimator):
    """A step of the user's own."""

    def fit(self, X, y=None):  # noqa: ARG002 - scikit-learn's signature
        self.fitted_ = True
        return self

    def transform(self, X):
        return X / 2

    def get_feature_names_out(self, names=None):
        return names


def built(*names, kind="classification"):
    return Cleaning.build([(name, {}) for name in names], configured(), kind=kind, seed=0)


HOSTILE = "<script>alert(1)</script>`'; drop"
TRAIN = TrainSpec(
    network={"hidden": [8]}, epochs=20, batch_size=16, optimizer={"learning_rate": 0.02}
)
PROVE = ProveSpec(folds=2, repeats=2)


def table():
    """Two columns tell the classes apart, a third hides them by its size; a seventh is missing."""
    draw = np.random.default_rng(0)
    y = pd.Series(np.where(np.arange(120) % 3 == 0, "yes", "no"))
    X = pd.DataFrame(draw.normal(size=(120, 3)), columns=["a", "b", "wide"])
    X[["a", "b"]] += 3 * (y == "yes").to_numpy()[:, None]
    X["wide"] *= 100_000
    return X.assign(a=X["a"].where(np.arange(120) % 7 > 0)), y


def cleaned():
    return Cleaning([(HOSTILE, Halve()), *built("categories", "missing", "scale", "encode").steps])


@pytest.fixture(scope="module")
def evidence():
    arms = {"clean": cleaned()}
    return compare(arms, *table(), kind="classification", train=TRAIN, prove=PROVE)


@pytest.fixture(scope="module")
def told():
    """The fits that progress was told of."""
    return []


@pytest.fixture(scope="module")
def bill(evidence, told):
    steps = dict(cleaned().steps)
    more = {"outliers": Cleaning([*built("outliers").steps, *steps.items()])}
    return attribute(
        evidence, cleaned(), PROVE, others=more, progress=lambda *fits: told.append(fits)
    )


@pytest.mark.slow
def test_the_step_that_matters_gets_the_price(bill):
    prices = {item.name: item.weighed for item in bill.items}
    assert list(prices) == [HOSTILE, "missing", "scale"]
    assert prices["scale"].verdict == "helps"
    assert prices["scale"].found.value > 0.2
    assert abs(prices["missing"].found.value) < prices["scale"].found.value / 2
    assert bill.roles.idle == ("categories",)
    assert [other.name for other in bill.others] == ["outliers"]


@pytest.mark.slow
def test_prices_sum_to_what_the_evidence_says_of_the_cleaning(evidence, bill):
    clean = evidence.to_dict()["arms"]["clean"]["metrics"]["accuracy"]["value"]
    assert bill.after.value == pytest.approx(clean)
    total = bill.after.value - bill.before.value
    assert sum(item.weighed.found.value for item in bill.items) == pytest.approx(total, abs=1e-12)
    assert bill.total.found.value == pytest.approx(total, abs=1e-12)


@pytest.mark.slow
def test_the_bill_is_plain_values_and_words(bill, told):
    content = bill.to_dict()
    assert json.loads(json.dumps(content)) == content
    assert content["idle"][0]["sentence"] == "Merging spellings changed nothing here."
    hostile, _, scale = content["items"]
    assert hostile["name"] == HOSTILE
    assert scale["sentence"].startswith("Scaling is worth ")
    assert {"add_one", "leave_one_out", "p", "rows_needed"} <= scale.keys()
    assert content["others"][0]["name"] == "outliers"
    assert "every set of 3 steps on and off" in content["plan"]["sentence"]
    assert told[-1] == (bill.plan.fits, bill.plan.fits)
    assert bill.plan.fits == 2 * 2 * (2**3 - 1 + 1)


@pytest.mark.slow
def test_the_same_bill_comes_again_also_where_rows_share_a_name(evidence, bill):
    case = replace(evidence.case, X=evidence.case.X.set_axis([5] * 120, axis=0))
    again = attribute(replace(evidence, case=case), cleaned(), PROVE)
    effects = [item.weighed.found.value for item in bill.items]
    assert [item.weighed.found.value for item in again.items] == effects


@pytest.mark.slow
def test_where_less_is_better_a_gain_is_still_above_0(evidence):
    bill = attribute(replace(evidence, metric="log_loss"), cleaned(), PROVE)
    assert bill.before.value > bill.after.value > 0
    gain = bill.before.value - bill.after.value
    assert sum(item.weighed.found.value for item in bill.items) == pytest.approx(gain)


@pytest.mark.slow
def test_a_regression_has_a_bill_of_r2():
    X, _ = table()
    y = X["b"] * 3 + 1
    cleaning = built("missing", "scale", "encode", kind="regression")
    arms = {"clean": cleaning}
    evidence = compare(arms, X, y, kind="regression", train=TRAIN, prove=PROVE)
    bill = attribute(evidence, cleaning, PROVE)
    assert bill.metric == "r2"
    total = bill.after.value - bill.before.value
    assert sum(item.weighed.found.value for item in bill.items) == pytest.approx(total)
    assert bill.items[-1].weighed.found.value > 0


@pytest.mark.slow
def test_nothing_is_trained_where_no_step_changes_anything(evidence):
    whole = replace(evidence.case, X=evidence.case.X.fillna(0.0))
    bill = attribute(replace(evidence, case=whole), built("missing", "encode"), PROVE)
    assert bill.plan is None
    assert bill.roles.idle == ("missing",)
    assert bill.to_dict()["items"] == []


def case_of_many():
    X, y = (pd.concat([part] * 15, ignore_index=True) for part in table())
    X = X + np.random.default_rng(1).normal(size=X.shape)
    recipe = Recipe(target=Target.of(y, "classification"), train=TRAIN, metric="accuracy")
    return case_of(X, recipe, PROVE, 3, seed=0, groups=None, order=None)[0]


def test_a_small_budget_lowers_repeats_then_rows_and_says_so():
    given = case_of_many()
    rich = planned(given, ProveSpec(budget=1e6), 32)
    assert (rich.plan.repeats, rich.plan.rows) == (2, 1800)
    once = planned(given, ProveSpec(budget=0.99 * rich.plan.seconds), 32)
    assert (once.plan.repeats, len(once.X)) == (1, 1800)
    less = planned(given, ProveSpec(budget=0.99 * once.plan.seconds), 32)
    assert less.plan.rows == 1000
    assert len(less.X) == pytest.approx(1000, abs=2)
    assert len(less.recipe.target.coded) == len(less.groups) == len(less.X)
    with pytest.raises(DataError, match=r"prove\.budget"):
        planned(given, ProveSpec(budget=0.001), 32)
