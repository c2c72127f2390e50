"""The keys ``task`` and ``split`` of pipeline.yaml."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from dataaudit.defects import Share

_LISTED = "listed under task.ignore"


def _label(value: object) -> object:
    """Read YAML's true, false and numbers as the labels they stand for."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def _reasons(value: object) -> object:
    """Turn a list of columns into a mapping column -> reason."""
    return dict.fromkeys(value, _LISTED) if isinstance(value, list | tuple) else value


Label = Annotated[str, BeforeValidator(_label, json_schema_input_type=str | bool | int | float)]
Reasons = Annotated[
    dict[str, str],
    BeforeValidator(_reasons, json_schema_input_type=list[str] | dict[str, str]),
]


class TaskSpec(BaseModel):
    """The key ``task`` of pipeline.yaml: what is to be learnt.

    Examples
    --------
    >>> TaskSpec(target="income", ignore=["fnlwgt"]).ignore
    {'fnlwgt': 'listed under task.ignore'}
    """

    model_config = ConfigDict(extra="forbid")

    target: str = Field(description="The column to predict.")
    type: Literal["auto", "classification", "regression"] = Field(
        "auto", description="auto: text, boolean or at most 20 whole numbers -> classification."
    )
    positive: Label | None = Field(None, description="The class of interest; else the rarer one.")
    id: str | None = Field(None, description="A column that traces rows; never a feature.")
    labels: dict[Label, Label] = Field(
        default_factory=dict, description='Spellings to merge: {">50K.": ">50K"}.'
    )
    ignore: Reasons = Field(
        default_factory=dict, description="Columns that are no features; a list, or with reasons."
    )
    group: str | None = Field(None, description="Rows that share it stay on one side.")
    time: str | None = Field(None, description="Split by this column: the latest rows are test.")
    metric: Literal["auto", "accuracy", "balanced_accuracy", "r2"] = Field(
        "auto",
        description="What the verdict speaks of; auto: accuracy if the majority is <= 70 %, else "
        "balanced accuracy; R2 for regression.",
    )


class SplitSpec(BaseModel):
    """The key ``split`` of pipeline.yaml: the shares of rows put aside.

    Examples
    --------
    >>> SplitSpec(test="25%").test
    0.25
    """

    model_config = ConfigDict(extra="forbid")

    test: Share = Field(0.2, description="Share of rows that only score the final fit.")
    validation: Share = Field(0.1, description="Share of rows for early stopping.")

    @model_validator(mode="after")
    def _leaves_rows_to_learn_from(self) -> SplitSpec:
        if self.test + self.validation >= 1:
            raise ValueError("shares whose sum is below 100 %, so that rows to learn from are left")
        return self
