"""Spark's types by the names that DuckDB gives them."""

from __future__ import annotations

from typing import Any

_NAMES = {
    "string": "VARCHAR",
    "boolean": "BOOLEAN",
    "tinyint": "TINYINT",
    "smallint": "SMALLINT",
    "int": "INTEGER",
    "bigint": "BIGINT",
    "float": "FLOAT",
    "double": "DOUBLE",
    "date": "DATE",
    "timestamp": "TIMESTAMP WITH TIME ZONE",
    "timestamp_ntz": "TIMESTAMP",
    "binary": "BLOB",
}


def duckdb_type(kind: Any) -> str:
    """Return DuckDB's name of a Spark type.

    Examples
    --------
    >>> from pyspark.sql.types import ArrayType, DecimalType, StringType
    >>> [duckdb_type(kind) for kind in (StringType(), DecimalType(5, 2), ArrayType(StringType()))]
    ['VARCHAR', 'DECIMAL(5,2)', 'VARCHAR[]']
    """
    name = str(kind.simpleString())
    if name.startswith("array"):
        return f"{duckdb_type(kind.elementType)}[]"
    if name.startswith(("char", "varchar")):
        return "VARCHAR"
    return _NAMES.get(name, name.upper())
