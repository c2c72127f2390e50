"""What the commands share: their arguments, and how they read, write and speak."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from dataaudit.errors import ConfigError

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
AllowCode = Annotated[
    bool, typer.Option("--allow-code", help="Run the Python code that the config names.")
]
Sets = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="As train.epochs=5.")
]
ConfigFile = Annotated[Path, typer.Argument(help="A pipeline.yaml.", metavar="PIPELINE")]
TableFile = Annotated[str, typer.Argument(help="CSV, JSON lines, Parquet ...", metavar="TABLE")]
Target = Annotated[str | None, typer.Option(help="The column to predict.")]


def load_config(path: Path, sets: list[str] | None) -> Any:
    """Load the config with the overrides of ``--set``."""
    from dataaudit.config import load

    return load(path, overrides_of(sets))


def overrides_of(sets: list[str] | None) -> dict[str, str]:
    """Read what ``--set`` says."""
    for item in sets or []:
        if "=" not in item.lstrip("="):
            raise ConfigError("--set", expected="KEY=VALUE, as train.epochs=5", found=item)
    return dict(item.partition("=")[::2] for item in sets or [])


def refuse_existing(output: Path, *, force: bool) -> None:
    """Refuse to replace a file that nobody asked to replace."""
    if output.is_file() and not force:
        raise ConfigError(
            "--output", expected="a file that does not exist (or add --force)", found=output
        )


def write_text(path: Path, text: str) -> None:
    """Write a text file whole, or not at all."""
    from dataaudit.output import whole

    with whole(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def say(text: str) -> None:
    """Print one line for a person."""
    typer.echo(text, err=True)


def print_json(value: Any) -> None:
    """Print one JSON object on stdout."""
    from dataaudit.output import to_json

    typer.echo(to_json(value), nl=False)
