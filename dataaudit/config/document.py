"""A YAML document as plain values that still know their lines.

YAML 1.2: ``Yes``, ``on`` and ``1:30`` stay text. ``${NAME}`` and ``${NAME:-default}`` are filled in
from the environment, after parsing, so that a variable can never add structure.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from dataaudit.errors import ConfigError


class Lines:
    """Knows on which line each key of a document stands."""

    def __init__(self, document: Any, file: str | None) -> None:
        self.document, self.file = document, file

    def __call__(self, path: tuple[str | int, ...]) -> dict[str, Any]:
        """Return ``file`` and ``line`` of the deepest part of the path that is in the document."""
        node, line = self.document, None
        for part in path:
            try:
                places = node.lc
                is_key = isinstance(node, Mapping)
                line = (places.key(part) if is_key else places.item(part))[0] + 1
                node = node[part]
            except (AttributeError, KeyError, IndexError, TypeError):
                break
        return {"file": self.file, "line": line}


def as_yaml(value: Any) -> str:
    """Return plain values as YAML text."""
    yaml, text = YAML(typ="safe", pure=True), io.StringIO()
    yaml.default_flow_style = False
    yaml.width = _WIDTH
    yaml.dump(value, text)
    return text.getvalue()


_WIDTH = 100
NO_LINES = Lines({}, None)


def read(text: str, file: str | None) -> tuple[dict[str, Any], Lines]:
    """Parse a document that must be a mapping.

    Raises
    ------
    ConfigError
        With file and line.
    """
    yaml = YAML(typ="rt")
    yaml.version = (1, 2)
    try:
        document = yaml.load(_marked(text))
    except (YAMLError, ValueError, RecursionError) as error:  # the latter two for `!!int x`, [[[[
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise ConfigError(
            "yaml", expected="valid YAML 1.2", found=problem, file=file, line=line
        ) from error
    if not isinstance(document, Mapping):
        raise ConfigError("pipeline", expected="a mapping of keys", found=document, file=file)
    return filled(document), Lines(document, file)


def override(data: dict[str, Any], key: str, text: str) -> None:
    """Set one dotted key to a value given as YAML text, making what lies above it."""
    *above, last = key.split(".")
    node = data
    for part in above:
        node = node.setdefault(part, {})
        if not isinstance(node, dict):
            raise ConfigError(key, expected="a key below a mapping", found=node)
    yaml = YAML(typ="safe", pure=True)
    try:
        node[last] = filled(yaml.load(_marked(text)))
    except (YAMLError, ValueError, RecursionError) as error:
        raise ConfigError(key, expected="given a value that is valid YAML", found=text) from error


_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")
_MARKED = re.compile("\ue000([^\ue001\ue002]*)(?:\ue002([^\ue001]*))?\ue001")


def _marked(text: str) -> str:
    """Put ``${NAME}`` into marks that YAML reads as text; a variable can never add structure."""
    return _VARIABLE.sub(
        lambda m: f"\ue000{m[1]}{'' if m[2] is None else chr(0xE002) + m[2]}\ue001", text
    )


def filled(node: Any) -> Any:
    """Turn a YAML document into plain values, environment variables filled in."""
    if isinstance(node, Mapping):
        # the contract's key `null` is YAML's word for nothing
        return {"null" if k is None else filled(k): filled(v) for k, v in node.items()}
    if isinstance(node, list | tuple):
        return [filled(value) for value in node]
    if isinstance(node, str):
        return _MARKED.sub(_variable, str(node))
    for plain in (bool, int, float):
        if isinstance(node, plain):
            return plain(node)
    return node


def _variable(match: re.Match[str]) -> str:
    """Return the value of one environment variable or its default."""
    value = os.environ.get(match[1], match[2])
    if value is None:
        raise ConfigError(
            f"${{{match[1]}}}", expected="set in the environment, or given a default with :-"
        )
    return value
