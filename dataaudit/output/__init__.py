"""The run's folder and what is written into it."""

from dataaudit.output.files import clean_table, rows_table, to_json, write_table, write_whole
from dataaudit.output.folder import RunFolder, open_run

__all__ = [
    "RunFolder",
    "clean_table",
    "open_run",
    "rows_table",
    "to_json",
    "write_table",
    "write_whole",
]
