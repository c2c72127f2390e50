"""The ways to fill a number: what `Missing` takes and what `impute` does."""

from typing import Literal

Numeric = Literal["median", "mean", "most_frequent", "constant", "knn", "iterative"]
