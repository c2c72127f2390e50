import numpy as np
import pandas as pd
import pytest

from dataaudit.split import SplitSpec, deal


@pytest.fixture(autouse=True)
def by_key(monkeypatch):
    monkeypatch.setattr(deal, "STRATIFIED_ROWS", 10)


def table(rows: int = 4000) -> pd.DataFrame:
    made = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "x": made.normal(size=rows),
            "n": made.integers(0, 10**6, rows),
            "t": made.choice(["a", "b", "'; --"], rows),
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(made.integers(0, 900, rows), "h"),
            "y": made.choice(["no", "yes"], rows),
        }
    )


def sides(engine) -> np.ndarray:
    return engine.query('SELECT side FROM sides ORDER BY "__row__"').column(0).to_numpy(False)


def test_sides_have_their_shares_and_look_alike(split_frame):
    frame = table()
    engine, found = split_frame(frame, target="y")
    assert found.is_by_unit
    assert found.counts["test"] == pytest.approx(800, abs=3 * np.sqrt(4000 * 0.2 * 0.8))
    of_test = sides(engine) == "test"
    for name in ("x", "n"):
        spread = frame[name].std() / np.sqrt(of_test.sum())
        assert frame.loc[of_test, name].mean() == pytest.approx(frame[name].mean(), abs=4 * spread)


def test_twins_share_a_side_whatever_they_hold(split_frame):
    frame = table(600)
    frame.loc[0, "x"] = np.inf
    frame.loc[1, ["x", "t"]] = None
    frame.loc[2, "n"] = 2**53
    frame.loc[3, "x"] = -0.0
    twins = frame.copy()
    twins.loc[3, "x"] = 0.0
    engine, _ = split_frame(pd.concat([frame, twins], ignore_index=True), target="y")
    found = sides(engine)
    assert (found[:600] == found[600:]).all()


def test_a_row_keeps_its_side_when_rows_are_added(split_frame):
    frame = table()
    first = sides(split_frame(frame[:3000], target="y")[0])
    assert (first == sides(split_frame(frame, target="y")[0])[:3000]).all()


def test_another_seed_deals_other_rows(split_frame):
    first, other = (sides(split_frame(table(), target="y", seed=seed)[0]) for seed in (1, 2))
    assert 0.3 < (first != other).mean() < 0.6


def test_rows_too_much_alike_are_dealt_one_by_one(split_frame):
    frame = pd.DataFrame({"x": [1.0] * 900 + [2.0] * 100, "y": ["a", "b"] * 500})
    found = split_frame(frame, target="y")[1]
    assert not found.is_by_unit
    assert found.counts["test"] == pytest.approx(200, abs=60)
    assert any("not held on one side" in note for note in found.notes)


def test_groups_stay_together(split_frame):
    frame = table().assign(g=lambda f: f["n"] % 300)
    engine, found = split_frame(frame, target="y", group="g")
    assert found.is_by_unit
    pairs = set(zip(frame["g"], sides(engine), strict=True))
    assert len(pairs) == frame["g"].nunique()


def test_a_test_table_of_its_own_is_the_test_side(split_frame):
    engine, found = split_frame(table(), target="y", test_from=3000, shares=SplitSpec())
    assert (sides(engine)[3000:] == "test").all()
    assert found.counts["test"] == 1000
    assert not found.is_by_unit
