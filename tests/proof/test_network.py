import os
import subprocess
import sys

import numpy as np
import pytest

from dataaudit.errors import CodeRefusedError, ConfigError, MissingExtraError
from dataaudit.proof import network
from dataaudit.proof.spec import NetworkSpec, OptimizerSpec

keras = network.load_keras()


@pytest.mark.slow
def test_tensorflow_loads_without_a_word():
    script = "from dataaudit.proof.network import load_keras as k; k().ops.ones(2)"
    clean = {key: value for key, value in os.environ.items() if not key.startswith("TF_")}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=clean
    )
    assert (done.stdout, done.stderr) == ("", "")


def test_without_tensorflow_the_text_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    network.load_keras.cache_clear()
    with pytest.raises(MissingExtraError, match=r"pip install 'dataaudit\[keras\]'"):
        network.load_keras()
    network.load_keras.cache_clear()


def test_numbers_keep_their_precision_on_a_graphics_card():
    tensorflow = pytest.importorskip("tensorflow")
    assert not tensorflow.config.experimental.tensor_float_32_execution_enabled()


def test_layers_follow_the_keys():
    spec = NetworkSpec(
        hidden=[5, 4], activation="gelu", dropout=0.5, batch_norm=True, l1=0.1, l2=0.2
    )
    model = network.build(spec, columns=3, outputs=2)
    kinds = [type(layer).__name__ for layer in model.layers]
    block = ["Dense", "BatchNormalization", "Activation", "Dropout"]
    assert kinds == [*block, *block, "Dense"]
    assert model.output_shape == (None, 2)
    assert model.layers[2].activation is keras.activations.gelu
    assert float(model.layers[0].kernel_regularizer.l1) == pytest.approx(0.1)
    assert float(model.layers[0].kernel_regularizer.l2) == pytest.approx(0.2)


def test_last_layer_gives_logits():
    model = network.build(NetworkSpec(hidden=[]), columns=3, outputs=1)
    assert model.layers[-1].activation is keras.activations.linear


@pytest.mark.parametrize("name", ["adam", "adamw", "sgd", "rmsprop"])
def test_optimizer_follows_the_keys(name):
    made = network.optimizer(OptimizerSpec(name=name, learning_rate=0.5, momentum=0.9))
    assert type(made).__name__.lower() == name
    assert float(made.learning_rate) == 0.5
    assert getattr(made, "momentum", 0.9) == 0.9


def test_weights_depend_on_the_seed_alone():
    spec = NetworkSpec(hidden=[4], batch_norm=True, dropout=0.5)
    first, second = (network.build(spec, columns=3, outputs=1) for _ in range(2))
    network.initialise(first, 7)
    network.initialise(second, 8)
    assert not np.allclose(first.layers[0].kernel, second.layers[0].kernel)
    second.layers[1].gamma.assign([9.0] * 4)
    network.initialise(second, 7)
    for one, other in zip(first.variables, second.variables, strict=True):
        np.testing.assert_array_equal(one, other)


def test_kernels_are_spread_as_glorot_says():
    model = network.build(NetworkSpec(hidden=[200]), columns=100, outputs=1)
    network.initialise(model, 0)
    kernel = np.asarray(model.layers[0].kernel)
    assert kernel.std() == pytest.approx(np.sqrt(2 / 300), rel=0.02)
    assert np.abs(kernel).max() <= np.sqrt(6 / 300)


def test_padded_columns_have_no_weight_and_leave_the_others_as_they_are():
    wide = network.build(NetworkSpec(hidden=[4]), columns=8, outputs=1)
    narrow = network.build(NetworkSpec(hidden=[4]), columns=3, outputs=1)
    found = network.initial(wide, 1, columns=3)[id(wide.layers[0].kernel)]
    network.initialise(narrow, 1)
    np.testing.assert_array_equal(found[:3], narrow.layers[0].kernel)
    assert not np.any(found[3:])


def test_a_users_file_runs_only_where_code_is_allowed(tmp_path):
    (tmp_path / "model.py").write_text("def build(columns, outputs): return columns + outputs")
    with pytest.raises(CodeRefusedError, match="--allow-code"):
        network.load_build("model.py:build", base=tmp_path, allow_code=False)
    assert network.load_build("model.py:build", base=tmp_path, allow_code=True)(2, 1) == 3


@pytest.mark.parametrize("where", ["none.py:build", "model.py:other", "no.such.module:build"])
def test_what_cannot_be_imported_is_named(tmp_path, where):
    (tmp_path / "model.py").write_text("build = len")
    with pytest.raises(ConfigError, match=r"train\.network\.file"):
        network.load_build(where, base=tmp_path, allow_code=True)
