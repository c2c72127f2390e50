import json

import pytest

from dataaudit.errors import SourceError
from dataaudit.proof.diagnosis.history import diagnose_history, read_history


@pytest.fixture
def written(tmp_path):
    def write(content):
        path = tmp_path / "history.json"
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ([], "no list `loss`"),
        ({"val_loss": [1.0]}, "no list `loss`"),
        ({"loss": []}, "no epoch"),
        ({"loss": [1.0], "val_loss": [1.0, 2.0]}, "differ in length"),
        ({"loss": ["a"]}, "`loss` holds"),
        ({"loss": [1.0], "x": 3}, "`x` is no list"),
    ],
)
def test_what_is_no_history_is_refused(written, content, told):
    with pytest.raises(SourceError, match=told):
        diagnose_history(written(content))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"none\.json"):
        diagnose_history(tmp_path / "none.json")


def test_keras_history_and_the_older_names_are_read(written):
    assert read_history(written({"history": {"loss": [1], "lr": [0.1]}})) == {
        "loss": [1.0],
        "lr": [0.1],
    }


def test_a_loss_that_stops_being_a_number_is_found(written):
    found = diagnose_history(written('{"loss": [0.7, NaN], "val_loss": [0.7, null]}'))
    assert found.named("suspected") == ["non_finite", "learning_rate_high"]
    assert found.cause is None


def test_a_rising_validation_loss_is_found(written):
    history = {"loss": [1 / (i + 1) for i in range(10)], "val_loss": [1, 0.5, *[0.9] * 8]}
    assert "overfitting" in diagnose_history(written(history)).named("suspected")
