"""The last stage: collect the report, write every file of the run, publish the folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dataaudit import fingerprint
from dataaudit.account import RowAccount
from dataaudit.cleansing import Cleaned
from dataaudit.config import Config
from dataaudit.config.document import as_yaml
from dataaudit.output import MANIFEST, RunFolder
from dataaudit.proof import Evidence
from dataaudit.report import html
from dataaudit.report.collect import collect
from dataaudit.result import RunResult, gate, worst_first
from dataaudit.stages import Audited

REPORT, FINDINGS, EVIDENCE = "report.html", "findings.json", "evidence.json"
MODEL, PIPELINE = "model.keras", "pipeline.skops"
QUARANTINE = "quarantine.parquet"


@dataclass(frozen=True, kw_only=True)
class Made:
    """What the stages of a run made, before it is published."""

    config: Config
    mark: str
    seen: Audited
    cleaned: Cleaned
    evidence: Evidence | None
    unproven: str
    account: RowAccount
    started: datetime


def publish(folder: RunFolder, made: Made, run_id: str | None) -> RunResult:
    """Write report, findings, evidence, model and manifest, and make the folder visible.

    Raises
    ------
    OutputError
        If it was made but cannot be published.
    """
    code, why = gate(made.seen.outcomes, made.seen.checked.severity, made.config.gate.fail_on)
    evidence = made.evidence.to_dict() if made.evidence else None
    report = _report(made, evidence, why)
    name = run_id or fingerprint.run_id(made.mark, made.started)
    if made.evidence is not None:
        with folder.file(MODEL) as path:
            made.evidence.save_model(path)
    folder.write_json(FINDINGS, _findings(made))
    folder.write_json(EVIDENCE, {"fingerprint": made.mark, "proof": evidence, "why": made.unproven})
    folder.write_text(REPORT, html.render(report))
    folder.write_json(MANIFEST, {**_manifest(made, name), "exit_code": int(code), "gate": why})
    final = folder.publish(name, latest=not code, keep=made.config.output.keep)
    return RunResult(
        exit_code=int(code),
        gate=why,
        verdict=report["headline"]["paste"],
        run_id=name,
        path=final,
        paths={path.relative_to(final).as_posix(): path for path in _files(final)},
        report=report,
        evidence=evidence,
        outcomes=made.seen.outcomes,
        account=made.account.to_list(),
    )


def _files(folder: Path) -> list[Path]:
    """Return the files of a folder in the order of their names."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _report(made: Made, evidence: Mapping[str, Any] | None, why: str) -> dict[str, Any]:
    """Collect the report's dictionary."""
    table = made.seen.table
    return collect(
        name=made.config.name,
        fingerprint=made.mark,
        source=made.seen.source.description,
        account=made.account.to_list(),
        contract=made.seen.checked.results,
        task=made.seen.sides.task,
        split=made.seen.sides.counts,
        split_notes=made.seen.sides.notes,
        outcomes=made.seen.outcomes,
        profile=table.profile,
        columns=table.columns,
        sensitive=table.sensitive,
        cleaning=made.cleaned.cleaning.describe(),
        balance=made.cleaned.cleaning.balance,
        gate=why,
        evidence=evidence,
        unproven=made.unproven,
        sample=table.sample,
        paths=_CONTENTS,
        settings=settings(made.config),
        versions=fingerprint.versions(),
    )


_CONTENTS = {
    "cleaned rows": "clean/",
    "rows put aside": QUARANTINE,
    "every finding": FINDINGS,
    "the proof": EVIDENCE,
    "fitted cleaning": PIPELINE,
    "network, if one was trained": MODEL,
    "settings, versions, times": MANIFEST,
}


def settings(config: Config) -> str:
    """Return what the config says beyond the defaults, as YAML.

    Where the output goes is left out, and so are the values that a contract names of a sensitive
    column.
    """
    said = config.model_dump(mode="json", exclude_defaults=True, exclude={"output"})
    for rule in said.get("contract", {}).get("columns", {}).values():
        if rule.get("sensitive"):
            for key in _VALUES & rule.keys():
                rule[key] = "(not shown)"
    return as_yaml(said)


_VALUES = {"isin", "max", "min", "null", "pattern"}


def _findings(made: Made) -> dict[str, Any]:
    """Return the content of ``findings.json``."""
    return {
        "fingerprint": made.mark,
        "checks": [
            {"code": o.code, "check": o.check, "status": str(o.status), "reason": o.reason}
            for o in made.seen.outcomes
        ],
        "findings": [asdict(finding) for finding in worst_first(made.seen.outcomes)],
    }


def _manifest(made: Made, run_id: str) -> dict[str, Any]:
    """Return the content of ``manifest.json``: how it was done, and when."""
    finished = datetime.now(UTC)
    return {
        "run_id": run_id,
        "fingerprint": made.mark,
        "config": made.config.model_dump(mode="json"),
        "columns": {name: asdict(column) for name, column in made.seen.checked.columns.items()},
        "task": asdict(made.seen.sides.task),
        "source": made.seen.source.description,
        "row_account": made.account.to_list(),
        "versions": fingerprint.versions(),
        "started": made.started.isoformat(),
        "finished": finished.isoformat(),
        "seconds": round((finished - made.started).total_seconds(), 3),
    }
