"""The stages around the cleaning as importable steps of an imbalanced-learn ``Pipeline``.

`ValidateContract` takes bad rows out while training, `AuditTable` says what it sees, `WriteParquet`
keeps what came by. None of them changes a value, and none takes a row away when predicting.
"""

from dataaudit.steps.auditing import AuditTable
from dataaudit.steps.validating import ValidateContract
from dataaudit.steps.writing import WriteParquet

__all__ = ["AuditTable", "ValidateContract", "WriteParquet"]
