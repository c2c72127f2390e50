"""Training on a stream: as good as in memory, whatever the order of the file."""

import json

import numpy as np
import pandas as pd
import pytest

from dataaudit.errors import DataError
from dataaudit.proof import fit_streamed, load_network
from dataaudit.proof.spec import TrainSpec

pytestmark = pytest.mark.slow  # trains networks

COLUMNS = ["age", "hours", "gain", "one", "two"]
SPEC = TrainSpec(network={"hidden": [16]}, max_steps=1_200, optimizer={"learning_rate": 0.005})


def people(rows, seed, *, classes=("<=50K", ">50K"), cuts=(0.9,)):
    """Rows like adult's: a quarter earns more, two columns interact."""
    draw = np.random.default_rng(seed)
    frame = pd.DataFrame(draw.normal(size=(rows, 5)), columns=COLUMNS)
    hidden = frame["age"] + frame["hours"] * frame["one"] + 0.5 * draw.normal(size=rows)
    frame["y"] = np.asarray(classes, dtype=object)[np.digitize(hidden, cuts)]
    return frame, hidden


@pytest.fixture
def files(tmp_path):
    def write(rows=12_000, *, order="y", target=None, **keys):
        paths = {}
        for seed, (side, share) in enumerate({"train": 1, "validation": 8, "test": 4}.items()):
            frame, hidden = people(rows // share, seed, **keys)
            frame = frame.assign(y=hidden) if target == "number" else frame
            paths[side] = tmp_path / f"{side}.parquet"
            frame.sort_values(order).to_parquet(paths[side], row_group_size=1_000)
        return paths

    return write


def fitted(paths, tmp_path, **keys):
    given = {"target": "y", "columns": COLUMNS, "kind": "classification", "spec": SPEC}
    return fit_streamed(**paths, folder=tmp_path, **{**given, **keys})


def test_parts_on_disk_train_as_well_as_memory(files, tmp_path):
    paths = files()
    whole = fitted(paths, tmp_path)
    parts = fitted(paths, tmp_path, part_bytes=12_000 * 7 * 4 // 6)
    assert (whole.content["parts"], parts.content["parts"]) == (1, 6)
    scores = [found.content["test"]["accuracy"] for found in (whole, parts)]
    assert min(scores) > 0.85  # the larger class has 0.74
    assert scores[0] == pytest.approx(scores[1], abs=0.02)
    assert not list(tmp_path.glob("tmp*"))
    json.dumps(parts.content, allow_nan=False)
    again = fitted(paths, tmp_path, part_bytes=12_000 * 7 * 4 // 6)
    assert again.content == parts.content
    for mine, other in zip(
        parts.network.model.get_weights(), again.network.model.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(mine, other)


def test_no_more_rows_are_read_into_parts_than_the_steps_draw(files, tmp_path):
    spec = SPEC.model_copy(update={"max_steps": 100})
    found = fitted(files(), tmp_path, spec=spec)
    assert (found.content["rows"], found.content["rows_drawn"]) == (12_000, 6_400)
    assert found.content["sentence"].startswith(
        "The network that is kept was trained on 6,400 of 12,000 clean rows, read as a stream, in "
        "100 steps; on 3,000 test rows its accuracy is 0."
    )


def test_made_up_rows_at_the_end_leave_the_probabilities_right(files, tmp_path):
    paths = files()
    train = pd.read_parquet(paths["train"])
    more = train[train["y"] == ">50K"]
    together = pd.concat([train, more, more], ignore_index=True)
    together["__synthetic__"] = np.arange(len(together)) >= len(train)
    together.to_parquet(paths["train"], row_group_size=1_000)
    found = fitted(paths, tmp_path, part_bytes=100_000)
    assert found.content["parts"] > 3
    test = pd.read_parquet(paths["test"])
    answers = found.network.score(test)
    share = (test["y"] == ">50K").mean()
    assert answers["probability_>50K"].mean() == pytest.approx(share, abs=0.03)
    assert (answers["prediction"] == ">50K").mean() > share + 0.02  # decided as trained


def test_thresholds_follow_the_shares(files, tmp_path):
    found = fitted(files(), tmp_path, balance="threshold", metric="balanced_accuracy")
    assert found.network.threshold == pytest.approx(0.26, abs=0.03)


def test_several_classes(files, tmp_path):
    paths = files(classes=("high", "low", "middle"), cuts=(-0.5, 0.8))
    found = fitted(paths, tmp_path, part_bytes=60_000)
    assert found.network.classes == ("high", "low", "middle")
    assert found.content["test"]["accuracy"] > 0.7


def test_numbers_come_back_in_their_unit(files, tmp_path):
    paths = files(target="number", order="age")
    found = fitted(paths, tmp_path, kind="regression", metric="r2", part_bytes=60_000)
    assert found.content["test"]["r2"] > 0.6
    test = pd.read_parquet(paths["test"])
    said = found.network.score(test)["prediction"]
    assert np.corrcoef(said, test["y"])[0, 1] > 0.8


def test_the_network_is_saved_and_loaded(files, tmp_path):
    paths = files(2_000)
    found = fitted(paths, tmp_path)
    found.network.save(tmp_path / "model.keras")
    test = pd.read_parquet(paths["test"])
    pd.testing.assert_frame_equal(
        load_network(tmp_path / "model.keras").score(test), found.network.score(test)
    )


def test_without_validation_and_test_rows(files, tmp_path):
    found = fitted({"train": files(1_000)["train"]}, tmp_path)
    assert "test" not in found.content
    assert found.content["sentence"].endswith("steps.")


def test_one_class_is_refused(files, tmp_path):
    with pytest.raises(DataError, match="1 class"):
        fitted(files(200, cuts=(99.0,)), tmp_path)


def test_a_failed_training_leaves_no_network(files, tmp_path):
    wild = SPEC.model_copy(
        update={
            "optimizer": SPEC.optimizer.model_copy(update={"name": "sgd", "learning_rate": 1e9})
        }
    )
    found = fitted(files(1_000, target="number"), tmp_path, kind="regression", spec=wild)
    assert found.network is None
