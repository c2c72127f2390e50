"""Where Spark counts, divides and casts otherwise than DuckDB."""

from __future__ import annotations

from sqlglot import exp

from dataaudit.engine.spark.pieces import spark

INFINITE = "abs(:x) = CAST('Infinity' AS DOUBLE)"
FINITE = "abs(:x) < CAST('Infinity' AS DOUBLE)"  # NaN is above infinity in both dialects
NAN = "CAST(:x AS DOUBLE) = CAST('NaN' AS DOUBLE)"  # Spark's isnan(NULL) is false, not NULL
ROUNDED = (  # to a double; Spark's own is a whole number of 64 bits, or an error
    "CASE WHEN abs(:x) < 4503599627370496 THEN CAST(f(:x) AS DOUBLE) ELSE CAST(:x AS DOUBLE) END"
)
_DIVIDED = "CAST(:x AS DOUBLE) / CAST(:y AS DOUBLE)"
_DIVIDED_IEEE = (
    "CASE WHEN CAST(:y AS DOUBLE) = 0 THEN CAST(:x AS DOUBLE) * CAST('Infinity' AS DOUBLE) "
    "ELSE CAST(:x AS DOUBLE) / CAST(:y AS DOUBLE) END"
)


def divide(node: exp.Expression) -> exp.Expression:
    """Divide as IEEE does: by zero is infinity or NaN, where Spark raises an error."""
    divisor = node.expression.unnest()
    is_safe = isinstance(divisor, exp.Literal) and float(divisor.name) != 0
    return spark(_DIVIDED if is_safe else _DIVIDED_IEEE, x=node.this, y=node.expression)


def whole_divide(node: exp.Expression) -> exp.Expression:
    """Divide whole numbers; by zero is NULL, where Spark raises an error."""
    return spark("CASE WHEN :y = 0 THEN NULL ELSE :x div :y END", x=node.this, y=node.expression)


def log(node: exp.Expression) -> exp.Expression:
    """``log`` of one number is to the base 10 in DuckDB, natural in Spark."""
    return node if node.expression else spark("log10(:x)", x=node.this)


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


def cast(node: exp.Expression) -> exp.Expression:
    """Cast as DuckDB does."""
    kind = node.to.this
    value = node.this.unnest()
    if kind in exp.DataType.TEXT_TYPES:
        if isinstance(value, exp.Literal | exp.DPipe | exp.MD5 | exp.Substring):
            return node
        is_number = isinstance(value, exp.Add | exp.Sub | exp.Mul | exp.Div)
        return spark(_PLAIN_NUMBER if is_number else _TEXT, x=node.this)
    if kind is exp.DataType.Type.TIMESTAMPTZ:  # a bare TIMESTAMP has no zone in our sessions
        node.set("to", exp.DataType.build("TIMESTAMP_LTZ", dialect="spark"))
        return node
    if kind in _HUGE:
        node.set("to", exp.DataType.build("DECIMAL(38, 0)", dialect="spark"))
        return node
    if kind in exp.DataType.INTEGER_TYPES:
        return _cast_whole(node, value)
    if kind is exp.DataType.Type.DOUBLE and isinstance(node, exp.TryCast):
        return spark(_JAVA_NUMBER, x=node.this)
    return node


_JAVA_NUMBER = "CASE WHEN NOT rlike(:x, '[0-9.][dDfF] *$|[xX]') THEN try_cast(:x AS DOUBLE) END"
"""Java reads 1d, 1f and 0x1p3 as numbers."""


_HUGE = (exp.DataType.Type.INT128, exp.DataType.Type.UINT128)


def _cast_whole(node: exp.Expression, value: exp.Expression) -> exp.Expression:
    """Cast to a whole number: from hexadecimal text, or from text with a decimal point."""
    if isinstance(value, exp.DPipe) and value.this.name == "0x":
        return spark("CAST(conv(:x, 16, 10) AS BIGINT)", x=value.expression)
    if isinstance(node, exp.TryCast):
        return spark("CAST(try_cast(:x AS DECIMAL(38, 0)) AS BIGINT)", x=node.this)
    return node
