"""Hold a source to its contract: the rows that stay, the rows put aside, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from dataaudit.contract.clauses import Clause, clauses
from dataaudit.contract.failing import FAILED, Failed, find_failures
from dataaudit.contract.quarantine import name_quarantine
from dataaudit.contract.schema import Contract
from dataaudit.engine import Engine, one_row
from dataaudit.engine.sql import ident
from dataaudit.errors import ContractError, DataError, hint
from dataaudit.finding import Severity
from dataaudit.source.columns import ROW, Column

_EXAMPLES = 5


class Rows(Protocol):
    """What `check` needs of a source."""

    engine: Engine
    columns: dict[str, Column]
    rows: int
    bad_lines: pa.Table


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """How one rule ended; a rule that held has 0 rows.

    Parameters
    ----------
    rule, column, severity
        As in `Clause`.
    rows
        Rows that break it.
    message
        One sentence with number and column.
    examples
        Up to five ``__row__`` ids.
    is_whole_table
        Whether it judges the table and no single row, or could not be computed.
    """

    rule: str
    column: str
    severity: Severity
    rows: int
    message: str
    examples: tuple[int, ...] = ()
    is_whole_table: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What came of a source: relations ``kept`` (typed) and ``kept_raw`` stand on its engine.

    Parameters
    ----------
    columns
        The columns that were kept: all, or with ``strict: filter`` those of the contract.
    quarantine
        The relation of the rows put aside as read (text), with ``__row__``, ``__line__``,
        ``__raw__`` (of lines that could not be split) and ``__errors__``, a list of {rule, column,
        message, severity}; where ``bad_rows`` is drop, only the lines.
    read, kept, quarantined, dropped
        Rows; ``read = kept + quarantined + dropped``, bad lines included.
    results
        One for each rule of the contract.
    severity
        None: within the limits; warning or error: more rows went than `Limits` allow, a rule about
        the whole table is broken, or there is no row at all.
    """

    columns: dict[str, Column]
    quarantine: str
    read: int
    kept: int
    quarantined: int
    dropped: int
    results: list[RuleResult]
    severity: Severity | None


def check(source: Rows, contract: Contract) -> Checked:
    """Hold every row to the contract and split the rows into kept and put aside.

    Every rule looks at every row: one bad cell hides nothing, and a row carries all its reasons.
    Rows that only break rules of severity ``warn`` stay.

    Raises
    ------
    ContractError
        If a required column is missing, or ``strict: true`` and there are others.
    ConfigError, UnknownNameError
        If a rule names a column that is not there, or cannot be computed.
    """
    columns = _columns_kept(contract, source.columns)
    found = clauses(contract, list(source.columns))
    failed = find_failures(source.engine, contract, found, source.columns)
    results = _results(contract, found, failed, source)
    _keep(source.engine, columns, failed.errors)
    drops = contract.bad_rows == "drop"
    lines = source.bad_lines.num_rows
    result = Checked(
        columns=columns,
        quarantine=name_quarantine(source, failed, found, drops=drops),
        read=source.rows + lines,
        kept=one_row(source.engine, "SELECT count(*) FROM kept")[0],
        quarantined=lines + (0 if drops else failed.errors),
        dropped=failed.errors if drops else 0,
        results=results,
        severity=_severity(contract, results, failed.errors, source),
    )
    _balance(result)
    return result


def _columns_kept(contract: Contract, columns: Mapping[str, Column]) -> dict[str, Column]:
    """Return the columns that stay, or say what is missing or too much."""
    absent = _absent(contract, columns)
    missing = [name for name in absent if contract.severity(name) is Severity.ERROR]
    if missing:
        names = ", ".join(f"`{name}`" for name in missing)
        near = hint(missing[0], list(columns)) if columns else ""
        raise ContractError(
            f"{names} {'is' if len(missing) == 1 else 'are'} missing", remedy=near.strip()
        )
    named = {clause.column for clause in clauses(contract, list(columns))}
    named |= set(contract.columns)
    extra = [name for name in columns if name not in named]
    if extra and contract.strict is True:
        names = ", ".join(f"`{name}`" for name in extra[:_EXAMPLES])
        raise ContractError(
            f"{len(extra)} column(s) that it does not name: {names}",
            remedy="Name them, or set `strict` to false or filter.",
        )
    filters = contract.strict == "filter"
    return {name: column for name, column in columns.items() if not filters or name in named}


def _absent(contract: Contract, columns: Mapping[str, Column]) -> list[str]:
    """Return the columns that must be there and are not."""
    return [
        name
        for name, terms in contract.columns.items()
        if terms.required and not terms.is_pattern and name not in columns
    ]


def _keep(engine: Engine, columns: Mapping[str, Column], errors: int) -> None:
    """Name the rows that stay."""
    names = ", ".join(map(ident, [ROW, *columns]))
    bad = f"SELECT 1 FROM {FAILED} AS bad WHERE bad.is_error AND bad.{ROW} = all_rows.{ROW}"
    where = f" WHERE NOT EXISTS ({bad})" if errors else ""
    for kept, relation in (("kept", "typed"), ("kept_raw", "raw")):
        engine.view(kept, f"SELECT {names} FROM {relation} AS all_rows{where}")


def _results(
    contract: Contract, found: Sequence[Clause], failed: Failed, source: Rows
) -> list[RuleResult]:
    """Return one result for each rule, and one for each column that may be missing and is."""
    results = [_result(i, clause, failed, source.rows) for i, clause in enumerate(found)]
    return results + [
        RuleResult(
            rule="required",
            column=name,
            severity=contract.severity(name),
            rows=source.rows,
            message=f"The column `{name}` is missing.",
            is_whole_table=True,
        )
        for name in _absent(contract, source.columns)
    ]


def _result(i: int, clause: Clause, failed: Failed, read: int) -> RuleResult:
    """Word how one rule ended."""
    rows, whole = failed.counts.get(i, 0), i in failed.whole
    share = f"{rows:,} of {read:,} rows: {clause.message}."
    if whole:
        share = f"The table as a whole fails, or cannot be computed: {clause.message}."
    return RuleResult(
        rule=clause.rule,
        column=clause.column,
        severity=clause.severity,
        rows=rows,
        message=share,
        examples=failed.examples.get(i, ()),
        is_whole_table=whole,
    )


def _severity(
    contract: Contract, results: Sequence[RuleResult], bad_rows: int, source: Rows
) -> Severity | None:
    """Compare the share of bad rows with the limits; rules about the whole table count too."""
    lines = source.bad_lines.num_rows
    read, bad = source.rows + lines, bad_rows + lines
    worst = [result.severity for result in results if result.is_whole_table]
    if not read or (bad and contract.bad_rows == "fail") or bad / read > contract.limits.error:
        worst.append(Severity.ERROR)
    elif bad / read > contract.limits.warn:
        worst.append(Severity.WARNING)
    return max(worst, key=lambda severity: severity.rank, default=None)


def _balance(checked: Checked) -> None:
    """Fail loudly if a row was lost or made."""
    accounted = checked.kept + checked.quarantined + checked.dropped
    if accounted != checked.read:
        raise DataError(
            "contract",
            f"{checked.read:,} rows were read and {accounted:,} are accounted for",
            remedy="This is a fault of dataaudit; please report it.",
        )
