import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dataaudit.errors import CodeRefusedError, DataError, UnknownNameError
from dataaudit.pipeline import Resampled
from dataaudit.proof import Streamed, compare, load_network, standard_arms
from dataaudit.proof.arms import Base
from dataaudit.proof.folds import InvariantError
from dataaudit.proof.spec import ProveSpec, TrainSpec

pytestmark = pytest.mark.slow  # trains networks


class Other(Base):
    """The same arm under another name."""


def jsonable(evidence):
    return json.loads(json.dumps(evidence.to_dict(), allow_nan=False))


@pytest.fixture(scope="module")
def shared():
    return {}


@pytest.fixture
def found(shared, blobs, quick):
    if not shared:
        X, y = blobs
        shared["it"] = compare(
            standard_arms(Other()),
            X[:90],
            y[:90],
            kind="classification",
            test=(X[90:], y[90:]),
            **quick,
        )
    return shared["it"]


def test_scaling_is_what_the_first_script_lacks(found):
    against = {verdict.before: verdict for verdict in found.verdicts}
    assert against["naive"].verdict == "helps"
    assert against["base"].found.value == 0
    assert against["base"].verdict in ("no practical difference", "undecided")


def test_evidence_has_what_the_report_needs(found):
    content = jsonable(found)
    assert content["metric"] == "accuracy"
    assert content["classes"] == ["no", "yes"]
    assert list(content["arms"]) == ["const", "naive", "base", "clean", "tree"]
    assert content["unavailable"] == {"drop": "no row has a gap, so it would be `base` again"}
    assert content["plan"]["fits"] == 2 * 2 * 3
    clean = content["arms"]["clean"]
    assert clean["metrics"]["accuracy"].keys() == {"value", "low", "high"}
    assert clean["per_class"]["yes"]["rows"] == 30
    assert 0 < clean["test"]["accuracy"] <= 1
    assert sum(part["rows"] for part in clean["calibration"]["bins"]) == 90
    assert set(content["curves"]) == {"naive", "base", "clean"}
    curve = content["curves"]["clean"]
    assert len(curve["train"]) == len(curve["validation"]) == len(curve["steps"])
    verdict = content["verdicts"][0]
    assert {"before", "after", "metric", "effect", "low", "high", "verdict", "rows"} < set(verdict)
    assert verdict["second_opinion"]["test"] == "Nadeau-Bengio"


def test_doing_nothing_is_the_share_of_the_largest_class(found):
    const = found.to_dict()["arms"]["const"]
    assert const["metrics"]["accuracy"]["value"] == pytest.approx(60 / 90)
    assert const["metrics"]["log_loss"]["value"] == pytest.approx(0.6365, abs=1e-3)
    assert "auc" not in const["metrics"]


def test_the_same_input_gives_the_same_bytes(found, blobs, quick):
    X, y = blobs
    again = compare(
        standard_arms(Other()),
        X[:90],
        y[:90],
        kind="classification",
        test=(X[90:], y[90:]),
        **quick,
    )
    assert json.dumps(again.to_dict()) == json.dumps(found.to_dict())


def test_the_final_network_is_saved_with_its_classes(found, blobs, tmp_path):
    X, _ = blobs
    assert found.save_model(tmp_path / "model.keras")
    prepared = found.finals["clean"].preparation.transform(X[90:])
    scored = load_network(tmp_path / "model.keras").score(prepared)
    answers = found.finals["clean"].answers
    np.testing.assert_allclose(scored["probability_yes"], answers.shares[:, 1], atol=1e-6)
    assert scored["prediction"].tolist() == ["yes" if k else "no" for k in answers.labels]
    assert scored.index.tolist() == X.index[90:].tolist()


def test_an_unknown_arm_is_named(found):
    with pytest.raises(UnknownNameError, match="clean"):
        found.network("cleen")


def test_the_callers_frame_stays(blobs, quick):
    X, y = blobs
    before = X.copy(deep=True)
    compare(standard_arms(), X, y, kind="classification", pairs=[("naive", "base")], **quick)
    pd.testing.assert_frame_equal(X, before)


def test_fits_are_counted(blobs, quick):
    seen = []
    compare(
        {"base": Base()},
        *blobs,
        kind="classification",
        progress=lambda *at: seen.append(at),
        **quick,
    )
    assert seen == [(i, 4) for i in range(1, 5)]


class Shifted(Base):
    """Standardised with the judging rows in view, then one row less or all in another order."""

    change = staticmethod(lambda X: X)

    def transform(self, X):
        return self.change(super().transform(X))


@pytest.mark.parametrize("change", [lambda X: X.iloc[:-1], lambda X: X.iloc[::-1]])
def test_an_arm_that_drops_or_moves_judging_rows_is_refused(blobs, quick, change):
    class Unfair(Shifted):
        def fit_resample(self, X, y):
            made = Base.fit_resample(Base(), X, y)
            self._learn(X)
            return made

    Unfair.change = staticmethod(change)
    with pytest.raises(InvariantError, match="unfair"):
        compare({"unfair": Unfair()}, *blobs, kind="classification", **quick)


