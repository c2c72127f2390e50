"""The run's folder and what is written into it."""

from dataaudit.output.files import (
    clean_table,
    marked,
    refuse_overwriting,
    to_json,
    whole,
    write_relation,
    write_table,
)
from dataaudit.output.folder import MANIFEST, RunFolder, open_run

__all__ = [
    "MANIFEST",
    "RunFolder",
    "clean_table",
    "marked",
    "open_run",
    "refuse_overwriting",
    "to_json",
    "whole",
    "write_relation",
    "write_table",
]
