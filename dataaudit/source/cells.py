"""Count what tells the type of a column of text, and which of its words mean missing.

Over all rows; the values of a column that shows few are counted first, so each is looked at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dataaudit.engine import Engine
from dataaudit.engine.sql import ident, literal
from dataaudit.source.casts import one_of, parsed, strict_bool, stripped, unless_plain
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
_COUNTED = "counted_cells"


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
    texts = [name for name in proposals if kinds[name] == "VARCHAR"]
    tried = {name: count_levels(engine, relation, name) for name in _few(engine, relation, texts)}
    few = {name: counts for name, counts in tried.items() if len(counts) <= MOST_LEVELS}
    many = [name for name in proposals if name not in few]
    seen: dict[str, Evidence] = {}
    for i in range(0, len(many), _COLUMNS_A_SCAN):
        texts_of = {
            name: ident(name) if kinds[name] == "VARCHAR" else f"CAST({ident(name)} AS VARCHAR)"
            for name in many[i : i + _COLUMNS_A_SCAN]
        }
        seen |= _evidence(engine, ident(relation), "1", texts_of, proposals, declared)
    for name, counts in few.items():
        engine.register(_COUNTED, counts)
        seen |= _evidence(engine, _COUNTED, "n", {name: "v"}, proposals, declared)
    return seen, few


def _evidence(  # noqa: PLR0917 - what `count_cells` was given
    engine: Engine,
    relation: str,
    times: str,
    texts: Mapping[str, str],
    proposals: Mapping[str, list[Proposal]],
    declared: Mapping[str, Declared],
) -> dict[str, Evidence]:
    """Count in one statement; `texts` has the SQL of columns, `times` of how often each stands."""
    cells: list[str] = []
    tokens: list[str] = []
    parts: list[str] = []
    for position, (name, text) in enumerate(texts.items()):
        x, c, t = (f"{role}{position}" for role in "xct")
        words, token = _token(c, proposals[name], declared.get(name))
        trimmed = stripped(text)
        if not proposals[name]:
            trimmed = unless_plain(text, words, trimmed, "NULL")
        cells += [f"{text} AS {x}, {trimmed} AS {c}"]
        tokens += [f"{x}, {c}, {token} AS {t}"]
        parts += _aggregates(x, c, t, proposals[name])
    row = engine.query(
        f"SELECT {', '.join(parts)} FROM (SELECT n, {', '.join(tokens)} FROM "
        f"(SELECT {times} AS n, {', '.join(cells)} FROM {relation} AS rows_) AS cells) AS found"
    )
    values = iter([column[0].as_py() for column in row.columns])
    return {name: _read(values, proposals[name]) for name in texts}


def count_levels(engine: Engine, relation: str, name: str) -> pa.Table:
    """Return the values of a column and their counts in all rows, the most frequent first.

    Columns ``v`` and ``n``; at most one row more than `MOST_LEVELS`, which tells that they are not
    complete.
    """
    x = ident(name)
    return engine.query(
        f"SELECT {x} AS v, count(*) AS n FROM {ident(relation)} WHERE {x} IS NOT NULL "
        f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST_LEVELS + 1}"
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


def _token(
    t: str, proposals: Sequence[Proposal], told: Declared | None
) -> tuple[Sequence[str], str]:
    """Return the null tokens that are looked for; and of a trimmed text, it if it is one, as SQL.

    NULL for other cells.
    """
    words: Sequence[str] = NUMBER_TOKENS if proposals else TEXT_TOKENS
    found = one_of(f"lower({t})", words)
    if told is not None and told.nulls is not None:
        words, found = told.nulls, one_of(t, told.nulls)
    elif proposals:
        found += f" OR regexp_full_match({t}, {literal(SIGNS)})"
    return words, f"CASE WHEN {t} <> '' AND ({found}) THEN {t} END"


def _aggregates(x: str, t: str, token: str, proposals: Sequence[Proposal]) -> Iterator[str]:
    """Yield the aggregates of one text column, in the order in which `_read` takes them.

    Each row stands for ``n`` cells. The trimmed text `t` is there for all where there are
    proposals, else for those that may be blank or a token.
    """
    yield _counted(f"{x} IS NOT NULL")
    yield _counted(f"{t} = ''")
    yield f"list(DISTINCT {token}) FILTER ({token} IS NOT NULL)"
    yield _counted(f"{token} IS NOT NULL")
    if proposals:
        yield _counted(rf"regexp_full_match({t}, '[+-]?0\d+')")
        yield _counted(rf"strlen({t}) > {_DIGITS} AND regexp_full_match({t}, '[+-]?\d+')")
    for kind, form in proposals:
        if kind == "bool":
            yield _counted(strict_bool(t))
        elif kind == "date":
            yield _counted(f"{parsed(t, 'date', form)} IS NOT NULL")
        else:
            mark = form[5] if form else "."
            yield _counted(f"{parsed(t, 'float', form)} IS NOT NULL")
            yield _counted(f"{parsed(t, 'int', form)} IS NOT NULL AND NOT contains({t}, '{mark}')")


def _counted(condition: str) -> str:
    """Return the aggregate that counts the cells of which a condition holds."""
    return f"coalesce(sum(n) FILTER ({condition}), 0)::BIGINT"


def _read(values: Iterator[Any], proposals: Sequence[Proposal]) -> Evidence:
    """Take the values of one column, in the order of `_aggregates`."""
    present, blank, tokens, missing = (next(values) for _ in range(4))
    leading, long = (next(values), next(values)) if proposals else (0, 0)
    counts, whole = {}, {}
    for proposal in proposals:
        counts[proposal] = next(values)
        if proposal.kind == "number":
            whole[proposal] = next(values)
    return Evidence(
        filled=present - blank,
        blank=blank,
        tokens=tuple(sorted(tokens or ())),
        missing=missing,
        parsed=counts,
        whole=whole,
        leading=leading,
        long=long,
    )
