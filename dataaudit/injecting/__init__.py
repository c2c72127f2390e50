"""Known defects, planted on purpose: to see whether the audit finds them and what they cost.

One file per defect; the folder is the registry, as that of `dataaudit.defects` is. To add one, copy
the nearest file: its name is the name of the defect, the signature of its class its parameters.
"""

from __future__ import annotations

import importlib
import pkgutil
import zlib
from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd

from dataaudit.defects import Configurable
from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.errors import ConfigError, DataError, UnknownNameError
from dataaudit.estimator import numbers, texts
from dataaudit.injecting.truth import Truth, differs
from dataaudit.source import read
from dataaudit.source.tables import column_name
from dataaudit.split import TaskSpec, label

Kind = Literal["classification", "regression"]
_LATER = 1  # added to the seed of rows that come later, so that other cells are hit


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What an injector starts from.

    Parameters
    ----------
    frame
        The table; an injector copies what it changes.
    target
        The column to predict.
    kind
        What it is.
    """

    frame: pd.DataFrame
    target: Hashable
    kind: Kind

    @property
    def features(self) -> pd.DataFrame:
        """All columns but the target."""
        return self.frame.drop(columns=[self.target])

    @property
    def numbers(self) -> list[Any]:
        """Names of the features that are numbers, flags left out."""
        names = numbers(self.features)
        return [name for name in names if not pd.api.types.is_bool_dtype(self.frame[name])]

    @property
    def texts(self) -> list[Any]:
        """Names of the features that are text."""
        return texts(self.features)

    @property
    def classes(self) -> pd.Series:
        """Rows of each class, the most frequent first, ties by label."""
        counts = self.frame[self.target].value_counts()
        order = sorted(counts.index, key=lambda label: (-counts[label], str(label)))
        return counts[order]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an injector made of a table.

    Parameters
    ----------
    frame
        The table with the defect.
    sentence
        What was planted, in words.
    rows : ndarray of int, optional
        The position that each row has in the table before; None where the rows stay.
    """

    frame: pd.DataFrame
    sentence: str
    rows: np.ndarray | None = None


class Injector(Configurable, ABC):
    """A defect that can be planted.

    A subclass says what should see it, takes its parameters keyword-only with a type and a default
    each, and implements `plant`.
    """

    checks: ClassVar[tuple[str, ...]]
    """The checks of the audit that should see it; none where that takes training."""
    cause: ClassVar[str]
    """The cause that a diagnosis should name, as its file in `dataaudit.proof.diagnosis`."""
    or_cause: ClassVar[str] = ""
    """Another name for the same, with the same remedy, that serves as well."""
    is_of_a_class: ClassVar[bool] = False
    """Whether it befalls one class, so that what it costs must count classes alike."""
    is_lasting: ClassVar[bool] = True
    """Whether rows that come later have the defect as well."""
    is_of_target: ClassVar[bool] = False
    """Whether it is the target, or the rows, and not the features that change."""

    @abstractmethod
    def plant(self, given: Given, rng: np.random.Generator) -> Change:
        """Return the table with the defect; the table given stays as it is."""

    def applies(self, given: Given) -> str:  # noqa: ARG002 - the common answer looks at nothing
        """Return why it cannot be planted in this table, or ""."""
        return ""

    def later(self, given: Given, rng: np.random.Generator) -> pd.DataFrame:
        """Return rows as they will come once the network is in use."""
        return self.plant(given, rng).frame if self.is_lasting else given.frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Injected:
    """A table with planted defects.

    Parameters
    ----------
    frame
        The table with the defects; its rows are numbered anew where some came or went.
    truth
        What was changed, cell by cell and row by row.
    planted
        What was planted, in words, by defect.
    refused
        Why a defect could not be planted, by defect.
    """

    frame: pd.DataFrame
    truth: Truth
    planted: Mapping[str, str]
    refused: Mapping[str, str]


