import subprocess
import sys

import pytest
from pydantic import ValidationError

from dataaudit.proof.spec import NetworkSpec, ProveSpec, ScheduleSpec, TrainSpec


def test_yaml_of_the_design_is_understood():
    spec = TrainSpec.model_validate(
        {
            "network": {"hidden": [64, 64], "activation": "relu", "dropout": 0.0, "l2": 0.0},
            "optimizer": {"name": "adam", "learning_rate": 0.001},
            "schedule": {"name": "reduce_on_plateau", "factor": 0.1, "patience": 3},
            "early_stopping": {"patience": 10, "restore_best": True},
            "epochs": 100,
            "batch_size": 64,
        }
    )
    assert spec == TrainSpec()
    assert spec.max_steps == 3000


@pytest.mark.parametrize(
    ("given", "seconds"), [("120s", 120), ("2m", 120), ("2min", 120), ("1h", 3600), (90, 90)]
)
def test_budget_takes_units(given, seconds):
    assert ProveSpec(budget=given).budget == seconds


def test_smallest_effect_takes_percent():
    assert ProveSpec(smallest_effect="2%").smallest_effect == 0.02


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "elu", "gelu", "tanh", "sigmoid"])
def test_every_activation_of_the_issue_is_known(activation):
    assert NetworkSpec(activation=activation).activation == activation


@pytest.mark.parametrize("name", ["constant", "exponential", "cosine", "reduce_on_plateau"])
def test_every_schedule_of_the_issue_is_known(name):
    assert ScheduleSpec(name=name).name == name


@pytest.mark.parametrize(
    "wrong",
    [
        {"epochs": 0},
        {"network": {"dropout": 1.0}},
        {"network": {"hidden": [0]}},
        {"network": {"activation": "swish"}},
        {"optimizer": {"learning_rate": 0}},
        {"schedule": {"factor": 1.0}},
        {"early_stopping": "no"},
        {"batchsize": 3},
    ],
)
def test_what_does_not_fit_is_refused(wrong):
    with pytest.raises(ValidationError):
        TrainSpec.model_validate(wrong)


@pytest.mark.parametrize("wrong", ["soon", "0s", "-3s"])
def test_a_budget_that_is_none_is_refused(wrong):
    with pytest.raises(ValidationError):
        ProveSpec(budget=wrong)


def test_early_stopping_can_be_off():
    assert TrainSpec(early_stopping="off").early_stopping == "off"


def test_keys_are_read_without_keras():
    script = "import sys, dataaudit.proof.spec; print({'keras', 'tensorflow'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
