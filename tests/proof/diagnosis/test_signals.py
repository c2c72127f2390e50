"""Signals of the causes, on traces made by hand."""

import numpy as np
import pytest

from dataaudit.proof.diagnosis.cause import registry
from dataaudit.proof.diagnosis.diagnosing import examine
from dataaudit.proof.diagnosis.examined import Proof
from dataaudit.proof.diagnosis.refitting import OfTraining
from dataaudit.proof.diagnosis.setup import Change, Setup, retrained
from dataaudit.proof.diagnosis.trace import Trace, columns_seen, dead_share, prior_loss
from dataaudit.proof.spec import TrainSpec

PLAIN = Setup(
    hidden=(64, 64),
    activation="relu",
    optimizer="adam",
    learning_rate=0.001,
    stops_after=10,
    plateau_after=3,
    parameters=5_000,
    kind="binary",
    outputs=1,
    ending="sigmoid",
    loss="binary_crossentropy",
)
FALLING = [0.69 * 0.8**i + 0.2 for i in range(20)]


def healthy(**keys):
    """A training that learnt, stopped in time and is watched from all sides."""
    known = {
        "train": FALLING,
        "validation": [loss + 0.01 for loss in FALLING[:15]] + [0.25, 0.25, 0.25, 0.25, 0.25],
        "prior": 0.69,
        "gradients": np.full((40, 3), 0.05),
        "updates": np.full((40, 3), 0.01),
        "first": 2,
        "dead": np.full((20, 2), 0.05),
        "said": np.array([0.6, 0.4]),
        "true": np.array([0.6, 0.4]),
        "right_train": 0.9,
        "right_validation": 0.89,
        "best": 14,
        "rows": 1000,
        "rows_validation": 300,
        "columns": 10,
        "spread": 3.0,
        "furthest": 5.0,
        "largest": 5.0,
    }
    return Trace(**{**known, **keys})


def suspects(trace, setup=PLAIN):
    return examine(OfTraining(trace, setup), subject="a training", most_proofs=0).named("suspected")


def setup(**keys):
    return Setup(**{**{n: getattr(PLAIN, n) for n in Setup.__dataclass_fields__}, **keys})


def test_a_healthy_training_is_not_suspected():
    assert suspects(healthy()) == []


JUMPING = [0.6, 0.7, 0.5, 0.8, 0.5, 0.7, 0.6, 0.9, 0.6, 0.7]
SLOW = [0.69 - 0.001 * i for i in range(20)]
STILL = [0.6, 0.5, *[0.45] * 18]
STEEP = np.column_stack([np.full(40, 1e-5), np.full(40, 1e-3), np.full(40, 0.1)])
CASES = {
    "non_finite": (healthy(has_unfinite=True), PLAIN),
    "scale": (healthy(spread=200_000.0), PLAIN),
    "learning_rate_high": (healthy(train=JUMPING, validation=JUMPING, best=2), PLAIN),
    "learning_rate_low": (
        healthy(train=SLOW, validation=SLOW, best=19, right_train=0.6, right_validation=0.6),
        setup(learning_rate=1e-6),
    ),
    "plateau": (healthy(train=STILL, validation=STILL, best=3), setup(plateau_after=10)),
    "dead_units": (healthy(dead=np.full((20, 2), 0.8)), PLAIN),
    "vanishing": (healthy(gradients=STEEP), PLAIN),
    "exploding": (healthy(gradients=np.full((40, 3), 30.0)), PLAIN),
    "majority_collapse": (healthy(said=np.array([1.0, 0.0]), least_found=0.0), PLAIN),
    "overfitting": (
        healthy(validation=[0.5, 0.4, 0.3, *np.linspace(0.3, 0.9, 17)], best=2, right_train=1.0),
        PLAIN,
    ),
    "too_large": (healthy(rows=60, right_train=1.0), PLAIN),
    "wrong_output": (healthy(), setup(ending="relu")),
    "wrong_metric": (healthy(claimed=0.01), PLAIN),
}


@pytest.mark.parametrize("cause", CASES)
def test_each_sign_makes_its_suspect(cause):
    assert cause in suspects(*CASES[cause])


def test_a_loss_that_is_no_number_at_an_ordinary_rate_is_no_matter_of_the_rate():
    broken = healthy(train=[0.6, float("nan")], validation=[0.6, float("nan")], failed=True)
    assert suspects(broken)[0] == "non_finite"
    high = examine(OfTraining(broken, setup(learning_rate=30.0)), subject="", most_proofs=0).named(
        "suspected"
    )
    assert "non_finite" not in high
    assert "learning_rate_high" in high


def test_validation_above_training_with_dropout_is_no_fault():
    running = healthy(train=[loss + 0.2 for loss in FALLING], is_running=True, right_train=0.85)
    assert "overfitting" not in suspects(running, setup(dropout=0.5))


