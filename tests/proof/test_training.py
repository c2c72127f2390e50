import numpy as np
import pytest

from dataaudit.proof import stock
from dataaudit.proof.fit import batches, budget
from dataaudit.proof.network import OutputShapeError, load_keras
from dataaudit.proof.spec import TrainSpec
from dataaudit.proof.stacked.grouping import rounded
from dataaudit.proof.training import train

pytestmark = pytest.mark.slow  # trains networks

keras = load_keras()


RECIPES = {
    "adam": {},
    "adamw": {"optimizer": {"name": "adamw", "learning_rate": 0.01, "weight_decay": 0.1}},
    "sgd": {"optimizer": {"name": "sgd", "learning_rate": 0.1, "momentum": 0.9}},
    "rmsprop": {"optimizer": {"name": "rmsprop", "learning_rate": 0.01}},
    "penalties": {"network": {"hidden": [8], "activation": "tanh", "l1": 0.001, "l2": 0.01}},
    "batch norm": {"network": {"hidden": [8, 8], "activation": "elu", "batch_norm": True}},
    "cosine": {"schedule": {"name": "cosine"}},
    "exponential": {"schedule": {"name": "exponential", "factor": 0.5, "after": 2}},
    "plateau": {
        "schedule": {"patience": 1},
        "optimizer": {"learning_rate": 0.1},
        "early_stopping": {"patience": 3},
    },
    "no stopping": {"early_stopping": "off", "network": {"hidden": []}},
}


QUICK = ("adam", "batch norm", "plateau")


@pytest.mark.parametrize(
    "recipe",
    [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in RECIPES],
)
def test_a_compiled_fit_equals_stock_fit(fit, recipe):
    given = fit(**RECIPES[recipe], weight=np.linspace(0.5, 1.5, 70, dtype="float32"))
    [quick], slow = train([given]), stock.run(given)
    np.testing.assert_allclose(quick.predictions[0], slow.predictions[0], atol=1e-4)
    np.testing.assert_allclose(quick.history.train, slow.history.train, atol=1e-5)
    np.testing.assert_allclose(quick.history.validation, slow.history.validation, atol=1e-5)
    assert quick.best == slow.best


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["multiclass", "regression"])
def test_other_targets_equal_stock_fit_as_well(fit, kind):
    given = fit(kind=kind)
    np.testing.assert_allclose(
        train([given])[0].predictions[0], stock.run(given).predictions[0], atol=1e-4
    )


def test_losses_are_those_of_keras(fit):
    given = fit(kind="multiclass")
    [trained] = train([given])
    logits = keras.ops.convert_to_tensor(trained.predictions[0])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(given.y_validation, logits)
    assert trained.history.validation[trained.best] == pytest.approx(float(loss), abs=1e-6)


def test_a_fit_among_others_equals_the_fit_alone(fit):
    others = [fit(rows=150, columns=11), fit(rows=30, seed=5), fit(kind="regression")]
    given = fit()
    among = train([others[0], given, *others[1:]])[1]
    np.testing.assert_allclose(among.predictions[0], train([given])[0].predictions[0], atol=1e-5)


def test_the_same_fit_gives_the_same_bytes(fit):
    given = fit(network={"hidden": [8], "dropout": 0.3})
    first, other, again = train([given, fit(seed=1), given])
    assert first.predictions[0].tobytes() == again.predictions[0].tobytes()
    assert first.history.train == again.history.train
    assert not np.allclose(first.predictions[0], other.predictions[0])


def test_dropout_acts_in_training_alone(fit):
    plain = fit(network={"hidden": [64]}, early_stopping="off", epochs=40, stop=False)
    [without] = train([plain])
    [dropped] = train(
        [fit(network={"hidden": [64], "dropout": 0.8}, early_stopping="off", epochs=40, stop=False)]
    )
    assert dropped.history.train[-1] > without.history.train[-1]
    again = dropped.model().predict(plain.inputs[0], verbose=0)
    np.testing.assert_allclose(again, dropped.predictions[0], atol=1e-6)


def test_best_weights_come_back(fit):
    given = fit(epochs=60, optimizer={"learning_rate": 0.1}, early_stopping={"patience": 5})
    [trained] = train([given])
    losses = trained.history.validation
    assert trained.best == int(np.argmin(losses))
    assert trained.best < len(losses) - 1
    logits = trained.predictions[0][:, 0].astype("float64")
    loss = np.mean(np.logaddexp(0, logits) - given.y_validation * logits)
    assert loss == pytest.approx(losses[trained.best], abs=1e-5)


