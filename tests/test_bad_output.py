"""Where the result cannot go, what a run's folder may hold, and tables that `apply` meets."""

import errno
import json
import re
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import dataaudit
from dataaudit.errors import DataError, OutputError
from dataaudit.output import open_run

CONFIG = (
    "source: {path: t.csv}\ntask: {target: y}\nclean: [missing, scale, encode]\nprove: off\n"
    "output: {dir: out}\n"
)
SETTINGS = {"source": {"path": "t.csv"}, "task": {"target": "y"}, "prove": "off"}


@pytest.fixture
def place(tmp_path, plain_frame, plain_run):
    """Return a folder with a table, a config and a run."""
    plain_frame.to_csv(tmp_path / "t.csv", index=False)
    (tmp_path / "p.yaml").write_text(CONFIG)
    (tmp_path / "file").write_text("mine")
    shutil.copytree(plain_run, tmp_path / "out", symlinks=True)
    return tmp_path


def one_line(ended, code, words):
    """Check that a command ended in one line about an error."""
    told = [line for line in ended.err.splitlines() if line.startswith("dataaudit: ")]
    assert ended.code == code, ended.err
    assert len(told) == 1
    assert re.search(words, told[0])
    assert not re.search("Traceback|crashed", ended.err)
    assert not ended.out


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("file", "File exists"),
        ("file/out", "Not a directory"),
        ("mine", "mine/latest': it is there and is no link"),
        ("locked", "Is a directory"),
    ],
)
def test_an_output_folder_that_cannot_be_one_ends_in_4(place, invoke, where, words):
    (place / "mine" / "latest").mkdir(parents=True)
    (place / "locked" / ".lock").mkdir(parents=True)
    before = names(place)
    one_line(invoke("run", "p.yaml", "--set", f"output.dir={where}"), 4, words)
    assert names(place) == before
    assert (place / "file").read_text() == "mine"
    assert not [name for name in names(place / "mine") if name.startswith(".tmp")]


def test_an_output_folder_held_by_another_run_ends_in_4(place, invoke):
    with open_run(place / "out"):
        one_line(invoke("run", "p.yaml"), 4, "another run holds this folder")
    assert (place / "out" / "latest").readlink().name == "first"


@pytest.mark.parametrize(
    "target",
    [
        "dataaudit.chain.write_relation",
        "dataaudit.cleansing.write_table",
        "dataaudit.cleansing.save",
        "pathlib.Path.write_text",
        "dataaudit.output.folder._fsync",
    ],
)
def test_a_full_disk_ends_in_4_and_publishes_nothing(place, invoke, monkeypatch, target):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(target, full)
    one_line(invoke("run", "p.yaml"), 4, "No space left on device. Check space")
    assert names(place / "out") == [".lock", "first", "latest"]


def test_a_disk_that_is_really_full_ends_in_4_and_publishes_nothing(place, invoke):
    (place / "tiny").mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(place / "tiny")]
    if (
        not shutil.which("mount")
        or subprocess.run(mount, capture_output=True, check=False).returncode
    ):
        pytest.skip("this account may not mount a file system")
    try:
        one_line(invoke("run", "p.yaml", "--set", "output.dir=tiny"), 4, "No space left on device")
        assert names(place / "tiny") == [".lock"]
    finally:
        subprocess.run(["umount", str(place / "tiny")], check=True)


def test_a_failed_gate_ends_in_1_with_its_report_and_leaves_latest(place, invoke):
    rule = "contract.columns.x={dtype: float, max: 0}"
    ended = invoke("run", "p.yaml", "--set", rule, "--run-id", "bad")
    assert ended.code == 1
    assert (place / "out" / "bad" / "report.html").exists()
    assert pq.read_table(place / "out" / "bad" / "quarantine.parquet").num_rows > 0
    assert (place / "out" / "latest").readlink().name == "first"


def test_without_validation_rows_the_proof_draws_its_own_to_stop_by(place, monkeypatch):
    given = []

    def compared(*_, **more):
        given.append(more)
        raise DataError("prove", "that was all to see")

    monkeypatch.setattr("dataaudit.proof.compare", compared)
    config = {**SETTINGS, "source": {"path": str(place / "t.csv")}, "prove": {}}
    for share in (0, 0.1):
        config |= {"split": {"validation": share}, "output": {"dir": str(place / "out")}}
        dataaudit.run(config)
    assert [more["validation"] is None for more in given] == [True, False]


def test_folders_of_others_are_never_removed(place):
    (place / "out" / "website").mkdir()
    (place / "out" / "website" / "manifest.json").write_text('{"name": "mine"}')
    (place / "out" / ".tmp-notes").mkdir()
    config = {**SETTINGS, "source": {"path": str(place / "t.csv")}}
    config["output"] = {"dir": str(place / "out"), "keep": 1}
    with pytest.raises(OutputError, match="it is there and is no run"):
        dataaudit.run(config, run_id="website")
    dataaudit.run(config, run_id="second")
    assert names(place / "out") == [".lock", ".tmp-notes", "latest", "second", "website"]


def apply(place, invoke, frame, *more):
    frame.to_csv(place / "new.csv", index=False)
    return invoke("apply", "out/latest", "new.csv", "-o", "new.parquet", *more)


