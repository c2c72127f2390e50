"""`init`: look at a table and write a commented pipeline.yaml that its own data passes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dataaudit import contract, defects
from dataaudit.config.writing import flow, scalar
from dataaudit.engine import Engine
from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.finding import Finding, Outcome, Severity
from dataaudit.source import Source, read
from dataaudit.split import Split, SplitSpec, TaskSpec
from dataaudit.split import split as split_rows
from dataaudit.stages import table_of
from dataaudit.table import Table

_THRESHOLD_NOTE = "finds as many rare rows as resampling does, and leaves rows and risks alone"
_SMOTE_NOTE = "# - imbalance: {method: smote}   # instead: makes rare rows up; predicted risks rise"
_FEWEST_FOR_SMOTE = 20  # rows of the rarest class, so that those of any fold hold the 6 it needs
_OUTLIERS_NOTE = (
    "# - outliers: {action: clip}   # `scale` bends far values already; for impossible ones"
)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What `init` saw of a table."""

    source: Source
    draft: contract.Draft
    sides: Split
    table: Table
    outcomes: Sequence[Outcome]
    labels: Mapping[str, str]

    def findings(self, check: str) -> list[Finding]:
        """Return what one check found."""
        return [f for o in self.outcomes if o.check == check for f in o.findings]


def draft(path: str | Path, target: str, *, test: str | Path | None = None) -> str:
    """Return the text of a pipeline.yaml for a table.

    Parameters
    ----------
    path, test
        The table, and a test table of its own if there is one.
    target
        The column to predict.

    Raises
    ------
    SourceError, UnknownNameError, DataError
        If the table cannot be read, has no such column, or the column cannot be learnt.
    """
    with DuckDBEngine() as engine:
        seen = _look(path, target, test, engine)
        return "\n".join(_lines(seen, str(path), target, test)) + "\n"


def _look(path: str | Path, target: str, test: str | Path | None, engine: Engine) -> Seen:
    """Take the table through every stage that only describes."""
    source = read(path, test=test, engine=engine)
    drafted = contract.draft(source, target)
    rules = contract.from_spec(contract.ContractSpec.model_validate(drafted.spec))
    checked = contract.check(source, rules)
    labels: Mapping[str, str] = {}
    for _ in range(2):  # the second time with the labels that the first suggests
        task = TaskSpec(target=target, labels=dict(labels))
        sides = split_rows(
            engine, checked.columns, task, SplitSpec(), seed=0, test_from=source.test_from
        )
        labels = sides.suggested or labels
    table = table_of(source, sides, rules, seed=0)
    outcomes = defects.audit(table, defects.configured())
    return Seen(
        source=source, draft=drafted, sides=sides, table=table, outcomes=outcomes, labels=labels
    )


def _lines(seen: Seen, path: str, target: str, test: str | Path | None) -> Iterator[str]:
    """Yield the file line by line."""
    name = Path(path).name.partition(".")[0] or "table"
    yield f"# Written by `dataaudit init` from {seen.source.rows:,} rows; change what you like."
    yield "version: 1"
    yield f"name: {scalar(name)}"
    yield "seed: 7"
    yield "source:"
    yield f"  path: {scalar(path)}"
    if test is not None:
        yield f"  test: {scalar(str(test))}"
    yield from (f"  # {note}" for note in _notes(seen.source.description.get("notes", [])))
    yield from _task(seen, target)
    yield from _contract(seen)
    yield "split: {test: 20%, validation: 10%}"
    yield from _clean(seen)
    yield "prove: {budget: 120s}"
    yield f"output: {{dir: {scalar(f'out/{name}')}}}"


def _task(seen: Seen, target: str) -> Iterator[str]:
    """Yield what is to be learnt, and what must not be learnt from."""
    task = seen.sides.task
    yield "task:"
    yield f"  target: {scalar(target)}"
    yield f"  type: {task.kind}"
    if task.positive is not None:
        yield f"  positive: {scalar(task.positive)}"
    key = _key(seen)
    if key:
        yield f"  id: {scalar(key)}   # names rows, so it is no feature"
    if seen.labels:
        yield "  labels:   # two spellings of one label, as far as can be seen"
        merged = seen.labels.items()
        yield from (f"    {_key_of(old)} {scalar(new)}" for old, new in merged)
    ignored = {name: reason for name, reason in _ignored(seen).items() if name != key}
    if ignored:
        yield "  ignore:"
        yield from (f"    - {scalar(name)}   # {_comment(why)}" for name, why in ignored.items())


def _key(seen: Seen) -> str | None:
    """Return the one column that names every row, if there is one."""
    profile = seen.table.profile
    keys = [f.columns[0] for f in seen.findings("identifier") if f.kind == "key"]
    unique = [name for name in keys if profile[name].distinct == profile.rows]
    return unique[0] if unique else None


def _ignored(seen: Seen) -> dict[str, str]:
    """Return the columns that must be no feature, each with the reason."""
    found = [f for f in seen.findings("leakage") if f.severity is Severity.ERROR]
    found += seen.findings("identifier")
    reasons: dict[str, str] = {}
    for finding in found:
        for name in finding.columns:
            reasons.setdefault(name, finding.message)
    return reasons


def _contract(seen: Seen) -> Iterator[str]:
    """Yield the drafted contract; guesses are named."""
    yield "contract:"
    yield "  columns:"
    for name, rule in seen.draft.spec["columns"].items():
        guess = seen.draft.comments.get(name, "")
        yield f"    {_key_of(name)} {flow(rule)}{f'   # {_comment(guess)}' if guess else ''}"
    yield "  bad_rows: quarantine"
    yield "  limits: {warn: 0.1%, error: 5%}"


def _clean(seen: Seen) -> Iterator[str]:
    """Yield the steps that this table calls for, in an order that works."""
    yield "clean:"
    for name in ("disguised", "types"):
        found = [f for f in seen.findings(name) if f.remedy and f.remedy.step == name]
        if found:
            columns = sorted({column for finding in found for column in finding.columns})
            yield f"  - {name}   # {_comment(', '.join(columns))}"
    if seen.table.text_features:
        yield "  - categories"
    if any(f.kind == "constant" for f in seen.findings("constant")):
        yield "  - constant"
    yield f"  {_OUTLIERS_NOTE}"
    yield "  - missing: {numeric: median, indicator: true}"
    yield "  - scale: {method: robust}"
    rare = [f for f in seen.findings("imbalance") if f.kind == "rare"]
    if rare:
        yield f"  - imbalance: {{method: threshold}}   # {_THRESHOLD_NOTE}"
    if rare and (rare[0].rows or 0) >= _FEWEST_FOR_SMOTE:
        yield f"  {_SMOTE_NOTE}"
    yield "  - encode"


def _notes(notes: Sequence[str]) -> list[str]:
    return [_comment(note) for note in notes]


_LONGEST_COMMENT = 160


def _comment(text: str) -> str:
    """Put text on one line, without what would end a comment."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _LONGEST_COMMENT else line[: _LONGEST_COMMENT - 3] + "..."


def _key_of(name: str) -> str:
    """Write a key with its colon; YAML reads a long one only where it is marked as a key."""
    key = scalar(name)
    return f"{key}:" if len(key) <= _LONGEST_KEY else f"? {key}\n    :"


_LONGEST_KEY = 120  # YAML 1.2 allows 1,024 characters with escapes; long lines are read by nobody
