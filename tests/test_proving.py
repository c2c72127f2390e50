"""The proof where training rows are more than a cleaning learns from."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import dataaudit

keras = pytest.importorskip("keras", reason="without the extra `keras` nothing is proven")


@pytest.mark.slow
def test_the_network_that_is_kept_learns_from_all_clean_rows(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(6_000, 3))
    frame = pd.DataFrame(x, columns=["a", "b", "c"])
    frame["y"] = np.where(x.sum(axis=1) + rng.normal(size=6_000) / 2 > 0, "yes", "no")
    frame.to_parquet(tmp_path / "t.parquet")
    result = dataaudit.run(
        {
            "source": {"path": str(tmp_path / "t.parquet")},
            "task": {"target": "y"},
            "clean": ["missing", "scale", "encode"],
            "fit_rows": 1_000,
            "train": {"epochs": 20},
            "prove": {"repeats": 1, "budget": "20s"},
            "output": {"dir": str(tmp_path / "out")},
        }
    )
    proof = json.loads((result.path / "evidence.json").read_text())["proof"]
    assert proof["kept"]["rows"] == 4_200
    assert proof["kept"]["test"]["accuracy"] > 0.85
    assert proof["kept"]["sentence"] in proof["notes"]
    scored = dataaudit.apply(result.path, frame, output=tmp_path / "new.parquet", score=True)
    assert scored.rows == 6_000
    right = pd.read_parquet(scored.output)["__prediction__"] == frame["y"]
    assert right.mean() > 0.85
