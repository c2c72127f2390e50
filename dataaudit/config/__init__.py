"""pipeline.yaml as models: read, checked, refused with the line and the nearest known key.

Every stage owns the model of its own keys (`ReadOptions`, `ContractSpec`, `TaskSpec` ...);
this file only puts them together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from dataaudit import encode
from dataaudit.config.document import NO_LINES, Lines, override, read
from dataaudit.config.problems import first_error, placed, refuse_unknown
from dataaudit.contract import ContractSpec
from dataaudit.defects import find, registry, validated
from dataaudit.engines import EngineSpec
from dataaudit.errors import ConfigError, UnknownNameError
from dataaudit.proof.spec import ProveSpec, TrainSpec
from dataaudit.source import ReadOptions
from dataaudit.split import SplitSpec, TaskSpec

STRICT = ConfigDict(extra="forbid")
AUTO = "auto"
FIT_ROWS = 1_000_000
"""Training rows that estimators fit on at most: a quantile of so many is off by 0.1 % of rows."""


class SourceConfig(ReadOptions):
    """Where the rows are; everything but ``path`` is worked out when it is not given."""

    path: str
    test: str | None = None


Parameters = Annotated[
    dict[str, Any],
    BeforeValidator(lambda value: {} if value is None else value, dict[str, Any] | None),
]


class AuditConfig(BaseModel):
    """What the audit does otherwise than by default."""

    model_config = STRICT
    ignore: list[str] = Field(default=[], description="Codes (DA201) or ids (DA201.cells).")
    checks: dict[str, Parameters] = Field(default={}, description="Parameters by check.")


class OutputConfig(BaseModel):
    """Where runs are published, and how many stay."""

    model_config = STRICT
    dir: str = "out"
    keep: int = Field(default=30, ge=1)


class GateConfig(BaseModel):
    """What makes the exit code 1."""

    model_config = STRICT
    fail_on: Literal["never", "warn", "error"] = "error"


def _step(value: object) -> object:
    """Turn ``name`` and ``{name: params}`` into one form, (name, params)."""
    if isinstance(value, str):
        return (value, {})
    if isinstance(value, Mapping) and "use" in value:
        return ("use", dict(value))
    if isinstance(value, Mapping) and len(value) == 1:
        name, params = next(iter(value.items()))
        return (name, {} if params is None else params)
    return value


Step = Annotated[
    tuple[str, dict[str, Any]],
    BeforeValidator(_step, json_schema_input_type=str | dict[str, Any]),
]


def _steps_or_auto(value: object) -> object:
    """Refuse a word other than `auto` in words of this file, not of its types."""
    if isinstance(value, list | tuple) or value == AUTO:
        return value
    msg = "a list of steps, or `auto`: then the steps are chosen by trial"
    raise ValueError(msg)


class Config(BaseModel):
    """A whole pipeline.yaml."""

    model_config = STRICT
    version: Literal[1] = 1
    name: str = Field(default="", description="Shown in the report; the file's name by default.")
    seed: int = Field(default=0, ge=0, lt=2**32, description="What NumPy takes as a seed.")
    engine: EngineSpec = EngineSpec()
    source: SourceConfig
    task: TaskSpec
    contract: ContractSpec = ContractSpec()
    split: SplitSpec = SplitSpec()
    audit: AuditConfig = AuditConfig()
    clean: Annotated[
        list[Step] | Literal["auto"],
        BeforeValidator(_steps_or_auto, json_schema_input_type=list[Step] | Literal["auto"]),
        Field(description="Steps in their order; auto: chosen by trial on the learning rows."),
    ] = []
    fit_rows: int = Field(
        default=FIT_ROWS,
        ge=1_000,
        description="Training rows that a cleaning learns from at most, picked by row key.",
    )
    train: TrainSpec = TrainSpec()
    prove: ProveSpec | Literal["off"] = ProveSpec()
    output: OutputConfig = OutputConfig()
    gate: GateConfig = GateConfig()

    @property
    def is_auto(self) -> bool:
        """Whether the steps are yet to be chosen by trial."""
        return self.clean == AUTO

    @property
    def steps(self) -> list[tuple[str, dict[str, Any]]]:
        """The steps under ``clean``; none where they are yet to be chosen."""
        return [] if isinstance(self.clean, str) else self.clean

    def choose(self, steps: Sequence[tuple[str, Mapping[str, Any]]]) -> Config:
        """Return the same configuration with these steps under ``clean``."""
        chosen = [(name, dict(params)) for name, params in steps]
        return self.model_copy(update={"clean": chosen})

    @model_validator(mode="after")
    def _named(self) -> Self:
        if not self.name:
            self.name = Path(self.source.path).stem
        return self


def load(path: str | Path, overrides: Mapping[str, str] | None = None) -> Config:
    """Read a pipeline.yaml.

    Parameters
    ----------
    path
        The file.
    overrides
        Dotted key -> YAML text, as ``--set train.epochs=5`` gives them.

    Raises
    ------
    ConfigError, UnknownNameError
        With file, line, what was found and the nearest known key.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(str(path), expected="a readable UTF-8 file", found=error) from error
    data, lines = read(text, str(path))
    for key, value in (overrides or {}).items():
        override(data, key, value)
    return from_dict(data, lines)


def from_dict(data: Mapping[str, Any], where: Lines = NO_LINES) -> Config:
    """Check a plain dictionary of the shape of pipeline.yaml; see `load`."""
    refuse_unknown(data, Config, (), where)
    try:
        config = Config.model_validate(data)
    except ValidationError as error:
        raise first_error(error, where) from error
    for name, params in config.audit.checks.items():
        with placed(where, ("audit", "checks", name)):
            find(name).configured(params)
    for i, code in enumerate(config.audit.ignore):
        with placed(where, ("audit", "ignore", i)):
            find(code.partition(".")[0])
    for i, (name, params) in enumerate(config.steps):
        with placed(where, ("clean", i)):
            _check_step(name, params)
    return config


def step_parameters(name: str) -> type[BaseModel]:
    """Return the parameters of a step under ``clean`` as a model.

    Raises
    ------
    UnknownNameError
        With the nearest known step.
    """
    if name == "encode":
        return encode.Encode.parameters()
    if name not in registry():
        raise UnknownNameError(name, kind="step under `clean`", known=known_steps())
    return registry()[name].parameters()


def known_steps() -> list[str]:
    """Return the names that may stand under ``clean``."""
    return [*registry(), "encode"]


def _check_step(name: str, params: dict[str, Any]) -> None:
    """Check one step's parameters; a user's own step checks its own."""
    if name != "use":
        validated(step_parameters(name), dict(params), name)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of pipeline.yaml, the parameters of every check and step included."""
    result = Config.model_json_schema()
    checks = result["$defs"]["AuditConfig"]["properties"]["checks"]
    checks["properties"] = {name: _plain_schema(name) for name in registry()}
    checks["additionalProperties"] = False
    steps: list[dict[str, Any]] = [{"enum": known_steps()}]
    steps += [
        {"type": "object", "properties": {name: _plain_schema(name)}, "additionalProperties": False}
        for name in known_steps()
    ]
    steps.append({"type": "object", "required": ["use"]})
    result["properties"]["clean"]["anyOf"][0]["items"] = {"anyOf": steps}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **result}


def _plain_schema(name: str) -> dict[str, Any]:
    """Return one step's JSON Schema; ``name:`` with nothing after it is allowed."""
    return {"anyOf": [step_parameters(name).model_json_schema(), {"type": "null"}]}