def test_patience_counts_in_steps_of_the_base_arm(fit):
    given = fit(epochs=60, optimizer={"learning_rate": 0.1}, early_stopping={"patience": 5})
    [trained] = train([given])
    waited = trained.history.steps[-1] - trained.history.steps[trained.best]
    assert 5 * given.budget.epoch <= waited < 5 * given.budget.epoch + given.budget.period


def test_every_arm_takes_the_same_steps_whatever_its_rows(fit):
    spec = TrainSpec(epochs=4, early_stopping="off", batch_size=10)
    few, many = (
        fit(rows=rows, epochs=4, early_stopping="off", batch_size=10, budget=budget(spec, 100))
        for rows in (40, 300)
    )
    assert train([few])[0].history.steps == train([many])[0].history.steps == [10, 20, 30, 40]


def test_a_loss_that_is_no_number_is_a_failure(fit):
    X = np.full((40, 2), np.nan, dtype="float32")
    broken = fit(rows=40, X=X, X_validation=X[:30], inputs=(X,))
    [trained] = train([broken])
    assert trained.failed
    assert len(trained.history.steps) == 1
    assert stock.run(broken).failed


def test_prior_shift_changes_what_is_looked_at_and_not_what_is_learnt(fit):
    plain = fit(early_stopping="off")
    shifted = fit(early_stopping="off", prior_shift=np.array([2.0], dtype="float32"))
    one, other = train([plain, shifted])
    np.testing.assert_array_equal(one.predictions[0], other.predictions[0])
    logits = one.predictions[0][:, 0].astype("float64") + 2
    loss = np.mean(np.logaddexp(0, logits) - plain.y_validation * logits)
    assert other.history.validation[-1] == pytest.approx(loss, abs=1e-5)


def test_made_up_rows_are_left_out_of_the_curve(fit):
    monitor = np.r_[np.ones(35), np.zeros(35)].astype("float32")
    given = fit(early_stopping="off", monitor=monitor)
    curve = fit(early_stopping="off", inputs=(given.X,))
    [seen], [whole] = train([given]), train([curve])
    logits = whole.predictions[0][:35, 0].astype("float64")
    loss = np.mean(np.logaddexp(0, logits) - given.y[:35] * logits)
    assert seen.history.train[-1] == pytest.approx(loss, abs=1e-5)


def test_batches_are_full_and_use_every_row_once_a_pass():
    drawn = batches(10, 4, 5, 0)
    assert drawn.shape == (5, 4)
    flat = drawn.ravel()
    assert sorted(flat[:10]) == sorted(flat[10:]) == list(range(10))


def test_steps_are_capped_and_looked_at_thirty_times():
    steps = budget(TrainSpec(), 1_000_000)
    assert (steps.total, steps.period, steps.epoch) == (3000, 100, 15_625)


def test_a_very_short_epoch_is_looked_at_less_often():
    steps = budget(TrainSpec(), 100)
    assert (steps.epoch, steps.period, steps.total) == (2, 10, 200)


def test_sizes_are_padded_by_an_eighth_at_most_and_neighbours_agree():
    assert {rounded(size) for size in range(1, 65)} == {16, 24, 32, 48, 64}
    for size in range(65, 5000, 37):
        assert size <= rounded(size) <= 1.126 * size + 8
    assert rounded(559) == rounded(560)


def test_a_users_own_network_is_fitted(fit):
    def build(columns, outputs):
        return keras.Sequential(
            [keras.Input((columns,)), keras.layers.Dense(outputs, activation="sigmoid")]
        )

    given = fit(build=build, epochs=30, optimizer={"learning_rate": 0.1})
    [trained] = train([given])
    assert trained.history.train[-1] < trained.history.train[0]
    shares = np.asarray(trained.model()(given.inputs[0]))
    logits = trained.predictions[0]  # logits, though the network ends in a sigmoid
    np.testing.assert_allclose(1 / (1 + np.exp(-logits)), shares, atol=1e-6)


def test_a_users_network_of_another_width_is_refused(fit):
    def build(columns, outputs):
        return keras.Sequential([keras.Input((columns,)), keras.layers.Dense(outputs + 1)])

    with pytest.raises(OutputShapeError, match="must have 1 outputs"):
        train([fit(build=build)])
