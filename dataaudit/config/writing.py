"""Values and steps written as people write YAML, and a file with other steps under ``clean``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dataaudit.config.document import as_yaml, read
from dataaudit.errors import ConfigError

_RESERVED = {"true", "false", "null", "yes", "no", "on", "off", "y", "n", "none"}
_KEY = "clean"


def scalar(value: Any) -> str:
    """Write one value: plain where that is safe, else as JSON, which is YAML too.

    Examples
    --------
    >>> print(scalar("robust"), scalar("no"), scalar(0.5), scalar("a: b"))
    robust "no" 0.5 "a: b"
    """
    if isinstance(value, str) and value.isidentifier() and value.lower() not in _RESERVED:
        return value
    return json.dumps(value, ensure_ascii=not isinstance(value, str) or not value.isprintable())


def flow(mapping: Mapping[str, Any]) -> str:
    """Write a mapping on one line."""
    return "{" + ", ".join(f"{key}: {scalar(value)}" for key, value in mapping.items()) + "}"


def steps_of(steps: Sequence[tuple[str, Mapping[str, Any]]]) -> list[str]:
    r"""Write the list under ``clean``, one line a step.

    Examples
    --------
    >>> print(*steps_of([("scale", {"method": "robust"}), ("encode", {})]), sep="\n")
    clean:
      - scale: {method: robust}
      - encode
    """
    lines = [f"{_KEY}:" if steps else f"{_KEY}: []"]
    for name, params in steps:
        if name == "use":
            lines.append(f"  - {flow(params)}")
        else:
            lines.append(f"  - {name}: {flow(params)}" if params else f"  - {name}")
    return lines


def with_steps(
    text: str, steps: Sequence[tuple[str, Mapping[str, Any]]], *, note: str = "", file: str = ""
) -> str:
    r"""Return a pipeline.yaml with other steps under ``clean``, all else as it was.

    Only the lines of ``clean`` are written anew, so comments, order and ``${NAME}`` elsewhere stay
    as they are. A file that is not written line by line (JSON, or all on one line) is written anew
    as a whole.

    Parameters
    ----------
    text
        Of the file.
    steps
        (name, parameters) in order.
    note
        A comment above the steps.
    file
        Its name, for errors.

    Raises
    ------
    ConfigError
        Where it is no YAML, or where a file that must be written anew takes from the environment.

    Examples
    --------
    >>> old = "# mine\nclean: auto   # try\nseed: 7\n"
    >>> print(with_steps(old, [("encode", {})]), end="")
    # mine
    clean:
      - encode
    seed: 7
    """
    kept = text.replace("\r\n", "\n").removeprefix("\ufeff")
    lines, made = kept.splitlines(), steps_of(steps)
    if note:
        made.insert(1, f"  # {' '.join(note.split())}")
    start, end = _lines_of(kept, file)
    written = "\n".join([*lines[:start], *made, *lines[end:]]) + "\n"
    if _is_whole(kept, written, steps, file):
        return written
    if "${" in text:
        raise ConfigError(
            _KEY,
            expected="on lines of its own, so that they can be replaced; then `${...}` stays",
            file=file or None,
        )
    data, _ = read(text, file or None)
    return as_yaml({**data, _KEY: [{name: dict(params)} for name, params in steps]})


def _lines_of(text: str, file: str) -> tuple[int, int]:
    """Return the first line of ``clean`` and the first behind it; where it is absent, the end.

    Blank lines and comments right before the next key are that key's.
    """
    data, where = read(text, file or None)
    lines = text.splitlines()
    if _KEY not in data:
        return len(lines), len(lines)
    starts = sorted(where((key,))["line"] - 1 for key in data)
    start = where((_KEY,))["line"] - 1
    end = next((line for line in starts if line > start), len(lines))
    while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1
    return start, end


def _is_whole(
    old: str, new: str, steps: Sequence[tuple[str, Mapping[str, Any]]], file: str
) -> bool:
    """Tell whether the new text says what the old one does, but for the steps."""
    try:
        found = read(new, file or None)[0]
    except ConfigError:
        return False
    want = {key: value for key, value in read(old, file or None)[0].items() if key != _KEY}
    rest = {key: value for key, value in found.items() if key != _KEY}
    return rest == want and len(found.get(_KEY) or []) == len(steps)
