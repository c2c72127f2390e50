"""Take eight real tables from `init` to a report, unedited, and print what was found and proven.

    python benchmarks/tables.py DATA [NAME ...]

DATA is a folder with adult/, horse_colic/, mammography/, pima/ and taxis/, one CSV each (adult has
two); wine, digits and diabetes come with scikit-learn.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sklearn import datasets

PROGRAM = [sys.executable, "-m", "dataaudit.cli"]


def tables(data: Path, folder: Path) -> dict[str, tuple[Path, str, Path | None]]:
    """Return name -> (table, target, test table)."""
    adult = data / "adult"
    found = {
        "adult": (adult / "adult_train.csv", "income", adult / "adult_test.csv"),
        "horse_colic": (data / "horse_colic" / "horse_colic.csv", "surgical_lesion", None),
        "mammography": (data / "mammography" / "mammography.csv", "class", None),
        "pima": (data / "pima" / "pima.csv", "outcome", None),
        "taxis": (data / "taxis" / "taxis.csv", "payment", None),
    }
    for name in ("wine", "digits", "diabetes"):
        frame = getattr(datasets, f"load_{name}")(as_frame=True).frame
        path = folder / f"{name}.csv"
        frame.to_csv(path, index=False)
        found[name] = (path, "target", None)
    return found


def run(name: str, table: Path, target: str, test: Path | None, folder: Path) -> dict:
    """Run `init`, then `run` on the file it wrote, and return what ``--json`` printed."""
    config = folder / f"{name}.yaml"
    extra = ["--test", str(test)] if test else []
    init = [*PROGRAM, "init", str(table), "--target", target, "-o", str(config), "--force", *extra]
    first = subprocess.run(init, capture_output=True, text=True, check=False)
    if first.returncode:
        return {"exit_code": first.returncode, "error": first.stderr.strip()}
    start = time.perf_counter()
    job = [*PROGRAM, "run", str(config), "--json", "--set", f"output.dir={folder / name}"]
    done = subprocess.run(job, capture_output=True, text=True, check=False)
    (folder / f"{name}.log").write_text(done.stderr)
    result = json.loads(done.stdout) if done.stdout else {"error": done.stderr.strip()[-500:]}
    return {**result, "exit_code": done.returncode, "seconds": time.perf_counter() - start}


def show(name: str, result: dict) -> None:
    """Print one table's findings and verdicts."""
    print(f"\n## {name}: exit {result['exit_code']}, {result.get('seconds', 0):.0f} s")
    if "error" in result:
        print(result["error"])
        return
    print(result["verdict"])
    for finding in result["findings"]:
        print(f"  {finding['severity']:8}{finding['code']}.{finding['kind']}: {finding['message']}")
    for arm, figures in result["evidence"]["arms"].items():
        shown = {metric: round(value, 4) for metric, value in figures["test"].items() if value}
        print(f"  test {arm}: {shown}")
    for verdict in result["evidence"]["verdicts"]:
        pair = f"{verdict['before']} -> {verdict['after']}"
        print(f"  {pair}: {verdict['verdict']}: {verdict['sentence']}")
    for entry in result["row_account"]:
        print(f"  rows: {entry}")


def main() -> None:
    """Run every table named, or all."""
    data, names = Path(sys.argv[1]), sys.argv[2:]
    folder = Path(tempfile.mkdtemp(prefix="tables-"))
    print(f"files in {folder}")
    for name, (table, target, test) in tables(data, folder).items():
        if not names or name in names:
            show(name, run(name, table, target, test, folder))


if __name__ == "__main__":
    main()
