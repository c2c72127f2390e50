"""Killed at any moment, a run leaves no half-written result, and the next run clears up."""

import json
import os
import signal
import subprocess
import sys

import pytest

posix = pytest.mark.skipif(os.name == "nt", reason="no fork, no signals on Windows")
STAGES = ["source", "contract", "split", "audit", "clean", "prove", "report"]
pytestmark = pytest.mark.slow  # whole runs in processes of their own

WRITING = ["half a report", "before the rename", "before latest", "before forgetting"]
REPLACING = "between two renames"

SCRIPT = """
import json, os, signal, sys
from pathlib import Path
from dataaudit import chain
from dataaudit.output import RunFolder
from dataaudit.report.progress import Silent
folder, config = Path(sys.argv[1]), json.loads(sys.argv[2])
rename, write_text = Path.rename, RunFolder.write_text
die = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)

class Killing(Silent):
    def __init__(self, point):
        super().__init__()
        self.point = point
    def stage(self, name):
        return die() if name == self.point else super().stage(name)

def half(self, name, text):
    write_text(self, name, text[: len(text) // 2])
    if name == "report.html":
        die()

def once(self, target):
    rename(self, target)
    die()

def run(point, run_id):
    patches = {
        "half a report": (RunFolder, "write_text", half),
        "before the rename": (RunFolder, "_put_in_place", die),
        "before latest": (RunFolder, "_move_latest", die),
        "before forgetting": (RunFolder, "_forget", die),
        "between two renames": (Path, "rename", once),
    }
    if point in patches:
        setattr(*patches[point])
    chain.run(config, run_id=run_id, progress=Killing(point))

def forked(point, run_id):
    child = os.fork()
    if not child:
        run(point, run_id)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

def state():
    paths = [path for path in folder.iterdir() if not path.is_symlink()]
    shown = [path.name for path in paths if path.name[0] != "."]
    whole = [name for name in shown if (folder / name / "manifest.json").exists()
             and (folder / name / "report.html").read_text().rstrip().endswith("</html>")]
    hidden = [path.name for path in folder.glob(".*") if path.name != ".lock"]
    return {"shown": sorted(shown), "whole": sorted(whole), "hidden": hidden,
            "latest": os.readlink(folder / "latest")}

forked("", "first")
result = {}
for point in sys.argv[3:]:
    ended = forked(point, "first" if point == "between two renames" else "second")
    killed = state()
    again = forked("", "third")
    result[point] = {"ended": ended, "killed": killed, "again": again, "after": state()}
    for name in ("second", "third"):
        if (folder / name).exists():
            rename(folder / name, folder.parent / f"{name} {point}")
    (folder / "latest").unlink()
    (folder / "latest").symlink_to("first")
print(json.dumps(result))
"""


def config(folder):
    return {
        "source": {"path": str(folder / "t.csv")},
        "task": {"target": "y"},
        "clean": ["missing", "scale", "encode"],
        "prove": "off",
        "output": {"dir": str(folder / "out")},
    }


@pytest.fixture(scope="module")
def killed(plain_frame, tmp_path_factory):
    """Return, for each moment, what a run killed there left, and what stood after the next run."""
    folder = tmp_path_factory.mktemp("kill")
    plain_frame.to_csv(folder / "t.csv", index=False)
    out, settings = str(folder / "out"), json.dumps(config(folder))
    points = [*STAGES, *WRITING, REPLACING]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT, out, settings, *points],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@posix
@pytest.mark.parametrize("point", [*STAGES, *WRITING, REPLACING])
def test_a_killed_run_shows_nothing_half_done_and_the_next_one_clears_up(killed, point):
    told = killed[point]
    assert told["ended"] == -signal.SIGKILL
    assert told["killed"]["shown"] == told["killed"]["whole"]
    assert all(name.startswith(".tmp-") for name in told["killed"]["hidden"])
    assert told["again"] == 0
    assert told["after"]["hidden"] == []
    assert told["after"]["shown"] == told["after"]["whole"]
    assert {"first", "third"} <= set(told["after"]["shown"])
    assert told["after"]["latest"] == "third"


@posix
@pytest.mark.parametrize("point", [*STAGES, *WRITING[:2]])
def test_latest_stays_with_the_last_good_run(killed, point):
    assert killed[point]["killed"]["latest"] == "first"
    assert killed[point]["killed"]["shown"] == ["first"]


@posix
def test_a_run_killed_after_its_rename_is_whole_and_latest_names_a_whole_one(killed):
    assert killed["before latest"]["killed"]["latest"] == "first"
    assert killed["before forgetting"]["killed"]["latest"] == "second"
    for point in ("before latest", "before forgetting"):
        assert killed[point]["killed"]["whole"] == ["first", "second"]


SLOW = """
import time
from dataaudit import cli, stages
stages.clean = lambda *_, **__: time.sleep(60)
cli.main()
"""


@posix
@pytest.mark.parametrize(
    ("sent", "code", "words"),
    [
        (signal.SIGTERM, 143, "stopped by SIGTERM; nothing half done is left"),
        (signal.SIGINT, 130, "stopped by SIGINT; nothing half done is left"),
    ],
)
def test_a_stopped_run_says_so_in_one_line_and_leaves_nothing(
    plain_frame, tmp_path, sent, code, words
):
    plain_frame.to_csv(tmp_path / "t.csv", index=False)
    (tmp_path / "p.yaml").write_text(json.dumps(config(tmp_path)))
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, "run", str(tmp_path / "p.yaml")],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        said = ""
        while "audit:" not in said:
            said = process.stderr.readline()
            assert said, "the run ended before it was stopped"
        process.send_signal(sent)
        out, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert [line for line in err.splitlines() if "clean: failed" not in line] == [
        f"dataaudit: {words}"
    ]
    assert not out
    assert [path.name for path in (tmp_path / "out").iterdir()] == [".lock"]
