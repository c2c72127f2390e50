"""Remedies that the audit calls for and the cleaning lacks."""

import pytest

from dataaudit.defects import configured
from dataaudit.finding import Finding, Remedy, Severity
from dataaudit.proof.attribution.lacking import lacking

STEPS = [("missing", {}), ("scale", {}), ("encode", {})]


def found(step, severity=Severity.WARNING, **params):
    remedy = Remedy(action="Do it.", step=step, params=params)
    return Finding(
        code="DA1", check=step, kind="cells", severity=severity, message=".", remedy=remedy
    )


def made(*findings, steps=STEPS):
    return lacking(steps, findings, configured(), kind="classification", seed=0)


def names(cleaning):
    return [name for name, _ in cleaning.steps]


def test_a_remedy_stands_where_it_works():
    arms = made(found("outliers"), found("duplicates"), found("disguised"))
    assert names(arms["outliers"]) == ["outliers", "missing", "scale", "encode"]
    assert names(arms["duplicates"]) == ["duplicates", "missing", "scale", "encode"]
    assert names(arms["disguised"]) == ["disguised", "missing", "scale", "encode"]


def test_what_is_there_is_not_lacking():
    assert made(found("missing"), found("scale")) == {}


@pytest.mark.parametrize(
    "finding",
    [
        found("outliers", Severity.INFO),
        found("imbalance", method="threshold"),
        found("leakage"),
        found(""),
        Finding(code="DA1", check="x", kind="x", severity=Severity.ERROR, message="."),
    ],
)
def test_what_no_estimator_mends_is_not_tried(finding):
    assert made(finding) == {}


def test_the_worst_three_are_tried():
    steps = ["disguised", "types", "categories", "outliers"]
    assert list(made(*map(found, steps))) == steps[:3]


def test_parameters_of_the_finding_are_used():
    (cleaning,) = made(found("missing", indicator=False), steps=[("encode", {})]).values()
    assert names(cleaning) == ["missing", "encode"]
    assert "add_indicator=False" in repr(dict(cleaning.steps)["missing"])
