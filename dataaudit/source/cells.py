"""Count what tells the type of a column of text, and which of its words mean missing.

Over all rows; the values of a column that shows few are counted first, so each is looked at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dataaudit.engine import Engine, one_row
from dataaudit.engine.sql import ident, literal
from dataaudit.source.casts import (
    any_case,
    is_finite,
    may_lie_between,
    one_of,
    parsed,
    plain_number,
    plain_whole,
    strict_bool,
    stripped,
    unless_plain,
)
from dataaudit.source.options import Declared
from dataaudit.source.propose import Proposal
from dataaudit.source.tokens import NUMBER_TOKENS, SIGNS, TEXT_TOKENS
from dataaudit.source.verdict import Evidence

_COLUMNS_A_SCAN = 25  # measured on 212 columns: 1.2 s; 50: 1.5 s, 212: 6.4 s
_DIGITS = 18  # so many always fit 64 bits
_HEAD = 2_000  # first rows, which show whether a column has few values
_FEW_VALUES = 600
MOST_LEVELS = 1_000
"""Values up to which all of a column are counted."""
_MOST_COUNTED = 50_000  # values that are looked at in the place of all rows; a few MB
_COUNTED = "counted_cells"
_PLAIN = Proposal("number")


def count_cells(
    engine: Engine,
    relation: str,
    kinds: Mapping[str, str],
    proposals: Mapping[str, list[Proposal]],
    declared: Mapping[str, Declared],
) -> tuple[dict[str, Evidence], dict[str, pa.Table]]:
    """Count, over all rows, what `verdict` needs.

    Parameters
    ----------
    engine, relation, kinds
        Where the rows are, under which name, and the engine's types of the columns.
    proposals
        By column: what it could be. Only these columns are looked at.
    declared
        What a contract says of a column.

    Returns
    -------
    dict of Evidence
        By column.
    dict of Table
        The values of columns of text that have few, as `count_levels` gives them.
    """
    texts = [
        name
        for name in proposals
        if kinds[name] == "VARCHAR" and not _is_known(proposals[name], declared.get(name))
    ]
    tried = {
        name: count_levels(engine, relation, name, _MOST_COUNTED)
        for name in _few(engine, relation, texts)
    }
    few = {name: counts for name, counts in tried.items() if len(counts) <= _MOST_COUNTED}
    many = [name for name in proposals if name not in few]
    seen = _within_range(engine, relation, many, kinds, proposals, declared)
    many = [name for name in many if name not in seen]
    for i in range(0, len(many), _COLUMNS_A_SCAN):
        cells = {
            name: ident(name) if kinds[name] == "VARCHAR" else f"CAST({ident(name)} AS VARCHAR)"
            for name in many[i : i + _COLUMNS_A_SCAN]
        }
        seen |= _evidence(engine, ident(relation), cells, "1", proposals, declared)
    if few:
        engine.register(_COUNTED, side_by_side(few.values()))
        cells = {name: f"v{place}" for place, name in enumerate(few)}
        seen |= _evidence(engine, _COUNTED, cells, "n{place}", proposals, declared)
    return seen, {name: counts for name, counts in few.items() if len(counts) <= MOST_LEVELS}


def _evidence(  # noqa: PLR0917 - what `count_cells` was given
    engine: Engine,
    relation: str,
    columns: Mapping[str, str],
    times: str,
    proposals: Mapping[str, list[Proposal]],
    declared: Mapping[str, Declared],
) -> dict[str, Evidence]:
    """Count in one statement.

    ``columns`` has the SQL of the text of each; ``times`` that of the cells that a row stands for.
    """
    numbers: list[str] = []
    cells: list[str] = []
    tokens: list[str] = []
    parts: list[str] = []
    for place, (name, text) in enumerate(columns.items()):
        x, q, c, t, n = (f"{role}{place}" for role in "xqctn")
        words, token = _token(c, proposals[name], declared.get(name))
        trimmed, quick = stripped(x), "NULL"
        if not proposals[name]:
            trimmed = unless_plain(x, words, trimmed, "NULL")
        elif _PLAIN in proposals[name] and not any(map(is_finite, words)):
            quick = plain_number(text)
            trimmed = f"CASE WHEN {q} IS NULL THEN {trimmed} ELSE {x} END"
            token = f"CASE WHEN {q} IS NULL THEN {token} END"
        numbers += [f"{times.format(place=place)} AS {n}, {text} AS {x}, {quick} AS {q}"]
        cells += [f"{n}, {x}, {q}, {trimmed} AS {c}"]
        tokens += [f"{n}, {x}, {q}, {c}, {token} AS {t}"]
        parts += _aggregates(x, q, c, t, n, proposals[name])
    found = (
        f"(SELECT {', '.join(tokens)} FROM (SELECT {', '.join(cells)} FROM (SELECT "
        f"{', '.join(numbers)} FROM {relation} AS rows_) AS numbers) AS cells) AS found"
    )
    values = iter(one_row(engine, f"SELECT {', '.join(parts)} FROM {found}"))
    seen = {name: _read(values, proposals[name]) for name in columns}
    return seen | _with_tokens(engine, seen, found)


def _with_tokens(engine: Engine, seen: Mapping[str, Evidence], found: str) -> dict[str, Evidence]:
    """Return the evidence of the columns that have null tokens, with what these are.

    Asked for in a statement of their own, because few columns have any.
    """
    having = {name: f"t{place}" for place, name in enumerate(seen) if seen[name].missing}
    if not having:
        return {}
    distinct = ", ".join(f"list(DISTINCT {t})" for t in having.values())
    lists = one_row(engine, f"SELECT {distinct} FROM {found}")
    return {
        name: replace(seen[name], tokens=tuple(sorted(one for one in tokens if one is not None)))
        for name, tokens in zip(having, lists, strict=True)
    }


def side_by_side(counts: Iterable[pa.Table]) -> pa.Table:
    """Put tables of values and counts side by side: v0, n0, v1, ...; the shorter end in NULL."""
    tables = list(counts)
    rows = max(map(len, tables), default=0)
    columns = {}
    for place, table in enumerate(tables):
        for role, cells in zip("vn", table.columns, strict=True):
            gap = pa.nulls(rows - len(table), cells.type)
            columns[f"{role}{place}"] = pa.chunked_array([*cells.chunks, gap], cells.type)
    return pa.table(columns)


def count_levels(engine: Engine, relation: str, name: str, most: int = MOST_LEVELS) -> pa.Table:
    """Return the values of a column and their counts in all rows, the most frequent first.

    Columns ``v`` and ``n``; at most one row more than `most`, which tells that they are not
    complete.
    """
    x = ident(name)
    return engine.query(
        f"SELECT {x} AS v, count(*) AS n FROM {ident(relation)} WHERE {x} IS NOT NULL "
        f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {most + 1}"
    )


def _few(engine: Engine, relation: str, names: Sequence[str]) -> list[str]:
    """Return the columns that show few values in the first rows; none of a small table."""
    if not names:
        return []
    columns = ", ".join(ident(name) for name in names)
    head = engine.query(f"SELECT {columns} FROM {ident(relation)} LIMIT {_HEAD}")
    if head.num_rows < _HEAD:
        return []
    return [
        name
        for name, cells in zip(names, head.columns, strict=True)
        if pc.count_distinct(cells).as_py() <= _FEW_VALUES
    ]


def _within_range(  # noqa: PLR0917 - what `count_cells` was given
    engine: Engine,
    relation: str,
    names: Sequence[str],
    kinds: Mapping[str, str],
    proposals: Mapping[str, list[Proposal]],
    declared: Mapping[str, Declared],
) -> dict[str, Evidence]:
    """Return what is known of texts that are not looked at, as files tell the first and the last.

    No cell is blank, padded in front or a null token where all lie between two words that leave no
    room for one.
    """
    texts = [name for name in names if kinds[name] == "VARCHAR" and not proposals[name]]
    sure = [
        name
        for name, (low, high) in known_ends(engine, relation, texts).items()
        if low is None
        or not may_lie_between(low, high, _words(proposals[name], declared.get(name)))
    ]
    if not sure:
        return {}
    counts = ", ".join(f"count({ident(name)})" for name in sure)
    filled = one_row(engine, f"SELECT {counts} FROM {ident(relation)}")
    return {name: Evidence(filled=count) for name, count in zip(sure, filled, strict=True)}


def known_ends(engine: Engine, relation: str, names: Sequence[str]) -> dict[str, tuple[Any, Any]]:
    """Return the smallest and largest value of columns, None of empty ones, if files say them.

    {} where one has to be read through.
    """
    ends = [f"min({ident(name)}), max({ident(name)})" for name in names]
    row = engine.known(f"SELECT {', '.join(ends)} FROM {ident(relation)}") if names else None
    if row is None:
        return {}
    cells = iter([column[0].as_py() for column in row.columns])
    return {name: (next(cells), next(cells)) for name in names}


def _is_known(proposals: Sequence[Proposal], told: Declared | None) -> bool:
    """Whether only blank cells are to be counted, which is quicker done than counting values."""
    return not proposals and told is not None and told.nulls is not None and not told.nulls


def _token(
    t: str, proposals: Sequence[Proposal], told: Declared | None
) -> tuple[Sequence[str], str]:
    """Return the null tokens that are looked for; and of a trimmed text, it if it is one, as SQL.

    NULL for other cells.
    """
    words = _words(proposals, told)
    if told is not None and told.nulls is not None:
        found = one_of(t, words)
    elif proposals:  # a pattern waits until it is asked; a list is joined to every row
        found = f"regexp_full_match({t}, {literal(f'{any_case(words)}|{SIGNS}')})"
    else:
        found = one_of(f"lower({t})", words)
    return words, f"CASE WHEN {t} <> '' AND ({found}) THEN {t} END"


def _words(proposals: Sequence[Proposal], told: Declared | None) -> Sequence[str]:
    """Return the null tokens that are looked for."""
    if told is not None and told.nulls is not None:
        return told.nulls
    return NUMBER_TOKENS if proposals else TEXT_TOKENS


def _aggregates(  # noqa: PLR0917 - the names of one column
    x: str, q: str, t: str, token: str, n: str, proposals: Sequence[Proposal]
) -> Iterator[str]:
    """Yield the aggregates of one text column, in the order in which `_read` takes them.

    Each row stands for `n` cells. The trimmed text `t` is there for all where there are
    proposals, else for those that may be blank or a token; `q` is its number where that is quickly
    seen.
    """
    yield _counted(n, f"{x} IS NOT NULL")
    yield _counted(n, f"{t} = ''")
    yield _counted(n, f"{token} IS NOT NULL")
    if proposals:
        starts = f"{t} >= '+' AND {t} < '1'"
        yield _counted(n, _if(starts, rf"regexp_full_match({t}, '[+-]?0\d+')"))
        is_long = f"strlen({t}) > {_DIGITS} AND NOT contains({t}, '.')"
        yield _counted(n, _if(is_long, rf"regexp_full_match({t}, '[+-]?\d+')"))
    for kind, form in proposals:
        if kind == "bool":
            yield _counted(n, strict_bool(t))
        elif kind == "date":
            yield _counted(n, f"{parsed(t, 'date', form)} IS NOT NULL")
        else:
            yield from (_counted(n, is_one) for is_one in _number(q, t, form))


def _number(q: str, t: str, form: str | None) -> tuple[str, str]:
    """Return whether a trimmed text is a number, and whether it is one without decimals."""
    number, whole = (f"{parsed(t, dtype, form)} IS NOT NULL" for dtype in ("float", "int"))
    if form is not None:
        return number, _if(f"NOT contains({t}, '{form[5]}')", whole)
    is_digits = f"{plain_whole(t, q)} IS NOT NULL"
    return (
        _if(f"{q} IS NULL", number, "TRUE"),
        _if(f"NOT contains({t}, '.')", _if(f"{q} IS NULL", whole, is_digits)),
    )


def _if(condition: str, then: str, otherwise: str = "FALSE") -> str:
    """Return a condition that is looked at only where another holds; AND looks at both."""
    return f"CASE WHEN {condition} THEN {then} ELSE {otherwise} END"


def _counted(n: str, condition: str) -> str:
    """Return the aggregate that counts the cells of which a condition holds.

    Not by FILTER, for which DuckDB cuts what every other aggregate of the statement takes as well:
    84 aggregates took ten times as long.
    """
    return f"coalesce(sum(CASE WHEN {condition} THEN {n} END), 0)::BIGINT"


def _read(values: Iterator[Any], proposals: Sequence[Proposal]) -> Evidence:
    """Take the values of one column, in the order of `_aggregates`."""
    present, blank, missing = (next(values) for _ in range(3))
    leading, long = (next(values), next(values)) if proposals else (0, 0)
    counts, whole = {}, {}
    for proposal in proposals:
        counts[proposal] = next(values)
        if proposal.kind == "number":
            whole[proposal] = next(values)
    return Evidence(
        filled=present - blank,
        blank=blank,
        tokens=(),
        missing=missing,
        parsed=counts,
        whole=whole,
        leading=leading,
        long=long,
    )
