"""The run's folder and what is written into it."""

from dataaudit.output.files import clean_table, to_json, write_table
from dataaudit.output.folder import RunFolder, open_run

__all__ = ["RunFolder", "clean_table", "open_run", "to_json", "write_table"]
