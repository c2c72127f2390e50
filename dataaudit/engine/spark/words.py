"""Where Spark reads text, patterns and dates otherwise than DuckDB."""

from __future__ import annotations

import re

from sqlglot import exp

from dataaudit.engine.spark.pieces import spark

DUCKDB_SPACES = " \\u00a0\\u1680\\u2000\\u2001\\u2002\\u2003\\u2004\\u2005\\u2006\\u2007\\u2008\\u2009\\u200a\\u202f\\u205f\\u3000"  # noqa: E501 - one literal


def trim(node: exp.Expression) -> exp.Expression:
    """Trim the spaces that DuckDB knows; Spark knows one."""
    if node.expression is None:
        node.set("expression", spark(f"'{DUCKDB_SPACES}'").this)
    return node


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


def matches(node: exp.Expression) -> exp.Expression:
    """``regexp_matches``: found anywhere."""
    if not isinstance(node.expression, exp.Literal):
        return node
    flag = node.args.get("flag")
    flags = flag.name if isinstance(flag, exp.Literal) else ""
    pattern = java_pattern(node.expression.name, flags.replace("c", ""))
    return spark("regexp_like(:x, :p)", x=node.this, p=pattern)


def full_match(node: exp.Expression) -> exp.Expression:
    """``regexp_full_match``: the whole text."""
    pattern = java_pattern(rf"\A(?:{node.expression.name})\z")
    return spark("regexp_like(:x, :p)", x=node.this, p=pattern)


def replaced(node: exp.Expression) -> exp.Expression:
    """``regexp_replace``: DuckDB replaces the first match unless told otherwise, Spark all."""
    pattern, new = node.expression, node.args.get("replacement")
    if not isinstance(pattern, exp.Literal) or not isinstance(new, exp.Literal):
        return node
    flags = node.args.get("modifiers")
    text = re.sub(r"\\(\d)", r"$\1", new.name.replace("$", r"\$"))
    if flags is not None and "g" in flags.name:
        return spark(
            "regexp_replace(:x, :p, :n)", x=node.this, p=java_pattern(pattern.name), n=text
        )
    once = java_pattern(rf"\A([\s\S]*?)(?:{pattern.name})")
    return spark("regexp_replace(:x, :p, :n)", x=node.this, p=once, n=f"$1{text}")


def formatted(node: exp.Expression) -> exp.Expression:
    """``strftime``: letters of the format that are no field are quoted."""
    form = node.args["format"].name
    pieces = re.findall(r"%.|[^%]+", form)
    java = "".join(
        _FIELDS.get(p, p) if p.startswith("%") else re.sub(r"([A-Za-z]+)", r"'\1'", p)
        for p in pieces
    )
    return spark("date_format(:x, :f)", x=node.this, f=java)


def strptime(x: exp.Expression, form: exp.Expression) -> exp.Expression:
    """``try_strptime``: one digit or two for a day, a month and an hour."""
    pieces = re.findall(r"%.|[^%]+", form.name)
    java = "".join(
        _READ.get(p, p) if p.startswith("%") else re.sub(r"([A-Za-z]+)", r"'\1'", p) for p in pieces
    )
    return spark("CAST(try_to_timestamp(:x, :f) AS TIMESTAMP_NTZ)", x=x, f=java)


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
