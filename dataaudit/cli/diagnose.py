"""The command `diagnose`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dataaudit.cli.arguments import AllowCode, Json, Sets, overrides_of, print_json, say
from dataaudit.errors import ConfigError, ExitCode


def diagnose(
    pipeline: Annotated[
        Path | None, typer.Argument(help="A pipeline.yaml.", metavar="[PIPELINE]")
    ] = None,
    sets: Sets = None,
    history: Annotated[
        Path | None, typer.Option(help="JSON of Keras' history instead of a pipeline.")
    ] = None,
    *,
    allow_code: AllowCode = False,
    json: Json = False,
) -> int:
    """Say why a network does no better. Data, network, training or ceiling; nothing is written."""
    from dataaudit.diagnosing import diagnose as diagnose_pipeline
    from dataaudit.diagnosing import diagnose_history
    from dataaudit.report.diagnosis import show
    from dataaudit.report.progress import Progress

    if (pipeline is None) == (history is None):
        raise ConfigError("diagnose", expected="given a PIPELINE or --history FILE, one of them")
    if history is not None:
        found = diagnose_history(history)
    elif pipeline is not None:
        with Progress() as progress:
            found = diagnose_pipeline(
                pipeline, overrides=overrides_of(sets), allow_code=allow_code, progress=progress
            )
    told = found.to_dict()
    if json:
        print_json(told)
    say(show(told))
    return ExitCode.PASSED