def test_an_arm_that_trains_on_other_rows_is_refused(blobs, quick):
    class Unfair(Base):
        def fit_resample(self, X, y):
            made = super().fit_resample(X, y)
            return Resampled(
                X=made.X, y=made.y, rows=made.rows + 1, synthetic=made.synthetic, weight=made.weight
            )

    with pytest.raises(InvariantError, match="outside the training part"):
        compare({"unfair": Unfair()}, *blobs, kind="classification", **quick)


def test_an_arm_never_sees_the_rows_that_judge_it(blobs, quick):
    X, y = blobs
    seen = []

    class Spy(Base):
        def fit_resample(self, X, y):
            seen.append(("fit", set(X.index)))
            return super().fit_resample(X, y)

        def transform(self, X):
            seen.append(("transform", set(X.index)))
            return super().transform(X)

    compare({"spy": Spy()}, X, y, kind="classification", pairs=[], **quick)
    fitted = [rows for what, rows in seen if what == "fit"]
    for i, (what, rows) in enumerate(seen):
        if what == "fit":
            stop, judge = seen[i + 1][1], seen[i + 2][1]
            assert not rows & stop
            assert not rows & judge
    assert len(fitted) == 2 + 2 * 2 + 1  # the trial, the folds, the final fit


def test_a_loss_that_is_no_number_scores_as_doing_nothing(blobs, quick):
    class Broken(Base):
        def transform(self, X):
            return super().transform(X) * np.nan

    found = compare(
        {"broken": Broken()}, *blobs, kind="classification", pairs=[("const", "broken")], **quick
    )
    arms = found.to_dict()["arms"]
    assert arms["broken"]["metrics"]["log_loss"] == arms["const"]["metrics"]["log_loss"]
    assert arms["broken"]["failed_fits"] == 4
    assert any("training failed in 4 of 4 fits" in note for note in found.to_dict()["notes"])
    assert found.network("broken") is None


def test_text_that_is_left_is_named(blobs, quick):
    class Forgetful(Base):
        def transform(self, X):
            return super().transform(X).assign(town="Oslo")

    with pytest.raises(DataError, match="Add `encode`"):
        compare({"forgetful": Forgetful()}, *blobs, kind="classification", **quick)


def rare(rows=300, share=15):
    draw = np.random.default_rng(0)
    y = pd.Series(np.where(np.arange(rows) % share == 0, "rare", "common"))
    X = pd.DataFrame(draw.normal(size=(rows, 2)), columns=["a", "b"])
    X["a"] += 2.0 * (y == "rare").to_numpy()
    return X, y


class Repeating(Base):
    """Balances the classes by copies that count as made up."""

    def fit_resample(self, X, y):
        made = super().fit_resample(X, y)
        at = np.flatnonzero(made.y == "rare")
        extra = np.tile(at, 13)
        rows = np.r_[made.rows, np.full(len(extra), -1)]
        return Resampled(
            X=pd.concat([made.X, made.X.iloc[extra]]),
            y=pd.concat([made.y, made.y.iloc[extra]]),
            rows=rows,
            synthetic=rows < 0,
            weight=np.ones(len(rows)),
        )


class Thresholded(Base):
    balance = "threshold"


def test_imbalance_is_judged_by_recall_and_resampling_stays_calibrated(quick):
    X, y = rare()
    arms = {"base": Base(), "clean": Repeating(), "cut": Thresholded()}
    found = compare(arms, X, y, kind="classification", **quick).to_dict()
    assert found["metric"] == "balanced_accuracy"
    assert "always saying `common` is right in 93.3%" in found["notes"][0]
    scores = {arm: found["arms"][arm]["metrics"] for arm in arms}
    for arm in ("clean", "cut"):
        assert (
            scores[arm]["balanced_accuracy"]["value"]
            > scores["base"]["balanced_accuracy"]["value"] + 0.05
        )
        assert scores[arm]["oe"]["value"] == pytest.approx(1, abs=0.5)
    assert scores["cut"]["auc"] == scores["base"]["auc"]


def test_numbers_are_predicted_in_their_own_unit(quick, tmp_path):
    draw = np.random.default_rng(0)
    X = pd.DataFrame(draw.normal(size=(200, 2)), columns=["a", "b"])
    y = 5000 + 300 * X["a"] + draw.normal(size=200)
    found = compare(standard_arms(), X, y, kind="regression", test=(X, y), pairs=[], **quick)
    scores = found.to_dict()["arms"]
    assert found.metric == "r2"
    assert scores["base"]["metrics"]["r2"]["value"] > 0.8
    assert scores["const"]["metrics"]["rmse"]["value"] == pytest.approx(y.std(), rel=0.02)
    found.save_model(tmp_path / "m.keras", "base")
    told = load_network(tmp_path / "m.keras").score(found.finals["base"].preparation.transform(X))
    np.testing.assert_allclose(told["prediction"], found.finals["base"].answers.labels, rtol=1e-5)


