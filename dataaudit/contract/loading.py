"""From what a configuration names to a contract, and back to a file.

pandera is imported where a contract is written in it, and not for the columns of pipeline.yaml.
"""

from __future__ import annotations

import copy
import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dataaudit.contract.schema import Contract, from_spec
from dataaudit.contract.spec import ContractSpec, Rule
from dataaudit.errors import CodeRefusedError, ConfigError


def load_contract(spec: ContractSpec, *, base: Path, allow_code: bool = False) -> Contract:
    """Build the contract that a configuration describes.

    Parameters
    ----------
    spec
        The keys under ``contract:``.
    base
        The folder that ``file`` and ``module`` are relative to.
    allow_code
        Whether Python code that the configuration names may run.

    Raises
    ------
    CodeRefusedError
        For ``module`` without ``allow_code``.
    ConfigError
        If file or module cannot be read, or hold what a contract cannot say.
    """
    if spec.module is not None:
        if not allow_code:
            raise CodeRefusedError("contract.module", spec.module)
        return from_pandera(_imported(spec.module, base), spec)
    if spec.file is not None:
        return from_pandera(_read(base / spec.file), spec)
    return from_spec(spec)


def from_pandera(schema: Any, spec: ContractSpec | None = None) -> Contract:
    """Take a pandera schema, or a ``DataFrameModel``, as contract.

    Parameters
    ----------
    schema
        Of ``pandera.pandas``. A check with ``raise_warning=True`` has the severity *warning*.
    spec
        What stands beside it: rules, ``strict``, ``bad_rows``, ``limits``.

    Raises
    ------
    ConfigError
        For what changes values (parsers, defaults, added columns) or has no meaning for the rows of
        a file (an index, a column name that is no text).

    Examples
    --------
    >>> import pandera.pandas as pa
    >>> from_pandera(pa.DataFrameSchema({"age": pa.Column(int)})).declared["age"].dtype
    'int'
    """
    from dataaudit.contract import bridge
    from dataaudit.contract.library import pandera, schema_of

    schema = schema_of(schema)
    if not isinstance(schema, pandera.DataFrameSchema):
        raise ConfigError("contract", expected="a schema of pandera.pandas", found=type(schema))
    refused = _refused(schema)
    if refused:
        raise ConfigError("contract", expected=refused)
    schema, spec = _as_written(schema), spec or ContractSpec()
    if spec.strict is not False:
        schema.strict = spec.strict
    known = bridge.metadata_of(schema)
    own = tuple(bridge.condition_of(check) for check in bridge.own_checks(schema))
    return Contract(
        columns=bridge.terms_of_schema(schema),
        unique=bridge.unique_groups(schema),
        own=own,
        rules=(*(Rule(**rule) for rule in known.get("rules", [])), *spec.rules),
        notes=known.get("columns", {}),
        strict=schema.strict,
        bad_rows=spec.bad_rows,
        limits=spec.limits,
        given=schema,
    )


def _as_written(schema: Any) -> Any:
    """Return a copy of a schema in which its own type stands with each column that has none."""
    if schema.dtype is None:
        return copy.copy(schema)
    untyped = [name for name, column in schema.columns.items() if not column.dtype]
    return schema.update_columns({name: {"dtype": schema.dtype} for name in untyped})


def to_yaml(contract: Contract) -> str:
    """Write a contract in pandera's own YAML, which ``contract: {file: ...}`` takes.

    Null tokens, ``sensitive``, ``severity`` and the rules in SQL stand under ``metadata``: pandera
    reads the file and passes over them, `load_contract` does not.

    Raises
    ------
    ConfigError
        If a check is a Python function, which YAML cannot hold.

    Examples
    --------
    >>> spec = ContractSpec.model_validate({"columns": {"age": {"dtype": "int", "min": 0}}})
    >>> "greater_than_or_equal_to: 0" in to_yaml(from_spec(spec))
    True
    """
    import yaml  # type: ignore[import-untyped] # as pandera's own format is read

    from dataaudit.contract import bridge
    from dataaudit.contract.library import pandera, serialize_schema

    plain = copy.copy(contract.schema)
    plain.checks = bridge.own_checks(contract.schema)
    for where, check in _checks(plain):
        if check.name not in pandera.Check.CHECK_FUNCTION_REGISTRY:
            raise ConfigError(
                where, expected="without Python functions to be written", found=check.name
            )
    written = serialize_schema(plain)
    written["metadata"] = {bridge.METADATA: bridge.metadata_of(contract.schema)}
    return str(yaml.safe_dump(written, sort_keys=False, allow_unicode=True))


