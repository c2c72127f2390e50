"""Compiled templates, kept beside the templates as Python keeps its compiled modules.

Compiling them takes longer than rendering a page. Where the folder cannot be written, or Python was
told to write no byte code, they are compiled each time.
"""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from jinja2.bccache import Bucket, BytecodeCache


class BesideTemplates(BytecodeCache):
    """A cache in ``__pycache__`` of a folder; jinja2 checks that each file fits its source.

    Parameters
    ----------
    folder
        Where the templates are.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "__pycache__"

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read a compiled template, if there is one."""
        with suppress(OSError), self._path(bucket).open("rb") as file:
            bucket.load_bytecode(file)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a compiled template, whole or not at all."""
        if sys.dont_write_bytecode:
            return
        with suppress(OSError):
            self._folder.mkdir(exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._folder)
            with os.fdopen(handle, "wb") as file:
                bucket.write_bytecode(file)
            Path(name).replace(self._path(bucket))

    def _path(self, bucket: Bucket) -> Path:
        return self._folder / f"{bucket.key}.{sys.implementation.cache_tag}.jinja"
