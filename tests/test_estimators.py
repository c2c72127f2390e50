"""Every estimator of ours, found by looking: scikit-learn's and imbalanced-learn's common checks.

A new estimator is tested from the moment it exists. What a class cannot pass stands in `EXPECTED`
with its reason; a failure that is no longer one fails here, too.
"""

from __future__ import annotations

import importlib
import inspect
import pickle
import pkgutil
import re
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from imblearn.utils.estimator_checks import estimator_checks_generator as sampler_checks
from sklearn.base import BaseEstimator, clone
from sklearn.utils.estimator_checks import estimator_checks_generator

import dataaudit

KERAS = "dataaudit.proof"  # importing it takes seconds and an extra; its own tests check it


def discovered() -> Iterator[type[BaseEstimator]]:
    for info in pkgutil.walk_packages(dataaudit.__path__, "dataaudit."):
        if info.name.startswith(KERAS) or info.name.endswith("__main__"):
            continue
        module = importlib.import_module(info.name)
        for _, found in inspect.getmembers(module, inspect.isclass):
            is_ours = issubclass(found, BaseEstimator) and found.__module__ == info.name
            if is_ours and not found.__name__.startswith("_") and not _is_no_step(found):
                yield found


NO_STEPS = {
    "Cleaning": "the whole of a `clean:` section, and gives weights, too; its own tests check it"
}


def _is_no_step(found: type[BaseEstimator]) -> bool:
    """Tell whether a class leaves something to its subclasses, or is more than a step."""
    is_base = found.__module__ in ("dataaudit.estimator", "dataaudit.sampler")
    return is_base or found.__name__ in NO_STEPS


CLASSES = list(discovered())
SAMPLERS = [found for found in CLASSES if hasattr(found, "fit_resample")]
TRANSFORMERS = [found for found in CLASSES if hasattr(found, "transform")]
ROWS_ONLY = {
    "check_target_type": "leaves out rows whatever the target is, numbers too",
    "check_samplers_one_label": "leaves out rows of one class as well",
}
EXPECTED = {found.__name__: ROWS_ONLY for found in SAMPLERS if not found._needs_classes}
NUMBERS_ONLY = dict.fromkeys(
    ("ImputeFromDonors", "ImputeIteratively"), "`missing` gives it the number columns"
)
NAMES = {"ids": lambda found: found.__name__}


def test_discovery_finds_the_estimators():
    names = {found.__name__ for found in CLASSES}
    assert {"DropConstant", "SmoothRobustScaler", "ClipOutliers", "Oversample"} <= names


def build(found: type[BaseEstimator]) -> BaseEstimator:
    """Build an estimator with its defaults; what has no default is no estimator of ours."""
    estimator = found()
    if "random_state" in estimator.get_params():
        estimator.set_params(random_state=0)
    return estimator


def framed(found: type[BaseEstimator]) -> BaseEstimator:
    """Build an estimator that gives frames, also where scikit-learn's base would give arrays."""
    estimator = build(found)
    return estimator.set_output(transform="pandas") if found in TRANSFORMERS else estimator


def checks() -> Iterator[object]:
    for found in CLASSES:
        estimator = build(found)
        generators = [estimator_checks_generator(estimator, legacy=True)]
        if found in SAMPLERS:
            generators.append(sampler_checks(estimator))
        for generator in generators:
            for instance, check in generator:
                name = getattr(getattr(check, "func", check), "__name__", "check")
                yield pytest.param(instance, check, id=f"{found.__name__}-{name}")


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("estimator", "check"), list(checks()))
def test_common_checks(estimator, check, request):
    known = EXPECTED.get(type(estimator).__name__, {})
    name = getattr(getattr(check, "func", check), "__name__", "check")
    if name not in known:
        check(estimator)
        return
    with pytest.raises(Exception):  # noqa: B017, PT011 - the reason stands in EXPECTED
        check(estimator)
    request.node.user_properties.append(("reason", known[name]))


def frame_and_target(found: type[BaseEstimator]) -> tuple[pd.DataFrame, pd.Series]:
    rng = np.random.default_rng(0)
    index = np.arange(100, 160)
    frame = pd.DataFrame(
        {
            "n": rng.normal(size=60),
            "i": rng.integers(0, 50, 60),
            "b": rng.random(60) < 0.5,
            "t": pd.Series(rng.choice(["x", "y"], 60), index, dtype="str"),
            "c": pd.Categorical(rng.choice(["lo", "hi"], 60)),
            "d": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 99, 60), "D"),
        },
        index=index,
    )
    if found.__name__ in NUMBERS_ONLY:
        frame = frame[["n", "i"]]
    return frame, pd.Series(["a"] * 48 + ["b"] * 12, index=index, name="y")


def used(estimator: BaseEstimator, frame: pd.DataFrame, y: pd.Series) -> pd.DataFrame:
    """Fit and apply, whatever kind it is."""
    if hasattr(estimator, "fit_resample"):
        return estimator.fit_resample(frame, y)[0]
    return estimator.fit(frame, y).transform(frame)


@pytest.mark.parametrize("found", CLASSES, **NAMES)
def test_parameters_survive_clone_and_set_params(found):
    estimator = framed(found)
    params = estimator.get_params(deep=False)
    assert clone(estimator).get_params(deep=False) == params
    assert found().set_params(**params).get_params(deep=False) == params
    assert found.__doc__
    for name in params if "__init__" in vars(found) else ():  # else scikit-learn documents them
        entry = rf"(?m)^\s+(\w+, )*{name}(, \w+)*( : .*)?$"
        assert re.search(entry, found.__doc__), f"{found.__name__} does not document {name}"


@pytest.mark.parametrize("found", CLASSES, **NAMES)
def test_the_callers_frame_stays_as_it_is(found):
    frame, y = frame_and_target(found)
    before, labels = frame.copy(deep=True), y.copy(deep=True)
    used(framed(found), frame, y)
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_series_equal(y, labels)


@pytest.mark.parametrize("found", CLASSES, **NAMES)
def test_a_fitted_estimator_survives_pickling(found):
    frame, y = frame_and_target(found)
    estimator = framed(found)
    result = used(estimator, frame, y)
    again = pickle.loads(pickle.dumps(estimator))  # noqa: S301 - our own bytes
    repeated = used(again, frame, y) if found in SAMPLERS else again.transform(frame)
    pd.testing.assert_frame_equal(repeated, result)


@pytest.mark.parametrize("found", TRANSFORMERS, **NAMES)
def test_names_out_are_the_columns_of_the_frame(found):
    frame, y = frame_and_target(found)
    estimator = framed(found).set_output(transform="pandas")
    result = used(estimator, frame, y)
    assert list(result.columns) == list(estimator.get_feature_names_out())
    assert result.index.equals(frame.index)


@pytest.mark.parametrize("found", TRANSFORMERS, **NAMES)
def test_rows_do_not_depend_on_their_neighbours(found):
    frame, y = frame_and_target(found)
    estimator = framed(found).fit(frame, y)
    backwards = estimator.transform(frame.iloc[::-1]).iloc[::-1]
    pd.testing.assert_frame_equal(backwards, estimator.transform(frame))
