"""What the README shows is run."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dataaudit.cli import app
from dataaudit.errors import ExitCode

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)


@pytest.mark.slow
def test_the_python_of_the_readme_runs(tmp_path, monkeypatch, capsys):
    for folder in ("sample_data", "pipelines"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    for block in BLOCKS:
        exec(block, names)  # noqa: S102 - our own README
    assert names["result"].exit_code == ExitCode.PASSED
    assert names["new"].rows == len(names["frame"])
    assert names["cleaning"].feature_names
    scores = np.array(capsys.readouterr().out.rpartition("[")[2].rstrip("]\n").split(), dtype=float)
    assert len(scores) == 3
    assert scores.mean() > 0.55  # a coin scores 0.5
    assert (tmp_path / "out" / "training_rows.parquet").exists()


def test_the_files_that_the_readme_names_exist():
    named = re.findall(r"\]\(([^)#:]+)\)", TEXT)
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_command_of_the_readme_exists():
    commands = {command.name or command.callback.__name__ for command in app.registered_commands}
    used = set(re.findall(r"bin/dataaudit (\w+)|`dataaudit (\w+)", TEXT))
    assert {name for pair in used for name in pair if name} <= commands


def test_the_exit_codes_of_the_readme_are_those_of_the_program():
    listed = {int(code) for code in re.findall(r"^\| (\d) \|", TEXT, flags=re.MULTILINE)}
    assert listed == {int(code) for code in ExitCode}


def test_the_sample_table_is_what_its_script_makes(tmp_path):
    shutil.copy(ROOT / "sample_data" / "make.py", tmp_path / "make.py")
    subprocess.run([sys.executable, tmp_path / "make.py"], check=True, capture_output=True)
    for name in ("credit.csv", "credit.truth.json"):
        assert (tmp_path / name).read_bytes() == (ROOT / "sample_data" / name).read_bytes()
