"""Compare SMOTE with categories and filling gaps from neighbours with the libraries, at size.

    python benchmarks/resampling.py TABLE [--rows 1000000] [--gaps 50000] [--peer PYTHON]
    python benchmarks/resampling.py TABLE --errors OTHER.csv ...

TABLE is a Parquet file of `bigtable.py`. Whole processes alternate; a peer that takes longer than
150 s is stopped. PYTHON has the peers, this Python where it is not given. With ``--errors``, prints
the error on hidden cells of TABLE and of other tables instead. Both print a Markdown table.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from bigtable import FLOATS, LEVELS, TARGET
from measure import Timing, compare

LIMIT_S = 150
CATEGORIES = list(LEVELS)[:4]
HIDDEN = 0.05  # of the cells, one after the other
ROWS_OF_ERRORS = 10_000
SEEDS = 3


def smote(path: str, rows: int) -> None:
    """Make the rarer class as frequent as the other."""
    from dataaudit import Oversample

    frame, y = prepared(path, rows)
    made, _ = Oversample(random_state=0).fit_resample(frame, y)
    print(len(made))


def imblearn_smotenc(path: str, rows: int) -> None:
    """Do the same with imbalanced-learn."""
    from imblearn.over_sampling import SMOTENC

    frame, y = prepared(path, rows)
    made, _ = SMOTENC(list(range(18, 22)), random_state=0).fit_resample(frame, y)
    print(len(made))


def donors(path: str, rows: int) -> None:
    """Fill 3 % missing cells of 18 columns."""
    from dataaudit.defects.missing.impute import ImputeFromDonors

    print(ImputeFromDonors(add_indicator=False).fit_transform(gappy(path, rows)).shape)


def sklearn_knn(path: str, rows: int) -> None:
    """Do the same with scikit-learn."""
    from sklearn.impute import KNNImputer

    print(KNNImputer().fit_transform(gappy(path, rows)).shape)


def read_only(path: str, rows: int) -> None:
    """Load the table and the libraries: what every process here begins with."""
    prepared(path, rows)


TASKS = {
    "read": read_only,
    "smote": smote,
    "imblearn": imblearn_smotenc,
    "donors": donors,
    "sklearn": sklearn_knn,
}


def prepared(path: str, rows: int) -> tuple[pd.DataFrame, pd.Series]:
    """Return 18 floats, filled and scaled, and 4 categories."""
    frame = pd.read_parquet(path, columns=[*FLOATS, *CATEGORIES, TARGET]).head(rows)
    numbers = frame[FLOATS].fillna(frame[FLOATS].median())
    frame[FLOATS] = (numbers - numbers.mean()) / numbers.std()
    frame[CATEGORIES] = frame[CATEGORIES].fillna("none").astype("category")
    return frame.drop(columns=TARGET), frame[TARGET]


def gappy(path: str, rows: int) -> pd.DataFrame:
    """Return the floats as they are."""
    return pd.read_parquet(path, columns=FLOATS).head(rows)


def error(frame: pd.DataFrame, seed: int) -> dict[str, float]:
    """Hide cells and return how far each way is off, in interquartile ranges of the column."""
    from sklearn.impute import KNNImputer, SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from dataaudit.defects.missing.impute import ImputeFromDonors

    hidden = (np.random.default_rng(seed).random(frame.shape) < HIDDEN) & frame.notna().to_numpy()
    spread = (frame.quantile(0.75) - frame.quantile(0.25)).to_numpy()
    spread = np.where(spread > 0, spread, frame.std().to_numpy())
    ways = {
        "median": SimpleImputer(strategy="median"),
        "KNNImputer": KNNImputer(),
        "KNNImputer, standardised": make_pipeline(StandardScaler(), KNNImputer()),
        "ours": ImputeFromDonors(add_indicator=False),
    }
    found = {}
    for name, way in ways.items():
        made = np.asarray(way.fit_transform(frame.mask(hidden)))
        if name.endswith("standardised"):
            made = way[0].inverse_transform(made)
        off = np.where(hidden, np.abs(made - frame.to_numpy()) / spread, np.nan)
        found[name] = float(np.nanmean(off))
    return found


def errors(paths: list[str]) -> None:
    """Print the mean error of each way on each table."""
    print("| table | rows | columns | median | KNNImputer | KNNImputer, standardised | ours |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for path in paths:
        read = pd.read_csv if path.endswith(".csv") else pd.read_parquet
        frame = read(path).select_dtypes("number").head(ROWS_OF_ERRORS).astype("float64")
        frame = frame[[name for name in frame if frame[name].nunique() > 2]]  # noqa: PLR2004 - no flags
        found = pd.DataFrame([error(frame, seed) for seed in range(SEEDS)]).mean()
        cells = " | ".join(f"{value:.3f}" for value in found)
        print(f"| {Path(path).stem} | {len(frame):,} | {frame.shape[1]} | {cells} |", flush=True)


def times(arguments: argparse.Namespace) -> None:
    """Print seconds and memory of whole processes."""
    rows = {"smote": arguments.rows, "imblearn": arguments.rows, "read": arguments.rows}
    pythons = {"imblearn": arguments.peer, "sklearn": arguments.peer}
    commands = {
        task: [
            pythons.get(task, sys.executable),
            __file__,
            arguments.table,
            "--task",
            task,
            "--rows",
            str(rows.get(task, arguments.gaps)),
        ]
        for task in TASKS
    }
    found = compare(commands, repeats=arguments.repeats, limit_s=LIMIT_S)
    print("| task | rows | who | seconds | peak memory, MB |\n|---|---:|---|---:|---:|")
    names = {
        "read": ("read and scale alone", "-"),
        "smote": ("SMOTE with categories", "dataaudit"),
        "imblearn": ("SMOTE with categories", "imbalanced-learn"),
        "donors": ("fill from neighbours", "dataaudit"),
        "sklearn": ("fill from neighbours", "scikit-learn"),
    }
    for task, (what, who) in names.items():
        print(f"| {what} | {rows.get(task, arguments.gaps):,} | {who} | {_shown(found[task])} |")


def _shown(timing: Timing) -> str:
    """Return seconds and megabytes, or what went wrong."""
    return (
        timing.failure + " | -" if timing.failure else f"{timing.median:.1f} | {timing.peak:,.0f}"
    )


def main() -> None:
    """Run what the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--gaps", type=int, default=50_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--peer", default=sys.executable)
    parser.add_argument("--errors", nargs="*")
    parser.add_argument("--task", choices=TASKS)
    arguments = parser.parse_args()
    if arguments.task:
        TASKS[arguments.task](arguments.table, arguments.rows)
    elif arguments.errors is not None:
        errors([arguments.table, *arguments.errors])
    else:
        times(arguments)


if __name__ == "__main__":
    main()
