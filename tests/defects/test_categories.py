"""Levels: spellings, typing errors, rare and numerous ones, and labels that look like one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.utils.estimator_checks import check_estimator

from dataaudit.defects.categories import Categories, NormalizeLevels, near_identical
from dataaudit.defects.categories.spelling import bare, key, typos
from dataaudit.finding import Severity, Status

RNG = np.random.default_rng(0)


def found_in(defect, table):
    outcome = defect.run(table)
    assert outcome.status != Status.FAILED, outcome.reason
    return {(finding.kind, *finding.columns): finding for finding in outcome.findings}


def clean_frame(rows=300):
    return pd.DataFrame(
        {
            "town": RNG.choice(["Ash", "Birch", "Cedar", "Dogwood"], rows),
            "grade": RNG.choice(["grade 1", "grade 2", "type a", "type b"], rows),
            "income": RNG.lognormal(10, 0.5, rows),
            "y": RNG.choice(["no", "yes"], rows),
        }
    )


def test_clean_table_passes(make_table):
    assert Categories().run(make_table(clean_frame(), "y")).status == Status.PASSED


def test_blanks_around_every_cell_and_around_some(make_table):
    frame = clean_frame(100)
    frame["town"] = " " + frame["town"]
    frame.loc[[2, 5], "grade"] += " "
    found = found_in(Categories(), make_table(frame, "y"))
    assert found["padding", "town"].severity == Severity.INFO
    assert found["padding", "town"].rows == 100
    assert found["padding", "grade"].severity == Severity.WARNING
    assert found["padding", "grade"].rows == 2


def test_blanks_in_the_header(make_table):
    frame = clean_frame().rename(columns={"town": " town"})
    assert ("header", " town") in found_in(Categories(), make_table(frame, "y"))


def test_spellings_that_differ_in_case(make_table):
    frame = clean_frame(100)
    frame.loc[[3, 9, 11], "town"] = ["ASH", "BIRCH", "ash"]
    found = found_in(Categories(), make_table(frame, "y"))["case", "town"]
    assert (found.severity, found.rows, found.examples) == (Severity.WARNING, 3, (3, 9, 11))
    assert "3 of 7 levels" in found.message
    assert "`ASH` for `Ash`" in found.message
    mended = Categories().remedy().fit_transform(frame[["town"]])["town"]
    assert set(mended) == {"Ash", "Birch", "Cedar", "Dogwood"}


def test_typing_errors_are_suggested_and_mended_when_asked(make_table):
    frame = clean_frame().assign(city=["birmingham"] * 200 + ["montgomery"] * 100)
    frame.loc[[5, 250], "city"] = ["birmingxam", "montgmery"]
    found = found_in(Categories(), make_table(frame, "y"))["typos", "city"]
    assert (found.severity, found.rows, found.examples) == (Severity.WARNING, 2, (5, 250))
    assert found.remedy.params == {"merge": True}
    kept = Categories().remedy().fit_transform(frame[["city"]])["city"]
    assert kept.tolist() == frame["city"].tolist()
    mended = Categories(merge=True).remedy().fit_transform(frame[["city"]])["city"]
    assert mended.value_counts().to_dict() == {"birmingham": 200, "montgomery": 100}


@pytest.mark.parametrize(
    ("rare", "frequent"),
    [
        ("grade 2", "grade 1"),
        ("type b", "type a"),
        ("GasW", "GasA"),
        ("typeB", "typeA"),
        ("ak_ami-1", "al_ami-1"),
        ("A-", "A+"),
        ("females", "female"),
        ("Iraq", "Iran"),
        ("2054", "2064"),
        (">50K", "<=50K"),
        ("male", "female"),
    ],
)
def test_levels_that_are_two(rare, frequent):
    assert typos({frequent: 1000, rare: 2}) == {}


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("proxrietary", "proprietary"),
        ("hosptal", "hospital"),
        ("20x9216200", "2059216200"),
        ("marrried", "married"),
    ],
)
def test_levels_that_are_one(wrong, right):
    assert typos({right: 20, wrong: 1}) == {wrong: right}
    assert typos({right: 19, wrong: 1}) == {}


def test_labels_of_two_files():
    levels = {" >50K": 70, " <=50K": 240, " >50K.": 30, " <=50K.": 120}
    assert near_identical(levels) == [(" <=50K.", " <=50K"), (" >50K.", " >50K")]
    assert near_identical({"'-1'": 900, "'1'": 20}) == []
    assert near_identical({"0": 5, "1": 5, "class_0": 5, "class_1": 500, "A+": 4, "A": 4}) == []
    assert near_identical({"malignant": 400, "malinant": 2, "benign": 9}) == [
        ("malinant", "malignant")
    ]


def test_labels_that_look_like_one_are_an_error(make_table):
    frame = clean_frame(100).assign(y=["yes"] * 50 + ["no"] * 40 + ["no."] * 10)
    found = found_in(Categories(), make_table(frame, "y"))["labels", "y"]
    assert (found.severity, found.rows) == (Severity.ERROR, 10)
    assert found.remedy.params == {"labels": {"no.": "no"}}


def test_merged_labels_are_told(make_table):
    table = make_table(
        clean_frame(), "y", kind="classification", spellings={"YES": "yes", "no": "no"}
    )
    found = found_in(Categories(), table)["labels", "y"]
    assert found.severity == Severity.INFO
    assert "`YES` as `yes`" in found.message


def test_rare_levels_and_many_levels(make_table):
    frame = clean_frame(400)
    frame.loc[[0, 1, 2], "town"] = ["Elm", "Elm", "Fir"]
    frame["street"] = [f"{RNG.integers(0, 60)} Main" for _ in range(400)]
    found = found_in(Categories(rare=0.02, many=50), make_table(frame, "y"))
    rare = found["rare", "street", "town"]
    assert rare.severity == Severity.INFO
    assert "2 of 6 in `town` (0.8% of the rows)" in rare.message
    many = found["many", "street"]
    assert many.severity == Severity.WARNING  # fewer than 20 rows a level
    wide = pd.concat([frame] * 10)
    assert found_in(Categories(), make_table(wide, "y"))["many", "street"].severity == Severity.INFO


def test_unseen_levels_are_trimmed_and_known_ones_mended():
    fitted = NormalizeLevels().fit(pd.DataFrame({"town": ["Ash", "Ash", "ash", "Birch"]}))
    new = pd.DataFrame({"town": [" ASH ", "birch", " New  Town ", None]})
    assert fitted.transform(new)["town"].tolist()[:3] == ["Ash", "Birch", "New Town"]
    assert fitted.transform(new)["town"].isna().tolist() == [False, False, False, True]


def test_a_spelling_in_small_letters_wins_where_it_is_the_most_frequent():
    frame = pd.DataFrame({"job": ["salaried", "salaried", "SALARIED", "retired"]})
    fitted = NormalizeLevels().fit(frame)
    assert fitted.transform(frame)["job"].tolist() == ["salaried"] * 3 + ["retired"]
    assert fitted.transform(pd.DataFrame({"job": ["Retired"]}))["job"].tolist() == ["retired"]


@given(st.lists(st.text(alphabet="aAbB .'", max_size=4), min_size=1, max_size=12))
def test_normalising_twice_changes_nothing(levels):
    frame = pd.DataFrame({"town": pd.Series(levels, dtype="str")})
    fitted = NormalizeLevels().fit(frame)
    once = fitted.transform(frame)
    pd.testing.assert_frame_equal(fitted.transform(once), once)
    assert once["town"].map(key).tolist() == frame["town"].map(key).tolist()


@given(st.dictionaries(st.text(max_size=6), st.integers(1, 1000), max_size=12))
def test_pairs_are_known_levels_and_lead_to_kept_ones(levels):
    pairs = near_identical(levels)
    replaced = {wrong for wrong, _ in pairs}
    assert replaced <= set(levels)
    assert all(right in levels and right not in replaced for _, right in pairs)


def test_bare_keeps_signs():
    assert [bare(label) for label in ("A-", "A+", "+", "-", "'1'", ">50K.")] == [
        "a-", "a+", "+", "-", "1", ">50k",
    ]  # fmt: skip


def test_values_of_sensitive_columns_are_not_shown(make_table):
    frame = clean_frame(100).assign(
        town=["Hushed"] * 90 + ["hushed"] * 5 + ["Hushxed"] * 4 + ["Elm"]
    )
    frame["y"] = ["secret"] * 50 + ["secret."] * 50
    outcome = Categories().run(make_table(frame, "y", sensitive=frozenset({"town", "y"})))
    assert {finding.kind for finding in outcome.findings} == {"case", "typos", "labels"}
    assert "ushed" not in f"{outcome.findings}"
    assert "secret" not in f"{outcome.findings}"


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": pd.Series([], dtype="str"), "y": pd.Series([], dtype="str")}),
        pd.DataFrame({"a": [None], "b": [" "], "y": ["x"]}),
        pd.DataFrame(
            {'"; drop table x; --': [" 'a", "'A", "'A"], "<script>": ["5", "", "5"], "y": ["x"] * 3}
        ),
        pd.DataFrame({"a": ["x" * 10_000, "X" * 10_000, "b"], "y": ["x", "x.", "z"]}),
        pd.DataFrame({"y": ["x", "z"]}),
    ],
)
def test_odd_tables_do_not_fail(make_table, frame):
    outcome = Categories().run(make_table(frame, "y"))
    assert outcome.status in (Status.FOUND, Status.PASSED, Status.NOT_APPLICABLE), outcome.reason


def test_user_frames_keep_rows_index_and_other_types():
    frame = pd.DataFrame(
        {
            "category": pd.Categorical(["a ", None, "a"]),
            "object": np.array(["A", None, "a"], dtype=object),
            "whole": [1, 2, 3],
        },
        index=[7, 7, 3],
    )
    before = frame.copy()
    spelt = clone(NormalizeLevels()).set_output(transform="pandas").fit_transform(frame)
    assert spelt["category"].dropna().tolist() == ["a", "a"]
    assert spelt["object"].dropna().tolist() == ["A", "A"]
    assert spelt["whole"].dtype == frame["whole"].dtype
    assert spelt.index.tolist() == [7, 7, 3]
    pd.testing.assert_frame_equal(frame, before)


def test_passes_the_checks_of_scikit_learn():
    check_estimator(NormalizeLevels(), on_skip=None)
