"""The bill of tables whose prices are known, with real networks."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, TransformerMixin

from dataaudit.defects import configured
from dataaudit.errors import DataError
from dataaudit.pipeline import Cleaning
from dataaudit.proof import attribute, compare, standard_arms
from dataaudit.proof.attribution.planning import planned
from dataaudit.proof.spec import ProveSpec

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


def judged(cleaning, X, y, quick, **more):
    kind = more.pop("kind", "classification")
    return compare(standard_arms(cleaning), X, y, kind=kind, seed=0, **quick, **more)


@pytest.fixture
def wide(blobs):
    """Two columns tell the classes apart, a third hides them by its size."""
    X, y = blobs
    return X.assign(a=X["a"].where(np.arange(120) % 7 > 0)), y


@pytest.fixture
def billed(wide, quick):
    cleaning = built("categories", "missing", "scale", "encode")
    evidence = judged(cleaning, *wide, quick)
    return evidence, attribute(evidence, cleaning, quick["prove"])


@pytest.mark.slow
def test_the_step_that_matters_gets_the_price(billed):
    evidence, bill = billed
    prices = {item.name: item.weighed for item in bill.items}
    assert list(prices) == ["missing", "scale"]
    assert prices["scale"].verdict == "helps"
    assert prices["scale"].found.value > 0.2
    assert abs(prices["missing"].found.value) < prices["scale"].found.value / 2
    assert bill.roles.idle == ("categories",)
    clean = evidence.to_dict()["arms"]["clean"]["metrics"]["accuracy"]["value"]
    assert bill.after.value == pytest.approx(clean)
    total = bill.after.value - bill.before.value
    assert sum(one.found.value for one in prices.values()) == pytest.approx(total, abs=1e-12)
    assert bill.total.found.value == pytest.approx(total, abs=1e-12)


@pytest.mark.slow
def test_the_bill_is_plain_and_comes_out_the_same_again(billed, quick):
    evidence, bill = billed
    again = attribute(evidence, built("categories", "missing", "scale", "encode"), quick["prove"])
    assert again.to_dict() == bill.to_dict()
    content = bill.to_dict()
    assert content["idle"][0]["sentence"] == "Merging spellings changed nothing here."
    scale = next(item for item in content["items"] if item["name"] == "scale")
    assert scale["sentence"].startswith("Scaling is worth ")
    assert {"add_one", "leave_one_out", "p", "rows_needed"} <= scale.keys()
    assert "every set of 2 steps on and off" in content["plan"]["sentence"]


@pytest.mark.slow
def test_a_remedy_that_is_not_there_is_priced_on_top(wide, quick):
    cleaning, more = built("missing", "encode"), built("missing", "scale", "encode")
    evidence = judged(cleaning, *wide, quick)
    calls = []
    bill = attribute(
        evidence,
        cleaning,
        quick["prove"],
        others={"scale": more},
        progress=lambda *c: calls.append(c),
    )
    (added,) = bill.others
    assert added.weighed.verdict == "helps"
    assert bill.to_dict()["others"][0]["sentence"].startswith("Scaling would be worth ")
    assert [item.name for item in bill.items] == ["missing"]
    assert calls[-1] == (bill.plan.fits, bill.plan.fits)


@pytest.mark.slow
def test_a_regression_has_a_bill_of_r2(blobs, quick):
    X, _ = blobs
    cleaning = built("missing", "scale", "encode", kind="regression")
    evidence = judged(cleaning, X, X["a"] * 3 + 1, quick, kind="regression")
    bill = attribute(evidence, cleaning, quick["prove"])
    assert bill.metric == "r2"
    assert bill.items[0].name == "scale"
    total = bill.after.value - bill.before.value
    assert bill.items[0].weighed.found.value == pytest.approx(total)
    assert total > 0


@pytest.mark.slow
def test_where_less_is_better_a_gain_is_still_above_0(wide, quick):
    cleaning = built("scale", "missing", "encode")
    evidence = judged(cleaning, *wide, quick, metric="log_loss")
    bill = attribute(evidence, cleaning, quick["prove"])
    assert bill.before.value > bill.after.value > 0
    gain = bill.before.value - bill.after.value
    assert sum(item.weighed.found.value for item in bill.items) == pytest.approx(gain)


@pytest.mark.slow
def test_hostile_names_of_steps_are_names_and_no_more(blobs, quick):
    name = "<script>alert(1)</script>`'; drop"
    cleaning = Cleaning([(name, Halve()), *built("scale").steps])
    evidence = judged(cleaning, *blobs, quick)
    content = attribute(evidence, cleaning, quick["prove"]).to_dict()
    assert [item["name"] for item in content["items"]] == [name, "scale"]


@pytest.mark.slow
def test_rows_that_share_a_name_are_told_apart(blobs, quick):
    X, y = blobs
    cleaning = built("missing", "scale", "encode")
    evidence = judged(cleaning, X.set_axis([5] * len(X)), y, quick)
    bill = attribute(evidence, cleaning, quick["prove"])
    assert bill.items[0].weighed.found.value > 0.2


@pytest.mark.slow
def test_nothing_is_trained_where_no_step_changes_anything(blobs, quick):
    cleaning = built("missing", "encode")
    evidence = judged(cleaning, *blobs, quick)
    bill = attribute(evidence, cleaning, quick["prove"])
    assert bill.plan is None
    assert bill.roles.idle == ("missing",)
    assert bill.to_dict()["items"] == []


@pytest.mark.slow
def test_a_small_budget_lowers_repeats_then_rows_and_says_so(blobs, quick):
    X, y = (pd.concat([part] * 10, ignore_index=True) for part in blobs)
    X = X + np.random.default_rng(1).normal(size=X.shape) / 100
    given = judged(built("scale", "encode"), X, y, quick).case
    rich = planned(given, ProveSpec(budget=1e6), 32)
    assert (rich.plan.repeats, rich.plan.rows) == (2, 1200)
    once = planned(given, ProveSpec(budget=0.6 * rich.plan.seconds), 32)
    assert (once.plan.repeats, len(once.X)) == (1, 1200)
    less = planned(given, ProveSpec(budget=0.98 * once.plan.seconds), 32)
    assert less.plan.rows == 1000
    assert len(less.X) == pytest.approx(1000, abs=2)
    assert len(less.recipe.target.coded) == len(less.groups) == len(less.X)
    with pytest.raises(DataError, match=r"prove\.budget"):
        planned(given, ProveSpec(budget=0.001), 32)
