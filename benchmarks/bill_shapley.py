"""The whole bill on adult: arms and the Shapley values of five steps.

    python benchmarks/bill_shapley.py FOLDER

FOLDER has ``adult_train.csv`` and ``adult_test.csv``. Takes 6,000 training rows from what `init`
writes, with `outliers` among the steps, which makes five that change something where spellings
count, and prints what was planned, each price and the seconds. Exit code 0: under 5 minutes, and
the prices sum to the gain.
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
STEPS = ["disguised", "categories", "outliers", "missing", "scale", "imbalance", "encode"]


def shapley(folder: Path) -> bool:
    """Time the default `prove` with its bill."""
    with tempfile.TemporaryDirectory() as temporary:
        here = Path(temporary)
        path = sampled(folder / "adult_train.csv", 0, here)
        config = here / "pipeline.yaml"
        config.write_text(draft(path, "income", test=folder / "adult_test.csv"), encoding="utf-8")
        settings = load(config, {"output.dir": str(here / "out")})
        steps = [(name, dict(settings.clean).get(name, {})) for name in STEPS]
        began, spent = time.perf_counter(), time.process_time()
        result = dataaudit.run(settings.model_copy(update={"clean": steps}))
        wall, cpu = time.perf_counter() - began, time.process_time() - spent
    return told(result.evidence, wall, cpu)


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
