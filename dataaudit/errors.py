"""Every error that a user can meet: each class builds its own text and knows its exit code.

The text says what was expected, where, what was found, and what to do about it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from enum import IntEnum


class ExitCode(IntEnum):
    """What the process says to a scheduler."""

    PASSED = 0
    GATE_FAILED = 1
    USAGE = 2
    SOURCE = 3
    NOT_PUBLISHED = 4


class DataAuditError(Exception):
    """Base of all errors of dataaudit. ``exit_code`` is what the program ends with."""

    exit_code = ExitCode.SOURCE


class ConfigError(DataAuditError):
    """The configuration or the call is wrong.

    Parameters
    ----------
    where
        The dotted key, ``outliers.reach``.
    expected
        What would be right: "a number above 0".
    found
        What stands there.
    file, line
        Where it stands, if it came from a file.
    """

    exit_code = ExitCode.USAGE

    def __init__(
        self,
        where: str,
        *,
        expected: str,
        found: object = None,
        file: str | None = None,
        line: int | None = None,
    ) -> None:
        self.where, self.expected, self.found = where, expected, found
        self.file, self.line = file, line
        place = ", ".join(filter(None, [file, f"line {line}" if line else None]))
        got = "" if found is None else f", got {_short(found)}"
        super().__init__(f"`{where}`{f' ({place})' if place else ''} must be {expected}{got}.")


class UnknownNameError(DataAuditError):
    """A key, column, check or code that does not exist; the nearest known one is suggested."""

    exit_code = ExitCode.USAGE

    def __init__(
        self,
        name: str,
        *,
        kind: str,
        known: Iterable[str],
        file: str | None = None,
        line: int | None = None,
    ) -> None:
        self.name, self.kind, self.known = name, kind, sorted(known)
        self.file, self.line = file, line
        place = ", ".join(filter(None, [file, f"line {line}" if line else None]))
        super().__init__(
            f"Unknown {kind} {_short(name)}{f' ({place})' if place else ''}."
            f"{hint(name, self.known)}"
        )


class SourceError(DataAuditError):
    """The source cannot be read. Exit code 3."""

    def __init__(self, path: object, problem: str, *, remedy: str = "") -> None:
        self.path, self.problem = path, problem
        super().__init__(f"Cannot read {_short(path)}: {problem}.{f' {remedy}' if remedy else ''}")


class DataError(DataAuditError, ValueError):
    """The rows cannot carry the stage asked of them: too few, one class, no usable column.

    A `ValueError` too, which is what scikit-learn's tools expect of data that do not fit.
    """

    def __init__(self, stage: str, problem: str, *, remedy: str = "") -> None:
        self.stage, self.problem = stage, problem
        super().__init__(f"{stage}: {problem}.{f' {remedy}' if remedy else ''}")


class ContractError(DataAuditError, ValueError):
    """The table as a whole breaks its contract, so that no row can be judged. Exit code 1."""

    exit_code = ExitCode.GATE_FAILED

    def __init__(self, problem: str, *, remedy: str = "") -> None:
        self.problem = problem
        super().__init__(f"The contract is broken: {problem}.{f' {remedy}' if remedy else ''}")


class QueryError(DataAuditError):
    """An engine refused a statement; the text is the engine's own and may show values."""

    def __init__(self, problem: object) -> None:
        self.problem = str(problem).partition("\n")[0]
        super().__init__(f"The engine cannot compute this: {self.problem}")


class EngineError(DataAuditError):
    """A cluster does not answer any more, or cannot reach what it needs. Exit code 3."""

    def __init__(self, problem: object) -> None:
        self.problem = str(problem)
        super().__init__(
            f"The cluster cannot go on: {self.problem}. Look at its log; the run can be repeated."
        )


class MissingExtraError(DataAuditError):
    """An optional dependency is not installed; the text has the one line that installs it."""

    exit_code = ExitCode.USAGE

    def __init__(self, feature: str, extra: str) -> None:
        self.feature, self.extra = feature, extra
        super().__init__(f"{feature} needs an extra: pip install 'dataaudit[{extra}]'")


class CodeRefusedError(DataAuditError):
    """A config names Python code and the caller did not allow it to run."""

    exit_code = ExitCode.USAGE

    def __init__(self, where: str, code: str) -> None:
        self.where, self.code = where, code
        super().__init__(
            f"`{where}` names code to run, {_short(code)}. "
            "If you trust it, add --allow-code (allow_code=True in Python)."
        )


class NoSqlFormError(DataAuditError):
    """A fitted step cannot be written as SQL; batches through the step itself can do it.

    Parameters
    ----------
    step
        Its name under ``clean``.
    reason
        What stands in the way.
    """

    exit_code = ExitCode.USAGE

    def __init__(self, step: str, reason: str) -> None:
        self.step, self.reason = step, reason
        super().__init__(f"The step `{step}` has no SQL form: {reason}.")


class OutputError(DataAuditError):
    """The result was made but could not be published, or another run holds the folder."""

    exit_code = ExitCode.NOT_PUBLISHED

    def __init__(self, path: object, problem: str, *, remedy: str = "") -> None:
        self.path, self.problem = path, problem
        super().__init__(
            f"Cannot publish to {_short(path)}: {problem}.{f' {remedy}' if remedy else ''}"
        )


def hint(name: str, known: Iterable[str]) -> str:
    """Return " Did you mean ...?" with the nearest known name, else the list of known ones."""
    known = list(known)
    folded = {other.casefold(): other for other in known}
    near = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    if near:
        return f" Did you mean {_short(folded[near[0]])}?"
    more = f" and {len(known) - _MOST_KNOWN:,} more" if len(known) > _MOST_KNOWN else ""
    listed = ", ".join(other[:_LONGEST_SHOWN] for other in known[:_MOST_KNOWN])
    return f" Known: {listed}{more}." if known else ""


_MOST_KNOWN = 30  # names that a line still holds


_LONGEST_SHOWN = 120


def _short(value: object) -> str:
    """Quote a value for one line of text; a 10,000-character cell must not fill the screen."""
    text = repr(str(value)) if not isinstance(value, bool | int | float) else str(value)
    return (
        text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}... ({len(text)} chars)"
    )
