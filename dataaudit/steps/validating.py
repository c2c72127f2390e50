"""The contract as a step."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from dataaudit.contract import (
    Checked,
    Contract,
    ContractSpec,
    check,
    from_pandera,
    load_contract,
)
from dataaudit.contract.quarantine import ERRORS
from dataaudit.defects import validated
from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.errors import ContractError
from dataaudit.finding import Severity
from dataaudit.sampler import FrameSampler
from dataaudit.source import read
from dataaudit.source.columns import ROW
from dataaudit.steps.frames import named


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
        columns = named(frame)
        if self.target_name_ in contract.columns and self.target_name_ not in columns:
            columns[str(self.target_name_)] = labels
        with DuckDBEngine() as engine:
            checked = check(read(columns, declared=contract.declared, engine=engine), contract)
            kept = engine.query(f"SELECT {ROW} FROM kept ORDER BY 1").column(0).to_numpy()
            away = engine.query(f"SELECT {ROW}, {ERRORS} FROM {checked.quarantine}")
        self.results_ = checked.results
        self.quarantine_ = _quarantine(frame, away)
        _refuse(checked, contract)
        return kept, frame.iloc[:0], np.empty(0, dtype=np.int64)


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


def _quarantine(frame: pd.DataFrame, away: pa.Table) -> pd.DataFrame:
    """Return the rows that went as they came, with their reasons."""
    rows = away.column(ROW).to_pylist()
    return frame.iloc[rows].assign(**{ROW: rows, ERRORS: away.column(ERRORS).to_pylist()})
