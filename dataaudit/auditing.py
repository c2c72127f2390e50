"""The audit of a table without a config: what `dataaudit audit` does, and nothing that it does not.

It stands apart from `chain` because it needs no estimator, no contract and no network, and so
starts in a fraction of the time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dataaudit import fingerprint
from dataaudit.account import RowAccount
from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.source import Source, read
from dataaudit.source.columns import ROW
from dataaudit.source.tables import column_name
from dataaudit.split import Labelled, TaskSpec, by_table, label
from dataaudit.table import Table

if TYPE_CHECKING:
    from dataaudit.defects import Defect
    from dataaudit.result import AuditResult


def audit(
    data: Any,
    target: Any = None,
    *,
    test: Any = None,
    checks: Mapping[str, Mapping[str, Any]] | None = None,
    ignore: Sequence[str] = (),
) -> AuditResult:
    """List the defects of a table; nothing is trained, nothing is changed.

    Parameters
    ----------
    data, test
        A file or a pandas, polars or arrow table; and a test table of its own, if there is one.
    target
        The column to predict, named as the frame does; without it the checks that need one are
        not applicable.
    checks
        Parameters by check, as under ``audit.checks``.
    ignore
        Codes and ids not to hear of.

    Raises
    ------
    SourceError
        If the table cannot be read.
    UnknownNameError, ConfigError
        For a target, check or parameter that does not exist or fit.
    """
    account = RowAccount()
    with ThreadPoolExecutor(1) as beside, DuckDBEngine() as engine:
        # Checks and report take half a second to load, in which the engine reads.
        loading = beside.submit(_loaded, checks)
        if checks:
            loading.result()
        source = read(data, test=test, engine=engine)
        name = None if target is None else column_name(target)
        table = _described(source, name, account)
        profile = table.profile
        rules = loading.result()
        from dataaudit.defects import audit as audit_table
        from dataaudit.report.collect import collect
        from dataaudit.result import AuditResult

        outcomes = audit_table(table, rules, ignore)
        report = collect(
            name=Path(source.files[0]).stem if source.files else "table",
            outcomes=outcomes,
            account=[entry for entry in account.to_list() if entry["rows_in"] > entry["rows_out"]],
            profile=profile,
            columns=table.columns,
            task=table.task,
            source=source.description,
            sample=table.sample,
            unproven="An audit trains nothing; `dataaudit run` proves what cleaning is worth.",
            versions=fingerprint.versions(),
        )
    return AuditResult(outcomes=outcomes, profile=profile, report=report)


def _loaded(checks: Mapping[str, Mapping[str, Any]] | None) -> dict[str, Defect]:
    """Load all that comes after reading; return the checks."""
    from dataaudit import result  # noqa: F401 - and the report, which it shows
    from dataaudit.defects import configured

    return configured(checks)


def _described(source: Source, target: str | None, account: RowAccount) -> Table:
    """Return the table of an audit without a config: every row; sides where there is a test table.

    Sides that were only drawn would tell nothing of the data.
    """
    enter_source(source, account)
    if target is None:
        return Table(source.engine, columns=source.columns, **_known(source))
    task = TaskSpec(target=target)
    labels = label(source.engine, source.columns, task, relation="typed")
    account.add("target", rows_in=source.rows, rows_out=labels.rows, dropped=labels.missing)
    if source.test_from is None:
        return labelled(source, labels, "raw")
    by_table(source.engine, source.test_from)
    return labelled(source, labels, "raw", sides="sides")


def labelled(source: Source, labels: Labelled, raw: str, **options: Any) -> Table:
    """Return the table of the rows that have a target, their text taken from a relation."""
    if labels.missing:
        kept = f"SELECT * FROM {raw} WHERE {ROW} IN (SELECT {ROW} FROM labelled)"
        source.engine.view("labelled_raw", kept)
        raw = "labelled_raw"
    is_as_read = all(old == new for old, new in labels.task.spellings.items())
    known = {}
    if labels.rows == source.rows:
        known = _known(source, without=None if is_as_read else labels.task.target)
    return Table(
        source.engine,
        raw=raw,
        typed="labelled",
        columns=labels.columns,
        task=labels.task,
        **known,
        **options,
    )


def _known(source: Source, without: str | None = None) -> dict[str, Any]:
    """Return what spares a look at all rows of a source, but for one column, read otherwise."""
    counts = {name: count for name, count in source.counts.items() if name != without}
    return {"counts": counts, "plain": source.plain}


def enter_source(source: Source, account: RowAccount) -> None:
    """Enter the lines that could not be split into the row account."""
    lines = source.bad_lines.num_rows
    account.add(
        "source",
        rows_in=source.rows + lines,
        rows_out=source.rows,
        quarantined=lines,
        note="lines that could not be split go to quarantine" if lines else "",
    )
