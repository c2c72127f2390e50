"""The bill: every step of a cleaning with its price, as plain values and in plain words."""

from __future__ import annotations

from typing import Any

from dataaudit.proof.attribution.items import Interaction, Item, Sums
from dataaudit.proof.attribution.shapley import MOST_EXACT
from dataaudit.proof.wording import HARMS, HELPS, SAME, rounded, signed, spoken, writer

_WHAT = {
    "disguised": "blanking disguised gaps",
    "types": "reading text as numbers",
    "categories": "merging spellings",
    "constant": "dropping constants",
    "duplicates": "dropping duplicates",
    "outliers": "taming outliers",
    "missing": "filling gaps",
    "scale": "scaling",
    "imbalance": "balancing the classes",
}


class Bill(Sums):
    """What each step is worth, to be told."""

    def to_dict(self) -> dict[str, Any]:
        """Return what stands in the evidence: values that JSON can hold."""
        return content(self)

    def __repr__(self) -> str:
        return "\n".join(lines(self))


def what(name: str) -> str:
    """Return what a step does, in words; a step of the user's is called by its name.

    Examples
    --------
    >>> what("missing"), what("Mine")
    ('filling gaps', '`Mine`')
    """
    return _WHAT.get(name) or f"`{name}`"


def content(bill: Sums) -> dict[str, Any]:
    """Return what stands in ``evidence.json``."""
    return {
        "metric": bill.metric,
        "sentence": summary(bill),
        "plan": None if bill.plan is None else {**bill.plan.to_dict(), "sentence": planned(bill)},
        "before": None if bill.before is None else bill.before.to_dict(),
        "after": None if bill.after is None else bill.after.to_dict(),
        "total": None if bill.total is None else _weighed(bill.total),
        "items": [_item(bill, item, "is worth") for item in bill.items],
        "others": [_item(bill, item, "would be worth") for item in bill.others],
        "idle": [
            _unpriced(name, f"{_capital(what(name))} changed nothing here.")
            for name in bill.roles.idle
        ],
        "always_on": [
            _unpriced(name, f"{_capital(what(name))} is always on: no network without it.")
            for name in bill.roles.needed
        ],
        "interactions": [_interaction(bill, one) for one in bill.interactions],
        "failed_fits": bill.failed,
    }


def _unpriced(name: str, sentence: str) -> dict[str, str]:
    """Return a step without a price."""
    return {"name": name, "what": what(name), "sentence": sentence}


def lines(bill: Sums) -> list[str]:
    """Return the bill as sentences."""
    made = content(bill)
    parts = [*made["items"], *made["others"], *made["idle"], *made["interactions"]]
    return [made["sentence"], *(part["sentence"] for part in parts)]


def summary(bill: Sums) -> str:
    """Return the total in one sentence."""
    if bill.total is None:
        return "No step changes anything in these rows, so there is no bill."
    found, write = bill.total.found, writer(bill.metric)
    return (
        f"All steps together change {spoken(bill.metric)} by {signed(bill.metric, found.value)} "
        f"(95 % interval {write(found.low)} to {write(found.high)}) against text encoded and gaps "
        "filled only; the items sum to it."
    )


def planned(bill: Sums) -> str:
    """Return how the prices came about."""
    plan = bill.plan
    if plan is None:
        return ""
    count = len(bill.items)
    times = "once" if plan.repeats == 1 else f"{plan.repeats} times over"
    how = (
        f"every set of {count} steps on and off"
        if count <= MOST_EXACT
        else f"{count} steps in {count + count % 2} orders, each with its reverse"
    )
    reread = "" if bill.is_reread else " The score with all steps was measured on these rows anew."
    return (
        f"Prices are Shapley values over {how}: {plan.fits} fits of at most {plan.steps:,} steps, "
        f"{plan.folds} folds, {times}, on {plan.of_all} rows, about "
        f"{max(1, round(plan.seconds))} s by the cost formula.{reread}"
    )


def _item(bill: Sums, item: Item, verb: str) -> dict[str, Any]:
    """Return one line as plain values."""
    made = {"name": item.name, "what": what(item.name), **_weighed(item.weighed), "p": item.p}
    for key, found in (("add_one", item.alone), ("leave_one_out", item.last)):
        if found is not None:
            made[key] = found.to_dict()
    return {**made, "sentence": _sentence(bill, item, verb)}


def _weighed(weighed: Any) -> dict[str, Any]:
    """Return a judged difference as plain values."""
    found = weighed.found
    return {
        "effect": float(found.value),
        "low": float(found.low),
        "high": float(found.high),
        "verdict": weighed.verdict,
        "rows": weighed.rows,
        "rows_needed": weighed.rows_needed,
    }


def _sentence(bill: Sums, item: Item, verb: str) -> str:
    """Word one line."""
    found, write, metric = item.weighed.found, writer(bill.metric), bill.metric
    start, reach = _capital(what(item.name)), f"{write(found.low)} to {write(found.high)}"
    between = f"(95 % interval {reach})"
    verdict = item.weighed.verdict
    if verdict == HELPS:
        return f"{start} {verb} {_plain(metric, found.value)} {between}."
    if verdict == HARMS:
        costs = "costs" if verb == "is worth" else "would cost"
        return f"{start} {costs} {_plain(metric, found.value)} {between}: it does harm."
    if verdict == SAME:
        makes = "makes" if verb == "is worth" else "would make"
        return f"{start} {makes} no practical difference ({signed(metric, found.value)}, {reach})."
    needed = item.weighed.rows_needed
    more = f"; about {rounded(needed):,} rows would" if needed else ""
    size = signed(metric, found.value)
    return f"{start}: {size}, but {item.weighed.rows:,} rows do not decide it {between}{more}."


def _interaction(bill: Sums, one: Interaction) -> dict[str, Any]:
    """Return an interaction as plain values with its sentence."""
    first, second = signed(bill.metric, one.without), signed(bill.metric, one.beside)
    start = f"{_capital(what(one.name))} is worth {first}"
    rest = f"without {what(one.other)}, and {second} with it" if one.other else ""
    return {
        "name": one.name,
        "other": one.other,
        "without": float(one.without),
        "beside": float(one.beside),
        "low": float(one.change.low),
        "high": float(one.change.high),
        "sentence": f"{start} {rest or f'alone, and {second} beside all other steps'}.",
    }


def _plain(metric: str, value: float) -> str:
    """Return a size with its unit, without a sign."""
    return signed(metric, abs(value)).lstrip("+")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
