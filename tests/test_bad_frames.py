"""Frames of every kind and type: audited, or refused in one clear error."""

import datetime as dt
import decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import dataaudit
from dataaudit.errors import ConfigError, DataAuditError, SourceError, UnknownNameError

pytestmark = pytest.mark.slow

ROWS = 80
NUMBERS = range(ROWS)
DAY = dt.date(2020, 1, 1)
CELLS = {
    "nullable int": pd.array([*range(ROWS - 1), None], dtype="Int64"),
    "nullable float": pd.array([1.5, None] * 40, dtype="Float32"),
    "nullable bool": pd.array([True, None] * 40, dtype="boolean"),
    "nullable text": pd.array(["a", None] * 40, dtype="string"),
    "category": pd.Categorical(["a", "b"] * 40),
    "category of numbers": pd.Categorical([1, None] * 40),
    "category of intervals": pd.cut(np.arange(ROWS), 4),
    "timedelta": pd.to_timedelta(NUMBERS, "h"),
    "period": pd.period_range("2020", periods=ROWS, freq="D"),
    "time zone": pd.date_range("2020", periods=ROWS, tz="Europe/Rome"),
    "one date": [DAY] * ROWS,
    "far dates": [dt.date(9999, 12, 31), dt.date(1, 1, 1)] * 40,
    "times": [dt.time(1, 2)] * ROWS,
    "mixed": [1, "a", None, 2.5] * 20,
    "containers": [[1], {"a": 1}, (1,), None] * 20,
    "bytes": [b"\xff\x00"] * ROWS,
    "objects": [object()] * ROWS,
    "decimal": [decimal.Decimal("1.5")] * ROWS,
    "complex": [1 + 2j] * ROWS,
    "beyond 64 bits": [2**70, 1] * 40,
    "unsigned": np.array([2**63 + 5, 1] * 40, dtype="uint64"),
    "half floats": np.arange(ROWS, dtype="float16"),
    "infinite": np.inf,
    "not a time": pd.NaT,
    "nothing": None,
    "half a surrogate": pd.Series(["\udcff"] * ROWS, dtype=object),
    "null byte": ["\0"] * ROWS,
    "huge cell": ["x" * 5_000_000, *["y"] * (ROWS - 1)],
    "sparse": pd.arrays.SparseArray([0] * ROWS),
}


@pytest.mark.parametrize("cells", CELLS.values(), ids=CELLS)
def test_a_column_of_any_type_is_audited_and_shown(plain_frame, cells):
    frame = plain_frame.assign(odd=cells)
    before = frame.copy(deep=True)
    result = dataaudit.audit(frame, target="y")
    assert result.profile["odd"].rows == ROWS
    missing = sum(pd.api.types.is_scalar(cell) and pd.isna(cell) for cell in frame["odd"])
    assert result.profile["odd"].missing == missing
    assert len(result.to_html()) < 200_000  # no cell fills the page
    assert len(result.to_json()) < 100_000
    pd.testing.assert_frame_equal(frame, before)


NAMES = {
    "numbers": ([0, 1, 2, 3], 3),
    "tuples": (pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1), ("b", 2)]), ("b", 2)),
    "twice": (["x", "x", "city", "y"], "y"),
    "target twice": (["x", "z", "y", "y"], "y"),
    "blank": (["", "  ", "\n", "y"], "y"),
    "ours": (["__row__", "side", "raw", "label"], "label"),
    "types": ([None, 1.5, True, "y"], "y"),
    "long": (["x" * 2000, "x" * 2001, "c", "y"], "y"),
    "null byte": (["\0", "a\0b", "c", "y"], "y"),
    "hostile": (["<script>alert(1)</script>", '"; drop table x; --', "it's", "y`"], "y`"),
    "paths": (["../../etc/passwd", "C:\\x", "${HOME}", "%s{}"], "%s{}"),
}


@pytest.mark.parametrize(("names", "target"), NAMES.values(), ids=NAMES)
def test_a_column_of_any_name_is_audited_and_run(plain_frame, tmp_path, names, target):
    frame = plain_frame.set_axis(names, axis="columns")
    result = dataaudit.audit(frame, target=target)
    assert len(result.report["columns"]) == 4
    assert "<script>alert" not in result.to_html()
    frame.columns = [str(name) for name in names]
    frame.to_csv(tmp_path / "t.csv", index=False)
    found = dataaudit.audit(tmp_path / "t.csv").report["columns"]
    assert len(found) == 4


@pytest.mark.slow
@pytest.mark.parametrize("name", ["x" * 2000, '\u00e9"\\' * 700, "<script>", '"; drop table x; --'])
def test_what_init_writes_for_any_name_runs(plain_frame, tmp_path, invoke, name):
    plain_frame.rename(columns={"x": name}).to_csv(tmp_path / "t.csv", index=False)
    assert invoke("init", "t.csv", "--target", "y").code == 0
    ended = invoke("run", "pipeline.yaml", "--set", "prove=off", "--set", "output.dir=out")
    assert ended.code == 0, ended.err


def test_init_proposes_no_smote_for_a_class_too_rare_to_draw_between(plain_frame, tmp_path, invoke):
    plain_frame.assign(y=["rare"] * 7 + ["no"] * 73).to_csv(tmp_path / "t.csv", index=False)
    assert invoke("init", "t.csv", "--target", "y").code == 0
    text = (tmp_path / "pipeline.yaml").read_text()
    assert "smote" not in text
    assert "  - imbalance: {method: threshold}" in text
    assert invoke("run", "pipeline.yaml", "--set", "prove=off").code == 0


