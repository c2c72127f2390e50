"""The stages around the cleaning as importable steps of an imbalanced-learn ``Pipeline``.

`ValidateContract` takes bad rows out while training, `AuditTable` says what it sees, `WriteParquet`
keeps what came by. None of them changes a value, and none takes a row away when predicting.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dataaudit.contract import (
    Checked,
    Contract,
    ContractSpec,
    check,
    from_pandera,
    load_contract,
)
from dataaudit.contract.quarantine import ERRORS
from dataaudit.defects import audit, configured, registry, validated
from dataaudit.engine import Engine
from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.engine.sql import ident
from dataaudit.errors import ConfigError, ContractError
from dataaudit.estimator import FrameTransformer
from dataaudit.finding import Finding, Outcome, Severity
from dataaudit.sampler import FrameSampler
from dataaudit.source import Source, read
from dataaudit.source.columns import ROW
from dataaudit.table import Table, Task

_TARGET = "target"
"""The name of labels that come without one."""
_MOST_CLASSES = 20  # whole numbers up to so many are labels, more are to be predicted as numbers


class ValidateContract(FrameSampler):
    """Take the rows that break a contract out of the training rows.

    Values stay as they are: a column of text that the contract calls a number is checked as a
    number, and the rows that stay are text still, as they will be when predicting. A target that
    bears a name (a pandas Series) can be part of the contract.

    Parameters
    ----------
    schema
        A pandera schema or ``DataFrameModel``; the keys under ``contract:`` as a dictionary; or the
        path of a schema in pandera's YAML.
    bad_rows
        quarantine: bad rows go to ``quarantine_``; drop: they go; fail: any one raises. None: as
        the schema says, else quarantine. ``limits`` play no part here.

    Attributes
    ----------
    quarantine_ : DataFrame
        The rows taken out as they came, labels of the index included, with ``__row__`` (position)
        and ``__errors__`` (a list of {rule, column, message, severity}).
    results_ : list of RuleResult
        How each rule ended.
    sample_indices_ : ndarray of int
        Positions of the rows that stayed.

    Examples
    --------
    >>> import pandas as pd
    >>> X = pd.DataFrame({"age": [31, -4, 50]})
    >>> step = ValidateContract({"columns": {"age": {"dtype": "int", "min": 0}}})
    >>> step.fit_resample(X, [0, 1, 1])[0]
       age
    0   31
    1   50
    >>> step.quarantine_["__errors__"].iloc[0][0]["message"]
    '`age` is below 0'
    """

    _stage = "contract"
    _needs_classes = False
    _sampling_type = "bypass"

    def __init__(self, schema: Any = None, *, bad_rows: str | None = None) -> None:
        super().__init__()
        self.schema = schema
        self.bad_rows = bad_rows

    def fit_resample(self, X: Any, y: Any = None, **_: Any) -> tuple[Any, Any]:
        """Return the rows that hold to the contract.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
            The columns of an array are x0, x1, ...
        y : array-like of shape (n_samples,), optional

        Raises
        ------
        ContractError
            If a column is missing, a rule cannot be computed, every row is bad, or with
            ``bad_rows="fail"`` any is.
        ConfigError, UnknownNameError
            For a contract that cannot be read or computed.
        """
        self.target_name_ = getattr(y, "name", None)
        if y is not None:
            return super().fit_resample(X, y)
        return super().fit_resample(X, np.zeros(len(X)))[0], None

    def _fit_resample(
        self, frame: pd.DataFrame, labels: np.ndarray
    ) -> tuple[np.ndarray, pd.DataFrame, np.ndarray]:
        contract = _contract(self.schema, self.bad_rows)
        columns = _named(frame)
        if self.target_name_ in contract.schema.columns and self.target_name_ not in columns:
            columns[str(self.target_name_)] = labels
        with DuckDBEngine() as engine:
            checked = check(read(columns, declared=contract.declared, engine=engine), contract)
            kept = engine.query(f"SELECT {ROW} FROM kept ORDER BY 1").column(0).to_numpy()
        self.results_ = checked.results
        self.quarantine_ = _quarantine(frame, checked)
        _refuse(checked, contract)
        return kept, frame.iloc[:0], np.empty(0, dtype=np.int64)


class AuditTable(FrameTransformer):
    """Look for defects in the training rows and pass every row on unchanged.

    Parameters
    ----------
    checks
        The checks to run: names, or name -> parameters, as under ``audit.checks``; None runs all.

    Attributes
    ----------
    findings_ : list of Finding
        Worst first.
    outcomes_ : list of Outcome
        How each check ended.

    Examples
    --------
    >>> import pandas as pd
    >>> step = AuditTable(checks=["constant"]).fit(pd.DataFrame({"a": [1, 1], "b": [1, 2]}))
    >>> step.findings_[0].message
    '`a` has the same value in every row.'
    """

    def __init__(self, checks: Any = None) -> None:
        self.checks = checks

    def _learn(self, frame: pd.DataFrame, y: Any) -> None:
        params = _parameters(self.checks)
        defects = configured(params)
        if self.checks is not None:
            defects = {name: defects[name] for name in registry() if name in params}
        columns, task = _with_target(_named(frame), y)
        with DuckDBEngine() as engine:
            table = _table(read(columns, engine=engine), task)
            self.outcomes_: list[Outcome] = audit(table, defects)
        found = [finding for outcome in self.outcomes_ for finding in outcome.findings]
        self.findings_: list[Finding] = sorted(found, key=lambda f: -f.severity.rank)

    def _apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        return frame


class WriteParquet(FrameTransformer):
    """Write the training rows that come by to a Parquet file and pass them on unchanged.

    The file appears whole or not at all: it is written under a temporary name and renamed.

    Parameters
    ----------
    path
        The file; its folder is made. None writes nothing.
    on_transform
        Whether the rows of every `transform` are written too, each in place of those before.
        ``fit`` writes the target beside them, under its name or as ``target``.

    Attributes
    ----------
    rows_written_ : int
        Rows that ``fit`` wrote.

    Examples
    --------
    >>> import pandas as pd, tempfile
    >>> path = f"{tempfile.mkdtemp()}/rows.parquet"
    >>> _ = WriteParquet(path).fit(pd.DataFrame({"a": [1, 2]}), pd.Series([0, 1], name="y"))
    >>> pd.read_parquet(path)
       a  y
    0  1  0
    1  2  1
    """

    def __init__(self, path: Any = None, *, on_transform: bool = False) -> None:
        self.path = path
        self.on_transform = on_transform

    def fit_transform(self, X: Any, y: Any = None, **_: Any) -> Any:
        """Write the rows and return them; they are not written a second time."""
        self.fit(X, y)
        frame = self._frame(X, reset=False)
        return frame if isinstance(X, pd.DataFrame) else frame.to_numpy()

    def _learn(self, frame: pd.DataFrame, y: Any) -> None:
        columns, _ = _with_target(_named(frame), y)
        self.rows_written_ = 0 if self.path is None else len(columns)
        if self.path is not None:
            _write(columns, Path(self.path))

    def _apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        if self.on_transform and self.path is not None:
            _write(_named(frame), Path(self.path))
        return frame


def _contract(schema: Any, bad_rows: str | None) -> Contract:
    """Turn whatever the step was given into a contract."""
    keys: dict[str, Any] = dict(schema) if isinstance(schema, Mapping) else {}
    if bad_rows is not None:
        keys["bad_rows"] = bad_rows
    if isinstance(schema, str | Path):
        keys["file"] = str(schema)
    spec = ContractSpec(**validated(ContractSpec, keys, "contract"))
    if schema is None or isinstance(schema, Mapping | str | Path):
        return load_contract(spec, base=Path())
    return from_pandera(schema, spec)


def _refuse(checked: Checked, contract: Contract) -> None:
    """Raise where no row stays, a rule is broken for all rows, or a row goes that must not."""
    errors = [result for result in checked.results if result.severity is Severity.ERROR]
    whole = [result.message for result in errors if result.is_whole_table]
    broken = [result.message for result in errors if result.rows]
    if whole or (broken and contract.bad_rows == "fail"):
        raise ContractError([*whole, *broken][0].rstrip("."), remedy="See `quarantine_`.")
    if not checked.kept:
        raise ContractError(f"none of {checked.read:,} rows holds to it", remedy=broken[0])


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the columns names of text and the rows their positions; the frame itself stays."""
    names = [f"x{name}" if isinstance(name, int) else str(name) for name in frame.columns]
    return frame.set_axis(names, axis=1).reset_index(drop=True)


