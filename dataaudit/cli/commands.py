"""The commands on a pipeline and its runs; what they do lives in `chain` and below.

People read stderr. With ``--json`` one object goes to stdout, and nothing else does. Imports stand
inside the commands, so that ``--help`` loads nothing heavy.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from dataaudit.cli.arguments import (
    AllowCode,
    ConfigFile,
    Json,
    Sets,
    TableFile,
    Target,
    load_config,
    overrides_of,
    print_json,
    refuse_existing,
    say,
    write_text,
)
from dataaudit.errors import ConfigError, ExitCode


def init(
    table: TableFile,
    target: Annotated[str, typer.Option(help="The column to predict.")],
    output: Annotated[Path, typer.Option("--output", "-o")] = Path("pipeline.yaml"),
    test: Annotated[str | None, typer.Option(help="A test table of its own.")] = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
) -> int:
    """Write a pipeline.yaml for TABLE. Commented, with a contract."""
    from dataaudit.drafting import draft
    from dataaudit.output import refuse_overwriting

    refuse_existing(output, force=force)
    refuse_overwriting(output, table, test)
    write_text(output, draft(table, target, test=test))
    say(f"Wrote {output}. Read it, then: dataaudit run {output}")
    return ExitCode.PASSED


def check(
    pipeline: ConfigFile, sets: Sets = None, *, allow_code: AllowCode = False, json: Json = False
) -> int:
    """Check the config and the source; train nothing."""
    from dataaudit.chain import check as check_source

    result = check_source(load_config(pipeline, sets), allow_code=allow_code)
    if json:
        print_json(asdict(result))
    say(result.sentence)
    return result.exit_code


def audit(
    table: TableFile,
    target: Target = None,
    report: Annotated[Path | None, typer.Option(help="Write an HTML report here.")] = None,
    *,
    json: Json = False,
) -> int:
    """List the defects of TABLE; no config needed."""
    from dataaudit.auditing import audit as audit_table
    from dataaudit.output import refuse_overwriting

    if report is not None:
        refuse_overwriting(report, table)
    result = audit_table(table, target=target)
    if json:
        print_json(result.to_dict())
    result.show()
    if report is not None:
        write_text(report, result.to_html())
        say(f"Report: {report}")
    return ExitCode.PASSED


def run(
    pipeline: ConfigFile,
    sets: Sets = None,
    fail_on: Annotated[str | None, typer.Option(help="never, warn or error.")] = None,
    run_id: Annotated[str | None, typer.Option(help="The name of the run's folder.")] = None,
    *,
    allow_code: AllowCode = False,
    json: Json = False,
) -> int:
    """Validate, audit, clean, prove and report."""
    from dataaudit.chain import run as run_chain
    from dataaudit.report.progress import Progress

    gate = [f"gate.fail_on={fail_on}"] if fail_on else []
    config = load_config(pipeline, [*(sets or []), *gate])
    with Progress() as progress:
        result = run_chain(config, allow_code=allow_code, run_id=run_id, progress=progress)
    if json:
        print_json(result.to_dict())
    result.show()
    return result.exit_code


def tune(
    pipeline: ConfigFile,
    sets: Sets = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="By default PIPELINE.tuned.yaml.")
    ] = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
    allow_code: AllowCode = False,
    json: Json = False,
) -> int:
    """Choose the cleaning by trial. Write PIPELINE with it, comments kept."""
    from dataaudit.report.progress import Progress
    from dataaudit.tuning import tune as tune_pipeline

    output = output or pipeline.with_suffix(f".tuned{pipeline.suffix}")
    refuse_existing(output, force=force)
    with Progress() as progress:
        tuned = tune_pipeline(
            pipeline, overrides=overrides_of(sets), allow_code=allow_code, progress=progress
        )
    text = tuned.written(pipeline.read_text(encoding="utf-8"), str(pipeline))
    if json:
        print_json(tuned.to_dict())
    tuned.show()
    write_text(output, text)
    say(f"Wrote {output}. Then: dataaudit run {output}")
    return ExitCode.PASSED


def apply(
    run_folder: Annotated[Path, typer.Argument(help="A run's folder, or `latest`.", metavar="RUN")],
    table: TableFile,
    output: Annotated[Path, typer.Option("--output", "-o")] = Path("applied.parquet"),
    *,
    score: Annotated[bool, typer.Option("--score", help="Add the model's predictions.")] = False,
    allow_code: AllowCode = False,
    json: Json = False,
) -> int:
    """Clean the rows of TABLE as RUN did. Every row is kept, in order."""
    from dataaudit.applying import apply as apply_run
    from dataaudit.report.progress import Progress

    with Progress() as progress:
        result = apply_run(
            run_folder, table, output=output, score=score, allow_code=allow_code, progress=progress
        )
    if json:
        print_json(result.to_dict())
    say(result.sentence)
    return ExitCode.PASSED


def export(
    run_folder: Annotated[Path, typer.Argument(help="A run's folder, or `latest`.", metavar="RUN")],
    dialect: Annotated[
        str, typer.Option(help="duckdb, spark, postgres, snowflake or bigquery.")
    ] = "duckdb",
    relation: Annotated[str, typer.Option(help="The table that it reads.")] = "input",
    *,
    sql: Annotated[bool, typer.Option("--sql", help="As one SELECT.")] = False,
    typed: Annotated[
        bool, typer.Option("--typed", help="The table's columns are typed as in the run.")
    ] = False,
    allow_code: AllowCode = False,
) -> int:
    """Print the cleaning of RUN as SQL, for a warehouse to apply."""
    from dataaudit.applying import export_sql

    if not sql:
        raise ConfigError("export", expected="asked for a form: add --sql")
    typer.echo(
        export_sql(
            run_folder,
            dialect=dialect,
            relation=relation,
            is_typed=typed,
            allow_code=allow_code,
        )
    )
    return ExitCode.PASSED


def explain(
    name: Annotated[str, typer.Argument(help="A code or a name: DA201, outliers.")],
) -> int:
    """Say what a defect is. Why a network minds, and when the rule is wrong."""
    from dataaudit.defects import find

    defect = find(name.partition(".")[0])
    typer.echo(f"{defect.code} {defect.name()}\n\n{defect.documentation()}")
    return ExitCode.PASSED


def schema() -> int:
    """Print the JSON Schema of pipeline.yaml, for editors."""
    from dataaudit.config import schema as config_schema

    print_json(config_schema())
    return ExitCode.PASSED
