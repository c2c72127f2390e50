"""Which engine a config asks for: DuckDB in this process, or a Spark cluster."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

_STRICT = ConfigDict(extra="forbid")


class SparkSpec(BaseModel):
    """A cluster, reached through its master or through a Spark Connect server."""

    model_config = _STRICT
    master: str | None = Field(
        default=None, description="spark://host:7077, local[4], yarn ...: classic Spark."
    )
    remote: str | None = Field(
        default=None, description="sc://host:15002: Spark Connect, instead of a master."
    )
    config: dict[str, str | int | float | bool] = Field(
        default={}, description="Settings of Spark, by their names: spark.executor.memory ..."
    )
    folder: str | None = Field(
        default=None,
        description="A folder that this machine and all workers see under one path; needed where "
        "workers run on other machines and a table is no Parquet, or a result is streamed.",
    )

    @model_validator(mode="after")
    def _one_address(self) -> Self:
        if (self.master is None) == (self.remote is None):
            raise ValueError("either `master` or `remote`")
        if self.remote is not None and not self.remote.startswith("sc://"):
            raise ValueError("a `remote` that begins with sc://")
        return self


class EngineSpec(BaseModel):
    """Where the rows live; DuckDB in this process where nothing is said."""

    model_config = _STRICT
    memory_limit: str | None = Field(
        default=None,
        pattern=r"^\d+(\.\d+)? ?([KMGT]i?B|[KMGT])$",
        description="Of DuckDB, 4GB; 80 % of the machine by default. Other stages need their own.",
    )
    threads: int | None = Field(default=None, ge=1, description="Of DuckDB; every core by default.")
    spark: SparkSpec | None = None

    @model_validator(mode="after")
    def _one_engine(self) -> Self:
        if self.spark is not None and (self.memory_limit is not None or self.threads is not None):
            raise ValueError("either `spark`, or `memory_limit` and `threads` of DuckDB")
        return self


def open_engine(spec: EngineSpec | None = None) -> AbstractContextManager[Any]:
    """Start the engine that a config asks for; it closes at the end of a ``with`` block.

    Raises
    ------
    MissingExtraError
        Where Spark is asked for and pyspark is not installed.
    ConfigError
        Where there is no Java, or no Spark that answers.
    """
    spec = spec or EngineSpec()
    if spec.spark is not None:
        from dataaudit.engine.spark import SparkEngine

        settings = {key: _text(value) for key, value in spec.spark.config.items()}
        return SparkEngine(
            master=spec.spark.master,
            remote=spec.spark.remote,
            config=settings,
            folder=spec.spark.folder,
        )
    from dataaudit.engine.duckdb import DuckDBEngine

    return DuckDBEngine(memory_limit=spec.memory_limit, threads=spec.threads)


def _text(value: object) -> str:
    """Return a setting as Spark reads it: true, not True."""
    return str(value).lower() if isinstance(value, bool) else str(value)
