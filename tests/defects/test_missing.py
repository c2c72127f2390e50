"""Missing cells: found by column, row and together, and filled without losing a column."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency, mannwhitneyu
from sklearn.base import clone
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import SVC
from sklearn.utils.estimator_checks import check_estimator

from dataaudit.defects.missing import Missing
from dataaudit.defects.missing.impute import FillGaps, ImputeFromDonors, imputer
from dataaudit.defects.missing.telling import teller
from dataaudit.errors import ConfigError
from dataaudit.finding import Severity, Status


def by_kind(defect, table):
    outcome = defect.run(table)
    assert outcome.status != Status.FAILED, outcome.reason
    kinds = {}
    for finding in outcome.findings:
        kinds.setdefault(finding.kind, []).append(finding)
    return kinds


def clean_frame(rows=400):
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "age": rng.integers(18, 80, rows),
            "income": rng.lognormal(10, 0.5, rows),
            "town": rng.choice(["ash", "birch", "cedar"], rows),
            "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, rows), "D"),
            "y": rng.choice(["no", "yes"], rows),
        }
    )


def test_clean_table_passes(make_table):
    assert Missing().run(make_table(clean_frame(), "y")).status == Status.PASSED


def test_share_of_a_column_and_its_severity(make_table):
    frame = clean_frame(100)
    frame.loc[:6, "income"] = np.nan
    frame.loc[5, "town"] = None
    kinds = by_kind(Missing(), make_table(frame, "y"))
    (cells,), (few,) = kinds["cells"], kinds["few"]
    assert (cells.columns, cells.rows, cells.share) == (("income",), 7, 0.07)
    assert cells.severity == Severity.WARNING
    assert "7.0% of `income` is missing (7 cells)" in cells.message
    assert (few.columns, few.severity) == (("town",), Severity.INFO)


def test_error_only_when_asked_for(make_table):
    frame = clean_frame(100)
    frame["income"] = np.nan
    assert by_kind(Missing(), make_table(frame, "y"))["mostly"][0].severity == Severity.WARNING
    (found,) = by_kind(Missing.configured({"error": "90%"}), make_table(frame, "y"))["mostly"]
    assert found.severity == Severity.ERROR


def test_names_columns_that_are_mostly_missing(make_table):
    frame = clean_frame(100).astype({"age": float})
    frame.loc[:60, "age"] = np.nan
    frame.loc[:59, "income"] = np.nan  # exactly 60 % is not above 60 %
    kinds = by_kind(Missing(), make_table(frame, "y"))
    assert [found.columns for found in kinds["mostly"]] == [("age",)]
    assert "39 of 100 rows have a value" in kinds["mostly"][0].message


def test_rows_that_miss_more_than_half(make_table):
    frame = clean_frame(100).astype({"age": float})
    frame.loc[[7, 40], ["age", "income", "town"]] = None
    frame.loc[8, ["age", "income"]] = np.nan  # two of four features are not more than half
    (found,) = by_kind(Missing(), make_table(frame, "y"))["rows"]
    assert (found.rows, found.examples) == (2, (7, 40))


def test_columns_that_go_missing_together(make_table):
    frame = clean_frame(200).astype({"age": float})
    frame.loc[10:29, ["age", "income"]] = np.nan
    frame.loc[30:49, "town"] = None
    (found,) = by_kind(Missing(), make_table(frame, "y"))["together"]
    assert found.columns == ("age", "income")
    assert dict(found.evidence) == {"all": 20, "any": 20}


def test_missingness_that_predicts_the_target(make_table):
    frame = clean_frame(400).astype({"age": float})
    yes = frame.index[frame["y"] == "yes"]
    no = frame.index[frame["y"] == "no"]
    frame.loc[yes[:120], "age"] = np.nan  # planted: only where the target is yes
    frame.loc[[*yes[:40], *no[:40]], "income"] = np.nan
    (found,) = by_kind(Missing(), make_table(frame, "y"))["predicts"]
    expected = 0.5 + 120 / len(yes) / 2  # sensitivity 120 / yes, specificity 1
    assert found.columns == ("age",)
    assert found.evidence["auc"] == pytest.approx(expected, abs=1e-4)
    assert found.severity == Severity.WARNING


def test_missingness_that_predicts_a_number(make_table):
    frame = clean_frame(300).drop(columns="y").astype({"age": float})
    frame.loc[frame["income"] > frame["income"].quantile(0.8), "age"] = np.nan
    table = make_table(frame, "income", kind="regression")
    (found,) = by_kind(Missing(), table)["predicts"]
    assert (found.columns, found.evidence["auc"]) == (("age",), 1.0)


@pytest.mark.slow
def test_chance_is_not_taken_for_information(make_table):
    rng = np.random.default_rng(1)
    loud = 0
    for _ in range(20):
        frame = pd.DataFrame(rng.normal(size=(120, 30))).rename(columns="c{}".format)
        frame = frame.mask(rng.random(frame.shape) < 0.2)
        frame["y"] = rng.choice(["a", "b"], 120)
        loud += "predicts" in by_kind(Missing(), make_table(frame, "y"))
    assert loud <= 1


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": pd.Series([], dtype=float), "y": pd.Series([], dtype="str")}),
        pd.DataFrame({"a": [np.nan], "y": ["x"]}),
        pd.DataFrame(
            {'"; drop table x; --': [1.0, None], "<script>": [None, "b"], "y": ["x", "x"]}
        ),
        pd.DataFrame({"y": ["x", "z"]}),
    ],
)
def test_odd_tables_do_not_fail(make_table, frame):
    outcome = Missing().run(make_table(frame, "y"))
    assert outcome.status in (Status.FOUND, Status.PASSED, Status.NOT_APPLICABLE)


def test_parameters_are_checked():
    with pytest.raises(ConfigError, match=r"missing\.numeric"):
        Missing.configured({"numeric": "average"})


def gappy():
    frame = clean_frame(60).drop(columns="y").astype({"age": float})
    frame.loc[::5, "age"] = np.nan
    frame.loc[::7, "town"] = None
    frame.loc[::9, "since"] = pd.NaT
    return frame


@pytest.mark.parametrize(
    "numeric", ["median", "mean", "most_frequent", "constant", "knn", "iterative"]
)
def test_every_strategy_fills_every_cell(numeric):
    frame = gappy()
    before = frame.copy()
    filled = Missing(numeric=numeric).remedy().fit_transform(frame)
    assert not filled.isna().any().any()
    assert list(filled) == [
        "age",
        "income",
        "missingindicator_age",
        "town",
        "since",
        "missingindicator_since",
    ]
    present = frame["age"].notna()
    pd.testing.assert_series_equal(filled["age"][present], frame["age"][present])
    pd.testing.assert_frame_equal(frame, before)


def test_fills_come_from_training_rows():
    frame = gappy()
    fitted = imputer().fit(frame)
    row = pd.DataFrame(
        {"age": [np.nan], "income": [np.nan], "town": [None], "since": [pd.NaT]}
    ).astype(frame.dtypes)
    filled = fitted.transform(row)
    assert filled["age"].item() == frame["age"].median()
    assert filled["town"].item() == "missing"
    assert filled["since"].item() == frame["since"].median()
    assert filled["missingindicator_age"].item() == 1


def test_most_frequent_level_keeps_a_flag():
    frame = pd.DataFrame({"town": ["ash", "ash", None, "birch"]})
    filled = Missing(categorical="most_frequent").remedy().fit_transform(frame)
    assert filled["town"].tolist() == ["ash", "ash", "ash", "birch"]
    assert filled["missingindicator_town"].tolist() == [0, 0, 1, 0]


def test_width_does_not_depend_on_an_empty_column():
    frame = gappy()
    full = Missing(indicator=False).remedy().fit(frame).transform(frame)
    empty = frame.assign(
        age=np.nan, town=pd.Series(np.nan, frame.index, dtype="str"), since=pd.NaT
    ).astype(frame.dtypes)
    filled = Missing(indicator=False).remedy().fit(empty).transform(frame)
    assert list(filled) == list(full)
    assert not Missing().remedy().fit_transform(empty).isna().any().any()


def test_frames_of_a_user_with_other_types():
    frame = pd.DataFrame(
        {
            "object": pd.Series(["a", None, "b"], dtype=object),
            "category": pd.Categorical([1, None, 2]),
            "string": pd.Series(["a", pd.NA, "b"], dtype="string"),
            "whole": pd.Series([1, None, 3], dtype="Int64"),
            "flag": [True, False, True],
            "when": pd.to_datetime(["2020-01-01", None, "2020-01-03"], utc=True),
        }
    )
    filled = imputer().fit_transform(frame)
    assert not filled.isna().any().any()
    assert filled["category"].tolist() == [1, "missing", 2]
    assert filled["when"][1] == pd.Timestamp("2020-01-02", tz="UTC")
    assert filled["flag"].tolist() == [True, False, True]


def test_neighbours_are_found_on_scaled_columns():
    rng = np.random.default_rng(0)
    small = np.repeat([0.0, 1.0], 50)
    frame = pd.DataFrame({"small": small, "wide": rng.normal(0, 1e6, 100), "value": small * 10})
    frame.loc[0, "value"] = np.nan
    frame.loc[0, "wide"] = 0.0
    assert ImputeFromDonors().fit_transform(frame)["value"][0] == pytest.approx(0.0)


def test_a_far_cell_does_not_decide_what_is_filled_in():
    frame = pd.DataFrame({"a": np.tile([1.0, 2.0], 50), "b": np.tile([10.0, 20.0], 50)})
    frame.loc[0, "b"], frame.loc[2, "b"] = 1e9, np.nan
    assert 10 <= ImputeFromDonors().fit_transform(frame)["b"][2] < 30


def test_donors_are_bounded():
    frame = pd.DataFrame({"a": np.arange(50.0), "b": np.arange(50.0)})
    fitted = ImputeFromDonors(donors=20).fit(frame)
    assert fitted.donors_.shape == (20, 2)


def test_works_in_a_grid_search():
    frame = gappy()
    y = (frame["income"] > frame["income"].median()).astype(int)
    numbers = FunctionTransformer(lambda table: table.select_dtypes("number"))
    model = make_pipeline(Missing().remedy(), numbers, SVC())
    grid = {"columntransformer__numbers__strategy": ["median", "mean"]}
    assert GridSearchCV(clone(model), grid, cv=3, error_score="raise").fit(frame, y).best_score_ > 0


@pytest.mark.parametrize("estimator", [FillGaps(), ImputeFromDonors()])
def test_passes_the_checks_of_scikit_learn(estimator):
    check_estimator(estimator, on_skip=None)


@pytest.mark.parametrize("is_class", [True, False])
def test_missingness_is_weighed_as_scikit_learn_and_scipy_do(is_class):
    random = np.random.default_rng(5)
    mask = random.random(400) < 0.3
    target = pd.Series(np.where(random.random(400) < 0.3 + 0.2 * mask, 1.0, 0.0))
    if not is_class:
        target += random.integers(0, 4, 400)
    area, chance = teller(target, is_class=is_class)(mask)
    assert area == pytest.approx(roc_auc_score(*((target, mask) if is_class else (mask, target))))
    theirs = (
        chi2_contingency(pd.crosstab(mask, target))
        if is_class
        else mannwhitneyu(target[mask], target[~mask])
    )
    assert chance() == pytest.approx(theirs.pvalue)
