"""Compare ways of scaling in front of the same Keras network, on several tables.

    python benchmarks/scalers.py FOLDER [--seeds 5] [--tables adult,pima]

FOLDER has ``adult/adult_train.csv``, ``adult/adult_test.csv``, ``pima/pima.csv``,
``mammography/mammography.csv``, ``taxis/taxis.csv`` and ``outliers/*.parquet``; the other tables
come with scikit-learn. Prints accuracy (R2 for regression) in percent, mean over the seeds: a seed
draws the rows and starts the network, and is shared by every scaler.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn import datasets
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    OneHotEncoder,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

from dataaudit import KerasClassifier, KerasRegressor, SmoothRobustScaler

SCALERS: dict[str, Callable[[], Any]] = {
    "raw": FunctionTransformer,
    "sklearn robust": RobustScaler,
    "half range": lambda: SmoothRobustScaler(clip=None, fallback="half_range"),
    "std": lambda: SmoothRobustScaler(clip=None, fallback="std"),
    "half range, clip": lambda: SmoothRobustScaler(fallback="half_range"),
    "std, clip": lambda: SmoothRobustScaler(fallback="std"),
    "standard": StandardScaler,
    "quantile": lambda: QuantileTransformer(
        n_quantiles=50, output_distribution="normal", random_state=0
    ),
}
ROWS = 6000
EPOCHS = 12  # on tables of thousands of rows; fewer rows get more epochs, up to the next number
MOST_EPOCHS = 100


def tables(folder: Path) -> Iterator[tuple[str, Callable[[], tuple[pd.DataFrame, pd.Series]]]]:
    """Yield a name and a function that loads features and target."""
    yield "adult", lambda: _csv(folder / "adult/adult_train.csv", "income")
    yield "pima", lambda: _csv(folder / "pima/pima.csv", "outcome")
    yield "mammography", lambda: _csv(folder / "mammography/mammography.csv", "class")
    yield "taxis", lambda: _taxis(folder / "taxis/taxis.csv")
    for name in ("cardio", "thyroid"):
        yield name, lambda name=name: _outliers(folder / f"outliers/{name}.parquet")
    for name in ("wine", "breast_cancer", "digits", "diabetes"):
        loader = getattr(datasets, f"load_{name}")
        yield name, lambda loader=loader: loader(as_frame=True, return_X_y=True)


def _csv(path: Path, target: str) -> tuple[pd.DataFrame, pd.Series]:
    frame = pd.read_csv(path, skipinitialspace=True, na_values="?")
    return frame.drop(columns=target), frame[target]


def _taxis(path: Path) -> tuple[pd.DataFrame, pd.Series]:
    """Predict the tip of card payments: skewed numbers and columns full of zeros."""
    frame = pd.read_csv(path)
    frame = frame[frame["payment"] == "credit card"]
    numbers = ["passengers", "distance", "fare", "tolls", "pickup_borough", "dropoff_borough"]
    return frame[numbers], frame["tip"]


def _outliers(path: Path) -> tuple[pd.DataFrame, pd.Series]:
    frame = pd.read_parquet(path)
    return frame.drop(columns="label"), frame["label"].astype(int)


def score(X: pd.DataFrame, y: pd.Series, scaler: Any, seed: int) -> float:
    """Train on one half of the rows, at most 6,000, and score on the other."""
    is_regression = y.dtype.kind == "f" and y.nunique() > 20  # noqa: PLR2004 - as `task.type: auto`
    half = min(len(X) // 2, ROWS)
    X, X_test, y, y_test = train_test_split(
        X,
        y,
        train_size=half,
        test_size=half,
        random_state=seed,
        stratify=None if is_regression else y,
    )
    if is_regression:
        y, y_test = (y - y.mean()) / y.std(), (y_test - y.mean()) / y.std()
    epochs = int(np.clip(EPOCHS * ROWS / half, EPOCHS, MOST_EPOCHS))
    network = (KerasRegressor if is_regression else KerasClassifier)(
        hidden=(64, 32), batch_size=64, epochs=epochs, seed=seed
    )
    encode = make_column_transformer(
        (
            make_pipeline(SimpleImputer(strategy="median"), scaler),
            make_column_selector(dtype_include="number"),
        ),
        (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_exclude="number")),
        sparse_threshold=0,
    )
    return float(make_pipeline(encode, network).fit(X, y).score(X_test, y_test))


def main() -> None:
    """Print one line per table and scaler."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--tables", default="")
    arguments = parser.parse_args()
    wanted = set(filter(None, arguments.tables.split(",")))
    print(f"{'table':14}" + "".join(f"{name:>18}" for name in SCALERS), flush=True)
    for name, load in tables(arguments.folder):
        if wanted and name not in wanted:
            continue
        X, y = load()
        print(f"{name:14}", end="", flush=True)
        for make in SCALERS.values():
            scores = [100 * score(X, y, make(), seed) for seed in range(arguments.seeds)]
            print(f"{np.mean(scores):11.1f} ± {np.std(scores):3.1f} ", end="", flush=True)
        print()


if __name__ == "__main__":
    main()
