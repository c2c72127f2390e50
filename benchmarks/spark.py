"""The same table on DuckDB and on a two-worker Spark: a table of what is equal and how near.

``python benchmarks/spark.py TABLE.parquet --target target`` starts the cluster by itself; it needs
Java and the extra ``spark``. Distinct counts are held against exact ones, moments and counts
against DuckDB's.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from dataaudit.compile import write
from dataaudit.contract import check, load_contract
from dataaudit.contract.spec import ContractSpec
from dataaudit.defects import configured
from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.engine.spark import SparkEngine
from dataaudit.engine.sql import ident
from dataaudit.pipeline import Cleaning
from dataaudit.source import read
from dataaudit.split import SplitSpec, TaskSpec, split
from dataaudit.table import Table

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "spark"))
from cluster import SETTINGS, cluster

COUNTS = ("rows", "missing", "infinite", "zeros", "negatives", "blank", "padded", "max_length")
MOMENTS = ("minimum", "maximum", "mean", "std", "skewness", "kurtosis")
STEPS = [("outliers", {}), ("missing", {"indicator": True}), ("scale", {}), ("encode", {})]


def work(
    engine: DuckDBEngine | SparkEngine,
    path: Path,
    target: str,
    folder: Path,
    cleaning: Cleaning | None,
) -> dict:
    """Take a table through source, contract, split, profile, sample and cleaning."""
    began = time.perf_counter()
    source = read(path, engine=engine)
    numbers = [name for name, c in source.columns.items() if c.dtype == "float"]
    rules = {
        "columns": {name: {"dtype": "float", "nullable": True, "max": 1e3} for name in numbers}
    }
    checked = check(source, load_contract(ContractSpec(**rules), base=Path()))
    engine.copy(f"SELECT * FROM {ident(checked.quarantine)}", folder / "quarantine.parquet")
    sides = split(engine, checked.columns, TaskSpec(target=target), SplitSpec(), seed=1)
    table = Table(
        engine, raw="raw", typed="labelled", columns=sides.columns, task=sides.task, sides="sides"
    )
    made = {"profile": table.profile, "sample": table.sample, "folder": folder}
    if cleaning is None:
        X, y = table.side("train", limit=100_000)
        wide = [name for name in table.features if table.profile[name].distinct > 100]  # noqa: PLR2004
        X = X.drop(columns=[n for n in wide if table.columns[n].dtype == "str"])
        params = {name: given for name, given in STEPS if name != "encode"}
        cleaning = Cleaning.build(STEPS, configured({}, params), kind="classification", seed=0)
        cleaning.fit(X, y)
    columns, keep = table.columns, ["__row__"]
    write(engine, "labelled", columns, cleaning, folder / "clean.parquet", keep=keep)
    return {**made, "cleaning": cleaning, "seconds": time.perf_counter() - began}


def rows(path: Path) -> pd.DataFrame:
    """Return a file or a folder of files, by row."""
    return pq.read_table(path).to_pandas().sort_values("__row__", ignore_index=True)


def nearness(ours: pd.DataFrame, theirs: pd.DataFrame) -> float:
    """Return the largest difference of two frames of numbers."""
    return float(np.nanmax(np.abs(ours.to_numpy(float) - theirs.to_numpy(float))))


def compare(duck: dict, spark: dict, exact: dict[str, int]) -> list[tuple[str, str]]:
    """Return what was compared and what came of it."""
    pairs = [(duck["profile"][name], spark["profile"][name]) for name in duck["profile"].columns]
    unequal = sum(getattr(a, f) != getattr(b, f) for a, b in pairs for f in COUNTS)
    moments = [
        abs(getattr(b, f) - getattr(a, f)) / (abs(getattr(a, f)) or 1)
        for a, b in pairs
        for f in MOMENTS
        if isinstance(getattr(a, f), float)
    ]
    off = [abs(b.distinct - exact[b.name]) / exact[b.name] for _, b in pairs]
    away = [
        pq.read_table(each["folder"] / "quarantine.parquet").to_pylist() for each in (duck, spark)
    ]
    cleaned = [rows(each["folder"] / "clean.parquet") for each in (duck, spark)]
    return [
        ("counts that differ", f"{unequal} of {len(pairs) * len(COUNTS)}"),
        ("moments, largest relative difference", f"{max(moments):.1e} of {len(moments)}"),
        ("distinct, largest relative error", f"{max(off):.2%} of {len(off)} columns"),
        ("sample rows equal", str(duck["sample"].equals(spark["sample"]))),
        ("quarantine rows equal", f"{away[0] == away[1]} ({len(away[0]):,} rows)"),
        ("clean rows, largest difference", f"{nearness(*cleaned):.1e} ({cleaned[0].shape})"),
        ("seconds, DuckDB and Spark", f"{duck['seconds']:.1f} and {spark['seconds']:.1f}"),
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", type=Path)
    parser.add_argument("--target", default="target")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, cluster(Path(name)) as running:
        folders = [Path(name) / each for each in ("on_duckdb", "on_spark")]
        for folder in folders:
            folder.mkdir()
        with DuckDBEngine() as engine:
            duck = work(engine, given.table, given.target, folders[0], None)
            counts = ", ".join(f"count(DISTINCT {ident(n)})" for n in duck["profile"].columns)
            found = engine.query(f"SELECT {counts} FROM labelled").columns
            exact = [int(column[0].as_py()) for column in found]
        with SparkEngine(master=running.master, config=SETTINGS) as engine:
            spark = work(engine, given.table, given.target, folders[1], duck["cleaning"])
        for what, result in compare(
            duck, spark, dict(zip(duck["profile"].columns, exact, strict=True))
        ):
            print(f"{what:38} {result}")


if __name__ == "__main__":
    main()
