"""The choice as a whole, with regressions in the place of networks."""

import json

import numpy as np
import pandas as pd
import pytest

from dataaudit.errors import DataError
from dataaudit.proof.choice import Candidate, choose, propose
from dataaudit.proof.choice.candidates import NOTHING, PLAIN
from dataaudit.proof.spec import ProveSpec

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("regressions")]
PROVE = ProveSpec(folds=3, repeats=2)
PLAIN_STEPS = [(name, dict(params)) for name, params in PLAIN.items()]
ROBUST = Candidate.of([("missing", {}), ("scale", {"method": "robust"}), ("encode", {})])


def rare(rows=2400, share=0.08, seed=0):
    """Return a rare class that two columns tell apart, and one column with a far outlier."""
    draw = np.random.default_rng(seed)
    y = pd.Series(np.where(draw.random(rows) < share, "yes", "no"))
    X = pd.DataFrame(draw.normal(size=(rows, 3)), columns=["a'; drop table t", "<script>", '"q"'])
    X.iloc[:, :2] += 1.5 * (y == "yes").to_numpy()[:, None]
    return X, y


def chosen(X, y, candidates=None, **given):
    options = {"kind": "classification", "prove": PROVE, "seed": 1, **given}
    metric = options.get("metric", "balanced_accuracy")
    listed = candidates or propose(X, y, kind=options["kind"], metric=metric)
    return choose(listed, X, y, **options)


@pytest.fixture(scope="module")
def moved(request):
    with pytest.MonkeyPatch.context() as patch:
        request.getfixturevalue("patched")(patch)
        X, y = rare()
        ways = propose(X, y, kind="classification", metric="balanced_accuracy")
        ways = [one for one in ways if one.name == NOTHING or one.name.startswith("imbalance")]
        return chosen(X, y, ways)


def test_a_rare_class_is_treated_by_moving_the_threshold(moved):
    assert "imbalance: threshold" in moved.recommended.name
    assert moved.balance["chosen"] == "threshold"
    assert moved.balance["advice"].startswith("Move the threshold")


def test_the_ways_differ_in_the_operating_point_and_hardly_in_ranking(moved):
    ways = {one["method"]: one for one in moved.balance["methods"]}
    assert set(ways) == {"none", "threshold", "class_weight", "smote", "undersample"}
    none, threshold = ways["none"], ways["threshold"]
    assert threshold["recall"] > none["recall"] + 0.2
    assert threshold["auc"]["value"] == pytest.approx(none["auc"]["value"], abs=1e-9)
    assert not threshold["as_trained"]
    smote = ways["smote"]
    assert smote["as_trained"]["oe"]["value"] > 2 > smote["oe"]["value"]


def test_the_evidence_is_json_and_says_what_was_seen_and_what_is_honest(moved):
    part = json.loads(json.dumps(moved.to_dict(unseen=100)))
    assert part["naive"] >= part["gain"]["value"] > 0
    assert f"best of {len(part['candidates'])} on the same rows" in part["lesson"]
    assert part["promise"]["low"] < part["gain"]["value"] < part["promise"]["high"]
    assert part["plan"] in moved.plan
    assert part["candidates"][0]["seen_gain"] == 0


def test_those_left_behind_say_why_and_ran_once(moved):
    lines = moved.to_dict()["candidates"]
    assert any(line["left"] and line["repeats"] == 1 for line in lines)
    assert not lines[0]["left"]
    assert lines[0]["repeats"] == 2


def test_nothing_to_gain_is_said_and_costs_nothing():
    draw = np.random.default_rng(0)
    X = pd.DataFrame(draw.normal(size=(300, 3)), columns=list("abc"))
    found = chosen(X, np.where(X["a"] > 0, "x", "y"), metric="accuracy")
    assert found.recommended.name == NOTHING
    assert found.steps == PLAIN_STEPS
    assert found.promise(50).high == 0
    assert found.sentence.startswith("Recommended: do nothing.")


def test_one_candidate_is_no_choice():
    X, y = rare()
    found = chosen(X, y, [Candidate.of(PLAIN_STEPS)])
    assert found.does_nothing
    assert found.to_dict()["lesson"] == ""


def test_the_plan_is_said_before_training(monkeypatch):
    said = []

    def watched(_fits, _tick=None):
        assert said, "trained before the plan was said"
        raise RuntimeError

    monkeypatch.setattr("dataaudit.proof.judging.train", watched)
    with pytest.raises(RuntimeError):
        chosen(*rare(rows=200), [Candidate.of(PLAIN_STEPS)] * 2, say=said.append)
    assert "2 candidates in 3 folds of 200 rows" in said[0]


def test_a_candidate_that_cannot_be_prepared_is_named_and_the_others_go_on():
    X, y = rare(rows=120, share=0.1)
    broken = Candidate.of([("scale", {"method": "standard"})], "leaves text")
    found = chosen(X.assign(word="x"), y, [Candidate.of(PLAIN_STEPS), broken])
    assert list(found.raced.refused) == ["leaves text"]
    assert found.recommended.name == NOTHING


def test_progress_counts_to_what_the_plan_says_at_most():
    seen = []
    count = lambda done, most: seen.append((done, most))  # noqa: E731 - one line says it
    chosen(*rare(rows=200), [Candidate.of(PLAIN_STEPS), ROBUST], progress=count)
    done, most = zip(*seen, strict=True)
    assert list(done) == list(range(1, len(seen) + 1))
    assert len(set(most)) == 1
    assert done[-1] <= most[0]


def test_a_regression_is_chosen_for_by_r2():
    draw = np.random.default_rng(2)
    X = pd.DataFrame({"a": draw.normal(size=200), "b": draw.exponential(size=200)})
    y = pd.Series(X["a"] + 0.1 * draw.normal(size=200))
    found = chosen(X, y, kind="regression", metric="r2")
    assert found.metric == "r2"
    assert "R2" in found.sentence or found.honest.selected == 0


@pytest.mark.parametrize("metric", ["log_loss", "auc", "macro_f1"])
def test_every_metric_can_be_chosen_by_and_more_is_better(metric):
    X, y = rare()
    worse = Candidate.of([("missing", {}), ("scale", {"method": "standard"}), ("encode", {})])
    found = chosen(X.assign(c=0.0), y, [Candidate.of(PLAIN_STEPS), worse], metric=metric)
    assert found.honest.gain.value == pytest.approx(0.0, abs=1e-9)


def test_one_class_is_refused():
    X, y = rare()
    with pytest.raises(DataError, match="1 class"):
        chosen(X, pd.Series("no", index=y.index))


def test_a_tiny_table_is_refused():
    X, y = rare()
    with pytest.raises(DataError, match="too few"):
        chosen(X.head(12), y.head(12))


def test_the_same_seed_makes_the_same_choice():
    X, y = rare(rows=200)
    few = [
        Candidate.of(PLAIN_STEPS),
        Candidate.of([("missing", {}), ("scale", {}), ("encode", {})]),
    ]
    first, again = (chosen(X, y, few).to_dict(unseen=60) for _ in range(2))
    assert first == again
