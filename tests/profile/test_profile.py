import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats

from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.profile import ColumnProfile, profile
from dataaudit.source import read


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


NASTY = {
    "offset": lambda rng, n: 1e12 + rng.normal(size=n),
    "huge": lambda rng, n: np.where(rng.random(n) < 0.01, 1e70, rng.normal(size=n)),
    "beyond fourth powers": lambda rng, n: rng.normal(size=n) * 1e200,
    "tiny": lambda rng, n: rng.normal(size=n) * 1e-90,
    "ordered": lambda rng, n: np.sort(rng.lognormal(0, 3, n)),
    "odd head": lambda rng, n: np.where(np.arange(n) < 12_000, 0.0, 1e9 + rng.normal(size=n)),
    "gaps": lambda rng, n: np.where(rng.random(n) < 0.4, np.nan, rng.exponential(size=n)),
    "infinite": lambda rng, n: np.where(rng.random(n) < 0.1, np.inf, rng.normal(5, 2, n)),
    "both ends": lambda rng, n: rng.choice([-np.inf, np.inf, 1.0, 2.0], n),
}


@pytest.mark.parametrize("name", NASTY)
def test_moments_keep_nine_digits_of_columns_that_lose_them_easily(make_table, name):
    values = NASTY[name](np.random.default_rng(5), 20_000)
    table = make_table(pd.DataFrame({"x": values}), sample_rows=100)
    found = table.profile["x"]
    finite = values[np.isfinite(values)]
    centre = np.median(finite)
    size = np.abs(finite - centre).max()  # SciPy's own powers overflow, and lose an offset
    scaled = (finite - centre) / size
    assert found.mean == pytest.approx(centre + np.mean(scaled) * size, rel=1e-9)
    assert found.std == pytest.approx(np.std(scaled, ddof=1) * size, rel=1e-9)
    seen = table.sample["x"].to_numpy()
    seen = (seen[np.isfinite(seen)] - np.median(seen[np.isfinite(seen)])) / size
    if np.ptp(seen):
        assert found.skewness == pytest.approx(stats.skew(seen, bias=False), rel=1e-9, abs=1e-9)
        assert found.kurtosis == pytest.approx(stats.kurtosis(seen, bias=False), rel=1e-9, abs=1e-9)
    assert (found.minimum, found.maximum) == (finite.min(), finite.max())
    assert found.missing == np.isnan(values).sum()
    assert found.infinite == np.isinf(values).sum()


def test_moments_do_not_depend_on_threads(make_table):
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"x": rng.standard_cauchy(400_000), "z": rng.lognormal(0, 2, 400_000)})
    first = make_table(frame, sample_rows=1000)
    again = make_table(frame, sample_rows=1000)
    again.engine.connection.execute("SET threads = 1")
    for name in frame.columns:
        for field in ("mean", "std", "skewness", "kurtosis"):
            assert getattr(first.profile[name], field) == getattr(again.profile[name], field)


def test_few_values_are_counted_in_all_rows_though_the_sample_lacks_some(make_table):
    cells = ["a"] * 5000 + ["b"] * 4000 + ["only once"]
    found = make_table(pd.DataFrame({"x": cells}), sample_rows=50).profile["x"]
    assert found.levels == {"a": 5000, "b": 4000, "only once": 1}
    assert (found.distinct, found.is_distinct_exact, found.is_top_exact) == (3, True, True)


def test_many_values_are_named_from_the_sample_and_it_says_so(make_table):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"key": rng.permutation(30_000), "x": rng.normal(size=30_000)})
    frame["code"] = np.char.add("k", frame["key"].to_numpy().astype("U"))
    profile = make_table(frame, sample_rows=3000).profile
    for name in frame.columns:
        found = profile[name]
        assert found.levels is None
        assert not found.is_top_exact
        assert found.distinct == 30_000, "no value came twice in the sample"
        assert not found.is_distinct_exact


def test_zeros_and_negatives_of_a_sample_stand_for_all_rows(make_table):
    values = np.random.default_rng(0).choice([-1.5, 0.0, 2.0], 50_000, p=[0.2, 0.3, 0.5])
    frame = pd.DataFrame({"x": np.where(np.arange(50_000) % 4, values, np.nan)})
    found = make_table(frame, sample_rows=5000).profile["x"]
    assert found.zeros == pytest.approx((frame["x"] == 0).sum(), rel=0.1)
    assert found.negatives == pytest.approx((frame["x"] < 0).sum(), rel=0.1)
    whole = make_table(frame).profile["x"]
    assert (whole.zeros, whole.negatives) == ((frame["x"] == 0).sum(), (frame["x"] < 0).sum())


