"""A contract of 36 rules over 10 million rows, beside what people would use instead.

`python benchmarks/contract.py FOLDER [--rows N] [--peers PYTHON]` makes the table in the folder and
runs in turn, each in a process of its own: one DuckDB SELECT written by hand (the failing rows,
each with the rules it breaks, and the count of every rule), ours (the same, and the quarantine
written to Parquet), pandera on polars with ``lazy=True`` and pointblank on polars (which write
nothing). It prints seconds, ratios and peak memory, and fails where a count differs.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

HIGH = 9000
RANGES = {
    "f00": (-200, HIGH),
    **dict.fromkeys(("f01", "f02", "f03"), (0, HIGH)),
    "f04": (-300, HIGH),
    "f05": (0, 1),
    **{f"f{i:02d}": (None, HIGH) for i in range(6, 12)},
    "i_count": (0, 11),
    "i_code": (None, 999_499),
}
SETS = {
    "t_two": [f"two {i}" for i in range(2)],
    "t_six": [f"six {i}" for i in range(6)],
    "t_twenty": [f"twenty {i}" for i in range(20)],
    "t_fifty": [f"fifty {i}" for i in range(50)],
    "target": ["yes", "no"],
}
PATTERNS = {"t_many": "^many [0-9]+$", "t_unique": "^note [0-9]{6,}$"}
LENGTHS = {"t_many": (None, 10), "t_unique": (6, 14)}
NEVER_MISSING = ("i_count", "target")
EARLIEST = "2020-09-13 14:00:00"
TOGETHER = ["t_unique", "i_count", "t_six"]
RULES = {
    "one_small": "f05 <= 1 or f11 <= 1",
    "code_above_count": "i_code + 100 >= i_count * 20",
}


def spec() -> dict[str, Any]:
    """Return the rules in our words."""
    columns: dict[str, Any] = {}
    for name, (low, high) in RANGES.items():
        dtype = "int" if name.startswith("i_") else "float"
        columns[name] = {"dtype": dtype, "min": low, "max": high}
    for name, values in SETS.items():
        columns[name] = {"dtype": "str", "isin": values}
    for name, pattern in PATTERNS.items():
        low, high = LENGTHS[name]
        columns[name] = {"pattern": pattern, "min_length": low, "max_length": high}
    columns["t_stamp"] = {"dtype": "date", "min": EARLIEST}
    for name, rule in columns.items():
        rule |= {"nullable": name not in NEVER_MISSING, "null": []}
    rules = [{"name": name, "expect": expect} for name, expect in RULES.items()]
    return {"columns": columns, "rules": rules}


def conditions() -> dict[str, str]:
    """Return each rule as a person would write it in SQL: true where a row breaks it."""
    tests = {}
    for name, (low, high) in RANGES.items():
        if low is not None:
            tests[f"min {name}"] = f"{name} < {low}"
        tests[f"max {name}"] = f"{name} > {high}"
    for name, values in SETS.items():
        listed = ", ".join(f"'{value}'" for value in values)
        tests[f"isin {name}"] = f"{name} NOT IN ({listed})"
    for name, pattern in PATTERNS.items():
        tests[f"pattern {name}"] = f"NOT regexp_matches({name}, '{pattern}')"
    tests["max_length t_many"] = "length(t_many) > 10"
    tests["length t_unique"] = "length(t_unique) NOT BETWEEN 6 AND 14"
    tests["min t_stamp"] = f"t_stamp < TIMESTAMP '{EARLIEST}'"
    for name in NEVER_MISSING:
        tests[f"nullable {name}"] = f"{name} IS NULL"
    for name, expect in RULES.items():
        tests[f"{name} "] = f"NOT ({expect})"
    return tests


def by_hand(table: Path, _: Path) -> dict[str, int]:
    """Find failing rows and the counts with one SELECT; repeats by a group that repeats."""
    import duckdb

    tests = conditions()
    flags = ", ".join(f"coalesce({test}, FALSE) AS r{i}" for i, test in enumerate(tests.values()))
    keys = ", ".join(TOGETHER)
    sql = f"""
        WITH firsts AS (
            SELECT {keys}, min(file_row_number) AS first FROM read_parquet('{table}')
            GROUP BY {keys} HAVING count(*) > 1)
        SELECT t.*, {flags}, coalesce(file_row_number > first, FALSE) AS again
        FROM read_parquet('{table}', file_row_number = true) AS t
        LEFT JOIN firsts USING ({keys})
        WHERE {" OR ".join(f"({test})" for test in tests.values())} OR file_row_number > first"""
    failing = duckdb.sql(sql.replace(f"('{table}')", f"('{table}', file_row_number = true)"))
    rows = failing.to_arrow_table()
    counts = {name: sum(rows.column(f"r{i}").to_pylist()) for i, name in enumerate(tests)}
    return {**counts, f"unique {', '.join(TOGETHER)}": sum(rows.column("again").to_pylist())}


def ours(table: Path, folder: Path) -> dict[str, int]:
    """Split the rows and write the quarantine."""
    from dataaudit.contract import ContractSpec, check, from_spec
    from dataaudit.engine.duckdb import DuckDBEngine
    from dataaudit.output import write_relation
    from dataaudit.source import read

    contract = replace(from_spec(ContractSpec.model_validate(spec())), unique=(tuple(TOGETHER),))
    with DuckDBEngine() as engine:
        source = read(table, declared=contract.declared, engine=engine)
        checked = check(source, contract)
        written = write_relation(engine, checked.quarantine, folder / "quarantine.parquet")
    if written != checked.quarantined:
        raise AssertionError(written)
    return {f"{r.rule} {r.column}": r.rows for r in checked.results if r.rule != "dtype"}


def pandera_polars(table: Path, _: Path) -> dict[str, int]:
    """Ask pandera on polars for all failures."""
    import pandera.polars as pa
    import polars as pl

    check = pa.Check
    checks: dict[str, list[Any]] = {}
    for name, (low, high) in RANGES.items():
        checks[name] = [*([] if low is None else [check.ge(low)]), check.le(high)]
    for name, values in SETS.items():
        checks[name] = [check.isin(values)]
    for name, pattern in PATTERNS.items():
        checks[name] = [check.str_matches(pattern), check.str_length(*LENGTHS[name])]
    earliest = pl.Series([EARLIEST]).str.to_datetime()[0]
    checks["t_stamp"] = [check.ge(earliest)]
    schema = pa.DataFrameSchema(
        {
            name: pa.Column(None, each, nullable=name not in NEVER_MISSING)
            for name, each in checks.items()
        },
        checks=[_polars_rule(name, expect) for name, expect in RULES.items()],
        unique=TOGETHER,
    )
    try:
        schema.validate(pl.read_parquet(table), lazy=True)
    except pa.errors.SchemaErrors as errors:
        found = errors.failure_cases.group_by("column", "check").len().rows()
        return dict(_named(column, str(name), count) for column, name, count in found)
    return {}


_OUR_WORDS = {
    "greater_than_or_equal_to": "min",
    "less_than_or_equal_to": "max",
    "str_matches": "pattern",
    "str_length": "length",
    "not_nullable": "nullable",
    "multiple_fields_uniqueness": "unique, the first row too",
}


def _named(column: str | None, check: str, count: int) -> tuple[str, int]:
    """Return what pandera counted under the name that the others have for it."""
    name = check.partition("(")[0]
    return f"{_OUR_WORDS.get(name, name)} {column or ''}", count


def _polars_rule(name: str, expect: str) -> Any:
    """Return a rule across columns as a check of pandera on polars."""
    import pandera.polars as pa
    import polars as pl

    passes = pl.sql_expr(expect).fill_null(value=True)
    return pa.Check(lambda data: data.lazyframe.select(passes), name=name)


def pointblank(table: Path, _: Path) -> dict[str, int]:
    """Ask pointblank on polars."""
    import pointblank
    import polars as pl

    plan = pointblank.Validate(pl.read_parquet(table))
    names = []
    for name, (low, high) in RANGES.items():
        if low is not None:
            plan = plan.col_vals_ge(name, low, na_pass=True)
            names.append(f"min {name}")
        plan = plan.col_vals_le(name, high, na_pass=True)
        names.append(f"max {name}")
    for name, values in SETS.items():
        plan = plan.col_vals_in_set(name, [*values, None])
        names.append(f"isin {name}")
    for name, pattern in PATTERNS.items():
        plan = plan.col_vals_regex(name, pattern, na_pass=True)
        names.append(f"pattern {name}")
    for name in NEVER_MISSING:
        plan = plan.col_vals_not_null(name)
        names.append(f"nullable {name}")
    done = plan.interrogate(collect_extracts=False)
    return {name: done.n_failed(i=i, scalar=True) for i, name in enumerate(names, 1)}


ARMS: dict[str, Callable[[Path, Path], dict[str, int]]] = {
    "hand-written DuckDB SELECT": by_hand,
    "dataaudit, quarantine written": ours,
    "pandera on polars, lazy=True": pandera_polars,
    "pointblank on polars, 26 of the rules": pointblank,
}


def _run_all(folder: Path, rows: int, peers: str, repeats: int) -> None:
    """Make the table, run the arms in turn, compare counts and print the table."""
    from bigtable import make
    from measure import compare

    folder.mkdir(parents=True, exist_ok=True)
    table = make(folder / f"t{rows}.parquet", rows)
    python = {by_hand: sys.executable, ours: sys.executable}
    commands = {
        name: [python.get(arm, peers), __file__, str(folder), "--arm", name, "--rows", str(rows)]
        for name, arm in ARMS.items()
    }
    timings = compare(commands, repeats=repeats)
    hand, *others = ARMS
    base = timings[hand].median
    print(f"{table.name}, {len(conditions()) + 1} rules\n\n| | s | ratio | peak MB |")
    print("|---|---|---|---|")
    for name, timing in timings.items():
        ratio = timing.median / base
        print(
            f"| {name} | {timing.median:.1f} | {ratio:.2f} | {timing.peak:.0f} | {timing.failure}"
        )
    expected = _said(folder, hand)
    for name in [name for name in others if not timings[name].failure]:
        found = _said(folder, name)
        unlike = {
            rule: (count, found.get(rule, 0))
            for rule, count in expected.items()
            if count != found.get(rule, 0) and (rule in found or name == others[0])
        }
        print(f"\n{name}: " + (f"COUNTS DIFFER {unlike}" if unlike else "all counts equal"))


def _said(folder: Path, name: str) -> dict[str, int]:
    found: dict[str, int] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return {rule.strip(): count for rule, count in found.items()}


def main() -> None:
    """Run one arm, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--peers", default=sys.executable)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--arm")
    given = parser.parse_args()
    if given.arm is None:
        _run_all(given.folder, given.rows, given.peers, given.repeats)
        return
    start = time.perf_counter()
    counts = ARMS[given.arm](given.folder / f"t{given.rows}.parquet", given.folder)
    text = json.dumps(counts)
    (given.folder / f"{given.arm}.json").write_text(text, encoding="utf-8")
    print(f"{time.perf_counter() - start:.2f} s within the process", file=sys.stderr)


if __name__ == "__main__":
    main()
