import numpy as np
import pandas as pd
import pytest
from scipy import stats


@pytest.fixture
def frame():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "x": rng.normal(size=400),
            "n": rng.integers(-3, 4, size=400),
            "city": rng.choice(["Oslo", " Rome", "Bern ", " "], 400, p=[0.4, 0.3, 0.2, 0.1]),
            "day": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 9, 400), "D"),
        }
    )
    frame.loc[:9, "x"] = np.nan
    frame.loc[10, "x"] = np.inf
    frame.loc[:4, "city"] = None
    return frame


def test_numbers_are_those_of_numpy_and_scipy(make_table, frame):
    found = make_table(frame).profile["x"]
    finite = frame["x"].to_numpy()[np.isfinite(frame["x"])]
    assert (found.rows, found.missing, found.infinite) == (400, 10, 1)
    assert (found.minimum, found.maximum) == (finite.min(), finite.max())
    assert found.mean == pytest.approx(finite.mean())
    assert found.std == pytest.approx(finite.std(ddof=1))
    assert found.skewness == pytest.approx(stats.skew(finite, bias=False))
    assert found.kurtosis == pytest.approx(stats.kurtosis(finite, bias=False))
    assert found.quantiles[0.25] == pytest.approx(np.quantile(finite, 0.25))
    assert found.negatives == (finite < 0).sum()
    assert found.distinct == 390


def test_text_is_counted_as_it_stands(make_table, frame):
    found = make_table(frame).profile["city"]
    cells = frame["city"].dropna()
    assert found.missing == 5
    assert found.blank == (cells == " ").sum()
    assert found.padded == cells.isin([" Rome", "Bern ", " "]).sum()
    assert found.max_length == 5
    assert found.top[0] == ("Oslo", (cells == "Oslo").sum())


def test_dates_have_their_ends_as_text(make_table, frame):
    found = make_table(frame).profile["day"]
    assert (found.minimum, found.maximum) == ("2020-01-01T00:00:00", "2020-01-09T00:00:00")


def test_the_engine_and_the_sample_tell_the_same_values(make_table, frame):
    whole, sampled = make_table(frame), make_table(frame, sample_rows=100)
    assert sampled.is_sampled
    for name in frame.columns:
        here, there = whole.profile[name], sampled.profile[name]
        assert (here.distinct, here.top) == (there.distinct, there.top)
        assert [type(value) for value, _ in here.top] == [type(value) for value, _ in there.top]


def test_more_columns_than_fit_one_statement_come_out_in_order(make_table):
    frame = pd.DataFrame({f"v{i}": [i, i + 1] for i in range(80)})
    profile = make_table(frame).profile
    assert [profile[f"v{i}"].minimum for i in range(80)] == list(range(80))


def test_an_empty_table_and_an_all_missing_column_are_told(make_table):
    empty = make_table(pd.DataFrame({"x": pd.Series(dtype=float)})).profile["x"]
    assert (empty.rows, empty.missing_share, empty.top, empty.iqr) == (0, 0.0, (), None)
    gone = make_table(pd.DataFrame({"x": [np.nan, np.nan]})).profile["x"]
    assert (gone.missing, gone.distinct, gone.mean) == (2, 0, None)
