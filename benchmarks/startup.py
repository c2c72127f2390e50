"""What the program takes to start: whole processes, beside Python and scikit-learn's own import.

Run it as ``python benchmarks/startup.py``. The bounds: ``dataaudit --help`` at most 0.25 s above
``python -c pass``; ``dataaudit check`` on a small file at most what ``import sklearn`` takes and a
second.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from measure import compare

SAMPLE = Path(__file__).parents[1] / "sample_data" / "credit.csv"
PIPELINE = "version: 1\nsource: {{path: {path}}}\ntask: {{target: default}}\n"
REPEATS = 7


def main() -> None:
    """Measure and print seconds, megabytes and the two differences."""
    program = [sys.executable, "-m", "dataaudit.cli"]
    with tempfile.TemporaryDirectory() as folder:
        pipeline = Path(folder) / "pipeline.yaml"
        pipeline.write_text(PIPELINE.format(path=SAMPLE), encoding="utf-8")
        commands = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "dataaudit --help": [*program, "--help"],
            "import sklearn": [sys.executable, "-c", "import sklearn"],
            "dataaudit audit": [*program, "audit", str(SAMPLE), "--target", "default"],
            "dataaudit check": [*program, "check", str(pipeline)],
        }
        timings = compare(commands, repeats=REPEATS)
    for name, timing in timings.items():
        print(f"{name:18} {timing.median:6.2f} s {timing.peak:6.0f} MB {timing.failure}")
    seconds = {name: timing.median for name, timing in timings.items()}
    help_s = seconds["dataaudit --help"] - seconds["python -c pass"]
    check_s = seconds["dataaudit check"] - seconds["import sklearn"]
    print(f"--help above pass {help_s:.2f} s (at most 0.25)")
    print(f"check above import sklearn {check_s:.2f} s (at most 1)")


if __name__ == "__main__":
    main()
