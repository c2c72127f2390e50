"""The door to pandera: imported here and nowhere else."""

from __future__ import annotations

import warnings
from typing import Any

import pandas as pd

with warnings.catch_warnings():
    # pandera imports pyspark where that is installed, and pyspark warns of pandas 3.
    warnings.simplefilter("ignore")
    import pandera.pandas as pandera
    from pandera import dtypes
    from pandera.engines import pandas_engine
    from pandera.errors import ParserError, SchemaError, SchemaErrorReason, SchemaErrors
    from pandera.io.pandas_io import deserialize_schema, serialize_schema

    pandera.DataFrameSchema.register_default_backends(pd.DataFrame)  # imports the rest of it


def schema_of(found: Any) -> Any:
    """Return the schema of a ``DataFrameModel``, and anything else as it is."""
    if not hasattr(found, "to_schema"):
        return found
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the same import, put off until here
        return found.to_schema()


__all__ = [
    "ParserError",
    "SchemaError",
    "SchemaErrorReason",
    "SchemaErrors",
    "deserialize_schema",
    "dtypes",
    "pandas_engine",
    "pandera",
    "schema_of",
    "serialize_schema",
]