def inject(
    frame: pd.DataFrame,
    target: Hashable,
    *,
    defects: Sequence[str] | Mapping[str, Mapping[str, Any]] | str,
    seed: int = 0,
    kind: Kind | None = None,
) -> Injected:
    """Plant known defects into a table and keep the truth.

    Parameters
    ----------
    frame : DataFrame of shape (rows, columns)
        Any mixture of types; never changed.
    target
        The column to predict.
    defects
        Names, or parameters by name; planted one after the other in this order.
    seed
        Decides which rows and cells.
    kind
        What the target is; decided as an audit decides it where not given.

    Raises
    ------
    UnknownNameError
        For a target or a defect that does not exist.
    ConfigError
        For a parameter that does not fit.
    DataError
        For a table without rows, or with two columns of one name.

    Examples
    --------
    >>> frame = pd.DataFrame({"age": range(20, 60), "ill": ["yes", "no"] * 20})
    >>> injected = inject(frame, "ill", defects={"sentinels": {"share": 0.05}})
    >>> int((injected.frame["age"] == -999).sum()), injected.truth.changed
    (2, 2)
    """
    given = given_of(frame, target, kind)
    chosen = configured(defects)
    before, rows = frame, np.arange(len(frame))
    planted: dict[str, str] = {}
    refused: dict[str, str] = {}
    for name, injector in chosen.items():
        reason = injector.applies(given)
        if reason:
            refused[name] = reason
            continue
        change = injector.plant(given, generator(seed, name))
        planted[name] = change.sentence
        kept = change.rows if change.rows is not None else np.arange(len(rows))
        rows = rows[kept]
        given = Given(frame=change.frame, target=target, kind=given.kind)
    return Injected(
        frame=given.frame,
        truth=Truth(rows=rows, cells=differs(before.iloc[rows], given.frame)),
        planted=planted,
        refused=refused,
    )


def given_of(frame: pd.DataFrame, target: Hashable, kind: Kind | None = None) -> Given:
    """Check a table and say what its target is; see `inject`."""
    if not isinstance(frame, pd.DataFrame):
        raise ConfigError("frame", expected="a pandas DataFrame", found=type(frame).__name__)
    if not frame.columns.is_unique:
        raise DataError("inject", "two columns bear the same name")
    if target not in frame.columns:
        known = [str(name) for name in frame.columns]
        raise UnknownNameError(str(target), kind="column", known=known)
    if not len(frame):
        raise DataError("inject", "the table has no rows")
    return Given(frame=frame, target=target, kind=kind or _kind(frame[[target]]))


def _kind(target: pd.DataFrame) -> Kind:
    """Decide what the target is as the audit does."""
    with DuckDBEngine() as engine:
        source = read(target, engine=engine)
        spec = TaskSpec(target=column_name(target.columns[0]))
        return label(engine, source.columns, spec, relation="typed").task.kind or "classification"


def generator(seed: int, name: str, *, is_later: bool = False) -> np.random.Generator:
    """Return what draws for one defect, whatever other defects there are."""
    return np.random.default_rng([seed, zlib.crc32(name.encode()), _LATER * is_later])


def configured(
    defects: Sequence[str] | Mapping[str, Mapping[str, Any]] | str,
) -> dict[str, Injector]:
    """Build injectors from their names, or from parameters by name."""
    names = [defects] if isinstance(defects, str) else list(defects)
    params = dict(defects) if isinstance(defects, Mapping) else {}
    return {name: find(name).configured(params.get(name)) for name in names}


@cache
def registry() -> Mapping[str, type[Injector]]:
    """Find every injector: the files of this folder, by name."""
    modules = [
        importlib.import_module(f"{__name__}.{info.name}")
        for info in pkgutil.iter_modules(__path__)
    ]
    return Injector.found_in(modules)


def find(name: str) -> type[Injector]:
    """Return the injector of this name.

    Raises
    ------
    UnknownNameError
        With the nearest known one.
    """
    if name not in registry():
        raise UnknownNameError(name, kind="defect to plant", known=registry())
    return registry()[name]
