"""The report as a fragment for a notebook: what ``_repr_html_`` of an audit gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dataaudit.finding import Outcome
from dataaudit.profile import Profile
from dataaudit.report.collect import collect
from dataaudit.report.html import templates


def fragment(
    report: Mapping[str, Any] | Sequence[Outcome],
    profile: Profile | None = None,
    *,
    sensitive: frozenset[str] = frozenset(),
) -> str:
    """Return verdict, findings, the end of every check and the columns.

    The colours are those of the notebook around it; the style reaches nothing else on the page.

    Parameters
    ----------
    report
        As `collect.collect` gives it, or the outcomes of an audit.
    profile
        With outcomes: the profile of the same audit.
    sensitive
        With outcomes: columns of which no value is shown.

    Examples
    --------
    >>> fragment([]).startswith('<div class="dataaudit">')
    True
    """
    if not isinstance(report, Mapping):
        profile = profile or Profile(rows=0, columns={}, sample_rows=0)
        report = collect(outcomes=report, profile=profile, sensitive=sensitive)
    return templates().get_template("notebook.html").render(report)
