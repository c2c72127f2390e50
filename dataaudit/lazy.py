"""Names that a module gives without loading what they need until they are used."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any


def on_first_use(module: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of a module, which loads a name where it is first asked for.

    Estimators need scikit-learn, which takes a second to import; what only looks at a table does
    not wait for it.

    Parameters
    ----------
    module
        The module's own ``__name__``.
    homes
        Name -> the module that has it.

    Examples
    --------
    >>> load = on_first_use(__name__, {"dumps": "json"})
    >>> load("dumps")([1])
    '[1]'
    """

    def load(name: str) -> Any:
        if name not in homes:
            msg = f"module {module!r} has no attribute {name!r}"
            raise AttributeError(msg)
        value = getattr(importlib.import_module(homes[name]), name)
        setattr(sys.modules[module], name, value)
        return value

    return load
