import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.preprocessing import FunctionTransformer

from dataaudit.defects import configured
from dataaudit.encode import EncodeColumns
from dataaudit.errors import DataError, SourceError
from dataaudit.estimator import FrameTransformer
from dataaudit.pipeline import Cleaning, load, save

pytestmark = pytest.mark.slow

DEFECTS = configured()


class Users(FrameTransformer):
    """A step that somebody else wrote."""

    def _learn(self, frame, y):  # noqa: ARG002 - the base names its arguments
        self.shift_ = float(frame["a"].mean())

    def _apply(self, frame):
        return frame.assign(a=frame["a"] - self.shift_)


USERS = f"{__name__}:Users"


def table():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "a": rng.normal(size=150),
            "b": rng.exponential(size=150),
            "t": rng.choice(["x", "y", "z", None], 150),
            "d": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 10**8, 150), "s"),
        }
    )
    X.loc[::9, "a"] = np.nan
    return X, pd.Series(np.where(np.arange(150) % 4 == 0, "yes", "no"))


@pytest.mark.parametrize("numeric", ["median", "mean", "constant", "most_frequent", "knn"])
@pytest.mark.parametrize("scaler", ["robust", "standard", "minmax", "quantile"])
def test_what_was_saved_cleans_as_before(tmp_path, numeric, scaler):
    same_as_before(
        tmp_path, ("missing", {"numeric": numeric}), ("scale", {"method": scaler}), ("encode", {})
    )


@pytest.mark.parametrize("method", ["onehot", "ordinal", "target"])
@pytest.mark.parametrize("balance", ["smote", "undersample", "class_weight", "threshold"])
def test_what_was_saved_cleans_as_before_whatever_encodes_and_balances(tmp_path, method, balance):
    steps = ["disguised", "types", "categories", "outliers", "duplicates", "constant", "missing"]
    same_as_before(
        tmp_path,
        *((name, {}) for name in steps),
        ("scale", {}),
        ("imbalance", {"method": balance}),
        ("encode", {"method": method}),
    )


def same_as_before(folder, *steps):
    X, y = table()
    cleaning = Cleaning.build(steps, DEFECTS, kind="classification", seed=1).fit(X, y)
    save(cleaning, folder / "pipeline.skops")
    loaded = load(folder / "pipeline.skops")
    pd.testing.assert_frame_equal(loaded.transform(X), cleaning.transform(X), check_exact=True)
    assert loaded.describe() == cleaning.describe()
    assert loaded.feature_names == cleaning.feature_names
    pd.testing.assert_frame_equal(
        loaded.clone().fit_resample(X, y).X, cleaning.clone().fit_resample(X, y).X
    )


def test_no_training_row_is_kept_by_a_sampler(tmp_path):
    X, y = table()
    X = X[["b"]].assign(t="a word that stands in every row")
    steps = [("scale", {}), ("imbalance", {"method": "smote"}), ("encode", {})]
    cleaning = Cleaning.build(steps, DEFECTS, kind="classification", seed=1).fit(X, y)
    save(cleaning, tmp_path / "few")
    more = cleaning.clone().fit(pd.concat([X] * 50), pd.concat([y] * 50))
    save(more, tmp_path / "many")
    assert (tmp_path / "many").stat().st_size < 1.1 * (tmp_path / "few").stat().st_size


def test_a_type_that_is_not_known_is_refused_by_its_name(tmp_path):
    X, y = table()
    cleaning = Cleaning([("shift", Users()), ("encode", EncodeColumns())])
    save(cleaning.fit(X.assign(a=1.0), y), tmp_path / "users")
    with pytest.raises(DataError, match=r"test_pipeline_store\.Users, which is not trusted"):
        load(tmp_path / "users")
    loaded = load(tmp_path / "users", allow_code=[USERS])
    pd.testing.assert_frame_equal(
        loaded.transform(X.assign(a=1.0)), cleaning.transform(X.assign(a=1.0))
    )


def test_a_file_cannot_name_a_function_to_call(tmp_path):
    step = FunctionTransformer(np.memmap)
    skops.io.dump(Cleaning([("call", step)]), tmp_path / "call")
    with pytest.raises(DataError, match=r"numpy\.memmap, which is not trusted"):
        load(tmp_path / "call")


def test_what_is_no_cleaning_is_refused(tmp_path):
    skops.io.dump({"a": 1}, tmp_path / "dict")
    with pytest.raises(DataError, match="holds a dict and no cleaning"):
        load(tmp_path / "dict")
    (tmp_path / "text").write_text("no zip")
    with pytest.raises(SourceError, match="no saved cleaning"):
        load(tmp_path / "text")
    with pytest.raises(SourceError, match="no saved cleaning"):
        load(tmp_path / "nowhere")
