"""Values as text: short, visible, and numbers as people write them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataaudit.report.text import (
    column_label,
    number,
    percent,
    plain,
    sentence,
    shown,
    without_folder,
)


def test_a_long_value_loses_its_middle():
    assert shown("abcdefghij" * 1000, 9) == "abcd…ghij"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a\x1b[31mred", r"a\x1b[31mred"),
        ("two\nlines", r"two\nlines"),
        ("\u202eevil", r"\u202eevil"),
        ("\ud800", r"\ud800"),
        ("line\u2028end", r"line\u2028end"),
        ("שם", "שם"),
        ("👩‍👧", "👩‍👧"),
        ("e" + "\u0301" * 50, "e" + "\u0301" * 3),
    ],
)
def test_what_hides_or_moves_text_is_made_visible(value, expected):
    assert shown(value, 80) == expected


@given(st.text())
def test_any_text_becomes_one_line_that_utf8_can_hold(value):
    text = shown(value)
    assert len(text.splitlines()) <= 1
    assert text.encode("utf-8").decode("utf-8") == text


def test_a_long_column_name_is_shortened_inside_a_sentence():
    name = "x" * 10_000
    assert sentence(f"4 cells of `{name}` are empty.", [name]) == (
        f"4 cells of `{'x' * 30}…{'x' * 29}` are empty."
    )


def test_percent_signs_are_written_one_way_but_names_stay_as_they_are():
    assert sentence("4.3% of `100%` and 5 %") == "4.3 % of `100%` and 5 %"


def test_a_column_without_a_name_is_called_by_its_blanks():
    assert column_label("") == "(0 blanks)"
    assert sentence("`` is empty.", [""]) == "`(0 blanks)` is empty."


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "0"),
        (12, "12"),
        (1234567, "1,234,567"),
        (0.5, "0.5"),
        (-1234.5, "-1,234"),
        (1.5e300, "1.5e+300"),
        (math.nan, "-"),
        (math.inf, "-"),
        (np.float64(2.25), "2.25"),
        (None, "-"),
    ],
)
def test_numbers_read_well(value, expected):
    assert number(value) == expected


def test_some_is_never_shown_as_none_or_all():
    assert percent(1e-9) == "<0.1 %"
    assert percent(1 - 1e-9) == ">99.9 %"
    assert percent(math.nan) == "-"


def test_plain_values_hold_what_json_holds():
    given_value = {1: np.array([1.0, np.nan]), "s": {"b", "a"}, "t": (np.int64(3), object)}
    assert plain(given_value) == {"1": [1.0, None], "s": ["a", "b"], "t": [3, str(object)]}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/home/ada/a.csv", "a.csv"),
        ("C:\\Users\\ada\\a.csv", "a.csv"),
        ("data/a.csv", "data/a.csv"),
    ],
)
def test_folders_of_a_machine_are_left_out(path, expected):
    assert without_folder(path) == expected