def _quarantine(frame: pd.DataFrame, checked: Checked) -> pd.DataFrame:
    """Return the rows that went as they came, with their reasons."""
    rows = checked.quarantine.column(ROW).to_pylist()
    return frame.iloc[rows].assign(
        **{ROW: rows, ERRORS: checked.quarantine.column(ERRORS).to_pylist()}
    )


def _parameters(checks: Any) -> dict[str, Mapping[str, Any]]:
    """Return name -> parameters of the checks that are asked for."""
    if checks is None:
        return {}
    if isinstance(checks, Mapping):
        return {name: params or {} for name, params in checks.items()}
    if isinstance(checks, Sequence) and not isinstance(checks, str):
        return {str(name): {} for name in checks}
    raise ConfigError("checks", expected="a list of names, or names with parameters", found=checks)


def _with_target(columns: pd.DataFrame, y: Any) -> tuple[pd.DataFrame, Task]:
    """Put the target beside the features, and say what it is."""
    values = np.asarray(y).ravel()
    if y is None or len(values) != len(columns):  # several targets are none that we know
        return columns, Task()
    labels = pd.Series(values)
    name = str(getattr(y, "name", None) or _TARGET)
    while name in columns:
        name = f"{name}_"
    if not _are_classes(labels):
        return columns.assign(**{name: labels}), Task(target=name, kind="regression")
    text = labels.where(labels.isna(), labels.astype("str")).astype("str")
    classes = tuple(map(str, text.value_counts().index))
    task = Task(target=name, kind="classification", classes=classes)
    return columns.assign(**{name: text}), task


def _are_classes(labels: pd.Series) -> bool:
    """Tell labels from numbers to predict, as ``task.type: auto`` does."""
    present = labels.dropna()
    if not pd.api.types.is_numeric_dtype(present) or pd.api.types.is_bool_dtype(present):
        return True
    values = np.unique(present.to_numpy(dtype=float))
    return len(values) <= _MOST_CLASSES and bool(np.all(values == np.round(values)))


def _table(source: Source, task: Task) -> Table:
    return Table(source.engine, columns=source.columns, task=task)


def _write(columns: pd.DataFrame, path: Path) -> None:
    """Write rows in their order, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    try:
        with DuckDBEngine() as engine:
            _copy(engine, columns, Path(name))
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def _copy(engine: Engine, columns: pd.DataFrame, path: Path) -> None:
    names = ", ".join(map(ident, read(columns, engine=engine).columns))
    engine.copy(f"SELECT {names} FROM raw ORDER BY {ROW}", path)
