"""Which row breaks which clause: one pass over the rows, and only those that fail are kept.

Every clause becomes a predicate. Most are SQL over the cells of a row. The others - equal values,
what only pandera can answer - are found out before, each leaving a small relation of rows, and
their predicate is that a row stands in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from dataaudit.contract.cells import Rows, numbers, rows_of
from dataaudit.contract.clauses import Clause
from dataaudit.contract.predicates import broken, misfit
from dataaudit.contract.rules import broken_rule
from dataaudit.contract.schema import Contract
from dataaudit.contract.terms import ColumnTerms
from dataaudit.contract.uniqueness import store_repeats
from dataaudit.engine import Engine, mapping, one_row
from dataaudit.errors import ConfigError, QueryError
from dataaudit.finding import Severity
from dataaudit.source.columns import ROW, Column

FAILED = "contract_failed"
"""The relation of the rows that break a clause: `Failed` says what it holds."""

_EXAMPLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """What was found; the rows stand in the relation `FAILED`.

    Its columns are ``__row__``, ``broken`` (a list of the positions of clauses), ``is_error``
    (whether a clause of severity error is among them) and, with ``has_cells``, ``cell_0``,
    ``cell_1`` ...: the cells as read, as text, of the rows with an error.

    Parameters
    ----------
    counts
        Position of a clause -> how many rows break it; only clauses that are broken.
    examples
        Position -> the first rows, at most five.
    whole
        Positions of the clauses that the table breaks as a whole, or that broke down.
    errors
        Rows with an error.
    has_cells
        Whether the cells stand there.
    """

    counts: Mapping[int, int]
    examples: Mapping[int, tuple[int, ...]]
    whole: frozenset[int]
    errors: int
    has_cells: bool


def find_failures(
    engine: Engine,
    contract: Contract,
    found: Sequence[Clause],
    columns: Mapping[str, Column],
    *,
    at_once: int | None = None,
) -> Failed:
    """Find every row that breaks a clause, in one pass over ``raw`` or ``typed``.

    Parameters
    ----------
    engine
        Where the rows are.
    contract, found
        The contract, and its clauses for this table.
    columns
        The columns of the table.
    at_once
        Rows that are brought into memory at once where Python has to be asked.

    Raises
    ------
    ConfigError, UnknownNameError
        For a rule that names a column that is not there, or cannot be computed.
    """
    terms = dict(contract.terms(list(columns)))
    judged = {name for name, each in terms.items() if each.dtype is not None}
    search = _Search(engine, contract, found, terms, rows_of(engine, columns, judged))
    search.ask(at_once)
    tests = search.tests()
    has_cells = search.rows.texts is not None and contract.bad_rows != "drop"
    _store(search, tests, has_cells=has_cells)
    counts = _counts(engine)
    [errors] = one_row(engine, f"SELECT count(*) FROM {FAILED} WHERE is_error")
    return Failed(
        counts=counts,
        examples=_examples(engine, counts),
        whole=frozenset(search.whole),
        errors=int(errors),
        has_cells=has_cells,
    )


@dataclass(slots=True)
class _Search:
    """What is looked for, and what was found out before the pass."""

    engine: Engine
    contract: Contract
    found: Sequence[Clause]
    terms: Mapping[str, ColumnTerms]
    rows: Rows
    whole: set[int] = field(default_factory=set)
    apart: dict[int, str] = field(default_factory=dict)  # clause -> the relation of its rows

    def ask(self, at_once: int | None) -> None:
        """Find out what has no predicate over the cells of one row."""
        asked = {}
        for i, clause in enumerate(self.found):
            if clause.group:
                self._compare(i, clause)
            elif self._direct(clause) is None:
                asked[i] = clause
        if asked:
            self._ask_pandera(asked, at_once)

    def _compare(self, i: int, clause: Clause) -> None:
        """Find the rows that repeat values."""
        if set(clause.group) - set(self.rows.cells):
            self.whole.add(i)
        elif store_repeats(self.engine, self.rows, clause.group, f"contract_repeats_{i}"):
            self.apart[i] = f"contract_repeats_{i}"

    def _ask_pandera(self, asked: Mapping[int, Clause], at_once: int | None) -> None:
        """Ask pandera, which is imported for that."""
        from dataaudit.contract.asking import AT_ONCE, Question, ask

        questions = {
            i: Question(
                column=clause.column,
                condition=clause.condition,
                dtype=None if clause.condition else self.terms[clause.column].exact,
            )
            for i, clause in asked.items()
        }
        ask(self.engine, self.rows, list(questions.values()), at_once=at_once or AT_ONCE)
        for i, question in questions.items():
            if question.is_whole:
                self.whole.add(i)
            elif question.rows:
                rows = pa.chunked_array([pa.array(piece) for piece in question.rows], pa.int64())
                self.engine.register(f"contract_asked_{i}", pa.table({ROW: rows}))
                self.apart[i] = f"contract_asked_{i}"

    def tests(self) -> dict[int, str]:
        """Return the SQL that is true where a row breaks a clause, by position.

        A cell that is no number is reported as that, not as missing or below the minimum too.
        """
        tests = {i: test for i, clause in enumerate(self.found) if (test := self._test(i, clause))}
        unread = {self.found[i].column: i for i in tests if self.found[i].is_dtype}
        for i, clause in enumerate(self.found):
            first = unread.get(clause.column)
            if i in tests and first not in (None, i):
                tests[i] = f"({tests[i]}) AND NOT coalesce({tests[first]}, FALSE)"
        return tests

    def _test(self, i: int, clause: Clause) -> str:
        """Return the predicate of one clause; "" where no row can break it."""
        direct = None if clause.group else self._direct(clause)
        if direct is not None:
            return direct
        return f"apart_{i}.{ROW} IS NOT NULL" if i in self.apart else ""

    def _direct(self, clause: Clause) -> str | None:
        """Return the SQL over the cells of a row; "" for what cannot be, None for what has none."""
        if clause.law is not None:
            return broken_rule(clause.law, list(self.rows.cells))
        if not clause.column:
            return None
        cell = self.rows.cells[clause.column]
        if clause.is_dtype:
            exact = self.terms[clause.column].exact
            narrow = "" if exact is None else misfit(exact, cell.value, cell.column.dtype)
            parts = [test for test in (cell.unread, narrow) if test]
            return None if narrow is None else " OR ".join(parts)
        if clause.condition is None:
            return cell.missing
        test = broken(clause.condition, cell.quick, cell.column.dtype)
        if test is None or cell.is_sure:
            return test
        return f"({test}) AND {cell.value} IS NOT NULL"


def _store(search: _Search, tests: Mapping[int, str], *, has_cells: bool) -> None:
    """Make the pass."""
    cells = search.rows.texts if has_cells and search.rows.texts is not None else {}
    named = [f"{text} AS cell_{i}" for i, text in enumerate(cells.values())]
    joins = [
        f"LEFT JOIN {relation} AS apart_{i} ON apart_{i}.{ROW} = seen.{ROW}"
        for i, relation in search.apart.items()
    ]
    columns = ", ".join([f"seen.{ROW} AS {ROW}", f"{numbers(tests)} AS broken", *named])
    where = " OR ".join(f"({test})" for test in tests.values()) or "FALSE"
    inner = f"SELECT {columns} FROM {search.rows.sql} {' '.join(joins)} WHERE {where}"
    severe = [i for i in tests if search.found[i].severity is Severity.ERROR]
    is_error = " OR ".join(f"list_contains(broken, {i})" for i in severe) or "FALSE"
    if len(severe) == len(tests):
        is_error = "TRUE"
    kept = [f"CASE WHEN {is_error} THEN cell_{i} END AS cell_{i}" for i in range(len(named))]
    outer = ", ".join([ROW, "broken", f"({is_error}) AS is_error", *kept])
    try:
        search.engine.store(FAILED, f"SELECT {outer} FROM ({inner}) AS failed")
    except QueryError as error:
        _blame_rule(search, tests)
        raise error from None


def _blame_rule(search: _Search, tests: Mapping[int, str]) -> None:
    """Say which rule cannot be computed, if one is to blame."""
    for i, test in tests.items():
        law = search.found[i].law
        if law is None:
            continue
        try:
            search.engine.query(f"SELECT count(*) FROM {search.rows.sql} WHERE {test}")
        except QueryError as error:
            raise ConfigError(
                f"contract.rules.{law.name}",
                expected="an expression that these columns can be put into",
                found=None if search.contract.sensitive else error.problem,
            ) from error


def _counts(engine: Engine) -> dict[int, int]:
    """Return how many rows break each clause."""
    each = f"SELECT unnest(broken) AS clause FROM {FAILED}"
    sql = f"SELECT clause, count(*) FROM ({each}) AS each_one GROUP BY clause ORDER BY clause"
    return mapping(engine, sql)


def _examples(engine: Engine, counts: Mapping[int, int]) -> dict[int, tuple[int, ...]]:
    """Return the first rows that break each clause."""
    parts = [
        f"SELECT * FROM (SELECT {i} AS clause, {ROW} FROM {FAILED} "
        f"WHERE list_contains(broken, {i}) ORDER BY {ROW} LIMIT {_EXAMPLES}) AS first_{i}"
        for i in counts
    ]
    if not parts:
        return {}
    found: dict[int, list[int]] = {i: [] for i in counts}
    for clause, row in _pairs(engine, " UNION ALL ".join(parts)):
        found[clause].append(row)
    return {i: tuple(sorted(rows)) for i, rows in found.items()}


def _pairs(engine: Engine, sql: str) -> Iterator[tuple[int, int]]:
    rows = engine.query(sql)
    yield from zip(rows.column(0).to_pylist(), rows.column(1).to_pylist(), strict=True)
