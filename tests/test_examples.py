"""Every example pipeline runs."""

from pathlib import Path

import pytest

import dataaudit
from dataaudit.config import load
from dataaudit.errors import ExitCode

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted({*(ROOT / "pipelines").glob("*.yaml")} - {ROOT / "pipelines" / "spark.yaml"})
# tests/spark/test_run.py runs spark.yaml, on a cluster


@pytest.mark.slow
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_an_example_runs_from_the_root_and_passes(path, tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    config = load(path, {"output.dir": str(tmp_path), "prove.budget": "5s"})
    result = dataaudit.run(config)
    assert result.exit_code == ExitCode.PASSED
    assert result.evidence["verdicts"]
    assert result.paths["model.keras"].stat().st_size > 0


def test_the_audit_finds_what_was_planted_into_the_sample():
    config = load(ROOT / "pipelines" / "credit.yaml", {"prove": "off"})
    result = dataaudit.audit(ROOT / config.source.path, target=config.task.target)
    found = {(finding.check, column) for finding in result.findings for column in finding.columns}
    planted = {
        ("missing", "savings"),
        ("disguised", "years_employed"),
        ("outliers", "income"),
        ("categories", "job"),
        ("categories", "region"),
        ("leakage", "collection_fee"),
        ("constant", "country"),
        ("identifier", "customer_id"),
    }
    assert planted <= found
    assert {"duplicates", "imbalance"} <= {finding.check for finding in result.findings}
