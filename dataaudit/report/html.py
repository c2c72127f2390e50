"""The report as one HTML file that works offline.

The page has no script at all; its policy forbids any. Everything shown comes from the dictionary of
`collect` and is escaped by jinja2.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from dataaudit.report import charts
from dataaudit.report.bytecode import BesideTemplates
from dataaudit.report.text import number

_CODE = re.compile(r"`([^`]+)`")
_PERCENT = re.compile(r"(?<=\d) %")  # the sign stays on the line of its number


def render(report: Mapping[str, Any]) -> str:
    """Return the whole page.

    Parameters
    ----------
    report
        As `collect.collect` gives it.

    Examples
    --------
    >>> from dataaudit.profile import Profile
    >>> from dataaudit.report.collect import collect
    >>> report = collect(outcomes=[], profile=Profile(rows=0, columns={}, sample_rows=0))
    >>> render(report).splitlines()[0]
    '<!doctype html>'
    """
    return templates().get_template("report.html").render(report)


@cache
def templates() -> Environment:
    """Return the templates, with the words and drawings they place."""
    environment = Environment(
        loader=PackageLoader("dataaudit.report"),
        bytecode_cache=BesideTemplates(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"prose": prose, "number": number, "width": width}
    environment.globals |= {
        name: getattr(charts, name)
        for name in ("histogram", "interval", "step", "curve", "reliability", "extent", "at")
    }
    return environment


def prose(text: str) -> Markup:
    """Return a sentence as HTML, with what stands in backticks as code.

    Examples
    --------
    >>> prose("9 rows of `<b>`")
    Markup('9 rows of <code><bdi>&lt;b&gt;</bdi></code>')
    """
    parts = _CODE.split(_PERCENT.sub("\u00a0%", text))
    code = Markup("<code><bdi>{}</bdi></code>")
    return Markup().join(code.format(p) if i % 2 else escape(p) for i, p in enumerate(parts))


def width(share: float) -> str:
    """Return the width of a bar as the style sheet takes it.

    Examples
    --------
    >>> width(0.1234)
    '12.3%'
    """
    return f"{100 * min(1.0, share):.1f}%"
