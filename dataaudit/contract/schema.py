"""The contract itself, whatever it was written in, and the pandera schema that it amounts to.

What pandera has no word for (null tokens, ``sensitive``, ``severity``, rules in SQL) stands in the
schema's own ``metadata`` under ``dataaudit``, so it survives a copy and a trip through YAML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from dataaudit.contract.rules import columns_of
from dataaudit.contract.spec import ContractSpec, Limits, Rule
from dataaudit.contract.terms import ColumnTerms, Condition, terms_of
from dataaudit.finding import Severity
from dataaudit.source.options import Declared

_NOTES = {"null", "sensitive", "severity"}


@dataclass(frozen=True, kw_only=True)
class Contract:
    """What the rows must hold to.

    Parameters
    ----------
    columns
        By name, or by the pattern that stands for several.
    unique
        Groups of columns that must be unique together.
    own
        Checks of whole rows that somebody wrote in Python.
    rules
        The rules across columns that are written in SQL.
    notes
        What pandera has no word for: column -> ``null``, ``sensitive``, ``severity``.
    strict, bad_rows, limits
        As in `ContractSpec`.
    given
        The pandera schema that it was written as, if it was.

    Examples
    --------
    >>> contract = from_spec(ContractSpec.model_validate({"columns": {"age": {"min": 0}}}))
    >>> contract.declared["age"].dtype
    'float'
    """

    columns: Mapping[str, ColumnTerms]
    unique: tuple[tuple[str, ...], ...] = ()
    own: tuple[Condition, ...] = ()
    rules: tuple[Rule, ...] = ()
    notes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    strict: Any = False
    bad_rows: str = "quarantine"
    limits: Limits = field(default_factory=Limits)
    given: Any = None

    @cached_property
    def schema(self) -> Any:
        """The pandera ``DataFrameSchema`` that says the same, rules across columns included.

        ``contract.schema.validate(frame)`` means the same as `check`, except that pandera cannot
        merely warn of a type, a missing cell or a repeated value.
        """
        from dataaudit.contract.bridge import schema_of_terms, with_rules

        schema = self.given
        if schema is None:
            schema = schema_of_terms(self.columns, strict=self.strict)
        rules = [rule.model_dump() for rule in self.rules]
        return with_rules(schema, self.rules, {"columns": dict(self.notes), "rules": rules})

    @property
    def declared(self) -> dict[str, Declared]:
        """What the source must know before it reads: types and null tokens by column."""
        return {
            name: Declared(dtype=terms.dtype, nulls=self._nulls(name))
            for name, terms in self.columns.items()
            if not terms.is_pattern
        }

    @property
    def sensitive(self) -> frozenset[str]:
        """Columns whose values must not be shown."""
        return frozenset(name for name, note in self.notes.items() if note.get("sensitive"))

    def severity(self, column: str) -> Severity:
        """Return what a broken rule of a column means."""
        warns = self.notes.get(column, {}).get("severity") == "warn"
        return Severity.WARNING if warns else Severity.ERROR

    def terms(self, names: Sequence[str]) -> Iterator[tuple[str, ColumnTerms]]:
        """Yield each name of a table that the contract speaks of, with its terms."""
        for key, terms in self.columns.items():
            if terms.is_pattern:
                yield from ((name, terms) for name in names if re.match(key, name))
            elif key in names:
                yield key, terms

    def without(self, *names: str) -> Contract:
        """Return the contract without some columns and the rules that look at them.

        ``apply`` uses it for the target, which new rows do not have.
        """
        gone = set(names) & set(self.columns)
        folded = {name.casefold() for name in names}
        has_given = self.given is not None and gone
        return replace(
            self,
            columns={name: terms for name, terms in self.columns.items() if name not in gone},
            unique=tuple(group for group in self.unique if not gone & set(group)),
            rules=tuple(rule for rule in self.rules if not folded & columns_of(rule)),
            given=self.given.remove_columns(sorted(gone)) if has_given else self.given,
        )

    def _nulls(self, name: str) -> tuple[str, ...] | None:
        tokens = self.notes.get(name, {}).get("null")
        return None if tokens is None else tuple(tokens)


def from_spec(spec: ContractSpec) -> Contract:
    """Turn the keys under ``contract:`` into a contract."""
    return Contract(
        columns={name: terms_of(name, rule) for name, rule in spec.columns.items()},
        rules=tuple(spec.rules),
        notes={name: rule.model_dump(include=_NOTES) for name, rule in spec.columns.items()},
        strict=spec.strict,
        bad_rows=spec.bad_rows,
        limits=spec.limits,
    )
