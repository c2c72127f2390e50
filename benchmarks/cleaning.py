"""Cleaning from Parquet to Parquet, fit included: ours, scikit-learn on pandas, the floor, by hand.

`python benchmarks/cleaning.py FOLDER [--rows-scale N] [--rows-onehot N] [--repeats N]` makes the
tables in FOLDER and prints a Markdown table for two jobs: impute and scale 18 floats and keep the
other columns; one-hot encode 5 texts beside 20 imputed numbers (190 columns out, a gap in a text
is a level). Every run is a process of its own, in turn. The floor reads and writes the same columns
unchanged, with two pyarrow writers.
"""

from __future__ import annotations

import argparse
import sys
import threading
from pathlib import Path

from bigtable import CATEGORIES, FLOATS, ROW_GROUP, TARGET, make
from measure import Timing, compare

FIT_ROWS = 100_000
NUMBERS = [*FLOATS, "i_count", "i_code"]
_PEER_REPEATS = 1  # a minute and 12 GB each
JOBS = ("scale", "onehot")


def ours(job: str, table: Path, out: Path) -> None:
    """Sample, fit, compile, write."""
    from dataaudit import compile as compiling
    from dataaudit.defects import configured
    from dataaudit.engine.duckdb import DuckDBEngine
    from dataaudit.pipeline import Cleaning
    from dataaudit.rows import lowest, to_pandas
    from dataaudit.source import read

    last = ("scale", {}) if job == "scale" else ("encode", {"levels": 100})
    steps = [("missing", {"indicator": False, "categorical": "missing"}), last]
    names = FLOATS if job == "scale" else [*NUMBERS, *CATEGORIES]
    with DuckDBEngine(memory_limit="700MB") as engine:
        source = read(table, engine=engine)
        columns = {name: source.columns[name] for name in [*names, TARGET]}
        rows = lowest(
            engine, source.plain or "typed", columns, rows=source.rows, limit=FIT_ROWS, seed=0
        )
        frame = to_pandas(rows, columns)
        cleaning = Cleaning.build(steps, configured(), kind="classification", seed=0)
        cleaning.fit(frame[names], frame[TARGET])
        rest = [name for name in source.columns if name not in names] if job == "scale" else []
        compiling.write(engine, source.plain or "typed", source.columns, cleaning, out, keep=rest)


def peer(job: str, table: Path, out: Path) -> None:
    """Do the same with pandas and a ColumnTransformer."""
    import pandas as pd
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, RobustScaler

    if job == "scale":
        frame = pd.read_parquet(table)
        steps = make_pipeline(SimpleImputer(strategy="median"), RobustScaler())
        frame[FLOATS] = steps.fit_transform(frame[FLOATS])
    else:
        frame = pd.read_parquet(table, columns=[*NUMBERS, *CATEGORIES])
        levels = OneHotEncoder(sparse_output=False, handle_unknown="ignore")
        encode = ColumnTransformer(
            [
                ("numbers", SimpleImputer(strategy="median"), NUMBERS),
                ("levels", levels, CATEGORIES),
            ],
            verbose_feature_names_out=False,
        ).set_output(transform="pandas")
        frame = encode.fit_transform(frame)
    frame.to_parquet(out)


