"""A fitted cleaning as a file, without pickle: nothing in the file can choose what code runs."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any
from zipfile import BadZipFile

from sklearn.base import BaseEstimator

from dataaudit import defects, encode, estimator
from dataaudit.errors import DataError, SourceError
from dataaudit.pipeline import cleaning as cleaning_module
from dataaudit.pipeline import entry
from dataaudit.pipeline.build import imported
from dataaudit.pipeline.cleaning import Cleaning

# Types of other packages that a cleaning holds; skops itself trusts scikit-learn's estimators.
OTHERS = frozenset(
    {
        "imblearn.over_sampling._random_over_sampler.RandomOverSampler",
        "imblearn.over_sampling._smote.base.SMOTE",
        "imblearn.over_sampling._smote.base.SMOTEN",
        "imblearn.over_sampling._smote.base.SMOTENC",
        "imblearn.under_sampling._prototype_selection._random_under_sampler.RandomUnderSampler",
        "numpy.dtype",
        "sklearn.compose._column_transformer.make_column_selector",
    }
)


def save(cleaning: Cleaning, path: str | Path) -> None:
    """Write a fitted cleaning.

    Parameters
    ----------
    cleaning
        What `load` will give back.
    path
        The file; one that is there is written over.
    """
    import skops.io  # here, as `check` saves nothing and it takes long to load

    skops.io.dump(cleaning, Path(path))


def load(path: str | Path, *, allow_code: Collection[str] = ()) -> Cleaning:
    """Read what `save` wrote.

    Parameters
    ----------
    path
        The file.
    allow_code
        Classes that a user's own steps are of, as ``use`` names them: ``package.module:Class``.

    Raises
    ------
    SourceError
        Where the file cannot be read.
    DataError
        Where it holds a type that is neither ours, nor known, nor allowed, or is no cleaning.
    """
    import skops.io

    trusted = {*own_types(), *OTHERS, *(_type_name(imported(code)) for code in allow_code)}
    try:
        unknown = sorted(set(skops.io.get_untrusted_types(file=path)) - trusted)
        cleaning = None if unknown else skops.io.load(path, trusted=sorted(trusted))
    except (OSError, BadZipFile, KeyError, ValueError) as error:
        raise SourceError(path, f"it is no saved cleaning ({error})") from error
    if unknown:
        raise DataError(
            "load",
            f"{path} holds the type {', '.join(unknown)}, which is not trusted",
            remedy="If a step under `use` is of it and you trust it, allow it by its name.",
        )
    if not isinstance(cleaning, Cleaning):
        raise DataError("load", f"{path} holds a {type(cleaning).__name__} and no cleaning")
    return cleaning


@cache
def own_types() -> frozenset[str]:
    """Return the names of our own estimators, and of the functions that pick columns for them."""
    modules = [*_within(defects), *_within(encode), entry, cleaning_module]
    estimators = [value for module in modules for value in vars(module).values() if _is_own(value)]
    selectors = [value for value in vars(estimator).values() if inspect.isfunction(value)]
    return frozenset(_type_name(value) for value in [*estimators, *selectors])


def _within(package: ModuleType) -> Iterator[ModuleType]:
    """Yield a package and every module in it."""
    yield package
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(info.name)


def _is_own(value: Any) -> bool:
    is_estimator = inspect.isclass(value) and issubclass(value, BaseEstimator)
    return is_estimator and value.__module__.startswith("dataaudit.")


def _type_name(value: Any) -> str:
    return f"{value.__module__}.{value.__qualname__}"
