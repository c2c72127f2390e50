"""Make `credit.csv`, a loan table with known defects, and `credit.truth.json`, which lists them.

Run ``python sample_data/make.py``; the same bytes come out every time. Nothing in it is real.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
ROWS = 4000
SEED = 20260101
REGIONS = ["north", "south", "east", "west"]
JOBS = ["salaried", "self-employed", "public", "student", "retired"]
LENDERS = ["Alba Bank", "Borealis", "Cassa", "Dorada"]


def make() -> tuple[list[str], list[list[Any]], dict[str, Any]]:
    """Return header, rows and the truth about the defects."""
    rng = np.random.default_rng(SEED)
    columns = _clean_columns(rng)
    columns["default"] = _labels(rng, columns)
    truth = _spoil(rng, columns)
    header = list(columns)
    rows = [list(row) for row in zip(*columns.values(), strict=True)]
    copies = rng.choice(ROWS, 40, replace=False)
    rows += [list(rows[i]) for i in copies]
    truth["duplicates"] = {"rows": len(copies), "note": "copies at the end of the file"}
    return header, rows, truth


def _clean_columns(rng: np.random.Generator) -> dict[str, Any]:
    """Draw the columns before anything is wrong with them."""
    age = rng.integers(19, 80, ROWS)
    income = np.round(np.exp(rng.normal(10.4, 0.5, ROWS)), 0)
    debt = np.round(income * rng.beta(1.2, 4, ROWS) * (rng.random(ROWS) < 0.8), 0)
    opened = np.datetime64("2019-01-01") + rng.integers(0, 365 * 6, ROWS)
    return {
        "customer_id": [f"C{100000 + i}" for i in rng.permutation(ROWS)],
        "age": age.astype(str).astype(object),
        "income": income.astype(int).astype(str).astype(object),
        "debt": debt.astype(int).astype(str).astype(object),
        "lender": np.where(debt > 0, rng.choice(LENDERS, ROWS), "").astype(object),
        "job": rng.choice(JOBS, ROWS, p=[0.5, 0.15, 0.15, 0.1, 0.1]).astype(object),
        "years_employed": np.minimum(rng.poisson(6, ROWS), age - 18).astype(str).astype(object),
        "late_payments": rng.poisson(0.6, ROWS).astype(str).astype(object),
        "savings": np.round(np.exp(rng.normal(8, 1.2, ROWS)), 2).astype(str).astype(object),
        "opened": opened.astype(str).astype(object),
        "region": rng.choice(REGIONS, ROWS).astype(object),
        "country": np.full(ROWS, "XX", dtype=object),
    }


def _labels(rng: np.random.Generator, columns: dict[str, Any]) -> Any:
    """Draw who defaults: income, debt, late payments, savings, years and job decide."""
    income, debt = (columns[name].astype(float) for name in ("income", "debt"))
    risk = (
        4.2 * debt / income
        + 0.9 * columns["late_payments"].astype(float)
        - 0.45 * np.log(columns["savings"].astype(float))
        + 0.9 * np.isin(columns["job"], ["student", "self-employed"])
        - 0.12 * columns["years_employed"].astype(float)
        - 1.8 * (np.log(income) - 10.4)
        - 0.6
    )
    chance = 1 / (1 + np.exp(-risk))
    return np.where(rng.random(ROWS) < chance, "yes", "no").astype(object)


def _spoil(rng: np.random.Generator, columns: dict[str, Any]) -> dict[str, Any]:
    """Plant the defects and return what was planted."""

    def some(share: float) -> Any:
        return rng.choice(ROWS, int(share * ROWS), replace=False)

    truth: dict[str, Any] = {}
    blank = some(0.12)
    columns["savings"][blank] = "?"
    truth["missing"] = {"savings": len(blank), "token": "?"}
    sentinel = some(0.06)
    columns["years_employed"][sentinel] = "-999"
    truth["disguised"] = {"years_employed": len(sentinel), "value": -999}
    far = some(0.008)
    scaled = columns["income"][far].astype(float) * 1000
    columns["income"][far] = scaled.astype(int).astype(str)
    truth["outliers"] = {"income": len(far), "note": "a thousand times too large"}
    spelled = some(0.05)
    columns["job"][spelled] = [job.upper() for job in columns["job"][spelled]]
    padded = some(0.04)
    columns["region"][padded] = [f" {region}" for region in columns["region"][padded]]
    truth["categories"] = {"job": len(spelled), "region": len(padded)}
    fee = np.where(columns["default"] == "yes", np.round(rng.gamma(2, 60, ROWS), 2), 0.0)
    columns["collection_fee"] = fee.astype(str).astype(object)
    truth["leakage"] = {"collection_fee": "charged only after a default"}
    impossible = some(0.003)
    columns["age"][impossible] = rng.choice(["7", "240", "forty"], len(impossible))
    orphan = rng.choice(np.flatnonzero(columns["lender"] != ""), 8, replace=False)
    columns["lender"][orphan] = ""
    truth["contract"] = {"age": len(impossible), "debt_has_lender": len(orphan)}
    truth["constant"] = ["country"]
    truth["identifier"] = ["customer_id"]
    columns["default"] = columns.pop("default")
    return truth


def main() -> None:
    """Write the table and the truth beside this script."""
    header, rows, truth = make()
    with (HERE / "credit.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows[:1500])
        file.write("C999999,44,38000,1200\n")  # a line that was cut off
        writer.writerows(rows[1500:])
    truth["bad_lines"] = {"line": 1502, "reason": "4 of 14 fields"}
    labels = [row[-1] for row in rows]
    truth["imbalance"] = {"yes": labels.count("yes"), "no": labels.count("no")}
    text = json.dumps(truth, indent=2, sort_keys=True)
    (HERE / "credit.truth.json").write_text(text + "\n", encoding="utf-8")
    print(f"{len(rows):,} rows, {labels.count('yes') / len(rows):.1%} default")


if __name__ == "__main__":
    main()
