"""Audit tables of several sizes beside DuckDB's SUMMARIZE, skrub and ydata-profiling.

Whole processes from the command line to the written report, alternating. `python
benchmarks/audit.py FOLDER ROWS [ROWS ...] [--peers PYTHON] [--profiling PYTHON]`; tables are made
in the folder, and a peer is run by the Python that has it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from bigtable import TARGET, make
from measure import Timing, compare

OURS = "dataaudit audit"
_ROWS_OF_PEERS = 1_000_000  # skrub holds all rows in memory
_ROWS_OF_PROFILING = 100_000

_SUMMARIZE = "import duckdb, sys; duckdb.sql(f\"SUMMARIZE FROM '{sys.argv[1]}'\").fetchall()"
_SKRUB = """
import sys, pandas as pd, skrub
report = skrub.TableReport(pd.read_parquet(sys.argv[1]), verbose=0)
report.write_html(sys.argv[2])
"""
_PROFILING = """
import sys, pandas as pd
from ydata_profiling import ProfileReport
ProfileReport(pd.read_parquet(sys.argv[1]), minimal=True, progress_bar=False).to_file(sys.argv[2])
"""


def commands(table: Path, rows: int, peers: str, profiling: str | None) -> dict[str, list[str]]:
    """Return what is run on a table, by name."""
    page = str(table.with_suffix(".html"))
    ours = [sys.executable, "-m", "dataaudit.cli", "audit", str(table), "--target", TARGET]
    found = {
        OURS: [*ours, "--report", page],
        "DuckDB SUMMARIZE": [peers, "-c", _SUMMARIZE, str(table)],
    }
    if peers != sys.executable and rows <= _ROWS_OF_PEERS:
        found["skrub TableReport"] = [peers, "-c", _SKRUB, str(table), page]
    if profiling is not None and rows <= _ROWS_OF_PROFILING:
        found["ydata-profiling minimal"] = [profiling, "-c", _PROFILING, str(table), page]
    return found


def lines(rows: int, timings: Mapping[str, Timing]) -> list[str]:
    """Return the lines of a Markdown table; the ratio is how many times as long as ours it took."""
    ours = timings[OURS]
    return [
        f"| {rows:,} | {name} | {timing.median:.2f} s | {timing.median / ours.median:.1f} | "
        f"{timing.peak:,.0f} MB | {timing.failure} |"
        for name, timing in timings.items()
    ]


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("rows", type=int, nargs="+")
    parser.add_argument("--peers", default=sys.executable, help="a Python with duckdb and skrub")
    parser.add_argument("--profiling", help="a Python with ydata-profiling")
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    print("| rows | whole process | median | times ours | peak | |\n|--:|---|--:|--:|--:|---|")
    for rows in given.rows:
        table = make(given.folder / f"{rows}.parquet", rows)
        timings = compare(
            commands(table, rows, given.peers, given.profiling), repeats=given.repeats
        )
        print("\n".join(lines(rows, timings)), flush=True)


if __name__ == "__main__":
    main()
