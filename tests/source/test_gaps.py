"""Blank cells and null tokens are found whether the files tell the range of a text or not."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.source import Declared, read
from dataaudit.source.casts import may_lie_between

PLAIN = "note nut NUT n/a N/A null ? Zürich ~x é #n/a nay o'neill <script>".split()  # noqa: SIM905 - a list of words
WORDS = st.sampled_from([*PLAIN, "", " ", "\xa0", "\x7f", " null", "null ", '"; drop table'])


@pytest.fixture(scope="module")
def engine():
    with DuckDBEngine(threads=2) as engine:
        yield engine


def missing(engine, cells, declared, path, *, has_ranges):
    pq.write_table(pa.table({"x": pa.array(cells, pa.string())}), path, write_statistics=has_ranges)
    source = read(path, declared=declared, engine=engine)
    typed = engine.query("SELECT x IS NULL FROM typed ORDER BY __row__").column(0).to_pylist()
    return typed, source.columns["x"]


@pytest.mark.parametrize("nulls", [None, (), ("nut", "?")])
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(cells=["note", "null"])
@example(cells=["note 1", "note 2"])
@given(cells=st.lists(st.one_of(st.none(), WORDS), min_size=1, max_size=6))
def test_a_known_range_changes_nothing(engine, cells, nulls, tmp_path):
    declared = {} if nulls is None else {"x": Declared(dtype="str", nulls=nulls)}
    known, column = missing(engine, cells, declared, tmp_path / "a.parquet", has_ranges=True)
    looked_at, other = missing(engine, cells, declared, tmp_path / "b.parquet", has_ranges=False)
    assert known == looked_at
    assert (column.nulls, column.has_gaps) == (other.nulls, other.has_gaps)


@given(cells=st.lists(WORDS, min_size=1, max_size=4))
def test_no_token_lies_where_none_may(cells):
    if not may_lie_between(min(cells), max(cells), ["n/a", "null"]):
        texts = [cell.strip().lower() for cell in cells]
        assert not set(texts) & {"", "n/a", "null"}
