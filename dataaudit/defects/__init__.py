"""Defects: one file each, found by looking into this folder.

To add one, copy the nearest file. Its name is the key in YAML (under ``audit.checks`` and under
``clean``), its docstring is the documentation page, the signature of its class is the parameters,
their validation and the JSON Schema. Nothing else names it. Other packages add theirs by the entry
point group ``dataaudit.defects``.

Its estimator stands in a file beside it, loaded by `Defect.remedy` alone: whoever looks at a table
does not wait for scikit-learn.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import inspect
import pkgutil
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self, get_type_hints

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, create_model

from dataaudit.errors import ConfigError, UnknownNameError
from dataaudit.finding import Finding, Outcome, Remedy, Severity, Status
from dataaudit.table import Table

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

_EXAMPLES = 5


def parse_share(value: object) -> object:
    """Turn "5%" into 0.05 and leave everything else to the validation.

    Examples
    --------
    >>> parse_share("5%"), parse_share(0.05)
    (0.05, 0.05)
    """
    if isinstance(value, str) and value.strip().endswith("%"):
        try:
            return round(float(value.strip()[:-1]) / 100, 12)
        except ValueError:
            return value
    return value


Share = Annotated[
    float,
    BeforeValidator(parse_share, json_schema_input_type=float | str),
    Field(ge=0, le=1, description='A share: 0.05 or "5%".'),
]


class Configurable:
    """Something with a key in pipeline.yaml: its constructor's signature says what stands there."""

    @classmethod
    def name(cls) -> str:
        """Return the file name, which is the key in YAML."""
        return cls.__module__.rpartition(".")[2]

    @classmethod
    def parameters(cls) -> type[BaseModel]:
        """Return the signature as a pydantic model, for validation and JSON Schema."""
        signature: Any = cls  # mypy looks up __hash__ on the instances
        return parameters_of(signature, cls.name())

    @classmethod
    def configured(cls, params: Mapping[str, Any] | None = None) -> Self:
        """Build from parameters as they stand in YAML.

        Raises
        ------
        UnknownNameError
            For a parameter that does not exist.
        ConfigError
            For a value that does not fit.
        """
        return cls(**validated(cls.parameters(), dict(params or {}), cls.name()))

    @classmethod
    def found_in(cls, modules: Iterable[Any]) -> dict[str, type[Self]]:
        """Return those that modules define, by name."""
        return {
            value.name(): value
            for module in modules
            for value in vars(module).values()
            if inspect.isclass(value)
            and issubclass(value, cls)
            and value.__module__ == module.__name__
        }


class Defect(Configurable, ABC):
    """Something that can be wrong with a table: how to see it, say it and repair it.

    A subclass sets ``code``, takes its parameters keyword-only with a type and a default each,
    stores them under their names, and implements `detect`. The same parameters steer the rule that
    reports and the estimator that repairs.
    """

    code: ClassVar[str]

    @abstractmethod
    def detect(self, table: Table) -> Iterator[Finding]:
        """Yield a finding for each thing that is wrong."""

    def applies(self, table: Table) -> str:  # noqa: ARG002 - the common answer looks at nothing
        """Return why the check says nothing about this table, or "" where it does."""
        return ""

    def remedy(self) -> BaseEstimator | None:
        """Return an unfitted scikit-learn or imbalanced-learn estimator, or None."""
        return None

    @classmethod
    def documentation(cls) -> str:
        """Return the documentation page: the docstring of the file."""
        return inspect.getdoc(sys.modules[cls.__module__]) or ""

    def finding(
        self,
        kind: str,
        severity: Severity,
        message: str,
        *,
        columns: Sequence[str] = (),
        rows: int | None = None,
        share: float | None = None,
        evidence: Mapping[str, Any] | None = None,
        examples: Sequence[int] = (),
        remedy: Remedy | None = None,
    ) -> Finding:
        """Build a finding that bears this defect's code and name."""
        return Finding(
            code=self.code,
            check=self.name(),
            kind=kind,
            severity=severity,
            columns=tuple(columns),
            message=message,
            rows=rows,
            share=share,
            evidence=dict(evidence or {}),
            examples=tuple(int(row) for row in examples[:_EXAMPLES]),
            remedy=remedy,
        )

    def run(self, table: Table, ignore: frozenset[str] = frozenset()) -> Outcome:
        """Detect, and turn what happens into exactly one outcome.

        Parameters
        ----------
        table
            The table to look at.
        ignore
            Codes (``DA201``) and ids (``DA201.cells``) that the user does not want to hear of.
        """
        if self.code in ignore:
            return self._outcome(Status.SKIPPED, "ignored by `audit.ignore`")
        reason = self.applies(table)
        if reason:
            return self._outcome(Status.NOT_APPLICABLE, reason)
        try:
            found = [finding for finding in self.detect(table) if finding.id not in ignore]
        except Exception as error:  # noqa: BLE001 - one failing check must not silence the others
            return self._outcome(Status.FAILED, f"{type(error).__name__}: {error}")
        found.sort(key=lambda finding: (-finding.severity.rank, -(finding.share or 0)))
        return self._outcome(Status.FOUND if found else Status.PASSED, findings=tuple(found))

    def _outcome(
        self, status: Status, reason: str = "", findings: tuple[Finding, ...] = ()
    ) -> Outcome:
        return Outcome(
            code=self.code, check=self.name(), status=status, reason=reason, findings=findings
        )


