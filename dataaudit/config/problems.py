"""Tell a person what is wrong in a configuration, where, and which key is the nearest."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any

from pydantic import BaseModel, ValidationError

from dataaudit.config.document import Lines
from dataaudit.errors import ConfigError, UnknownNameError


def refuse_unknown(
    data: Any, model: type[BaseModel], path: tuple[str | int, ...], where: Lines
) -> None:
    """Refuse keys that no model has, anywhere in the document."""
    if not isinstance(data, Mapping):
        return
    for key, value in data.items():
        here = (*path, key)
        if key not in model.model_fields:
            name = ".".join(str(part) for part in path) or "the top level"
            raise UnknownNameError(
                str(key), kind=f"key under {name}", known=model.model_fields, **where(here)
            )
        for inner, shape in _models(model.model_fields[key].annotation):
            items: Any = [((), value)]
            if shape == "dict" and isinstance(value, Mapping):
                items = [((k,), v) for k, v in value.items()]
            elif shape == "list" and isinstance(value, list):
                items = [((i,), v) for i, v in enumerate(value)]
            for extra, item in items:
                refuse_unknown(item, inner, (*here, *extra), where)


def _models(annotation: Any) -> Iterator[tuple[type[BaseModel], str]]:
    """Yield the models in an annotation, with how they are held: alone, in a dict or a list."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, "alone"
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    for argument in arguments:
        for model, shape in _models(argument):
            if origin in (dict, Mapping):
                yield model, "dict"
            elif origin is list:
                yield model, "list"
            elif origin in (typing.Union, types.UnionType, Annotated):
                yield model, shape


def first_error(error: ValidationError, where: Lines) -> ConfigError:
    """Word the first complaint of pydantic with its place."""
    first = error.errors()[0]
    path = tuple(part for part in first["loc"] if not _is_union_tag(part))
    text = str(first["msg"]).removeprefix("Input should be ").removeprefix("Value error, ")
    expected = _EXPECTED.get(first["type"], text[:1].lower() + text[1:])
    found = None if first["type"] == "missing" else first["input"]
    key = ".".join(str(part) for part in path) or "pipeline"
    return ConfigError(key, expected=expected, found=found, **where(path))


_EXPECTED = {
    "missing": "given",
    "dict_type": "a mapping of keys",
    "model_type": "a mapping of keys",
    "list_type": "a list",
    "tuple_type": "a list, or a name with its parameters",
    "string_type": "text",
}
"""What pydantic says in the words of Python, in the words of YAML."""


def _is_union_tag(part: str | int) -> bool:
    """Tell pydantic's names of union members from keys."""
    return isinstance(part, str) and (part.endswith("Spec") or "[" in part)


@contextmanager
def placed(where: Lines, path: tuple[str | int, ...]) -> Iterator[None]:
    """Add file and line to an error about parameters."""
    try:
        yield
    except ConfigError as error:
        raise ConfigError(
            error.where, expected=error.expected, found=error.found, **where(path)
        ) from error
    except UnknownNameError as error:
        raise UnknownNameError(
            error.name, kind=error.kind, known=error.known, **where(path)
        ) from error
