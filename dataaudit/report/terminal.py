"""The report in a terminal: verdict first, then findings, before and after, rows, files.

Text is never read as markup, since names of columns stand in it, and every line fits the width of
the console. Without a terminal there is no colour, and the words say what colour would.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

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


def show(report: Mapping[str, Any], console: Console | None = None) -> None:
    """Print the report.

    Parameters
    ----------
    report
        As `collect.collect` gives it.
    console
        Where to; stderr by default.

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
        _next(report["next"]),
        _findings(report),
        _comparison(report["comparison"]),
        _account(report["account"]),
        _files(report["paths"]),
    ]
    width = min(console.width, _WIDEST)
    for part in parts:
        if part is not None:
            console.print(Padding(part, (1, 0, 0, 0)), width=width)


def _verdict(report: Mapping[str, Any]) -> RenderableType:
    """Return the answer and the sentences behind it."""
    answer = report["headline"]
    facts = ", ".join([report["name"], *report["facts"]])
    return Group(
        Text(answer["title"].replace("`", ""), style=_STYLES[answer["tone"]]),
        _prose(facts, "dim"),
        *(_prose(line) for line in answer["lines"]),
    )


def _next(steps: Sequence[Mapping[str, Any]]) -> RenderableType | None:
    """Return what to do, numbered."""
    if not steps:
        return None
    grid = _grid(2)
    for i, step in enumerate(steps, start=1):
        grid.add_row(Text(f"{i}."), _prose(step["text"]))
    return Group(Text("Next", style="bold"), grid)


def _findings(report: Mapping[str, Any]) -> RenderableType:
    """Return the findings, worst first; of many alike the first few."""
    found, grid = report["findings"], _grid(3)
    for group in report["groups"]:
        for i in group["shown"]:
            severity = found[i]["severity"]
            code = Text(found[i]["code"])
            grid.add_row(Text(severity, _STYLES[severity]), code, _said(found[i]))
        if group["more"]:
            grid.add_row("", "", _more(group))
    title = Text.assemble(("Findings", "bold"), f"  {report['headline']['counts']}")
    return Group(title, grid, *_ended(report["checks"]))


def _more(group: Mapping[str, Any]) -> Text:
    """Return how many more there are of a kind, and in which columns."""
    names = ", ".join(group["columns"])
    return _prose(f"{len(group['more']):,} more like it{names and ': '}{names}", "dim")


def _said(finding: Mapping[str, Any]) -> Text:
    """Return the sentence of a finding and its remedy."""
    text = _prose(finding["message"])
    remedy = finding["remedy"]
    if remedy:
        done = f" Done by {remedy['step']}." if remedy["is_done"] else ""
        lossy = " Lossy." if remedy["is_lossy"] else ""
        text.append_text(_prose(f"\n{remedy['action']}{done}{lossy}", "dim"))
    return text


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
    title = Text.assemble(("Before and after", "bold"), f"  {comparison['label']}, 95 % interval")
    return Group(title, scores, verdicts)


def _bar(axis: Mapping[str, Any], arm: Mapping[str, Any]) -> str:
    """Draw a value with its interval in characters."""
    if arm["value"] is None:
        return ""
    span = axis["stop"] - axis["start"]
    value, low, high = (
        round((_BAR - 1) * ((arm["value"] if x is None else x) - axis["start"]) / span)
        for x in (arm["value"], arm["low"], arm["high"])
    )
    cells = ["-" if low <= i <= high else " " for i in range(_BAR)]
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


def _files(paths: Sequence[Sequence[str]] | Mapping[str, str]) -> RenderableType | None:
    """Return where the files are: as the report has them, or by name as on this machine."""
    if not paths:
        return None
    grid = _grid(2)
    for name, path in paths.items() if isinstance(paths, Mapping) else paths:
        grid.add_row(Text(name, "dim"), Text(path, overflow="fold"))
    return Group(Text("Files", style="bold"), grid)


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
