"""Blank cells and null tokens are found whether the files tell the range of a text or not."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dataaudit.source import Declared, read
from dataaudit.source.casts import may_lie_between

WORDS = st.sampled_from(
    [
        "note",
        "nut",
        "NUT",
        "n/a",
        "N/A",
        "null",
        " null",
        "null ",
        "?",
        "",
        " ",
        "\xa0",
        "Zürich",
        "~x",
        "\x7f",
        "é",
        "#n/a",
        "nay",
        "o'neill",
        '"; drop table',
        "<script>",
    ]
)


def missing(cells, declared, folder, *, has_ranges):
    path = folder / "t.parquet"
    pq.write_table(pa.table({"x": pa.array(cells, pa.string())}), path, write_statistics=has_ranges)
    source = read(path, declared=declared)
    with source.engine as engine:
        typed = engine.query("SELECT x IS NULL FROM typed ORDER BY __row__").column(0).to_pylist()
    return typed, source.columns["x"]


@pytest.mark.parametrize("nulls", [None, (), ("nut", "?")])
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(cells=["note", "null"])
@example(cells=["note 1", "note 2"])
@given(cells=st.lists(st.one_of(st.none(), WORDS), min_size=1, max_size=6))
def test_a_known_range_changes_nothing(cells, nulls, tmp_path):
    declared = {} if nulls is None else {"x": Declared(dtype="str", nulls=nulls)}
    known, column = missing(cells, declared, tmp_path, has_ranges=True)
    looked_at, other = missing(cells, declared, tmp_path, has_ranges=False)
    assert known == looked_at
    assert (column.nulls, column.has_gaps) == (other.nulls, other.has_gaps)


@given(cells=st.lists(WORDS, min_size=1, max_size=4))
def test_no_token_lies_where_none_may(cells):
    if not may_lie_between(min(cells), max(cells), ["n/a", "null"]):
        texts = [cell.strip().lower() for cell in cells]
        assert not set(texts) & {"", "n/a", "null"}
