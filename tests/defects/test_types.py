"""Numbers, dates and yes/no stored as text: found, read, and told from codes and names."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import check_estimator

from dataaudit.defects.types import Types
from dataaudit.defects.types.parse import ParseTypes
from dataaudit.defects.types.reading import levels_of, read, reading_of
from dataaudit.finding import Severity, Status

RNG = np.random.default_rng(0)


def found_in(defect, table):
    outcome = defect.run(table)
    assert outcome.status != Status.FAILED, outcome.reason
    return {(finding.kind, *finding.columns): finding for finding in outcome.findings}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["12.0 oz", "16.0 OZ.", "8 ounces", "16.0 oz. Alumi-Tek"], [12, 16, 8, 16]),
        (["1,234", "2,345.5", "12"], [1234, 2345.5, 12]),
        (["1.234,5", "2,5"], [1234.5, 2.5]),
        (["1 234,5", "2\u00a0000"], [1234.5, 2000]),
        (["(1,200)", "7", "-$5", "$-6", "\u22123"], [-1200, 7, -5, -6, -3]),
        (["12,5 €", "13 €"], [12.5, 13]),
        (["36 months", "1 month", None], [36, 1, np.nan]),
        (["10+ years", "< 1 year", "3 years"], [10, 1, 3]),
        (["1.2k", "3M", "500"], [1200, 3e6, 500]),
        (["1e5", "2e-3"], [1e5, 2e-3]),
        (["5%", "7%", "0.05", "0.06"], [0.05, 0.07, 0.05, 0.06]),  # 5 beside 0.05: a hundredth
        (["0.05%", "0.07%", "0.05", "0.06"], [0.05, 0.07, 0.05, 0.06]),  # the sign says nothing
        (["5%", "6", "7%"], [5, 6, 7]),
    ],
)
def test_numbers_are_read(cells, expected):
    values = pd.Series(cells, dtype="str")
    reading = reading_of(levels_of(values), 1.0)
    assert reading["kind"] == "number"
    np.testing.assert_allclose(read(values, reading).to_numpy(), expected)


@pytest.mark.parametrize(
    "cells",
    [
        ["A1", "B2", "C3"],
        ["12 Main St", "14 Elm St", "16 Oak Rd"],
        ["1st", "2nd", "3rd"],
        ["10:30", "11:20"],
        ["10-20", "20-30"],
        ["192.168.0.1", "10.0.0.1"],
        ["00501", "00502"],
        ["205-325-8100", "334-793-8701"],
        ["3 kg", "5 lb"],
        ["ash", "birch"],
        ["yes", "no", "maybe"],
        [None, None],
    ],
)
def test_other_text_is_left_alone(cells):
    assert reading_of(levels_of(pd.Series(cells, dtype="str")), 0.9) is None


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["2020-01-05", "2021-02-03 10:30"], ["2020-01-05", "2021-02-03 10:30"]),
        (["03/04/2020", "25/12/2020"], ["2020-04-03", "2020-12-25"]),
        (["03/04/2020", "12/25/2020"], ["2020-03-04", "2020-12-25"]),
        (["Jan 5, 2020", "2020-02-01"], ["2020-01-05", "2020-02-01"]),
        (
            ["2020-01-01T10:00:00Z", "2020-01-01T10:00:00+02:00"],
            ["2020-01-01 10:00", "2020-01-01 08:00"],
        ),
    ],
)
def test_dates_are_read(cells, expected):
    values = pd.Series(cells, dtype="str")
    reading = reading_of(levels_of(values), 1.0)
    assert read(values, reading).tolist() == [pd.Timestamp(text) for text in expected]


def test_yes_and_no_become_one_and_zero():
    values = pd.Series(["Yes", "no ", "YES", None], dtype="str")
    assert read(values, reading_of(levels_of(values), 0.9)).tolist()[:3] == [1, 0, 1]


def clean_frame(rows=200):
    return pd.DataFrame(
        {
            "age": RNG.integers(18, 80, rows),
            "income": RNG.lognormal(10, 0.5, rows),
            "town": RNG.choice(["ash", "birch", "cedar"], rows),
            "street": [
                f"{number} {RNG.choice(['Elm', 'Oak', 'Main'])} St" for number in range(rows)
            ],
            "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(RNG.integers(0, 900, rows), "D"),
            "y": RNG.choice(["no", "yes"], rows),
        }
    )


def test_clean_table_passes(make_table):
    assert Types().run(make_table(clean_frame(), "y")).status == Status.PASSED


def test_numbers_with_a_unit_are_found(make_table):
    frame = clean_frame().assign(size=[f"{x:.1f} oz" for x in RNG.uniform(8, 30, 200)])
    frame.loc[3, "size"] = "large"
    found = found_in(Types(), make_table(frame, "y"))["numbers", "size"]
    assert found.severity == Severity.WARNING
    assert found.message == (
        "`size` holds numbers stored as text (`oz` in 199): 199 cells. "
        "1 cells cannot be read as such."
    )
    assert (found.examples, found.evidence["unread"]) == ((3,), 1)
    assert found.remedy.is_lossy


def test_dates_and_booleans_are_found(make_table):
    frame = clean_frame().assign(
        seen=["2020-01-05", "03/28/2020"] * 100, member=["yes", "no"] * 100
    )
    found = found_in(Types(), make_table(frame, "y"))
    assert found["dates", "seen"].severity == Severity.WARNING
    assert found["bools", "member"].severity == Severity.INFO
    off = Types(dates=False, booleans=False)
    assert off.run(make_table(frame, "y")).status == Status.PASSED


def test_numbers_mixed_with_words(make_table):
    cells = [str(x) for x in RNG.integers(1, 900, 160)] + ["lots"] * 30 + ["few"] * 10
    found = found_in(Types(), make_table(clean_frame().assign(amount=cells), "y"))[
        "mixed", "amount"
    ]
    assert (found.severity, found.rows) == (Severity.WARNING, 40)
    assert "80.0% of its cells are numbers" in found.message
    assert "others most often `lots`" in found.message
    assert found.examples[0] == 160


def test_mixed_units(make_table):
    cells = [f"{x} kg" for x in range(150)] + [f"{x} lb" for x in range(50)]
    frame = clean_frame().assign(load=cells)
    found = found_in(Types(), make_table(frame, "y"))["units", "load"]
    assert "`kg` (75%), `lb` (25%)" in found.message
    assert ParseTypes().fit(frame[["load"]]).readings_ == {}


def test_cells_that_were_lost_on_reading(make_table):
    frame = clean_frame().astype({"age": float})
    raw = frame.astype("str")
    frame.loc[[4, 9], "age"] = np.nan
    raw.loc[[4, 9], "age"] = ["twelve", "?"]
    table = make_table(frame, "y", raw=raw, nulls={"age": ("?",)})
    found = found_in(Types(), table)["unread", "age"]
    assert (found.rows, found.severity) == (1, Severity.WARNING)


def test_whole_numbers_that_may_be_codes(make_table):
    frame = clean_frame().assign(
        ward=RNG.integers(1, 6, 200), zip=RNG.integers(10_000, 99_999, 200)
    )
    found = found_in(Types(), make_table(frame, "y"))["codes", "ward", "zip"]
    assert found.severity == Severity.INFO


def test_columns_named_like_codes_stay_text():
    frame = pd.DataFrame({"ZipCode": ["35233", "35234"], "size": ["35233", "35234"]})
    assert list(ParseTypes().fit(frame).readings_) == ["size"]


def test_reading_is_learnt_from_training_rows():
    fitted = ParseTypes().fit(pd.DataFrame({"size": ["1 oz", "2 oz"], "name": ["a", "b"]}))
    new = pd.DataFrame({"size": ["3 oz", "4 kg", "big", None], "name": ["7", "8", "9", "10"]})
    read_rows = fitted.transform(new)
    assert read_rows["size"].isna().tolist() == [False, True, True, True]
    assert read_rows["name"].tolist() == ["7", "8", "9", "10"]


def test_values_of_sensitive_columns_are_not_shown(make_table):
    frame = clean_frame().assign(
        amount=["17"] * 120 + ["hushed"] * 80, size=[f"{x} secret" for x in range(200)]
    )
    outcome = Types().run(make_table(frame, "y", sensitive=frozenset({"amount", "size"})))
    assert len(outcome.findings) == 2
    for finding in outcome.findings:
        assert "hushed" not in f"{finding}"
        assert "secret" not in f"{finding}"


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": pd.Series([], dtype="str"), "y": pd.Series([], dtype="str")}),
        pd.DataFrame({"a": [None], "b": ["1"], "y": ["x"]}),
        pd.DataFrame(
            {'"; drop table x; --': ["1 oz", "'"], "<script>": ["5", ""], "y": ["x", "x"]}
        ),
        pd.DataFrame({"a": ["9" * 10_000, "x" * 10_000], "b": ["1e999", "2"], "y": ["x", "z"]}),
        pd.DataFrame({"y": ["x", "z"]}),
    ],
)
def test_odd_tables_do_not_fail(make_table, frame):
    outcome = Types().run(make_table(frame, "y"))
    assert outcome.status in (Status.FOUND, Status.PASSED, Status.NOT_APPLICABLE), outcome.reason
    ParseTypes().fit(pd.concat([frame, pd.DataFrame({"y": ["x"]})])).transform(frame)


def test_user_frames_keep_rows_index_and_other_types():
    frame = pd.DataFrame(
        {
            "category": pd.Categorical(["5 kg", None, "7 kg"]),
            "object": np.array(["1", None, 3], dtype=object),
            "whole": [1, 2, 3],
        },
        index=[7, 7, 3],
    )
    before = frame.copy()
    parsed = clone(ParseTypes()).set_output(transform="pandas").fit_transform(frame)
    assert parsed["category"].dropna().tolist() == [5.0, 7.0]
    assert parsed["object"].dropna().tolist() == [1.0, 3.0]
    assert parsed["whole"].dtype == frame["whole"].dtype
    assert parsed.index.tolist() == [7, 7, 3]
    pd.testing.assert_frame_equal(frame, before)


def test_passes_the_checks_of_scikit_learn():
    check_estimator(ParseTypes(), on_skip=None)
