"""Values in disguise: planted ones are found and blanked, real zeros and limits are left alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import check_estimator

from dataaudit.defects.disguised import Disguised
from dataaudit.defects.disguised.blank import BlankSentinels
from dataaudit.defects.disguised.rule import in_text, is_absence, is_physical, sentinels_of
from dataaudit.errors import ConfigError
from dataaudit.finding import Severity, Status

RNG = np.random.default_rng(0)


def found_in(defect, table):
    outcome = defect.run(table)
    assert outcome.status != Status.FAILED, outcome.reason
    return {(finding.kind, *finding.columns): finding for finding in outcome.findings}


def planted(values, value, count):
    series = pd.Series(np.asarray(values, dtype=float))
    series.iloc[:count] = value
    return series


def sure(series, name="c1"):
    return [(one.value, one.count) for one in sentinels_of(series, name) if one.is_sure]


def asked(series, name="c1"):
    return [(one.kind, one.value) for one in sentinels_of(series, name) if not one.is_sure]


CLEAN = pd.DataFrame(
    {
        "age": RNG.integers(18, 91, 500),
        "children": RNG.poisson(1.2, 500),
        "income": RNG.lognormal(10, 1, 500).round(2),
        "score": RNG.normal(0, 1, 500),
        "percent": RNG.integers(0, 101, 500),
        "bought": np.where(RNG.random(500) < 0.8, 0, RNG.lognormal(3, 0.3, 500)),
        "town": RNG.choice(["ash", "birch", "cedar"], 500),
        "since": pd.Timestamp("1960-01-01") + pd.to_timedelta(RNG.integers(0, 20_000, 500), "D"),
        "y": RNG.choice(["no", "yes"], 500),
    }
)


def test_clean_table_passes(make_table):
    assert Disguised().run(make_table(CLEAN, "y")).status == Status.PASSED


def test_clean_table_is_not_changed():
    features = CLEAN.drop(columns="y")
    pd.testing.assert_frame_equal(BlankSentinels().fit_transform(features), features)


def test_says_which_tokens_were_read_as_missing(make_table):
    raw = pd.DataFrame({"job": [" ?", " a", " ?", " b"], "y": list("nyny")})
    typed = raw.assign(job=[None, " a", None, " b"])
    table = make_table(typed, "y", raw=raw, nulls={"job": ("?",)})
    found = found_in(Disguised(), table)["read", "job"]
    assert found.message == "`job`: 2 cells (50.0%) are ` ?`; read as missing."
    assert (found.severity, found.rows, found.examples) == (Severity.INFO, 2, (0, 2))
    assert found.evidence["tokens"] == {" ?": 2}


def test_words_for_missing_among_the_levels(make_table):
    frame = pd.DataFrame(
        {"job": ["clerk", " Unknown", "n/a", "   ", "smith", None], "y": list("nynyny")}
    )
    found = found_in(Disguised(), make_table(frame, "y"))["tokens", "job"]
    assert (found.severity, found.rows, found.examples) == (Severity.WARNING, 3, (1, 2, 3))
    assert "`n/a`" in found.message
    blanked = Disguised().remedy().fit_transform(frame[["job"]])["job"]
    assert blanked.dropna().tolist() == ["clerk", "smith"]


def test_none_is_asked_and_not_blanked(make_table):
    frame = pd.DataFrame({"alley": ["none", "gravel", "None", "paved"], "y": list("nyny")})
    found = found_in(Disguised(), make_table(frame, "y"))["tokens", "alley"]
    assert found.severity == Severity.INFO
    assert found.message.startswith("Does `None`, `none` mean missing in `alley`?")
    pd.testing.assert_frame_equal(
        Disguised().remedy().fit_transform(frame[["alley"]]), frame[["alley"]]
    )
    yes = Disguised(also={"alley": ["none"]}).remedy().fit_transform(frame[["alley"]])
    assert yes["alley"].isna().tolist() == [True, False, True, False]


def test_a_sign_and_a_country_are_no_gaps():
    assert not any(one.is_sure for one in in_text({"+": 5, "-": 4}))
    countries = ["DE", "FR", "IT", "ES", "PT", "GB", "NL", "BE", "AT", "CH", "NA"]
    assert [one.value for one in in_text(dict.fromkeys(countries, 3)) if not one.is_sure] == ["NA"]
    assert [one.value for one in in_text({"NA": 3, "red": 5, "blue": 2}) if one.is_sure] == ["NA"]


@pytest.mark.parametrize(
    ("bulk", "code"),
    [
        (RNG.normal(20, 8, 300), -999),
        (RNG.normal(20, 8, 300), 999.9),
        (RNG.integers(0, 28, 300), 999),
        (RNG.lognormal(10, 1, 300), -9),
        (RNG.integers(0, 7, 300), 99),
        (RNG.normal(0, 1, 300), -9999),
        (RNG.normal(15, 8, 300), -200),  # in no list: found by its distance alone
        (RNG.uniform(0, 100, 300), 2147483647),
    ],
)
def test_codes_far_from_the_bulk_are_found(bulk, code):
    assert sure(planted(bulk, code, 9)) == [(code, 9)]


def test_a_single_extreme_value_is_no_code():
    assert sure(planted(RNG.normal(20, 8, 300), -999, 1)) == []


def test_values_inside_the_bulk_are_no_codes():
    hours = pd.Series(RNG.integers(1, 100, 2000), dtype=float)  # 99 is just the longest week
    money = planted(RNG.lognormal(9, 1.5, 2000), 9999, 20)
    centred = planted(RNG.normal(0, 5, 2000).round(), -9, 20)
    assert [sure(one) + asked(one) for one in (hours, money, centred)] == [[], [], []]


def test_minus_one_is_only_asked():
    days = planted(RNG.integers(1, 400, 500), -1, 300)
    assert (sure(days), asked(days)) == ([], [("code", -1.0)])
    opinion = pd.Series(RNG.choice([-1.0, 0.0, 1.0], 300))
    assert asked(opinion) == []


def test_a_cap_is_reported_and_left(make_table):
    gain = np.where(RNG.random(2000) < 0.9, 0, RNG.lognormal(8.5, 0.8, 2000).clip(100, 40_000))
    frame = pd.DataFrame({"gain": planted(gain, 99_999, 12), "y": RNG.choice(["n", "y"], 2000)})
    found = found_in(Disguised(), make_table(frame, "y"))["caps", "gain"]
    assert (found.rows, found.evidence["value"]) == (12, 99_999)
    assert "99,999" in found.message
    assert "an upper limit, or a stand-in for missing?" in found.message
    assert BlankSentinels().fit(frame[["gain"]]).sentinels_ == {}


PRESSURE = planted(RNG.normal(72, 12, 600).round(), 0, 30)


def test_zero_is_blanked_where_name_and_shape_agree(make_table):
    frame = pd.DataFrame({"blood_pressure": PRESSURE, "y": RNG.choice(["n", "y"], 600)})
    found = found_in(Disguised(), make_table(frame, "y"))["zeros", "blood_pressure"]
    assert (found.severity, found.rows) == (Severity.WARNING, 30)
    blanked = Disguised().remedy().fit_transform(frame[["blood_pressure"]])["blood_pressure"]
    assert blanked.isna().sum() == 30
    assert not blanked.isna()[PRESSURE > 0].any()


def test_zero_is_asked_where_only_the_shape_speaks(make_table):
    frame = pd.DataFrame({"c1": PRESSURE, "y": RNG.choice(["n", "y"], 600)})
    found = found_in(Disguised(), make_table(frame, "y"))["zeros", "c1"]
    assert found.severity == Severity.INFO
    assert found.message.startswith("Does 0 mean missing in `c1`? 30 cells (5.0%) are 0")
    assert found.remedy.params == {"also": {"c1": [0]}}
    assert BlankSentinels().fit(frame[["c1"]]).sentinels_ == {}
    answered = Disguised.configured(found.remedy.params).remedy().fit(frame[["c1"]])
    assert answered.sentinels_ == {"c1": [0.0]}


def test_zero_can_be_asked_always_or_never():
    frame = pd.DataFrame({"blood_pressure": PRESSURE})
    assert BlankSentinels(zero="ask").fit(frame).sentinels_ == {}
    assert sentinels_of(PRESSURE, "pressure", "never") == []


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("pregnancies", RNG.poisson(3, 600)),
        ("c1", RNG.poisson(3, 600)),  # begins at 1
        ("c1", RNG.integers(0, 17, 600)),  # pixels
        ("capital_loss", np.where(RNG.random(600) < 0.9, 0, RNG.normal(1900, 300, 600))),
        ("c1", np.where(RNG.random(600) < 0.9, 0, RNG.normal(1900, 300, 600))),  # mostly 0
        ("tip", np.where(RNG.random(600) < 0.3, 0, RNG.gamma(2, 1.5, 600))),
        ("c1", np.where(RNG.random(600) < 0.3, 0, RNG.gamma(1, 1.5, 600))),  # others begin near 0
        ("fare", planted(RNG.normal(30, 4, 600), 0, 20)),
        ("pressure_change", planted(RNG.normal(30, 4, 600), 0, 20)),
        ("height", RNG.normal(0, 1, 600).round(1)),  # centred: negatives are there too
        ("temperature", RNG.normal(5, 6, 600).round()),
        ("rain", np.where(RNG.random(600) < 0.5, 0, RNG.normal(9, 1, 600))),
    ],
)
def test_real_zeros_are_left_alone(name, values):
    assert sentinels_of(pd.Series(values, dtype=float), name) == []


def test_names_are_read_by_words():
    assert is_physical("RestingBP")
    assert is_physical("avg_glucose_level")
    assert is_physical("BMI")
    assert is_physical("pH")
    assert is_physical("bloodpressure")
    assert not is_physical("heightened")
    assert is_absence("num_children")
    assert is_absence("GarageArea")


def test_dates_that_mean_none():
    days = pd.Series(pd.Timestamp("2015-01-01") + pd.to_timedelta(RNG.integers(0, 900, 100), "D"))
    days.iloc[:4] = pd.Timestamp("9999-12-31")
    days.iloc[4:7] = pd.Timestamp("1900-01-01")
    frame = pd.DataFrame({"left": days, "zoned": days.dt.tz_localize("UTC")})
    fitted = BlankSentinels().fit(frame)
    assert fitted.sentinels_["left"] == ["9999-12-31", "1900-01-01"]
    blanked = fitted.transform(frame)
    assert blanked.isna().sum().tolist() == [7, 7]


def test_a_birthday_that_everybody_has():
    born = pd.Series(
        pd.Timestamp("1920-01-01") + pd.to_timedelta(RNG.integers(0, 30_000, 500), "D")
    )
    assert sentinels_of(born, "born") == []
    born.iloc[:40] = pd.Timestamp("1970-01-01")
    assert [(one.kind, one.count) for one in sentinels_of(born, "born")] == [("date", 40)]


def test_vetoes_and_additions(make_table):
    frame = pd.DataFrame({"depth": planted(RNG.normal(20, 8, 300), -999, 9), "y": ["n", "y"] * 150})
    veto = Disguised.configured({"never": {"depth": [-999]}})
    assert veto.run(make_table(frame, "y")).status == Status.PASSED
    assert veto.remedy().fit(frame[["depth"]]).sentinels_ == {}
    rows = pd.DataFrame({"depth": [1.0, 5.0], "town": ["ash", "Ruritania "]})
    also = BlankSentinels(also=[5, "ruritania"]).fit(rows)
    assert also.sentinels_ == {"depth": [5.0], "town": ["ruritania"]}
    assert also.transform(rows).isna().to_numpy().tolist() == [[False, False], [True, True]]


def test_learns_from_training_rows_only():
    train = pd.DataFrame({"depth": RNG.normal(20, 8, 300)})
    new = pd.DataFrame({"depth": [-999.0, 20.0]})
    assert BlankSentinels().fit(train).transform(new)["depth"].tolist() == [-999.0, 20.0]


def test_values_of_sensitive_columns_are_not_shown(make_table):
    frame = pd.DataFrame(
        {
            "code": planted(RNG.normal(20, 8, 300), -777, 9),
            "pressure": planted(RNG.normal(72, 8, 300), 0, 9),
            "word": ["unknown", "x", "y"] * 100,
            "y": ["n", "y"] * 150,
        }
    )
    table = make_table(frame, "y", sensitive=frozenset({"code", "pressure", "word"}))
    outcome = Disguised().run(table)
    assert len(outcome.findings) == 3
    for finding in outcome.findings:
        text = f"{finding.message} {finding.evidence} {finding.remedy}"
        assert not any(
            secret in text for secret in ("777", "unknown", "be 0", "value"[:0] + "'value'")
        )


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": pd.Series([], dtype=float), "y": pd.Series([], dtype="str")}),
        pd.DataFrame({"a": [np.nan], "b": [None], "y": ["x"]}),
        pd.DataFrame({'"; drop table x; --': ["?", "'"], "<script>": [-999.0, 1], "y": ["x", "x"]}),
        pd.DataFrame(
            {
                "a": [np.inf, -np.inf, 1e308, -1e308],
                "d": pd.to_datetime([None] * 4),
                "y": list("xxyy"),
            }
        ),
        pd.DataFrame({"y": ["x", "z"]}),
    ],
)
def test_odd_tables_do_not_fail(make_table, frame):
    outcome = Disguised().run(make_table(frame, "y"))
    assert outcome.status in (Status.FOUND, Status.PASSED, Status.NOT_APPLICABLE), outcome.reason


def test_parameters_are_checked():
    with pytest.raises(ConfigError, match=r"disguised\.zero"):
        Disguised.configured({"zero": "drop"})


def test_user_frames_keep_their_rows_and_other_types():
    frame = pd.DataFrame(
        {
            "whole": [1, 2, 3, -999, -999, 4, 5],
            "flag": [True, False] * 3 + [True],
            "level": pd.Categorical(list("ab?ab?a")),
            "mixed": pd.Series([1, "a", None, "?", 2.5, "b", "c"], dtype=object),
        }
    )
    before = frame.copy()
    blanked = clone(BlankSentinels()).set_output(transform="pandas").fit_transform(frame)
    assert blanked.isna().sum().tolist() == [2, 0, 2, 2]
    assert blanked["flag"].dtype == bool
    pd.testing.assert_frame_equal(frame, before)


def test_passes_the_checks_of_scikit_learn():
    check_estimator(BlankSentinels(), on_skip=None)
