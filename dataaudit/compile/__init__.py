"""A fitted cleaning as SQL, one function per estimator type, and rows cleaned by it.

`projection` gives the statement; `write` cleans any number of rows into Parquet, through the engine
where every step has an SQL form, else batch by batch through the steps themselves.
"""

from dataaudit.compile.statement import projection
from dataaudit.compile.writing import write

__all__ = ["projection", "write"]
