"""The command `inject`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dataaudit.cli.arguments import Json, TableFile, print_json, say, write_text
from dataaudit.errors import ExitCode


def inject(
    table: TableFile,
    target: Annotated[str, typer.Option(help="The column to predict.")],
    defect: Annotated[list[str] | None, typer.Option(help="One to plant; else all.")] = None,
    seed: Annotated[int, typer.Option(help="Decides which rows and cells.")] = 0,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Only write the table with them, as CSV.")
    ] = None,
    *,
    json: Json = False,
) -> int:
    """Plant known defects into TABLE. See what finds them, and what they cost."""
    from dataaudit.output import refuse_overwriting
    from dataaudit.selftest import Recipe, self_test, with_defects

    if output is not None:
        refuse_overwriting(output, table)
        write_text(output, with_defects(table, target, defect or (), seed=seed))
        say(f"Wrote {output}.")
        return ExitCode.PASSED
    result = self_test(table, target, defects=defect or (), recipe=Recipe(seed=seed), planned=say)
    if json:
        print_json(result.to_dict())
    result.show()
    return ExitCode.PASSED
