"""The report in a terminal: verdict first, then findings, before and after, rows, files.

Text is never read as markup, since names of columns stand in it, and every line fits the width of
the console. Without a terminal there is no colour, and the words say what colour would.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table as Grid
from rich.text import Text

from dataaudit.report import choice, diagnosis, mistakes

_STYLES = {
    "error": "bold red",
    "warning": "yellow",
    "info": "blue",
    "bad": "bold red",
    "good": "bold green",
    "calm": "bold cyan",
    "open": "bold yellow",
}
_WIDEST = 110  # longer lines are hard to read; about what print sets in two columns
_BAR = 24
_ROOM = (60, 100)  # characters that a bill takes with intervals, and with bars as well
_NAMED = 6  # columns that a line names
_FIRST = "report.html"


def show(
    report: Mapping[str, Any],
    console: Console | None = None,
    *,
    folder: str = "",
    files: Sequence[str] = (),
) -> None:
    """Print the report.

    Parameters
    ----------
    report
        As `collect.collect` gives it.
    console
        Where to; stderr by default.
    folder, files
        Where the run is, and the names of its files there.

    Examples
    --------
    >>> from dataaudit.profile import Profile
    >>> from dataaudit.report.collect import collect
    >>> report = collect(outcomes=[], profile=Profile(rows=0, columns={}, sample_rows=0))
    >>> show(report, Console(width=60))
    <BLANKLINE>
    Nothing harmful was found in the data.
    ...
    """
    console = console or Console(stderr=True)
    parts = [
        _verdict(report),
        _bill(report["bill"], min(console.width, _WIDEST)),
        choice.lines(report["choice"]) if report.get("choice") else None,
        _next(report["next"]),
        _findings(report),
        _comparison(report["comparison"]),
        diagnosis.lines(report["diagnosis"]),
        mistakes.lines(report["mistakes"]),
        _account(report["account"]),
        _files(folder, files),
    ]
    width = min(console.width, _WIDEST)
    for part in parts:
        if part is not None:
            console.print()
            console.print(part, width=width, soft_wrap=isinstance(part, Text))


def _verdict(report: Mapping[str, Any]) -> RenderableType:
    """Return the answer and the sentences behind it."""
    answer = report["headline"]
    facts = ", ".join([report["name"], *report["facts"]])
    failed = Text(f"{answer['gate']} Exit code 1; `latest` did not move.", _STYLES["error"])
    return Group(
        *([failed, Text()] if answer["gate"] else []),
        Text(answer["title"].replace("`", ""), style=_STYLES[answer["tone"]]),
        _prose(facts, "dim"),
        *(_prose(line) for line in answer["lines"]),
    )


def _bill(bill: Mapping[str, Any] | None, width: int) -> RenderableType | None:
    """Return what each step is worth, line by line, and all of them together."""
    if bill is None:
        return None
    title = Text("The bill", style="bold")
    if bill["missing"]:
        return Group(title, _prose(bill["missing"]))
    grid = _grid(3 + sum(width >= needed for needed in _ROOM))
    grid.columns[0].no_wrap = False
    for row in bill["rows"]:
        _enter(grid, row, row["label"], bill["axis"])
    for row in bill["others"]:
        _enter(grid, row, f"{row['label']} (not in `clean`)", bill["axis"])
    for row in bill["against"]:
        _enter(grid, row, row["label"], None)
    unit = f", {bill['unit']}" if bill["unit"] else ""
    title.append(f"  what each step adds to {bill['label']}{unit}, 95 % interval", "not bold")
    told = [*bill["sentences"], bill["idle"]]
    return Group(title, grid, *(_prose(text, "dim") for text in told if text))


def _enter(grid: Grid, row: Mapping[str, Any], label: str, axis: Mapping[str, Any] | None) -> None:
    """Enter one line of the bill: label, amount, a bar and an interval where there is room."""
    more = row.get("needed") or row.get("note") or ""
    said = Text(row["word"], _STYLES[row["tone"]] if row["tone"] else "")
    said.append(f"{', ' if row['word'] and more else ''}{more}", "dim")
    bar = "" if axis is None else _bar(axis, {**row, "value": row["stop"]}, since=row["start"])
    drawn = [Text(row["interval"], "dim"), Text(bar)][: len(grid.columns) - 3]
    grid.add_row(_prose(label), Text(row["text"]), *drawn[::-1], said)


def _next(steps: Sequence[Mapping[str, Any]]) -> RenderableType | None:
    """Return what to do, numbered."""
    if not steps:
        return None
    grid = _grid(2)
    for i, step in enumerate(steps, start=1):
        text = _prose(step["text"])
        if step["why"]:
            text.append_text(_prose(f" {step['why']}", "dim"))
        grid.add_row(Text(f"{i}."), text)
    return Group(Text("Next", style="bold"), grid)


def _findings(report: Mapping[str, Any]) -> RenderableType:
    """Return the findings, worst first; of many alike the first few."""
    found, grid = report["findings"], _grid(3)
    for group in report["groups"]:
        alike = [_mended(found[i]) for i in (*group["shown"], *group["more"])]
        is_one = len(set(alike)) == 1
        for i, mended in zip(group["shown"], alike, strict=False):
            said = _said(found[i], "" if is_one else mended)
            severity = found[i]["severity"]
            grid.add_row(Text(severity, _STYLES[severity]), Text(found[i]["code"]), said)
        if group["more"]:
            grid.add_row("", "", _more(group))
        if is_one and alike[0]:
            grid.add_row("", "", _prose(alike[0], "dim"))
    title = Text.assemble(("Findings", "bold"), f"  {report['headline']['counts']}")
    return Group(title, grid, *_ended(report["checks"]))


def _more(group: Mapping[str, Any]) -> Text:
    """Return how many more there are of a kind, and in which columns."""
    names = group["columns"]
    few = ", ".join(names[:_NAMED]) + (", ..." if len(names) > _NAMED else "")
    return _prose(f"{len(group['more']):,} more like it{': ' if names else ''}{few}", "dim")


def _said(finding: Mapping[str, Any], mended: str) -> Text:
    """Return the sentence of a finding, what else speaks of the same cells, and its remedy."""
    also = "".join(f" Also {one['code']}: the same cells." for one in finding["also"])
    text = _prose(finding["message"] + also)
    return text.append_text(_prose(f"\n{mended}", "dim")) if mended else text


def _mended(finding: Mapping[str, Any]) -> str:
    """Return the remedy in one line: what was done about it, or what could be."""
    remedy = finding["remedy"]
    if not remedy:
        return ""
    action, lossy = remedy["action"].rstrip("."), " (lossy)" if remedy["is_lossy"] else ""
    if remedy["is_done"]:
        done = f"{remedy['done'][:1].upper()}{remedy['done'][1:]}"
        return f"{done}: {action[:1].lower()}{action[1:]}{lossy}."
    where = f" `{remedy['step']}` under `clean` does." if remedy["step"] else ""
    return f"{action}{lossy}.{where}"


def _ended(checks: Sequence[Mapping[str, Any]]) -> list[Text]:
    """Return one line per way in which checks ended without a finding."""
    lines = []
    for status in ("failed", "skipped", "not applicable", "passed"):
        names = [
            check["check"] + (f" ({check['reason']})" if check["reason"] else "")
            for check in checks
            if check["status"] == status
        ]
        if names:
            style = "bold red" if status == "failed" else "dim"
            lines.append(Text(f"{status}: {', '.join(names)}", style))
    return lines


def _comparison(comparison: Mapping[str, Any] | None) -> RenderableType | None:
    """Return the scores of the arms and the verdicts."""
    if comparison is None:
        return None
    scores = _grid(4)
    for arm in comparison["arms"]:
        bar = _bar(comparison["scale"], arm)
        scores.add_row(Text(arm["arm"]), Text(arm["text"]), Text(bar), Text(arm["interval"], "dim"))
    verdicts = _grid(3)
    for verdict in comparison["verdicts"]:
        between = f" ({verdict['interval']})" if verdict["interval"] else ""
        needed = f"; {verdict['rows_needed']}" if verdict["rows_needed"] else ""
        verdicts.add_row(
            Text(f"{verdict['after']} against {verdict['before']}"),
            Text(verdict["verdict"], _STYLES[verdict["tone"]]),
            Text(f"{verdict['text']}{between}{needed}"),
        )
    moved = comparison["operating"]
    if moved:
        what = Text(f"by one rule ({moved['before']})")
        word = Text(moved["word"], _STYLES[moved["tone"]])
        verdicts.add_row(what, word, Text(moved["effect"]["text"]))
    title = Text.assemble(("Before and after", "bold"), f"  {comparison['label']}, 95 % interval")
    return Group(title, _prose(comparison["plan"]["sentence"], "dim"), scores, verdicts)


def _bar(axis: Mapping[str, Any], arm: Mapping[str, Any], since: float | None = None) -> str:
    """Draw a value with its interval in characters, and what lies between it and another."""
    if arm["value"] is None:
        return ""
    span = axis["stop"] - axis["start"]
    value, low, high, begin = (
        round((_BAR - 1) * ((arm["value"] if x is None else x) - axis["start"]) / span)
        for x in (arm["value"], arm["low"], arm["high"], since)
    )
    cells = ["-" if low <= i <= high else " " for i in range(_BAR)]
    cells[min(begin, value) : max(begin, value)] = "=" * abs(value - begin)
    cells[value] = "o"
    return "".join(cells)


def _account(account: Sequence[Mapping[str, Any]]) -> RenderableType | None:
    """Return the row account."""
    if not account:
        return None
    grid = Grid(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for name in ("Rows", "in", "out", "quarantined", "dropped", "added"):
        grid.add_column(name, justify="left" if name == "Rows" else "right", no_wrap=True)
    keys = ("rows_in", "rows_out", "quarantined", "dropped", "added")
    for stage in account:
        cells = [Text(f"{stage[key]:,}" if stage[key] else "-") for key in keys]
        lost = Text(f"  {stage['lost']:,} unaccounted for" if stage["lost"] else "", "bold red")
        grid.add_row(Text(stage["stage"]) + lost, *cells)
    return grid


def _files(folder: str, files: Sequence[str]) -> Text | None:
    """Return where the files are: the folder once, the report first; no line is broken."""
    if not folder:
        return None
    names = sorted(files, key=lambda name: (name != _FIRST, name.count("/"), name))
    text = Text.assemble(("Files", "bold"), f"  {folder}/")
    for name in names:
        text.append(f"\n  {name}", "" if name == _FIRST else "dim")
    return text


def _grid(columns: int) -> Grid:
    """Return a table without lines whose last column takes what is left."""
    grid = Grid.grid(padding=(0, 2, 0, 0), pad_edge=False)
    for i in range(columns):
        grid.add_column(no_wrap=i < columns - 1, overflow="fold")
    return grid


def _prose(text: str, style: str = "") -> Text:
    """Return a sentence; what stands in backticks is bold and keeps them without colour."""
    result = Text(overflow="fold")
    for i, part in enumerate(text.split("`")):
        result.append(part if i % 2 == 0 else f"`{part}`", style)
    return result
