"""DuckDB's SQL as Spark's SQL, with the same answers where the two dialects only look alike.

`sqlglot` carries most of it. What it takes for equal and is not stands here: text of numbers,
regular expressions, division, NaN, lists, and the names of a few functions.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from dataaudit.errors import QueryError

_ERROR = 0.01  # relative standard error of a distinct count; Spark's own 0.05 was off by 7 %
_DUCKDB_SPACES = " \\u00a0\\u1680\\u2000\\u2001\\u2002\\u2003\\u2004\\u2005\\u2006\\u2007\\u2008\\u2009\\u200a\\u202f\\u205f\\u3000"  # noqa: E501 - one literal


@lru_cache(maxsize=256)
def to_spark(sql: str) -> str:
    """Return one DuckDB SELECT as Spark SQL.

    Raises
    ------
    QueryError
        Where the text does not parse.

    Examples
    --------
    >>> to_spark('SELECT count(*) FILTER (isinf("a b")) FROM t')
    "SELECT COUNT(*) FILTER(WHERE (ABS(`a b`) = CAST('Infinity' AS DOUBLE))) FROM t"
    """
    try:
        tree = sqlglot.parse_one(sql, dialect="duckdb")
    except (SqlglotError, RecursionError) as error:
        raise QueryError(error) from error
    for node in reversed(list(tree.walk())):  # inner ones first
        rule = _RULES.get(type(node))
        new = node if rule is None else rule(node)
        if new is not node:
            tree = new if node is tree else tree
            node.replace(new)
    return tree.sql(dialect="spark", comments=False)


def is_ordered(sql: str) -> bool:
    """Whether a SELECT says in which order its rows come."""
    return sqlglot.parse_one(sql, dialect="duckdb").args.get("order") is not None


def _spark(template: str, **parts: exp.Expression | str) -> exp.Expression:
    """Return a piece of Spark SQL with pieces of the tree in the place of its ``:names``."""
    tree = _parsed(template).copy()
    for place in list(tree.find_all(exp.Placeholder)):
        part = parts[place.name]
        place.replace(exp.Literal.string(part) if isinstance(part, str) else part.copy())
    return tree


@lru_cache
def _parsed(template: str) -> exp.Expression:
    return exp.Paren(this=sqlglot.parse_one(template, dialect="spark"))


# ------------------------------------------------------------------ numbers

_INFINITE = "abs(:x) = CAST('Infinity' AS DOUBLE)"
_FINITE = "abs(:x) < CAST('Infinity' AS DOUBLE)"  # NaN is above infinity in both dialects
_NAN = "CAST(:x AS DOUBLE) = CAST('NaN' AS DOUBLE)"  # Spark's isnan(NULL) is false, not NULL
_ROUNDED = (  # to a double; Spark's own is a whole number of 64 bits, or an error
    "CASE WHEN abs(:x) < 4503599627370496 THEN CAST(f(:x) AS DOUBLE) ELSE CAST(:x AS DOUBLE) END"
)
_DIVIDED = "CAST(:x AS DOUBLE) / CAST(:y AS DOUBLE)"
_DIVIDED_IEEE = (
    "CASE WHEN CAST(:y AS DOUBLE) = 0 THEN CAST(:x AS DOUBLE) * CAST('Infinity' AS DOUBLE) "
    "ELSE CAST(:x AS DOUBLE) / CAST(:y AS DOUBLE) END"
)


def _divide(node: exp.Expression) -> exp.Expression:
    """Divide as IEEE does: by zero is infinity or NaN, where Spark raises an error."""
    divisor = node.expression.unnest()
    is_safe = isinstance(divisor, exp.Literal) and float(divisor.name) != 0
    return _spark(_DIVIDED if is_safe else _DIVIDED_IEEE, x=node.this, y=node.expression)


def _whole_divide(node: exp.Expression) -> exp.Expression:
    return _spark("CASE WHEN :y = 0 THEN NULL ELSE :x div :y END", x=node.this, y=node.expression)


def _log(node: exp.Expression) -> exp.Expression:
    """``log`` of one number is to the base 10 in DuckDB, natural in Spark."""
    return node if node.expression else _spark("log10(:x)", x=node.this)


# ------------------------------------------------------------------ text

_JAVA = "CAST(:x AS STRING)"
_POWER = f"CAST(substring_index({_JAVA}, 'E', -1) AS INT)"
_NUMBER_TEXT = f"""
CASE {_JAVA} WHEN 'NaN' THEN 'nan' WHEN 'Infinity' THEN 'inf' WHEN '-Infinity' THEN '-inf'
ELSE CASE WHEN instr({_JAVA}, 'E') = 0 THEN {_JAVA}
WHEN {_POWER} BETWEEN -4 AND 15 THEN regexp_replace(
    CAST(CAST({_JAVA} AS DECIMAL(38, 20)) AS STRING), '(\\\\.\\\\d+?)0+$', '$1')