def test_init_proposes_the_threshold_for_a_rare_class_and_names_smote_beside_it(
    plain_frame, tmp_path, invoke
):
    rare = plain_frame.sample(400, replace=True, random_state=0, ignore_index=True)
    rare.assign(y=["rare"] * 30 + ["no"] * 370).to_csv(tmp_path / "t.csv", index=False)
    assert invoke("init", "t.csv", "--target", "y").code == 0
    lines = (tmp_path / "pipeline.yaml").read_text().splitlines()
    [at] = [i for i, line in enumerate(lines) if line.startswith("  - imbalance:")]
    assert lines[at].startswith("  - imbalance: {method: threshold}   # ")
    assert lines[at + 1].startswith("  # - imbalance: {method: smote}   # ")


INDEXES = {
    "twice": [0] * ROWS,
    "many levels": pd.MultiIndex.from_arrays([NUMBERS, NUMBERS]),
    "named": pd.Index(NUMBERS, name="when"),
}


@pytest.mark.parametrize("index", INDEXES.values(), ids=INDEXES)
def test_the_index_plays_no_part(plain_frame, index):
    expected = dataaudit.audit(plain_frame, target="y").to_json()
    assert dataaudit.audit(plain_frame.set_axis(index), target="y").to_json() == expected


POLARS = {
    "category": pl.col("city").cast(pl.Categorical),
    "enumeration": pl.col("city").cast(pl.Enum(["Oslo", "Rome", "Bern"])),
    "duration": pl.duration(hours=1),
    "struct": pl.struct("x", "z"),
    "list": pl.concat_list("x", "z"),
    "null": pl.lit(None),
    "decimal": pl.lit("1.5").cast(pl.Decimal(10, 2)),
    "binary": pl.lit(b"\xff"),
}


@pytest.mark.parametrize("column", POLARS.values(), ids=POLARS)
def test_polars_columns_are_audited(plain_frame, column):
    frame = pl.from_pandas(plain_frame).with_columns(odd=column)
    assert dataaudit.audit(frame.lazy(), target="y").profile["odd"].rows == ROWS


ARROW = {
    "dictionary": pa.array(["a", "b"] * 40).dictionary_encode(),
    "null": pa.nulls(ROWS),
    "map": pa.array([[("a", 1)]] * ROWS, pa.map_(pa.string(), pa.int64())),
    "view": pa.array(["a"] * ROWS, pa.string_view()),
    "large": pa.array(["a"] * ROWS, pa.large_string()),
    "nanoseconds": pa.array([2**62] * ROWS, pa.timestamp("ns")),
}


@pytest.mark.parametrize("column", ARROW.values(), ids=ARROW)
def test_arrow_columns_are_audited(plain_frame, column):
    table = pa.Table.from_pandas(plain_frame).append_column("odd", column)
    assert dataaudit.audit(table, target="y").profile["odd"].rows == ROWS


REFUSED = {
    "no rows": (lambda t: t.head(0), {}, SourceError, "no rows"),
    "no columns": (lambda _: pd.DataFrame(), {}, SourceError, "no columns"),
    "a series": (lambda t: t["x"], {}, SourceError, "is expected"),
    "an array": (lambda t: t.to_numpy(), {}, SourceError, "is expected"),
    "a list": (lambda _: [[1]], {}, SourceError, "is expected"),
    "None": (lambda _: None, {}, SourceError, "is expected"),
    "one row": (lambda t: t.head(1), {}, DataAuditError, "at least 10"),
    "wide integers": (
        lambda t: pl.from_pandas(t).with_columns(odd=pl.lit(5).cast(pl.Int128)),
        {},
        SourceError,
        "pli128",
    ),
    "wide decimals": (
        lambda t: pa.Table.from_pandas(t).append_column(
            "odd", pa.array([decimal.Decimal(1)] * ROWS, pa.decimal256(50, 2))
        ),
        {},
        DataAuditError,
        "Decimal",
    ),
    "other target": (lambda t: t, {"target": 1}, UnknownNameError, "Unknown column"),
    "unknown check": (lambda t: t, {"checks": {"outlier": {}}}, UnknownNameError, "outliers"),
    "unknown key": (lambda t: t, {"checks": {"DA201": {"rech": 1}}}, UnknownNameError, "reach"),
    "checks as list": (lambda t: t, {"checks": ["outliers"]}, ConfigError, "a mapping"),
    "unknown code": (lambda t: t, {"ignore": ["DA999"]}, UnknownNameError, "DA999"),
    "other test": (lambda t: t, {"test": pd.DataFrame({"x": [1]})}, SourceError, "lacks the"),
}


@pytest.mark.parametrize(("change", "more", "error", "words"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_table_is_refused_in_one_line(plain_frame, change, more, error, words):
    with pytest.raises(error, match=words) as caught:
        dataaudit.audit(change(plain_frame), **{"target": "y", **more})
    assert "\n" not in str(caught.value)


def test_checks_and_codes_go_by_name_or_code(plain_frame):
    frame = plain_frame.assign(same=1)
    assert [f.id for f in dataaudit.audit(frame, target="y").findings] == ["DA402.constant"]
    for name in ("constant", "DA402", "constant.constant", "DA402.constant"):
        assert not dataaudit.audit(frame, target="y", ignore=[name]).findings