def test_text_that_looks_like_numbers_and_dates_is_told(make_table):
    frame = pd.DataFrame(
        {"n": ["1", "2.5", " 3 ", "x"], "d": ["2020-01-31", "1.2.2020", "y", None]}
    )
    profile = make_table(frame).profile
    assert (profile["n"].number_like, profile["n"].date_like) == (0.75, 0.0)
    assert profile["d"].date_like == pytest.approx(2 / 3)


HOSTILE = ['a"b', "it's", "; drop table typed; --", "c0", "r", "x0", "d0", "v", "n", "<script>"]


def test_hostile_names_and_cells_are_only_names_and_cells(make_table):
    frame = pd.DataFrame({name: [name, "'; --", None] for name in HOSTILE})
    numbers = pd.DataFrame({f"{name} number": [1.0, 2.0, np.nan] for name in HOSTILE})
    frame = pd.concat([frame, numbers], axis=1)
    profile = make_table(frame).profile
    for name in HOSTILE:
        assert profile[name].levels == {name: 1, "'; --": 1}
        assert profile[f"{name} number"].mean == 1.5


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.floats(allow_nan=False, width=32), max_size=60), st.integers(1, 40))
def test_any_column_of_numbers_has_numpys_mean_and_spread(make_table, values, limit):
    found = make_table(pd.DataFrame({"x": pd.Series(values, dtype=float)}), sample_rows=limit)
    column, cells = found.profile["x"], np.array(values, dtype=float)
    finite = cells[np.isfinite(cells)]
    assert column.infinite == np.isinf(cells).sum()
    if finite.size:
        reach = max(np.ptp(finite), np.abs(finite).max())
        assert column.mean == pytest.approx(finite.mean(), abs=1e-9 * reach)
    if finite.size > 1:
        assert column.std == pytest.approx(finite.std(ddof=1), rel=1e-7, abs=1e-12 * reach)


def test_an_approximate_number_of_values_is_said_as_one() -> None:
    known = {"name": "x", "dtype": "str", "rows": 10**7, "missing": 0, "distinct": 8_908_895}
    assert ColumnProfile(**known).distinct_text == "8,908,895"
    assert ColumnProfile(**known, is_distinct_exact=False).distinct_text == "about 8,900,000"


@pytest.mark.parametrize("engine_writes", [False, True])
def test_the_ends_that_a_parquet_file_names_are_those_of_its_numbers(tmp_path, engine_writes):
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        {
            "sound": rng.normal(size=3_000),
            "nan": np.where(rng.random(3_000) < 0.1, np.nan, rng.normal(size=3_000)),
            "gone": np.full(3_000, np.nan),
            "infinite": np.where(rng.random(3_000) < 0.1, -np.inf, rng.normal(size=3_000)),
            "whole": rng.integers(-9, 9, 3_000),
        }
    )
    path = tmp_path / "t.parquet"
    made = pa.table({name: frame[name].to_numpy() for name in frame})
    if engine_writes:
        duckdb.sql(f"COPY (FROM made) TO '{path}'")
    else:
        pq.write_table(made, path, row_group_size=500)
    with DuckDBEngine() as engine:
        source = read(path, engine=engine)
        options = {"columns": source.columns, "sample_rows": 100, "seed": 0}
        found, _ = profile(engine, "typed", plain=source.plain, **options)
        looked_at, _ = profile(engine, "typed", **options)
    for name, column in found.columns.items():
        cells = frame[name].to_numpy(dtype=float)
        finite = cells[np.isfinite(cells)]
        assert column == looked_at[name]
        assert (column.missing, column.infinite) == (np.isnan(cells).sum(), np.isinf(cells).sum())
        if finite.size:
            assert (column.minimum, column.maximum) == (finite.min(), finite.max())
            assert column.mean == pytest.approx(finite.mean(), abs=1e-10)


def test_values_counted_as_read_are_those_of_the_typed_rows(tmp_path):
    frame = pd.DataFrame(
        {"x": ["a", " b", "?", "", "a"] * 2_000, "y": ["1", "2", "n/a", "", "1"] * 2_000}
    )
    pq.write_table(pa.Table.from_pandas(frame), tmp_path / "t.parquet")
    with DuckDBEngine() as engine:
        source = read(tmp_path / "t.parquet", engine=engine)
        assert set(source.counts) == {"x", "y"}
        options = {"columns": source.columns, "sample_rows": 100, "seed": 0}
        assert profile(engine, "typed", counts=source.counts, **options)[0].columns == (
            profile(engine, "typed", **options)[0].columns
        )