def _read(path: Path) -> Any:
    """Read a pandera schema from YAML."""
    import yaml

    from dataaudit.contract.library import deserialize_schema

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError("contract.file", expected="a readable YAML file", found=error) from error
    if not isinstance(content, dict) or not isinstance(content.get("columns"), dict):
        found = f"no `columns` in {path}"  # pandera would take it for a schema that allows anything
        raise ConfigError("contract.file", expected="a schema as pandera writes it", found=found)
    unknown = _unknown_check(content)
    if unknown:
        raise ConfigError(
            "contract.file", expected="a schema of pandera's own checks", found=unknown
        )
    try:
        return deserialize_schema(content)
    except Exception as error:  # pandera raises whatever a wrong file leads to
        raise ConfigError(
            "contract.file", expected="a schema as pandera writes it", found=error
        ) from error


_COLUMN_KEYS = {
    "title", "description", "dtype", "nullable", "checks", "name", "unique", "coerce", "required",
    "regex", "default", "report_duplicates", "drop_invalid_rows", "metadata",
}  # fmt: skip


def _unknown_check(content: Any) -> str:
    """Return the first check of a file that pandera does not have, so that none is looked up."""
    from dataaudit.contract.library import pandera

    for name, column in content["columns"].items():
        keys = (
            set(column or {}) - _COLUMN_KEYS if isinstance(column, dict | None) else {str(column)}
        )
        listed = (column or {}).get("checks") if isinstance(column, dict | None) else None
        if isinstance(listed, dict):
            keys |= set(listed)
        elif isinstance(listed, list):
            keys |= {_name_of(check) for check in listed}
        for key in sorted(map(str, keys)):
            if key not in pandera.Check.CHECK_FUNCTION_REGISTRY:
                return f"{key} of {name}"
    return ""


def _name_of(check: Any) -> str:
    options = check.get("options", {}) if isinstance(check, dict) else {}
    return str(options.get("check_name", check))


def _imported(name: str, base: Path) -> Any:
    """Import ``package.module:Schema``; the folder of the configuration is looked in first."""
    module, _, attribute = name.partition(":")
    try:
        with _on_path(base):
            found = importlib.import_module(module)
        return getattr(found, attribute)
    except (Exception, SystemExit) as error:  # the user's own code may do anything
        raise ConfigError(
            "contract.module", expected="package.module:Schema that can be imported", found=error
        ) from error


@contextmanager
def _on_path(folder: Path) -> Iterator[None]:
    """Let modules of a folder be imported for a while."""
    sys.path.insert(0, str(folder.resolve()))
    try:
        yield
    finally:
        sys.path.remove(str(folder.resolve()))


def _refused(schema: Any) -> str:
    """Say what the schema has that a contract must not have, or ""."""
    columns = schema.columns.values()
    if schema.index is not None:
        return "a schema without an index; name the column instead"
    if schema.parsers or any(column.parsers for column in columns):
        return "a schema without parsers; values are changed under `clean`"
    if schema.add_missing_columns or any(column.default is not None for column in columns):
        return "a schema without defaults; missing values are filled under `clean`"
    wrong = [name for name in schema.columns if not isinstance(name, str)]
    return f"a schema whose column names are text, but {wrong[0]!r} is not" if wrong else ""


def _checks(schema: Any) -> Iterator[tuple[str, Any]]:
    """Yield every check with the key it stands under."""
    for name, column in schema.columns.items():
        yield from ((f"contract.columns.{name}", check) for check in column.checks)
    yield from (("contract.checks", check) for check in schema.checks)
