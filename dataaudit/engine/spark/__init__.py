"""The engine of a cluster: Spark, reached as a classic master or through Spark Connect.

Only what both have is used: SQL, arrow tables in and out, Parquet written by the workers.
"""

from __future__ import annotations

import functools
import re
import shutil
import tempfile
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from dataaudit.engine.spark.files import in_order
from dataaudit.engine.spark.reading import Scanned, scanned
from dataaudit.engine.spark.session import connect, engine_error, first_line
from dataaudit.engine.spark.translate import is_ordered, to_spark
from dataaudit.engine.spark.types import duckdb_type
from dataaudit.errors import DataAuditError, QueryError
from dataaudit.parquet import ROW_GROUP

_ROW = "__row__"
_DESCRIBE = re.compile(r"\s*DESCRIBE\s+(.*)", re.DOTALL | re.IGNORECASE)
_LARGEST_SENT = 64 * 2**20  # bytes of a frame that goes to Spark as it is; larger ones as a file


class SparkEngine:
    """A cluster.

    Parameters
    ----------
    master
        ``spark://host:7077``, ``local[2]`` ...: this process becomes the driver.
    remote
        ``sc://host:15002``: a Spark Connect server, instead of a master.
    config
        Settings of Spark, ``spark.executor.memory`` and so on.
    folder
        A folder that this machine and all workers see under the same path; what is streamed, and
        tables that are no Parquet, pass through it. A temporary folder of this machine by default,
        which is enough where the workers run on it.

    Raises
    ------
    MissingExtraError
        Where pyspark is not installed.
    ConfigError
        Where there is no Java, or no Spark that answers.
    """

    dialect = "spark"

    def __init__(
        self,
        *,
        master: str | None = None,
        remote: str | None = None,
        config: Mapping[str, str] | None = None,
        folder: str | Path | None = None,
    ) -> None:
        if remote is None and master is None:
            master = "local[*]"
        self.session, self._is_own = connect(master=master, remote=remote, config=config or {})
        self._folder = tempfile.TemporaryDirectory(prefix="dataaudit-", dir=folder)
        self.folder = Path(self._folder.name)
        self._stored: list[Any] = []
        self._files = 0

    def query(self, sql: str) -> pa.Table:
        """Run one SELECT and bring its rows into memory; DESCRIBE tells types as DuckDB names them.

        Raises
        ------
        QueryError
            With Spark's own words.
        EngineError
            Where the cluster does not answer any more.
        """
        described = _DESCRIBE.fullmatch(sql)
        if described is None:
            return self._run(lambda: self._frame(sql).toArrow())
        select = (
            described[1] if "select" in described[1].lower() else f"SELECT * FROM {described[1]}"
        )
        fields = self._run(lambda: self._frame(select).schema.fields)
        columns = [[f.name for f in fields], [duckdb_type(f.dataType) for f in fields]]
        return pa.table(columns, names=["column_name", "column_type"])

    def known(self, sql: str) -> pa.Table | None:  # noqa: ARG002 - as `Engine` has it
        """Answer nothing without reading."""
        return None

    def batches(self, sql: str, rows: int = ROW_GROUP) -> Iterator[pa.RecordBatch]:
        """Run one SELECT and yield its rows a batch at a time, by way of a folder of files.

        Raises
        ------
        QueryError, EngineError
            As `query`.
        """
        path = self._new_path()
        self.copy(sql, path)
        try:
            for file in sorted(path.iterdir()):
                with pq.ParquetFile(file) as opened:
                    yield from opened.iter_batches(rows)
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def view(self, name: str, sql: str) -> None:
        """Give a SELECT a name, replacing what bore it.

        Raises
        ------
        QueryError, EngineError
            As `query`.
        """
        self._run(lambda: self._frame(sql).createOrReplaceTempView(name))

    def store(self, name: str, sql: str) -> None:
        """Compute a SELECT when it is first asked for, keep its rows on the workers, and name them.

        Rows of a worker that dies are computed again.

        Raises
        ------
        QueryError, EngineError
            As `query`.
        """

        def keep() -> None:
            frame = self._frame(sql).persist()
            frame.createOrReplaceTempView(name)
            self._stored.append(frame)

        self._run(keep)

    def register(self, name: str, data: Any) -> None:
        """Make an arrow table or a polars frame readable under a name.

        Raises
        ------
        QueryError, EngineError
            As `query`.
        """
        table = data if isinstance(data, pa.Table) else data.to_arrow()
        if table.nbytes > _LARGEST_SENT:
            path = self._new_path()
            path.mkdir()
            pq.write_table(table, path / "part-00000.parquet", row_group_size=ROW_GROUP)
            self.view(name, f"SELECT * FROM read_parquet('{path}')")
            return
        self._run(lambda: self.session.createDataFrame(table).createOrReplaceTempView(name))

    def copy(
        self,
        sql: str,
        path: Path,
        *,
        filled: Collection[str] = (),
        metadata: Mapping[str, str] | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> int:
        """Write the rows of a SELECT as a folder of Parquet files; return how many.

        The files are named in the order of the rows: that of the statement, else by ``__row__``
        where that is among the columns, because workers give rows back in no order. Spark has no
        place for metadata of a file, nor for what is ``filled``: what is given is left out.

        Raises
        ------
        QueryError, EngineError
            As `query`; also where the workers wrote to a place that this machine does not see.
        """
        del metadata, filled
        frame = self._run(lambda: self._frame(sql))
        if _ROW in frame.columns and not is_ordered(sql):
            frame = self._run(lambda: frame.orderBy(frame[_ROW].asc_nulls_last()))
        target = f"file://{path.absolute()}"  # Spark takes a path as it is written
        options = {"compression": "zstd", "parquet.block.row.count.limit": str(ROW_GROUP)}
        self._run(lambda: frame.write.mode("overwrite").options(**options).parquet(target))
        rows = in_order(path)
        if progress is not None:
            progress(rows)
        return rows

    def map_batches(
        self, name: str, sql: str, change: Callable[[pa.RecordBatch], pa.RecordBatch], to: pa.Schema
    ) -> None:
        """Name what a Python function makes of a SELECT, batch by batch on the workers.

        Parameters
        ----------
        name, sql
            As in `view`.
        change
            Must be picklable; what it imports must be installed on the workers.
        to
            The schema of what it returns.

        Raises
        ------
        QueryError, EngineError
            As `query`.
        """
        from pyspark.sql.pandas.types import from_arrow_schema

        schema = from_arrow_schema(to, prefer_timestamp_ntz=True)
        on_worker = functools.partial(_changed, change)
        changed = self._run(lambda: self._frame(sql).mapInArrow(on_worker, schema))
        self._run(lambda: changed.createOrReplaceTempView(name))

    def scan(self, name: str, data: str | Sequence[str], *, row: str, start: int) -> Scanned:
        """Name the rows of Parquet files, an address or a table; see `reading.scanned`.

        Raises
        ------
        QueryError, EngineError
            As `query`.
        """
        return self._run(lambda: scanned(self.session, name, data, row=row, start=start))

    def close(self) -> None:
        """Let go of what is kept on the workers, of the session if it is ours, and of files."""
        for frame in self._stored:
            _quietly(frame.unpersist)
        if self._is_own:
            _quietly(self.session.stop)
        self._folder.cleanup()

    def _frame(self, sql: str) -> Any:
        return self.session.sql(to_spark(sql))

    def _new_path(self) -> Path:
        self._files += 1
        return self.folder / f"written-{self._files}"

    def _run(self, call: Callable[[], Any]) -> Any:
        """Turn what Spark raises into our errors."""
        try:
            with warnings.catch_warnings():  # pyspark's words on the version of pandas
                warnings.filterwarnings("ignore", message="PySpark does not yet fully support")
                return call()
        except DataAuditError:
            raise
        except Exception as error:
            raise engine_error(error) or QueryError(first_line(error)) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _changed(
    change: Callable[[pa.RecordBatch], pa.RecordBatch], batches: Iterator[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    return (change(batch) for batch in batches)


def _quietly(call: Callable[[], Any]) -> None:
    """Let go of something; a cluster that is gone holds nothing any more."""
    try:
        call()
    except Exception as error:  # noqa: BLE001 - whatever it is, there is nothing left to do
        del error


__all__ = ["Scanned", "SparkEngine"]