ELSE concat(regexp_replace(substring_index({_JAVA}, 'E', 1), '\\\\.0$', ''),
    CASE WHEN {_POWER} < 0 THEN 'e-' ELSE 'e+' END,
    CASE WHEN abs({_POWER}) < 10 THEN '0' ELSE '' END, CAST(abs({_POWER}) AS STRING))
END END"""
_TEXT = f"""
CASE WHEN typeof(:x) IN ('double', 'float') THEN {_NUMBER_TEXT}
WHEN typeof(:x) = 'timestamp' THEN concat({_JAVA}, '+00') ELSE {_JAVA} END"""
"""The text that DuckDB gives a value. `typeof` is known before a row is read: one branch stays.

On Java 17 whole numbers of 1e16 to 1e19 may have a digit more than they need.
"""


_PLAIN_NUMBER = f"""
CASE WHEN abs(:x) >= 1e-3 AND abs(:x) < 1e7 OR :x = 0 OR :x IS NULL THEN {_JAVA}
ELSE {_TEXT} END"""
"""The same for what is known to be a number: most are written alike, and told apart cheaply."""


def _cast(node: exp.Expression) -> exp.Expression:
    """Cast as DuckDB does."""
    kind = node.to.this
    value = node.this.unnest()
    if kind in exp.DataType.TEXT_TYPES:
        if isinstance(value, exp.Literal | exp.DPipe | exp.MD5 | exp.Substring):
            return node
        is_number = isinstance(value, exp.Add | exp.Sub | exp.Mul | exp.Div)
        return _spark(_PLAIN_NUMBER if is_number else _TEXT, x=node.this)
    if kind is exp.DataType.Type.TIMESTAMPTZ:  # a bare TIMESTAMP has no zone in our sessions
        node.set("to", exp.DataType.build("TIMESTAMP_LTZ", dialect="spark"))
        return node
    if kind in _HUGE:
        node.set("to", exp.DataType.build("DECIMAL(38, 0)", dialect="spark"))
        return node
    if kind in exp.DataType.INTEGER_TYPES:
        return _cast_whole(node, value)
    return node


_HUGE = (exp.DataType.Type.INT128, exp.DataType.Type.UINT128)


def _cast_whole(node: exp.Expression, value: exp.Expression) -> exp.Expression:
    """Cast to a whole number: from hexadecimal text, or from text with a decimal point."""
    if isinstance(value, exp.DPipe) and value.this.name == "0x":
        return _spark("CAST(conv(:x, 16, 10) AS BIGINT)", x=value.expression)
    if isinstance(node, exp.TryCast):
        return _spark("CAST(try_cast(:x AS DECIMAL(38, 0)) AS BIGINT)", x=node.this)
    return node


def _trim(node: exp.Expression) -> exp.Expression:
    """Trim the spaces that DuckDB knows; Spark knows one."""
    if node.expression is None:
        node.set("expression", _spark(f"'{_DUCKDB_SPACES}'").this)
    return node


# ------------------------------------------------------------------ regular expressions


def java_pattern(pattern: str, flags: str = "") -> str:
    r"""Return an RE2 pattern for Java: only \n ends a line, and ``$`` is the end of the text.

    Examples
    --------
    >>> print(java_pattern(r"^[$a]\$.$"))
    (?d)^[$a]\$.\z
    """
    pieces = re.findall(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", pattern, re.DOTALL)
    text = "".join(r"\z" if piece == "$" else piece for piece in pieces)
    return f"(?d{flags})" + re.sub(r"\[:(\w+):\]", lambda m: _POSIX[m[1]], text)


_POSIX = {
    "alpha": r"\p{Alpha}",
    "digit": r"\d",
    "alnum": r"\p{Alnum}",
    "upper": r"\p{Upper}",
    "lower": r"\p{Lower}",
    "punct": r"\p{Punct}",
    "space": r"\s",
}


def _matches(node: exp.Expression) -> exp.Expression:
    """``regexp_matches``: found anywhere."""
    if not isinstance(node.expression, exp.Literal):
        return node
    flag = node.args.get("flag")
    flags = flag.name if isinstance(flag, exp.Literal) else ""
    pattern = java_pattern(node.expression.name, flags.replace("c", ""))
    return _spark("regexp_like(:x, :p)", x=node.this, p=pattern)


def _full_match(node: exp.Expression) -> exp.Expression:
    """``regexp_full_match``: the whole text."""
    pattern = java_pattern(rf"\A(?:{node.expression.name})\z")
    return _spark("regexp_like(:x, :p)", x=node.this, p=pattern)


def _replaced(node: exp.Expression) -> exp.Expression:
    """``regexp_replace``: DuckDB replaces the first match unless told otherwise, Spark all."""
    pattern, new = node.expression, node.args.get("replacement")
    if not isinstance(pattern, exp.Literal) or not isinstance(new, exp.Literal):
        return node
    flags = node.args.get("modifiers")
    text = re.sub(r"\\(\d)", r"$\1", new.name.replace("$", r"\$"))
    if flags is not None and "g" in flags.name:
        return _spark(
            "regexp_replace(:x, :p, :n)", x=node.this, p=java_pattern(pattern.name), n=text
        )
    once = java_pattern(rf"\A([\s\S]*?)(?:{pattern.name})")
    return _spark("regexp_replace(:x, :p, :n)", x=node.this, p=once, n=f"$1{text}")


# ------------------------------------------------------------------ dates


def _formatted(node: exp.Expression) -> exp.Expression:
    """``strftime``: letters of the format that are no field are quoted."""
    form = node.args["format"].name
    pieces = re.findall(r"%.|[^%]+", form)
    java = "".join(
        _FIELDS.get(p, p) if p.startswith("%") else re.sub(r"([A-Za-z]+)", r"'\1'", p)
        for p in pieces
    )
    return _spark("date_format(:x, :f)", x=node.this, f=java)


def _strptime(x: exp.Expression, form: exp.Expression) -> exp.Expression:
    """``try_strptime``: one digit or two for a day, a month and an hour."""
    pieces = re.findall(r"%.|[^%]+", form.name)
    java = "".join(
        _READ.get(p, p) if p.startswith("%") else re.sub(r"([A-Za-z]+)", r"'\1'", p) for p in pieces
    )
    return _spark("CAST(try_to_timestamp(:x, :f) AS TIMESTAMP_NTZ)", x=x, f=java)


_FIELDS = {
    "%Y": "yyyy",
    "%m": "MM",
    "%d": "dd",
    "%H": "HH",
    "%M": "mm",
    "%S": "ss",
    "%f": "SSSSSS",
    "%y": "yy",
    "%b": "MMM",
    "%B": "MMMM",
    "%I": "hh",
    "%p": "a",
}
_READ = _FIELDS | {"%m": "M", "%d": "d", "%H": "H", "%I": "h"}


# ------------------------------------------------------------------ lists and rows


def _list(node: exp.Expression) -> exp.Expression:
    """``list(DISTINCT x)``, and ``list(x ORDER BY x)``."""
    if isinstance(node.this, exp.Distinct):
        return exp.func("collect_set", node.this.expressions[0], dialect="spark")
    if isinstance(node.this, exp.Order):
        return _spark("sort_array(collect_list(:x))", x=node.this.this).this
    return node


def _filter(node: exp.Expression) -> exp.Expression:
    """Sort behind the filter of what is collected."""
    if not isinstance(node.this, exp.ArraySort):
        return node
    collected = exp.Filter(this=node.this.this, expression=node.expression)
    return _spark("sort_array(:x)", x=collected).this


def _part(node: exp.Expression) -> exp.Expression:
    """``x[1:5]``."""
    piece = node.expressions[0]
    if not isinstance(piece, exp.Slice):
        return node
    low, high = (int(end.name) for end in (piece.this, piece.expression))
    return _spark(f"slice(:x, {low}, {high - low + 1})", x=node.this)


def _length(node: exp.Expression) -> exp.Expression:
    """``len`` of a list."""
    lists = (exp.Array, exp.ArrayFilter, exp.ArrayAgg, exp.Transform, exp.Split)
    if isinstance(node.this.unnest(), lists):
        return exp.func("size", node.this, dialect="spark")
    return node


def _star(node: exp.Expression) -> exp.Expression:
    """``* REPLACE``: the new columns come last."""
    replaced = node.args.get("replace")
    if not replaced:
        return node
    names = [exp.to_identifier(new.alias, quoted=True) for new in replaced]
    star = exp.Star(except_=[*(node.args.get("except_") or []), *names])
    select = node.parent_select
    position = next(i for i, each in enumerate(select.expressions) if each is node)
    rest = select.expressions[position + 1 :]
    shown = [*select.expressions[:position], star, *(new.copy() for new in replaced), *rest]
    select.set("expressions", shown)
    return node


def _files(node: exp.Expression) -> exp.Expression:
    """``read_parquet`` of a list of files."""
    if not isinstance(node.this, exp.ReadParquet):
        return node
    files = node.this.expressions[0]
    if not isinstance(files, exp.Array):
        return node
    parts = [f"SELECT * FROM parquet.`{file.name}`" for file in files.expressions]
    union = sqlglot.parse_one(" UNION ALL ".join(parts), dialect="spark")
    return exp.Subquery(this=union, alias=node.args.get("alias"))


_ANONYMOUS: dict[str, Callable[..., exp.Expression]] = {
    "isfinite": lambda x: _spark(_FINITE, x=x),
    "epoch_us": lambda x: _spark("unix_micros(CAST(:x AS TIMESTAMP_LTZ))", x=x),
    "strlen": lambda x: _spark("octet_length(:x)", x=x),
    "try_strptime": _strptime,
    "hash": lambda *xs: exp.Anonymous(this="xxhash64", expressions=[x.copy() for x in xs]),
    "list_distinct": lambda x: _spark("array_distinct(:x)", x=x),
}


def _anonymous(node: exp.Expression) -> exp.Expression:
    """Rename a function that sqlglot does not know."""
    rule = _ANONYMOUS.get(node.name.lower())
    return node if rule is None else rule(*node.expressions)


_RULES: dict[type, Callable[[exp.Expression], exp.Expression]] = {
    exp.Anonymous: _anonymous,
    exp.ApproxDistinct: lambda node: (
        _spark(f"approx_count_distinct(:x, {_ERROR})", x=node.this).this
    ),
    exp.ArrayAgg: _list,
    exp.Bracket: _part,
    exp.Cast: _cast,
    exp.Ceil: lambda node: _spark(_ROUNDED.replace("f(", "ceil("), x=node.this),
    exp.DayOfWeek: lambda node: _spark("dayofweek(:x) - 1", x=node.this),
    exp.DayOfWeekIso: lambda node: _spark("weekday(:x) + 1", x=node.this),
    exp.Div: _divide,
    exp.Filter: _filter,
    exp.Floor: lambda node: _spark(_ROUNDED.replace("f(", "floor("), x=node.this),
    exp.IntDiv: _whole_divide,
    exp.IsInf: lambda node: _spark(_INFINITE, x=node.this),
    exp.IsNan: lambda node: _spark(_NAN, x=node.this),
    exp.Length: _length,
    exp.Log: _log,
    exp.RegexpFullMatch: _full_match,
    exp.RegexpLike: _matches,
    exp.RegexpReplace: _replaced,
    exp.Star: _star,
    exp.Table: _files,
    exp.TimeToStr: _formatted,
    exp.Trim: _trim,
    exp.TryCast: _cast,
}