def test_test_labels_never_seen_are_left_out_and_told(blobs, quick):
    X, y = blobs
    labels = y[90:].replace({"yes": "yes."})
    found = compare(
        {"base": Base()}, X[:90], y[:90], kind="classification", test=(X[90:], labels), **quick
    )
    assert any("10 test rows have a label" in note for note in found.to_dict()["notes"])


def test_named_validation_rows_stop_the_final_fit(blobs, quick):
    X, y = blobs
    is_stop = np.arange(120) >= 100
    found = compare({"base": Base()}, X, y, kind="classification", validation=is_stop, **quick)
    assert found.finals["base"].resampled.X.index.tolist() == list(range(100))


def test_users_groups_and_time_are_taken(blobs, quick):
    X, y = blobs
    for how in ({"groups": np.arange(120) // 3}, {"order": np.arange(120)}):
        found = compare({"base": Base()}, X, y, kind="classification", **how, **quick)
        assert found.to_dict()["judged"]["rows"] == (120 if "groups" in how else 80)


def test_a_users_network_needs_permission(blobs, quick, tmp_path):
    (tmp_path / "model.py").write_text(
        "import keras\n"
        "def build(columns, outputs):\n"
        "    return keras.Sequential([keras.Input((columns,)), keras.layers.Dense(outputs)])\n"
    )
    quick["train"] = quick["train"].model_copy(
        update={"network": quick["train"].network.model_copy(update={"file": "model.py:build"})}
    )
    with pytest.raises(CodeRefusedError):
        compare({"base": Base()}, *blobs, kind="classification", **quick)
    found = compare(
        {"base": Base()}, *blobs, kind="classification", allow_code=True, base=tmp_path, **quick
    )
    assert found.to_dict()["arms"]["base"]["metrics"]["auc"]["value"] > 0.6


def shuffled(seed):
    draw = np.random.default_rng(seed)
    X = pd.DataFrame(draw.normal(size=(150, 4)), columns=list("abcd"))
    X["d"] *= 100
    return X, pd.Series(draw.permutation(np.where(np.arange(150) % 2, "yes", "no")))


@pytest.mark.slow
def test_labels_without_a_pattern_never_give_help(quick):
    for seed in range(20):
        found = compare(
            standard_arms(Other()), *shuffled(seed), kind="classification", seed=seed, **quick
        )
        assert "helps" not in [verdict.verdict for verdict in found.verdicts]


@pytest.mark.slow
def test_equal_arms_with_other_seeds_never_give_help(blobs, quick):
    class Reseeded(Base):
        """The same columns in another order: other weights meet them."""

        def fit_resample(self, X, y):
            made = super().fit_resample(X, y)
            return replace(made, X=made.X.iloc[:, ::-1])

        def transform(self, X):
            return super().transform(X).iloc[:, ::-1]

    arms = {"base": Base(), "again": Reseeded()}
    for seed in range(20):
        X, y = blobs if seed % 2 else shuffled(seed)
        found = compare(
            arms, X, y, kind="classification", seed=seed, pairs=[("base", "again")], **quick
        )
        assert found.verdicts[0].verdict in ("no practical difference", "undecided")
        assert found.verdicts[0].found.low < found.verdicts[0].found.high


@pytest.fixture(scope="module")
def of_a_sample():
    """Evidence from 2,000 rows that stand for 8 million."""
    draw = np.random.default_rng(0)
    X = pd.DataFrame(draw.normal(size=(2_000, 2)), columns=["a", "b"])
    y = np.where(X["a"] + draw.normal(size=2_000) > 0, "yes", "no")
    return compare(
        standard_arms(Other()),
        X,
        y,
        kind="classification",
        train=TrainSpec(network={"hidden": [8]}, max_steps=200, optimizer={"learning_rate": 0.01}),
        prove=ProveSpec(folds=3, repeats=2, smallest_effect=0.03),
        rows_given=8_000_000,
    )


def test_a_sample_is_told_with_what_it_can_show(of_a_sample):
    note = of_a_sample.to_dict()["notes"][0]
    assert note.startswith("The arms were compared on 2,000 of 8,000,000 rows, a fixed sample; ")
    [told] = re.findall(r"differences of ([0-9.]+) points? can be told apart", note)
    # the same arm twice differs in nothing; naive and clean disagree on a few rows of 2,000
    assert 0 < float(told) < 3
    assert note.endswith("and the smallest that matters is 3.0 points.")


def test_a_network_trained_on_a_stream_takes_the_place_of_the_final_one(of_a_sample, tmp_path):
    network = of_a_sample.network("clean")
    streamed = Streamed(network=network, content={"rows": 8, "sentence": "Read as a stream."})
    kept = of_a_sample.keep(streamed)
    assert kept.network() is network
    assert kept.network("base") is not network
    assert kept.to_dict()["kept"] == {"rows": 8, "sentence": "Read as a stream."}
    assert kept.to_dict()["notes"][-1] == "Read as a stream."
    assert kept.save_model(tmp_path / "model.keras")
    failed = of_a_sample.keep(Streamed(network=None, content={"sentence": "It failed."}))
    assert not failed.save_model(tmp_path / "none.keras")
    assert "kept" not in of_a_sample.to_dict()
