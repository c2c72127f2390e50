"""The key `engine` of pipeline.yaml: what it opens, and what it refuses."""

import pytest

from dataaudit.config import from_dict, schema
from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.engines import open_engine
from dataaudit.errors import ConfigError, UnknownNameError

NEEDED = {"source": {"path": "t.csv"}, "task": {"target": "y"}}


def engine_of(**given):
    return from_dict({**NEEDED, "engine": given}).engine


def test_without_the_key_it_is_duckdb():
    with open_engine(from_dict(NEEDED).engine) as engine:
        assert isinstance(engine, DuckDBEngine)


def test_memory_and_threads_reach_duckdb():
    with open_engine(engine_of(memory_limit="512MB", threads=1)) as engine:
        told = engine.query("SELECT current_setting('threads'), current_setting('memory_limit')")
        assert [column[0].as_py() for column in told.columns] == [1, "488.2 MiB"]


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"memory_limit": "a lot"}, r"engine\.memory_limit"),
        ({"memory_limit": "1GB'; DROP TABLE x; --"}, r"engine\.memory_limit"),
        ({"threads": 0}, r"engine\.threads"),
        ({"spark": {}}, r"engine\.spark"),
        ({"spark": {"master": "local", "remote": "sc://x"}}, r"engine\.spark"),
        ({"spark": {"remote": "spark://x:7077"}}, r"engine\.spark"),
        ({"spark": {"master": "local"}, "threads": 2}, r"engine"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(given, place):
    with pytest.raises(ConfigError, match=place):
        engine_of(**given)


def test_an_unknown_key_is_told_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'master'"):
        engine_of(spark={"mastr": "local"})


def test_the_schema_has_the_key():
    assert "engine" in schema()["properties"]
    assert "SparkSpec" in schema()["$defs"]
