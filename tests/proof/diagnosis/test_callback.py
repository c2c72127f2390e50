"""The callback in somebody's own `model.fit`."""

import json

import numpy as np
import pytest

import dataaudit
from dataaudit.errors import DataError
from dataaudit.proof.diagnosis.history import diagnose_history
from dataaudit.proof.diagnosis.setup import Change
from dataaudit.proof.diagnosis.theirs import Labels, rebuilt, setup_of
from dataaudit.proof.network import load_keras

keras = load_keras()
layers = keras.layers


@pytest.fixture(scope="module")
def rows():
    draw = np.random.default_rng(0)
    X = draw.normal(size=(400, 4)).astype("float32")
    return X, (X[:, 0] + X[:, 1] > 0).astype("float32")


def network(*, ending="sigmoid", loss="binary_crossentropy", **keys):
    keras.utils.set_random_seed(0)
    hidden = [layers.Dense(8, activation="relu", **keys) for _ in range(2)]
    model = keras.Sequential([*hidden, layers.Dense(1, activation=ending)])
    model.compile(keras.optimizers.Adam(0.01), loss, metrics=["accuracy"])
    return model


def fitted(model, rows, *, epochs=6, **keys):
    X, y = rows
    watching = dataaudit.DiagnosisCallback(X[:280], y[:280], **keys)
    model.fit(X[:280], y[:280], epochs=epochs, verbose=0, callbacks=[watching])
    return watching


@pytest.mark.slow
def test_a_softmax_over_one_unit_is_suspected_and_proven(rows):
    X, y = rows
    model = network(ending="softmax")
    with pytest.warns(UserWarning, match="softmax"):
        watching = fitted(model, rows, validation_data=(X[280:], y[280:]))
    before = [w.copy() for w in model.get_weights()]
    assert watching.diagnosis().named("suspected")[0] == "wrong_output"
    assert watching.diagnosis().cause is None
    proven = watching.prove()
    assert proven.cause == "wrong_output"
    found = proven.to_dict()["causes"][0]
    assert found["low"] > 0.1
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.slow
def test_biases_that_kill_every_unit_are_proven(rows):
    model = network(bias_initializer=keras.initializers.Constant(-5))
    assert "dead_units" in fitted(model, rows).prove().named("proven")


@pytest.mark.slow
def test_a_healthy_training_is_left_alone(rows):
    X, y = rows
    found = fitted(network(), rows, epochs=10, validation_data=(X[280:], y[280:])).diagnosis()
    assert found.named("suspected") == []


@pytest.mark.slow
def test_without_rows_it_sees_losses_and_writes_a_history(rows, tmp_path):
    X, y = rows
    watching = dataaudit.DiagnosisCallback()
    network().fit(X, y, epochs=3, verbose=0, validation_split=0.2, callbacks=[watching])
    watching.save(tmp_path / "history.json")
    kept = json.loads((tmp_path / "history.json").read_text(encoding="utf-8"))
    assert {"loss", "val_loss", "learning_rate"} <= set(kept)
    assert kept["learning_rate"] == pytest.approx([0.01] * 3)
    assert diagnose_history(tmp_path / "history.json").cause is None
    with pytest.raises(DataError, match="DiagnosisCallback"):
        watching.prove()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"X": [[1.0]]}, "together"),
        ({"X": [[1.0]], "y": [0, 1]}, "1 rows have 2 labels"),
        ({"X": [1.0], "y": [0]}, "rows and columns"),
        ({"X": [["a"]], "y": [0]}, "must be numbers"),
        ({"X": [[1.0]], "y": ["a"]}, "must be numbers"),
        ({"X": [[1.0]], "y": [np.nan]}, "no number"),
    ],
)
def test_rows_that_are_none_are_refused(given, told):
    with pytest.raises(DataError, match=told):
        dataaudit.DiagnosisCallback(**given)


def test_before_training_there_is_nothing_to_say():
    with pytest.raises(DataError, match="nothing was trained"):
        dataaudit.DiagnosisCallback().diagnosis()


def test_a_copy_is_built_with_the_change_and_the_network_stays(rows):
    model = network(bias_initializer=keras.initializers.Constant(-5))
    model.build((None, 4))
    labels = Labels.of(rows[1])
    change = Change(
        hidden=(16, 16, 16), activation="leaky_relu", fresh=True, learning_rate=0.5, clip=1.0
    )
    copy = rebuilt(model, change, labels, 4)
    found = setup_of(copy, labels)
    assert found.hidden == (16, 16, 16)
    assert found.activation == "leaky_relu"
    assert found.learning_rate == pytest.approx(0.5)
    assert copy.optimizer.clipnorm == 1.0
    assert not np.asarray(copy.layers[0].bias).any()
    assert setup_of(model, labels).hidden == (8, 8)


def test_labels_of_more_classes_change_the_last_layer(rows):
    model = network()
    model.build((None, 4))
    labels = Labels.of(np.arange(400) % 3)
    change = Change(ending="softmax", loss="sparse_categorical_crossentropy")
    assert rebuilt(model, change, labels, 4).output_shape == (None, 3)
    assert rows[0].shape == (400, 4)


def test_a_network_that_branches_is_left_to_words():
    inputs = keras.Input((4,))
    joined = layers.Add()([layers.Dense(3)(inputs), layers.Dense(3)(inputs)])
    model = keras.Model(inputs, layers.Dense(1)(joined))
    model.compile("adam", "mse")
    assert rebuilt(model, Change(), Labels.of([0.5, 1.5]), 4) is None
