"""Frames become typed relations; a fitted step or cleaning is run both ways."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import strategies as st

from dataaudit.compile.statement import compiled
from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.pipeline import Cleaning, UnifyTypes
from dataaudit.pipeline.flow import transformed
from dataaudit.source.columns import ROW, Column

HOSTILE = ['a"; drop table x; --', "it's", "<script>", "*/ select 1 /*", "x_1", "{{ x }}", "a b"]
CELLS = [
    "",
    " ",
    "a",
    "A",
    " A ",
    "b  b",
    "ß",
    "SS",
    "ß",
    "\u017f",
    "İ",
    "Σ",
    "\u00a0a",
    "a\tb",
    *HOSTILE,
]

numbers = st.one_of(
    st.floats(-1e9, 1e9),
    st.sampled_from([np.nan, np.inf, -np.inf, 0.0, -0.0, -999.0, 1e308, -1e308, 5e-324]),
)
words = st.one_of(st.none(), st.sampled_from(CELLS), st.text(max_size=3).filter(str.isprintable))
moments = st.one_of(st.none(), st.datetimes(pd.Timestamp(1900, 1, 1), pd.Timestamp(2100, 1, 1)))


@st.composite
def frames(draw, names=("n", "m", "t", "u", "d")):
    """Draw training rows and other rows of the same columns; the index is row identity."""
    made = []
    for size in (draw(st.integers(6, 25)), draw(st.integers(1, 8))):
        cells = {"n": numbers, "m": numbers, "t": words, "u": words, "d": moments}
        types = {"n": "float64", "m": "float64", "t": "str", "u": "str", "d": "datetime64[us]"}
        columns = {
            name: pd.Series(
                draw(st.lists(cells[name], min_size=size, max_size=size)), dtype=types[name]
            )
            for name in names
        }
        rows_ = draw(st.lists(st.integers(0, 10**6), min_size=size, max_size=size, unique=True))
        made.append(pd.DataFrame(columns).set_axis(sorted(rows_), axis=0))
    return tuple(made)


def columns_of(frame: pd.DataFrame) -> dict[str, Column]:
    kinds = {"f": "float", "i": "int", "b": "bool", "M": "date"}
    return {
        name: Column(name=name, dtype=kinds.get(frame[name].dtype.kind, "str"), is_text=False)
        for name in frame.columns
    }


def register(engine: DuckDBEngine, frame: pd.DataFrame) -> None:
    """Make a frame the relation `rows` of the engine, NaN as NaN, its index as ``__row__``."""
    arrays = {ROW: pa.array(np.asarray(frame.index), pa.int64())}
    for name in frame.columns:
        kept = frame[name].dtype.kind == "f"
        arrays[name] = pa.array(frame[name], from_pandas=not kept)
    engine.register("rows", pa.table(arrays))


@cache
def _engine() -> DuckDBEngine:
    """Start one engine for all examples."""
    return DuckDBEngine(threads=1)


def by_sql(
    cleaning: Cleaning, frame: pd.DataFrame, *, is_duckdb=True, training=False
) -> pd.DataFrame:
    """Clean a frame by the statement."""
    engine = _engine()
    register(engine, frame)
    made = compiled(
        cleaning, columns_of(frame), "rows", is_duckdb=is_duckdb, training=training, keep=[ROW]
    )
    out = engine.query(made.sql).to_pandas().set_index(ROW)
    return out.rename_axis(None).loc[frame.index]


def stepped(step: object, frame: pd.DataFrame, y: object = None) -> Cleaning:
    """Return a cleaning of one fitted step, which asks nothing of what is left behind it."""
    cleaning = Cleaning()
    entry = UnifyTypes().fit(frame)
    cleaning.fitted_ = [("unify", entry), ("step", step.fit(entry.transform(frame), y))]
    cleaning.columns_ = list(frame.columns)
    return cleaning


def by_steps(cleaning: Cleaning, frame: pd.DataFrame) -> pd.DataFrame:
    """Clean a frame by the estimators."""
    for name, step in cleaning.fitted_:
        frame = transformed(name, step, frame)
    return frame


def assert_same(left: pd.DataFrame, right: pd.DataFrame, *, rtol: float = 0.0) -> None:
    assert left.columns.tolist() == right.columns.tolist()
    for name in left.columns:
        one, other = left[name], right[name]
        if pd.api.types.is_datetime64_any_dtype(one) or pd.api.types.is_datetime64_any_dtype(other):
            pd.testing.assert_series_equal(
                one.astype("datetime64[us]"), other.astype("datetime64[us]")
            )
        elif pd.api.types.is_numeric_dtype(other) or pd.api.types.is_bool_dtype(other):
            np.testing.assert_allclose(
                one.to_numpy("float64"),
                other.to_numpy("float64", na_value=np.nan),
                rtol=rtol,
                atol=1e-12 if rtol else 0,
                err_msg=name,
            )
        else:
            assert [None if pd.isna(x) else x for x in one] == [
                None if pd.isna(x) else x for x in other
            ]
