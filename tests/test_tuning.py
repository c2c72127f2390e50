"""`tune`: a file with the chosen steps, which loads and runs, and every comment of the old one."""

import json

import numpy as np
import pandas as pd
import pytest

from dataaudit.config import load
from dataaudit.proof import judging
from dataaudit.proof.choice import choosing
from dataaudit.proof.fit import History, Trained

pytestmark = pytest.mark.slow
FILE = """\
# by hand
version: 1
source: {path: t.csv}   # where it is
task:
  target: "y'; drop table"   # odd, but so it is called
  metric: accuracy
clean: auto   # let it try

# short
prove: {folds: 2, repeats: 1}
output: {dir: out}   # here
gate: {fail_on: never}
"""


def by_least_squares(fits, tick=None):
    """Answer like a linear network, in a millisecond."""
    found = []
    for fit in fits:
        design = np.c_[fit.X, np.ones(len(fit.X))].astype("float64")
        slopes = np.linalg.lstsq(design, fit.y - 0.5, rcond=1e-6)[0]
        said = tuple(
            (6 * np.c_[given, np.ones(len(given))] @ slopes)[:, None].astype("float32")
            for given in fit.inputs
        )
        history = History(train=[0.1], validation=[0.1], steps=[1])
        found.append(
            Trained(
                predictions=said,
                history=history,
                best=0,
                failed=False,
                weights=[],
                model=lambda: None,
            )
        )
        if tick is not None:
            tick()
    return found


@pytest.fixture
def job(tmp_path, monkeypatch):
    """Write a table on which clipping one far cell gains much, and a file that asks for a trial."""
    monkeypatch.setattr(judging, "train", by_least_squares)
    monkeypatch.setattr(choosing, "load_keras", lambda: None)
    draw = np.random.default_rng(0)
    values = draw.normal(size=300)
    label = np.where(values > 0, "yes", "no")
    values[::50] = 1e9
    frame = pd.DataFrame({"<script>": values, "b": draw.normal(size=300)})
    frame.assign(**{"y'; drop table": label}).to_csv(tmp_path / "t.csv", index=False)
    path = tmp_path / "pipeline.yaml"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_the_written_file_keeps_every_comment_and_loads_with_the_choice(job, invoke):
    ended = invoke("tune", str(job), "--json")
    assert ended.code == 0, ended.err
    said = json.loads(ended.out)
    written = job.with_name("pipeline.tuned.yaml").read_text(encoding="utf-8")
    for line in FILE.splitlines():
        assert line in written or line.startswith("clean:")
    config = load(job.with_name("pipeline.tuned.yaml"))
    assert config.steps == [(name, params) for name, params in said["clean"]]
    assert said["recommended"] != "do nothing"
    assert job.read_text(encoding="utf-8") == FILE


def test_the_plan_the_candidates_and_the_choice_are_told(job, invoke):
    told = invoke("tune", str(job)).err
    assert "candidates in 2 folds" in told
    assert "Recommended: `" in told
    assert "on the same rows would have reported" in " ".join(told.split())
    assert told.index("candidates in 2 folds") < told.index("Recommended")


def test_the_written_file_runs(job, invoke):
    invoke("tune", str(job))
    ended = invoke("run", "pipeline.tuned.yaml", "--set", "prove=off")
    assert ended.code == 0, ended.err


def test_a_file_that_is_there_is_not_replaced(job, invoke):
    other = job.with_name("mine.yaml")
    other.write_text("mine", encoding="utf-8")
    ended = invoke("tune", str(job), "-o", str(other))
    assert ended.code == 2
    assert "--force" in ended.err
    assert other.read_text(encoding="utf-8") == "mine"


@pytest.mark.slow
def test_auto_in_a_run_cleans_by_the_choice_and_corrects_the_verdict(job, invoke, monkeypatch):
    monkeypatch.undo()
    monkeypatch.chdir(job.parent)
    sets = ("prove.bill=false", "train.epochs=3", "prove.folds=2", "prove.repeats=1")
    ended = invoke("run", str(job), "--json", *(f"--set={one}" for one in sets))
    assert ended.code == 0, ended.err
    said = json.loads(ended.out)
    choice = said["evidence"]["choice"]
    assert choice["promise"]["rows"] == 60
    assert "candidates in 2 folds" in ended.err
    verdict = next(v for v in said["evidence"]["verdicts"] if v["before"] == "base")
    if choice["recommended"] != "do nothing":
        assert verdict["effect"] == choice["gain"]["value"]
    page = next((job.parent / "out").glob("*/report.html")).read_text(encoding="utf-8")
    assert "How the cleaning was chosen" in page


def test_one_class_ends_in_a_line_and_no_file(job, invoke):
    table = job.with_name("t.csv")
    frame = pd.read_csv(table)
    frame["y'; drop table"] = "yes"
    frame.to_csv(table, index=False)
    ended = invoke("tune", str(job))
    assert ended.code in (2, 3)
    assert ended.err.strip().splitlines()[-1].startswith("dataaudit: ")
    assert not job.with_name("pipeline.tuned.yaml").exists()
