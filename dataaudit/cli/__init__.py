"""The program: its commands, its exit codes, and errors as one line.

Read `commands`, `diagnose` and `inject` for what each command does, `arguments` for what is shared.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
from typing import Annotated

import typer

from dataaudit.cli import commands
from dataaudit.cli.arguments import say
from dataaudit.cli.diagnose import diagnose
from dataaudit.cli.inject import inject
from dataaudit.errors import DataAuditError, ExitCode
from dataaudit.stopping import Stopped, stoppable

app = typer.Typer(
    name="dataaudit",
    help="Why is the network weak? Audit, clean and validate a table; prove what it was worth.",
    epilog="Exit codes: 0 passed, 1 gate failed, 2 wrong config or usage, 3 source cannot be read "
    "or crash, 4 made but not published.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

_NO_READER = 141  # as shells have it: 128 and the number of SIGPIPE
_LONGEST_LINE = 1_000
_OBJECTS = 100_000
"""Objects between two looks for cycles: at Python's own 700 an audit spends 4 % on looking."""

_WITH_AN_END = {"pyspark", "tensorflow"}
"""Modules that see to something of their own when Python ends."""

for command in (
    commands.init,
    commands.check,
    commands.audit,
    commands.run,
    commands.tune,
    diagnose,
    inject,
    commands.apply,
    commands.export,
    commands.explain,
    commands.schema,
):
    app.command()(command)


@app.callback(invoke_without_command=True)
def _options(
    context: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    if debug:
        os.environ["DATAAUDIT_DEBUG"] = "1"
    if version:
        from dataaudit import __version__

        typer.echo(__version__)
    elif context.invoked_subcommand is None:
        say(context.get_help())
        raise typer.Exit(ExitCode.USAGE)


def main() -> None:
    """Run the program; every error becomes one line and the right exit code."""
    gc.set_threshold(_OBJECTS)
    try:
        with stoppable():
            code = app(standalone_mode=False)
        sys.stdout.flush()  # here, where a reader that has gone is known
    except typer.TyperException as error:
        code = _fail(f"{error.format_message()} Try --help.", error, ExitCode.USAGE)
    except DataAuditError as error:
        code = _fail(str(error), error, error.exit_code)
    except Stopped as error:
        by = signal.Signals(error.signal).name
        code = _fail(f"stopped by {by}; nothing half done is left", error, error.exit_code)
    except BrokenPipeError:  # `| head` has seen enough; Python would complain while flushing
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = _NO_READER
    except Exception as error:  # noqa: BLE001 - a crash is told in one line, with the way to more
        text = f"crashed, {type(error).__name__}: {error} (dataaudit --debug ... shows where)"
        code = _fail(text, error, ExitCode.SOURCE)
    sys.exit(int(code or 0))


def program() -> None:
    """Run `main`, and end the process; at once where nothing is loaded that has its own end.

    Freeing every object first takes a tenth of a second.
    """
    try:
        main()
    except SystemExit as done:
        processes = sys.modules.get("multiprocessing")
        if sys.modules.keys() & _WITH_AN_END or (processes and processes.active_children()):
            raise
        with contextlib.suppress(BrokenPipeError):  # what was printed before an error is kept
            sys.stdout.flush()
        sys.stderr.flush()
        os._exit(int(done.code or 0))


def _fail(text: str, error: BaseException, code: int) -> int:
    """Say one line, or raise the error again where the traceback is wanted."""
    if os.environ.get("DATAAUDIT_DEBUG"):
        raise error
    # one line whatever a file, a column or a library holds; no escape sequence reaches a terminal
    line = "".join(c if c.isprintable() else " " for c in text)
    say(f"dataaudit: {line if len(line) <= _LONGEST_LINE else line[:_LONGEST_LINE] + ' ...'}")
    return code
