"""The keys under ``contract:`` as pydantic models; nothing here looks at data."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from dataaudit.contract.expression import parse
from dataaudit.defects import Share
from dataaudit.errors import ConfigError, hint
from dataaudit.source.columns import DType

STRICT = ConfigDict(extra="forbid")
DTYPES = ("int", "float", "bool", "date", "str")
_OTHER_NAMES = {
    "integer": "int", "number": "float", "double": "float", "boolean": "bool",
    "datetime": "date", "timestamp": "date", "string": "str", "text": "str", "object": "str",
    "category": "str",
}  # fmt: skip


def _known_dtype(value: object) -> object:
    """Refuse an unknown type with the nearest known one."""
    if value is None or value in DTYPES:
        return value
    other = _OTHER_NAMES.get(str(value).lower())
    near = f" Did you mean {other!r}?" if other else hint(str(value), DTYPES)
    raise ValueError(f"one of {', '.join(DTYPES)}.{near if 'Did' in near else ''}".rstrip("."))


Bound = int | float | date | datetime | str


class ColumnRule(BaseModel):
    """What must hold for one column. A missing cell breaks ``nullable`` and no other rule.

    Parameters
    ----------
    dtype
        int, float, bool, date or str. Where it is not given, rules of text (``pattern``, lengths,
        a set of texts) make the column text, bounds and sets of numbers make it a number, and
        otherwise the source decides. A cell that does not parse breaks the rule ``dtype``.
    min, max
        Smallest and largest allowed value of a number or a date (ISO text), inclusive.
    isin
        The allowed values; text is compared as read, blanks included.
    pattern
        A regular expression that must match from the start of the cell, as ``re.match`` does; end
        it with ``$`` to hold it to the whole cell.
    min_length, max_length
        Characters of a text cell.
    nullable
        Whether cells may be missing.
    unique
        Whether values may stand once only. The first row with a value is kept and every later one
        is put aside, whatever else is wrong with the first. Missing cells never count as equal.
    null
        The tokens that mean missing, compared after trimming; None: the source decides.
    sensitive
        Values of the column are never shown in messages, findings and reports.
    severity
        ``error`` puts the row aside, ``warn`` reports it and keeps it.
    required
        Whether the table must have the column at all.
    """

    model_config = STRICT
    dtype: Annotated[DType | None, BeforeValidator(_known_dtype)] = None
    min: Bound | None = None
    max: Bound | None = None
    isin: list[bool | int | float | date | datetime | str] | None = Field(
        default=None, min_length=1
    )
    pattern: str | None = None
    min_length: int | None = Field(default=None, ge=0)
    max_length: int | None = Field(default=None, ge=0)
    nullable: bool = False
    unique: bool = False
    null: list[str] | None = None
    sensitive: bool = False
    severity: Literal["warn", "error"] = "error"
    required: bool = True

    @property
    def kind(self) -> DType | None:
        """The type that is stated or follows from the other rules; None: the source decides."""
        if self.dtype is not None:
            return self.dtype
        bounds = [value for value in (self.min, self.max) if value is not None]
        if bounds:
            return "float" if _are_numbers(bounds) else "date"
        if self.pattern is not None or self.min_length is not None or self.max_length is not None:
            return "str"
        if self.isin and all(isinstance(value, str) for value in self.isin):
            return "str"
        return "float" if self.isin and _are_numbers(self.isin) else None

    @field_validator("min", "max", mode="before")
    @classmethod
    def _bound(cls, value: object) -> object:
        if isinstance(value, bool) or value != value:  # noqa: PLR0124 - NaN differs from itself
            raise ValueError("a number or a date")
        return value

    @field_validator("null", mode="before")
    @classmethod
    def _tokens(cls, value: object) -> object:
        """Take ``null: [-999]`` as the text "-999"."""
        one = [value] if isinstance(value, str) else value
        if not isinstance(one, list):
            return one
        return [str(token).strip() if isinstance(token, int | float) else token for token in one]

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except re.error as error:
            raise ValueError(f"a regular expression ({error})") from error
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        problem = (
            _bounds_problem(self)
            or _set_problem(self)
            or _text_problem(self)
            or _order_problem(self)
        )
        if problem:
            raise ValueError(problem)
        return self


class Rule(BaseModel):
    """What must hold across the columns of one row.

    As in a SQL ``CHECK``, an expression that is neither true nor false because a cell is missing
    counts as passed; say ``is not null`` where that is not meant.

    Parameters
    ----------
    name
        Stands in the quarantine and in the report.
    expect
        A SQL expression that must be true; see `dataaudit.contract.expression`.
    when
        The rule speaks only of rows where this expression is true.
    severity
        As of a column.
    """

    model_config = STRICT
    name: str = Field(min_length=1)
    expect: str
    when: str | None = None
    severity: Literal["warn", "error"] = "error"

    @field_validator("expect", "when")
    @classmethod
    def _parses(cls, value: str | None, info: ValidationInfo) -> str | None:
        try:
            return value if value is None else parse(value, where=str(info.field_name)).text
        except ConfigError as error:
            raise ValueError(f"{error.expected}; {error.found!r} is not") from error


class Limits(BaseModel):
    """The share of rows put aside above which the stage warns and fails; bad lines count."""

    model_config = STRICT
    warn: Share = 0.001
    error: Share = 0.05

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.warn > self.error:
            raise ValueError(f"`warn` at or below `error`, but {self.warn:.2%} > {self.error:.2%}")
        return self


class ContractSpec(BaseModel):
    """What every row must hold to, and what happens to rows that do not.

    Parameters
    ----------
    columns, rules
        See `ColumnRule` and `Rule`.
    file
        A pandera schema in YAML, relative to the configuration, in place of ``columns``.
    module
        ``package.module:Schema``, a pandera schema in Python, in place of ``columns``; needs
        ``allow_code``.
    strict
        What happens to columns the contract does not name: false keeps them, "filter" leaves them
        out, true fails.
    bad_rows
        quarantine: put aside with reasons; drop: counted and gone; fail: any one fails the stage.
    limits
        See `Limits`.
    """

    model_config = STRICT
    columns: dict[str, ColumnRule] = {}
    rules: list[Rule] = []
    file: str | None = None
    module: str | None = None
    strict: bool | Literal["filter"] = False
    bad_rows: Literal["quarantine", "drop", "fail"] = "quarantine"
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if sum(map(bool, (self.columns, self.file, self.module))) > 1:
            raise ValueError("only one of `columns`, `file` and `module`")
        names = [rule.name for rule in self.rules]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"rules with a name each, but {twice[0]!r} stands twice")
        return self


def _are_numbers(values: list[Any]) -> bool:
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def _is_date(value: object) -> bool:
    if isinstance(value, date):
        return True
    try:
        return isinstance(value, str) and bool(datetime.fromisoformat(value))
    except ValueError:
        return False


def _bounds_problem(rule: ColumnRule) -> str:
    """Say what is wrong with ``min`` and ``max`` for the type of the column, or ""."""
    bounds = [value for value in (rule.min, rule.max) if value is not None]
    if not bounds:
        return ""
    if rule.kind in ("int", "float"):
        return "" if _are_numbers(bounds) else "bounds that are numbers, as the column is"
    if rule.kind == "date":
        return "" if all(map(_is_date, bounds)) else "bounds that are dates such as 2026-01-31"
    return f"without `min` and `max`, as the column is {rule.kind}"


def _order_problem(rule: ColumnRule) -> str:
    """Say which bounds leave no room, or ""."""
    low, high = rule.min, rule.max
    if low is not None and high is not None:
        if rule.kind == "date":
            low, high = str(low), str(high)  # ISO text sorts as dates do
        if low > high:  # type: ignore[operator] # both are numbers or both are text by now
            return f"`min` at or below `max`, but {rule.min} > {rule.max}"
    shortest, longest = rule.min_length, rule.max_length
    if shortest is not None and longest is not None and shortest > longest:
        return f"`min_length` at or below `max_length`, but {shortest} > {longest}"
    return ""


def _set_problem(rule: ColumnRule) -> str:
    """Say why ``isin`` could never match a column of this type, or ""."""
    if rule.isin is None or rule.kind is None:
        return ""
    fits = _FITS[rule.kind]
    wrong = [value for value in rule.isin if not fits(value)]
    return f"`isin` of {rule.kind} values, but {wrong[0]!r} is none" if wrong else ""


def _text_problem(rule: ColumnRule) -> str:
    """Say which rule of text stands on a column that is none, or ""."""
    given = [
        key for key in ("pattern", "min_length", "max_length") if getattr(rule, key) is not None
    ]
    if given and rule.kind != "str":
        return f"without `{given[0]}`, as the column is {rule.kind} and not text"
    return ""


_FITS: Mapping[str, Callable[[Any], bool]] = {
    "int": lambda value: _are_numbers([value]),
    "float": lambda value: _are_numbers([value]),
    "bool": lambda value: isinstance(value, bool),
    "date": _is_date,
    "str": lambda value: isinstance(value, str),
}