def floor(job: str, table: Path, out: Path) -> None:
    """Read and write, half of the row groups in each of two threads."""
    import pyarrow.parquet as pq

    names = None if job == "scale" else [*NUMBERS, *CATEGORIES]
    groups = range(pq.ParquetFile(table).num_row_groups)

    def half(part: int) -> None:
        file = pq.ParquetFile(table)
        writer = None
        texts = [f.name for f in file.schema_arrow if str(f.type).endswith("string")]
        for group in groups[part::2]:
            rows = file.read_row_group(group, columns=names)
            writer = writer or pq.ParquetWriter(
                out.with_suffix(f".{part}"),
                rows.schema,
                compression="zstd",
                compression_level=1,
                use_dictionary=[name for name in texts if name in rows.column_names],
            )
            writer.write_table(rows)
        if writer is not None:
            writer.close()

    threads = [threading.Thread(target=half, args=(part,)) for part in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def by_hand(job: str, table: Path, out: Path) -> None:
    """Write the COPY that somebody would write who knows DuckDB."""
    import duckdb

    connection = duckdb.connect()
    source = f"read_parquet('{table}')"
    if job == "scale":
        quarters = ", ".join(f"approx_quantile({n}, [0.25, 0.5, 0.75])" for n in FLOATS)
        found = connection.sql(
            f"SELECT {quarters} FROM (FROM {source} LIMIT {FIT_ROWS})"
        ).fetchall()[0]
        scaled = [
            f"(coalesce({n}, {mid}) - {mid}) / {high - low or 1} AS {n}"
            for n, (low, mid, high) in zip(FLOATS, found, strict=True)
        ]
        select = f"* REPLACE ({', '.join(scaled)})"
    else:
        hot = [
            f"""CASE WHEN {name} = '{level}' THEN 1.0 ELSE 0.0 END::DOUBLE AS "{name}={level}" """
            for name in CATEGORIES
            for (level,) in connection.sql(
                f"SELECT DISTINCT {name} FROM {source} WHERE {name} NOT NULL ORDER BY 1"
            ).fetchall()
        ]
        select = ", ".join([*NUMBERS, *hot])
    connection.execute(
        f"COPY (SELECT {select} FROM {source}) TO '{out}' "
        f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
    )


WAYS = {"ours": ours, "floor": floor, "by hand in DuckDB": by_hand, "pandas, scikit-learn": peer}


def main() -> None:
    """Measure both jobs, or, with --one, do one in this process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows-scale", type=int, default=10_000_000)
    parser.add_argument("--rows-onehot", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--one", nargs=2, metavar=("JOB", "WAY"))
    given = parser.parse_args()
    rows = {"scale": given.rows_scale, "onehot": given.rows_onehot}
    if given.one:
        job, way = given.one
        WAYS[way](
            job, table_of(given.folder, rows[job]), given.folder / f"cleaned-{way[:4]}.parquet"
        )
        return
    print("| job | rows | way | seconds | times ours | times the floor | peak MB |")
    print("|---|---|---|---|---|---|---|")
    for job in JOBS:
        table_of(given.folder, rows[job])
        timings = measured(given, job)
        for way, timing in timings.items():
            show(job, rows[job], way, timing, timings)


def table_of(folder: Path, rows: int) -> Path:
    """Return the table of so many rows."""
    short = f"{rows // 10**6}m" if rows >= 10**6 else f"{rows // 1000}k"
    return make(folder / f"t{short}.parquet", rows)


def measured(given: argparse.Namespace, job: str) -> dict[str, Timing]:
    """Run every way in turn."""
    options = ["--rows-scale", str(given.rows_scale), "--rows-onehot", str(given.rows_onehot)]

    def command(way: str) -> list[str]:
        return [sys.executable, __file__, str(given.folder), *options, "--one", job, way]

    quick = {way: command(way) for way in list(WAYS)[:-1]}
    slow = {way: command(way) for way in list(WAYS)[-1:]}
    return compare(quick, repeats=given.repeats) | compare(slow, repeats=_PEER_REPEATS)


def show(job: str, rows: int, way: str, timing: Timing, timings: dict[str, Timing]) -> None:
    """Print one line of the table."""
    if timing.failure:
        print(f"| {job} | {rows:,} | {way} | {timing.failure} | | | |")
        return
    ours_, floor_ = timings["ours"].median, timings["floor"].median
    print(
        f"| {job} | {rows:,} | {way} | {timing.median:.1f} | {timing.median / ours_:.2f} | "
        f"{timing.median / floor_:.2f} | {timing.peak:,.0f} |"
    )


if __name__ == "__main__":
    main()