def test_a_falling_rate_as_patient_as_early_stopping_comes_too_late():
    still = healthy(train=STILL, validation=STILL, best=3)
    assert "plateau" in suspects(still, setup(plateau_after=10, stops_after=10))
    assert "plateau" not in suspects(still, setup(plateau_after=3, stops_after=10))


def test_what_stands_still_without_having_learnt_is_no_plateau():
    nothing = healthy(train=[0.69] * 20, validation=[0.69] * 20, best=3)
    assert "plateau" not in suspects(nothing, setup(plateau_after=10))


def test_gradients_that_wake_up_late_do_not_explode():
    waking = np.vstack([np.full((2, 3), 1e-5), np.full((38, 3), 0.13)])
    assert "exploding" not in suspects(healthy(gradients=waking))


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"ending": "softmax"}, "always 1"),
        ({"ending": "relu"}, "no slope"),
        ({"ending": "linear"}, "expects probabilities"),
        ({"from_logits": True}, "expects logits"),
        ({"loss": "mean_squared_error"}, "for numbers"),
        ({"kind": "multiclass"}, "more than two"),
        ({"kind": "regression", "ending": "sigmoid", "loss": "mse"}, "every number"),
        ({"kind": "regression"}, "for classes"),
    ],
)
def test_what_does_not_fit_the_labels_is_named(keys, told):
    found = examine(OfTraining(healthy(), setup(**keys)), subject="", most_proofs=0)
    [wrong] = [cause for cause in found.causes if cause.cause.name() == "wrong_output"]
    assert wrong.status == "suspected"
    assert told in wrong.sentence


def test_a_history_alone_is_enough_for_some_signs():
    bare = Trace(train=JUMPING, validation=JUMPING, is_running=True, best=2)
    assert suspects(bare, Setup())[:2] == ["plateau", "learning_rate_high"]


class Proving(OfTraining):
    """Every remedy wins, or none does; what is tried is written down."""

    wins, tries = True, []

    def changed(self, change):
        return change

    def tried(self, name, arm):
        self.tries.append((name, self.family))
        verdict = "helps" if self.wins else "undecided"
        return Proof(
            metric="accuracy",
            effect=0.1,
            low=0.05 if self.wins else -0.05,
            high=0.15,
            verdict=verdict,
            is_proven=self.wins,
            arm=arm,
        )

    def after(self, proof):
        assert proof.is_proven
        return Proving(healthy(), self.setup)


def test_what_is_proven_first_is_put_right_for_the_causes_after_it():
    Proving.wins, Proving.tries = True, []
    raw = healthy(spread=1e5, dead=np.full((20, 2), 0.9), gradients=np.full((40, 3), 30.0))
    found = examine(Proving(raw, PLAIN), subject="a training", most_proofs=5)
    assert found.cause == "scale"
    assert [name for name, _ in Proving.tries] == ["scale"]
    assert found.named("suspected") == []


def test_intervals_are_widened_for_all_that_is_suspected():
    Proving.wins, Proving.tries = False, []
    raw = healthy(spread=1e5, dead=np.full((20, 2), 0.9), gradients=np.full((40, 3), 30.0))
    found = examine(Proving(raw, PLAIN), subject="a training", most_proofs=2)
    assert found.cause is None
    assert [name for name, _ in Proving.tries] == ["scale", "dead_units"]
    assert {family for _, family in Proving.tries} == {2}
    assert found.named("suspected") == ["scale", "dead_units", "exploding"]
    assert [one["effect"] for one in found.to_dict()["causes"][:3]] == [0.1, 0.1, None]


def test_causes_come_in_their_order_and_have_what_a_report_needs():
    causes = list(registry().values())
    assert [c.precedence for c in causes] == sorted(c.precedence for c in causes)
    assert len({c.code for c in causes}) == len(causes)
    for cause in causes:
        assert cause.documentation()
        assert cause.title
        assert cause.next


def test_a_change_reaches_the_recipe():
    change = Change(hidden=(8,), dropout=0.3, stops_after=4, plateau_after=2, learning_rate=0.5)
    spec = retrained(TrainSpec(early_stopping="off"), change)
    assert spec.network.hidden == (8,)
    assert spec.network.dropout == 0.3
    assert spec.early_stopping.patience == 4
    assert (spec.schedule.name, spec.schedule.patience) == ("reduce_on_plateau", 2)
    assert spec.optimizer.learning_rate == 0.5


def test_measures_by_hand():
    assert prior_loss([1.0, 3.0], "regression") == 1.0
    assert prior_loss([0, 1, 2], "multiclass") == pytest.approx(np.log(3))
    assert dead_share([[0, 0, 1], [0, 2, 0]]) == pytest.approx(1 / 3)
    seen = columns_seen(np.array([[0.0, 1.0], [1.0, np.nan], [0.0, 3.0]]))
    assert seen["has_unfinite"]
    assert seen["spread"] == 1.0  # a flag's spread plays no part
    assert Trace(train=[1.0, 2.0, 1.0]).rises == 0.5
