"""What a caller may say about a source: how it is to be read, and what its columns are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from dataaudit.source.columns import DType

Format = Literal["auto", "csv", "json", "parquet", "arrow"]


class ReadOptions(BaseModel):
    """How to read a file; whatever is None is worked out from the file and reported.

    Examples
    --------
    >>> ReadOptions(delimiter=";", decimal=",").delimiter
    ';'
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Annotated[Format, Field(description="The kind of file; auto: by its content.")] = "auto"
    delimiter: Annotated[
        str | None, Field(min_length=1, max_length=4, description="The sign between fields.")
    ] = None
    quote: Annotated[
        str | None, Field(max_length=1, description='The sign around fields; "" for none.')
    ] = None
    encoding: Annotated[str | None, Field(description="utf-8, utf-16, windows-1252, ...")] = None
    decimal: Annotated[Literal[".", ","] | None, Field(description="The mark in numbers.")] = None
    skip: Annotated[int | None, Field(ge=0, description="Lines above the header.")] = None
    header: Annotated[bool | None, Field(description="Whether a line has the names.")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What a contract says of a column; what is None is decided from the rows.

    Parameters
    ----------
    dtype
        The type that its cells must have.
    nulls
        The tokens that mean missing; a blank always does.
    """

    dtype: DType | None = None
    nulls: tuple[str, ...] | None = None
