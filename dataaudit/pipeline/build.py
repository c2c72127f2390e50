"""Names and parameters as they stand under ``clean`` -> estimators in an order that works."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sklearn.base import BaseEstimator

from dataaudit.defects import Defect, validated
from dataaudit.encode import Encode
from dataaudit.errors import CodeRefusedError, ConfigError, UnknownNameError
from dataaudit.pipeline.order import check_kind, check_order, is_sampler

PASS = "passthrough"  # noqa: S105 - scikit-learn's word for a step that does nothing
_USE_KEYS = ("use", "params")


def build_steps(
    steps: Sequence[tuple[str, Mapping[str, Any]]],
    defects: Mapping[str, Defect],
    *,
    kind: Literal["classification", "regression"],
    seed: int,
    allow_code: bool,
) -> tuple[list[tuple[str, Any]], Any]:
    """Return the steps as (name, unfitted estimator or "passthrough"), and what balances classes.

    Raises
    ------
    UnknownNameError
        For a step that does not exist.
    ConfigError
        For a parameter that does not fit, a step that repairs nothing, an order that cannot work.
    CodeRefusedError
        For code that the caller did not allow.
    """
    built: list[tuple[str, Any]] = []
    balance, does = "none", set()
    for name, params in steps:
        if name == "use":
            step = _use(dict(params), allow_code=allow_code)
            built.append((_own_name(step, [taken for taken, _ in built]), step))
        elif name == "encode":
            encode = Encode.configured(params)
            built.append((name, encode.estimator(kind=kind, seed=seed)))
        else:
            defect = _with(_known(name, defects), params)
            does |= {f"{name}={getattr(defect, key, '')}" for key in ("action", "method")}
            balance = getattr(defect, "method", balance) if name == "imbalance" else balance
            built.append((name, _remedy(name, defect)))
    samplers = [name for name, step in built if is_sampler(step)]
    check_kind(kind, samplers, balance)
    check_order([name for name, _ in built], samplers, does)
    return [(name, _seeded(step, seed)) for name, step in built], balance


def _known(name: str, defects: Mapping[str, Defect]) -> Defect:
    if name not in defects:
        raise UnknownNameError(name, kind="step under `clean`", known=[*defects, "encode", "use"])
    return defects[name]


def _with(defect: Defect, params: Mapping[str, Any]) -> Defect:
    """Return the defect with the parameters of the step, which win over those it has."""
    had = {key: getattr(defect, key) for key in defect.parameters().model_fields}
    given = validated(defect.parameters(), dict(params), defect.name()) if params else {}
    return type(defect)(**{**had, **{key: given[key] for key in params}})


def _remedy(name: str, defect: Defect) -> Any:
    """Return the estimator that repairs, or "passthrough" where it is configured to do nothing."""
    if type(defect).remedy is Defect.remedy:
        raise ConfigError(
            f"clean.{name}",
            expected="left out: no step repairs it; put the columns under `task.ignore` instead",
        )
    remedy = defect.remedy()
    return PASS if remedy is None else remedy


def _own_name(step: Any, taken: Sequence[str]) -> str:
    """Name a user's own step by its class; the second of a class is ``Class_2``."""
    name = type(step).__name__.replace("__", "_")  # scikit-learn keeps the double for parameters
    same = sum(other == name or other.startswith(f"{name}_") for other in taken)
    return f"{name}_{same + 1}" if same else name


def _use(params: dict[str, Any], *, allow_code: bool) -> Any:
    """Return a user's own step, ``{use: "package.module:Class", params: {...}}``."""
    for key in params:
        if key not in _USE_KEYS:
            raise UnknownNameError(key, kind="key beside `use`", known=_USE_KEYS)
    code = str(params.get("use", ""))
    if not allow_code:
        raise CodeRefusedError("clean.use", code)
    try:
        step = imported(code)(**dict(params.get("params") or {}))
    except TypeError as error:
        raise ConfigError(
            f"clean.use.{code}", expected="a class that takes `params`", found=error
        ) from error
    if not (hasattr(step, "fit") and (hasattr(step, "transform") or is_sampler(step))):
        raise ConfigError("clean.use", expected="a scikit-learn transformer or sampler", found=code)
    return step


def imported(code: str) -> Any:
    """Import ``package.module:Name``.

    Raises
    ------
    ConfigError
        Where it is not of that form, or does not exist.
    """
    module, _, name = code.partition(":")
    if not (module and name):
        raise ConfigError("clean.use", expected="`package.module:Class`", found=code)
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise ConfigError(
            "clean.use", expected="a class that can be imported", found=code
        ) from error


def _seeded(step: Any, seed: int) -> Any:
    """Give every estimator inside a step that draws at random the seed of the run."""
    if isinstance(step, BaseEstimator):
        drawing = {
            key: seed
            for key, value in step.get_params(deep=True).items()
            if key.rpartition("__")[2] == "random_state" and value is None
        }
        step.set_params(**drawing)
    return step
