"""The whole bill on adult: arms and the Shapley values of five steps.

    python benchmarks/bill_shapley.py FOLDER

FOLDER has ``adult_train.csv`` and ``adult_test.csv``. Takes 6,000 training rows; a tenth of the
ages becomes -999, so that five steps change something (see `STEPS`). Prints what was planned, each
price and the seconds. Exit code 0: under 5 minutes, and the prices sum to the gain.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from adult import sampled

import dataaudit
from dataaudit.config import load
from dataaudit.drafting import draft

LIMIT_S = 300
TINY = 1e-9
STEPS = {
    "disguised": {},
    "outliers": {},
    "missing": {"categorical": "most_frequent"},  # a level of its own is what stands in for it
    "scale": {},
    "imbalance": {"method": "threshold"},
    "encode": {},
}


def shapley(folder: Path) -> bool:
    """Time the default `prove` with its bill."""
    with tempfile.TemporaryDirectory() as temporary:
        here = Path(temporary)
        path = sampled(folder / "adult_train.csv", 0, here)
        planted(path)
        config = here / "pipeline.yaml"
        config.write_text(draft(path, "income", test=folder / "adult_test.csv"), encoding="utf-8")
        settings = load(config, {"output.dir": str(here / "out")})
        began, spent = time.perf_counter(), time.process_time()
        result = dataaudit.run(settings.model_copy(update={"clean": list(STEPS.items())}))
        wall, cpu = time.perf_counter() - began, time.process_time() - spent
    return told(result.evidence, wall, cpu)


def planted(path: Path) -> None:
    """Let -999 stand for the first column, the age, of every tenth row."""
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    for i in range(0, len(lines), 10):
        lines[i] = f"-999,{lines[i].partition(',')[2]}"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")


def told(evidence: dict, wall: float, cpu: float) -> bool:
    """Print the bill; tell whether it is in time and sums up."""
    bill = evidence["bill"]
    print(evidence["plan"]["sentence"])
    print(bill["plan"]["sentence"])
    for item in bill["items"]:
        interval = f"{100 * item['low']:+.2f} to {100 * item['high']:+.2f}"
        print(f"{item['name']:12}{100 * item['effect']:+7.2f}  {interval:18}{item['verdict']}")
    left = sum(item["effect"] for item in bill["items"]) - bill["total"]["effect"]
    gain, idle = bill["total"]["effect"], ", ".join(one["name"] for one in bill["idle"])
    print(f"all steps {100 * gain:+.2f} points; the prices miss it by {left:.0e}; idle: {idle}")
    print(f"the whole run: {wall:.1f} s (processor {cpu:.1f} s)")
    return wall < LIMIT_S and abs(left) < TINY


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    sys.exit(0 if shapley(parser.parse_args().folder) else 1)


if __name__ == "__main__":
    main()
