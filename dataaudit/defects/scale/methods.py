"""The ways to scale: what `Scale` takes and what its estimators do."""

from typing import Literal

Method = Literal["robust", "standard", "minmax", "quantile", "none"]
Fallback = Literal["std", "half_range"]