@cache
def parameters_of(function: Any, name: str) -> type[BaseModel]:
    """Turn a typed, keyword-only signature into a pydantic model that refuses unknown keys."""
    hints = get_type_hints(
        function.__init__ if inspect.isclass(function) else function, None, None, True
    )
    fields: dict[str, Any] = {
        parameter.name: (hints[parameter.name], parameter.default)
        for parameter in inspect.signature(function).parameters.values()
    }
    return create_model(name, __config__=ConfigDict(extra="forbid"), **fields)


def validated(model: type[BaseModel], params: dict[str, Any], where: str) -> dict[str, Any]:
    """Validate parameters and return them all, defaults included."""
    for key in params:
        if key not in model.model_fields:
            raise UnknownNameError(key, kind=f"key under `{where}`", known=model.model_fields)
    try:
        instance = model(**params)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in (where, *first["loc"]))
        raise ConfigError(key, expected=_expected(first), found=first["input"]) from error
    return {key: getattr(instance, key) for key in model.model_fields}


def _expected(error: Any) -> str:
    """Word pydantic's complaint so that it follows "must be"."""
    text = str(error["msg"])
    for prefix in ("Input should be ", "Value error, "):
        text = text.removeprefix(prefix)
    return text[:1].lower() + text[1:]


@cache
def registry() -> Mapping[str, type[Defect]]:
    """Find every defect: the files of this folder, then the entry points of other packages."""
    modules = [
        importlib.import_module(f"{__name__}.{info.name}")
        for info in pkgutil.iter_modules(__path__)
    ]
    points = importlib.metadata.entry_points(group="dataaudit.defects")
    modules += [importlib.import_module(point.value.partition(":")[0]) for point in points]
    return dict(sorted(Defect.found_in(modules).items(), key=lambda item: item[1].code))


def find(name: str) -> type[Defect]:
    """Return the defect with this name or code.

    Raises
    ------
    UnknownNameError
        With the nearest known one.
    """
    for known, defect in registry().items():
        if name in (known, defect.code):
            return defect
    codes = [defect.code for defect in registry().values()]
    raise UnknownNameError(name, kind="defect", known=[*registry(), *codes])


def configured(
    checks: Mapping[str, Mapping[str, Any]] | None = None,
    clean: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Defect]:
    """Build every defect once, from what ``audit.checks`` and ``clean`` say of it.

    A parameter under ``clean`` wins, so that report and repair follow one rule.

    Raises
    ------
    UnknownNameError, ConfigError
        For a check or parameter that does not exist or fit.
    """
    given: dict[str, dict[str, Any]] = {}
    for key, said in (("audit.checks", checks or {}), ("clean", clean or {})):
        for name, params in said.items() if isinstance(said, Mapping) else [(key, said)]:
            if not isinstance(params, Mapping | None):
                raise ConfigError(key, expected="a mapping of check to parameters", found=said)
            given.setdefault(find(name).name(), {}).update(params or {})
    return {name: defect.configured(given.get(name)) for name, defect in registry().items()}


def audit(table: Table, defects: Mapping[str, Defect], ignore: Sequence[str] = ()) -> list[Outcome]:
    """Run every check and return one outcome each, in the order of their codes.

    Raises
    ------
    UnknownNameError
        For a code or id under `ignore` that no defect has.
    """
    ignored = frozenset(_with_code(name) for name in ignore)
    return [defect.run(table, ignored) for defect in defects.values()]


def _with_code(name: str) -> str:
    """Return ``outliers.cells`` as ``DA201.cells``."""
    check, dot, kind = name.partition(".")
    return f"{find(check).code}{dot}{kind}"
