"""The engine's part of a profile beside pyarrow's plain read of the same columns.

Each in a fresh process, alternating; a process says what its part took, less its imports.
`python benchmarks/profiling.py FOLDER ROWS [ROWS ...]`; tables are made in the folder.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
from pathlib import Path

from bigtable import make

_OURS = """
import sys, time
from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.source import read
from dataaudit.table import Table
with DuckDBEngine() as engine:
    source = read(sys.argv[1], engine=engine)
    start = time.perf_counter()
    Table(engine, columns=source.columns).profile
"""
_GROUPS = """
import sys, time
import pyarrow.parquet as pq
start = time.perf_counter()
file = pq.ParquetFile(sys.argv[1])
for group in range(file.num_row_groups):
    file.read_row_group(group)
"""
_WHOLE = """
import sys, time
import pyarrow.parquet as pq
start = time.perf_counter()
pq.read_table(sys.argv[1])
"""
_END = """
import resource
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(time.perf_counter() - start, peak)
"""
_PROGRAMS = {
    "profile and sample": _OURS,
    "pyarrow, row group by row group": _GROUPS,
    "pyarrow, read_table": _WHOLE,
}


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("rows", type=int, nargs="+")
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    print("| rows | part | median | to read_table | peak |\n|--:|---|--:|--:|--:|")
    for rows in given.rows:
        table = make(given.folder / f"{rows}.parquet", rows)
        taken: dict[str, list[list[float]]] = {name: [] for name in _PROGRAMS}
        for _ in range(given.repeats):
            for name, program in _PROGRAMS.items():
                command = [sys.executable, "-c", program + _END, str(table)]
                said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                taken[name].append([float(number) for number in said.split()])
        medians = {name: statistics.median(run[0] for run in runs) for name, runs in taken.items()}
        whole = medians["pyarrow, read_table"]
        for name, median in medians.items():
            peak = max(run[1] for run in taken[name])
            print(f"| {rows:,} | {name} | {median:.2f} s | {median / whole:.2f} | {peak:,.0f} MB |")


if __name__ == "__main__":
    main()