CHANGES = {
    "extra column": lambda t: t.assign(w=1),
    "other order": lambda t: t[["y", "city", "z", "x"]],
    "no target": lambda t: t.drop(columns="y"),
    "unseen level": lambda t: t.assign(city="Atlantis"),
    "all cells missing": lambda t: t.assign(x=None, z=None, city=None),
    "text for numbers": lambda t: t.assign(x="hello"),
    "infinity": lambda t: t.assign(x=np.inf),
    "one row": lambda t: t.head(1),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_apply_keeps_every_row_in_order_whatever_the_cells_hold(place, invoke, plain_frame, change):
    frame = change(plain_frame)
    assert apply(place, invoke, frame).code == 0
    got = pq.read_table(place / "new.parquet").to_pandas()
    assert got["__row__"].tolist() == list(range(len(frame)))
    assert np.isfinite(got.to_numpy(dtype=float)).all()
    names_then = dataaudit.load(place / "out" / "latest").feature_names
    assert got.columns.tolist() == [*names_then, "__row__"]


def test_apply_gives_other_columns_around_it_no_say(place, invoke, plain_frame):
    apply(place, invoke, plain_frame)
    expected = pq.read_table(place / "new.parquet")
    for change in ("extra column", "other order", "no target"):
        apply(place, invoke, CHANGES[change](plain_frame))
        assert pq.read_table(place / "new.parquet").equals(expected)


def test_rows_that_break_the_contract_stand_in_both_files(place, invoke, plain_frame):
    apply(place, invoke, plain_frame.assign(x=[99.0, *plain_frame["x"][1:].clip(upper=1)]))
    aside = pq.read_table(place / "new.quarantine.parquet").to_pylist()
    assert [row["__row__"] for row in aside] == [0]
    assert pq.read_table(place / "new.parquet").num_rows == 80


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ("nope t.csv", 3, "no folder of a run"),
        ("out t.csv", 3, "no folder of a run"),
        ("t.csv t.csv", 3, "no folder of a run"),
        ("fake t.csv", 3, "no manifest of a run"),
        ("hurt t.csv", 3, "no saved cleaning"),
        ("out/latest few.csv", 3, "lacks the column.s. x, z. Did you mean 'X'"),
        ("out/latest none.csv", 3, "a header and no rows"),
        ("out/latest t.csv -o t.csv", 4, "the table itself"),
        ("out/latest t.csv -o link.csv", 4, "the table itself"),
        ("out/latest t.csv -o out", 4, "it is a folder"),
        ("out/latest t.csv -o file/x.parquet", 4, "Not a directory"),
        ("out/latest t.csv -o no/x.parquet", 4, "No such file"),
        ("out/latest t.csv --score", 3, "no network of dataaudit"),
    ],
)
def test_apply_to_what_is_no_run_or_no_table_ends_in_one_line(
    place, invoke, arguments, code, words
):
    if "--score" in arguments:
        pytest.importorskip("keras", reason="--score needs the extra keras")
    frame = pd.read_csv(place / "t.csv")
    frame.rename(columns={"x": "X"})[["X", "city"]].to_csv(place / "few.csv", index=False)
    frame.head(0).to_csv(place / "none.csv", index=False)
    (place / "link.csv").symlink_to("t.csv")
    (place / "fake").mkdir()
    (place / "fake" / "manifest.json").write_text("[1]")
    shutil.copytree(place / "out" / "first", place / "hurt")
    (place / "hurt" / "pipeline.skops").write_text("x")
    before = names(place), (place / "t.csv").read_bytes()
    one_line(invoke("apply", *arguments.split()), code, words)
    assert (names(place), (place / "t.csv").read_bytes()) == before


def test_a_manifest_cannot_make_apply_run_code(place, invoke):
    path = place / "out" / "first" / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["config"]["contract"] = {"module": "os:system"}
    path.write_text(json.dumps(manifest))
    one_line(invoke("apply", "out/latest", "t.csv"), 2, "--allow-code")


def test_a_missing_column_is_an_error_of_python_too(place, plain_frame):
    with pytest.raises(DataError, match=r"lacks the column.s. city"):
        dataaudit.apply(place / "out" / "latest", plain_frame.drop(columns="city"))
    assert not (place / "applied.parquet").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["audit", "nope.csv"], 3, "no such file"),
        (["run", "p.yaml", "--set", "output.dir=file"], 4, "File exists"),
        (["run", "p.yaml", "--set", "seed=-1"], 2, "greater than or equal to 0"),
    ],
)
def test_a_real_process_ends_with_the_same_line_and_code(place, arguments, code, words):
    done = subprocess.run(
        [sys.executable, "-m", "dataaudit.cli", *arguments],
        cwd=place,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (code, "")
    assert re.fullmatch(f"dataaudit: .*{words}.*\n", done.stderr)


def test_what_a_process_printed_before_an_error_is_kept(place):
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "dataaudit.cli",
            "audit",
            "t.csv",
            "--json",
            "--report",
            "no/x.html",
        ],
        cwd=place,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 4
    assert json.loads(done.stdout)["checks"]


def test_rows_without_a_target_are_in_the_quarantine_and_counted_by_the_audit(place, invoke):
    frame = pd.read_csv(place / "t.csv")
    frame.loc[:4, "y"] = None
    frame.to_csv(place / "t.csv", index=False)
    assert invoke("run", "p.yaml", "--run-id", "second").code == 0
    aside = pq.read_table(place / "out" / "second" / "quarantine.parquet").to_pylist()
    assert [row["__row__"] for row in aside] == [0, 1, 2, 3, 4]
    assert {row["__errors__"][0]["rule"] for row in aside} == {"target missing"}
    audited = dataaudit.audit(place / "t.csv", target="y")
    assert [(s["rows_in"], s["rows_out"]) for s in audited.report["account"]] == [(80, 75)]
