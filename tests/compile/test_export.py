"""`export --sql`, run by hand in DuckDB on the file as it is, gives what `apply` gives."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest

from dataaudit.chain import run


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("export")
    rng = np.random.default_rng(0)
    ages = [f" {age}" if age % 7 else " ?" for age in rng.integers(18, 80, 200)]
    towns = rng.choice(["Oslo", " oslo", "Rome", "it's", "?", '"; drop table x'], 200)
    days = [f"{1 + i % 28:02}/03/20{i % 20:02}" for i in range(200)]
    lines = [
        f'{a},"{t.replace(chr(34), chr(34) * 2)}",{d},{"no" if i % 3 else "yes"}'
        for i, (a, t, d) in enumerate(zip(ages, towns, days, strict=True))
    ]
    (place / "t.csv").write_text("\n".join(["age,town,day,y", *lines]))
    config = {
        "source": {"path": str(place / "t.csv")},
        "task": {"target": "y"},
        "clean": ["disguised", "categories", "missing", "scale", "encode"],
        "prove": "off",
        "output": {"dir": str(place / "out")},
        "gate": {"fail_on": "never"},
    }
    run(config, run_id="one")
    run({**config, "clean": [{"missing": {"numeric": "knn"}}, "encode"]}, run_id="knn")
    return place


def test_the_statement_by_hand_gives_what_apply_gives(folder, invoke):
    applied = invoke("apply", str(folder / "out/one"), str(folder / "t.csv"), "-o", "a.parquet")
    exported = invoke("export", str(folder / "out/one"), "--sql", "--relation", "by hand")
    assert (applied.code, exported.code) == (0, 0)
    with duckdb.connect() as by_hand:
        source = f"read_csv('{folder / 't.csv'}', all_varchar = true, header = true)"
        by_hand.execute(f'CREATE VIEW "by hand" AS FROM {source}')
        by_hand.execute(f"COPY ({exported.out}) TO 'hand.parquet'")
    ours = pq.read_table("a.parquet").drop_columns("__row__")
    assert ours.num_rows == 200
    assert ours.equals(pq.read_table("hand.parquet").cast(ours.schema))


def test_a_step_without_sql_is_named(folder, invoke):
    ended = invoke("export", str(folder / "out/knn"), "--sql")
    assert (ended.code, ended.out) == (2, "")
    assert "The step `missing` has no SQL form: ImputeFromDonors has none." in ended.err


def test_other_dialects_and_typed_columns(folder, invoke):
    spark = invoke("export", str(folder / "out/one"), "--sql", "--dialect", "spark", "--typed")
    assert spark.code == 0
    assert "`age`" in spark.out
    assert "/* 5_scale - SmoothRobustScaler" in spark.out
    assert invoke("export", str(folder / "out/one"), "--sql", "--dialect", "cobol").code == 2
    assert invoke("export", str(folder / "out/one")).code == 2
