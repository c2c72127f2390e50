"""The report as lines, and the progress on stderr."""

import io

import pandas as pd
import pytest
from rich.console import Console

from dataaudit.report import terminal
from dataaudit.report.collect import collect
from dataaudit.report.progress import Progress, Silent


def lines_of(report, width=80, files=None, **options):
    file = io.StringIO()
    terminal.show(report, Console(file=file, width=width, **options), **(files or {}))
    return [line.rstrip() for line in file.getvalue().splitlines()]


@pytest.mark.parametrize("width", [40, 80, 200])
def test_every_line_fits(adult_report, width):
    assert max(map(len, lines_of(adult_report, width))) <= min(width, 110)


def test_the_verdict_comes_first_and_the_files_last(adult_report):
    folder = f"/srv/{'deep/' * 30}run"
    names = ["clean/train.parquet", "evidence.json", "report.html"]
    lines = lines_of(adult_report, files={"folder": folder, "files": names})
    assert lines[1] == "Do not trust the accuracy yet: one finding spoils the result."
    assert lines[-4:] == [
        f"Files  {folder}/",
        "  report.html",
        "  evidence.json",
        "  clean/train.parquet",
    ]


def test_findings_are_worst_first_with_their_remedy(adult_report):
    lines = lines_of(adult_report, 110)
    codes = [line.split()[0] for line in lines if " DA" in line and line.split()[1][:2] == "DA"]
    assert codes == ["error"] + ["warning"] * 6 + ["info"] * 5
    assert "Merge the spellings under `task.labels`." in " ".join(lines)
    assert "leakage (fewer than two sides hold a row of each class)" in " ".join(lines)


def test_there_is_no_colour_where_there_is_no_terminal(adult_report):
    assert "\x1b" not in "\n".join(lines_of(adult_report))
    assert "\x1b[1;31m" in "\n".join(lines_of(adult_report, force_terminal=True))


def test_names_of_columns_are_never_read_as_markup_or_as_commands(make):
    names = ["[bold red]x[/]", "\x1b[31mred", "x" * 10_000]
    found = [make.finding("missing", "warning", f"`{n}` has gaps.", n) for n in names]
    profile = make.profile(pd.DataFrame({name: ["a"] for name in names}))
    text = "\n".join(lines_of(collect(outcomes=make.outcomes(*found), profile=profile)))
    assert "`[bold red]x[/]` has gaps." in text
    assert "\x1b" not in text
    assert "x" * 100 not in text


def test_a_report_without_anything_is_two_lines_and_counts(make):
    lines = lines_of(collect(outcomes=[], profile=make.profile(pd.DataFrame())))
    assert lines[1] == "Nothing harmful was found in the data."
    assert "Findings  no findings" in lines


def test_a_failed_gate_comes_before_the_verdict(make):
    profile = make.profile(pd.DataFrame())
    report = collect(outcomes=[], profile=profile, gate="contract: error")
    lines = lines_of(report)
    assert lines[1] == ("The gate failed: contract: error. Exit code 1; `latest` did not move.")
    assert lines[3] == "Nothing harmful was found in the data."


def test_one_remedy_of_many_findings_is_said_once(make):
    remedy = {"action": "Fill the gaps.", "step": "missing", "is_lossy": True}
    found = [
        make.finding("missing", "warning", f"`{n}` has gaps.", n, remedy=remedy) for n in "abc"
    ]
    profile = make.profile(pd.DataFrame(columns=list("abc")))
    report = collect(
        outcomes=make.outcomes(*found), profile=profile, cleaning=[{"name": "missing"}]
    )
    text = "\n".join(lines_of(report))
    assert text.count("Done by `missing`: fill the gaps (lossy).") == 1


def log_of(**options):
    file = io.StringIO()
    console = Console(file=file, width=80, **options)
    with Progress(console) as progress:
        with progress.stage("contract") as stage:
            stage.advance(1, 2)
            assert stage.rows(32561, 32549, quarantined=12) == {
                "rows_in": 32561,
                "rows_out": 32549,
                "quarantined": 12,
            }
        with pytest.raises(ValueError, match="no"), progress.stage("audit"):
            raise ValueError("no")
    return file.getvalue()


def test_a_log_gets_one_plain_line_a_stage():
    first, second = log_of().splitlines()
    assert first.startswith("contract: 32,561 rows in, 32,549 rows out, ")
    assert first.endswith(" s")
    assert second.startswith("audit: failed, ")


def test_a_terminal_keeps_the_same_lines():
    text = log_of(force_terminal=True)
    assert "32,561 rows in, 32,549 rows out" in text
    assert "\x1b[" in text


def test_silence_is_silent(capfd):
    with Silent() as progress, progress.stage("split") as stage:
        stage.rows(2, 2)
    assert capfd.readouterr() == ("", "")
