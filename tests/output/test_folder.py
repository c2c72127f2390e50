import multiprocessing
import os
from pathlib import Path

import pytest

from dataaudit.errors import ExitCode, OutputError
from dataaudit.output import open_run


def publish(directory: Path, run_id: str, *, latest: bool = True, keep: int = 30) -> Path:
    with open_run(directory) as folder:
        folder.write_json("manifest.json", {"run_id": run_id})
        return folder.publish(run_id, latest=latest, keep=keep)


def test_a_published_run_is_whole_and_latest_points_to_it(tmp_path):
    final = publish(tmp_path, "a")
    assert (final / "manifest.json").read_text() == '{\n  "run_id": "a"\n}\n'
    assert (tmp_path / "latest").resolve() == final.resolve()
    assert not list(tmp_path.glob(".tmp-*"))


def test_a_failed_gate_publishes_but_leaves_latest(tmp_path):
    publish(tmp_path, "a")
    publish(tmp_path, "b", latest=False)
    assert (tmp_path / "latest").resolve().name == "a"
    assert (tmp_path / "b").is_dir()


def test_what_is_not_published_is_removed(tmp_path):
    def half_done():
        with open_run(tmp_path) as folder:
            folder.write_text("half.txt", "x")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half_done()
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_the_leftovers_of_a_killed_run_are_cleared(tmp_path):
    stale = tmp_path / ".tmp-123"
    stale.mkdir()
    (stale / "half.parquet").write_bytes(b"x")
    publish(tmp_path, "a")
    assert not stale.exists()


def test_the_same_run_id_replaces_only_its_own_run(tmp_path):
    publish(tmp_path, "a")
    publish(tmp_path, "b")
    (tmp_path / "a" / "old.txt").write_text("x")
    final = publish(tmp_path, "a")
    assert not (final / "old.txt").exists()
    assert (tmp_path / "b").is_dir()


def test_only_the_newest_runs_stay_and_latest_always(tmp_path):
    publish(tmp_path, "1")
    for name in ("2", "3", "4"):
        publish(tmp_path, name, latest=False, keep=2)
    assert {path.name for path in tmp_path.iterdir()} == {"1", "4", "latest", ".lock"}


def _hold(directory: str, ready: object, done: object) -> None:
    with open_run(Path(directory)):
        ready.set()
        done.wait(30)


def test_a_second_run_on_the_same_folder_is_refused_with_exit_code_4(tmp_path):
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(str(tmp_path), ready, done))
    other.start()
    try:
        assert ready.wait(30)
        with pytest.raises(OutputError, match="another run holds") as caught, open_run(tmp_path):
            pass
        assert caught.value.exit_code == ExitCode.NOT_PUBLISHED
    finally:
        done.set()
        other.join()


def test_a_folder_that_cannot_be_made_is_an_output_error(tmp_path):
    (tmp_path / "file").write_text("x")
    with (
        pytest.raises(OutputError, match="Check space and permissions"),
        open_run(tmp_path / "file"),
    ):
        pass


@pytest.mark.skipif(os.name == "nt", reason="no symbolic links without rights on Windows")
def test_latest_is_a_relative_link_so_the_folder_can_be_moved(tmp_path):
    publish(tmp_path / "out", "a")
    assert (tmp_path / "out" / "latest").readlink() == Path("a")
