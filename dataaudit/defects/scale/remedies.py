"""The estimator of each way to scale: ours, or scikit-learn's on the number columns."""

from __future__ import annotations

from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import MinMaxScaler, QuantileTransformer, StandardScaler

from dataaudit.defects.scale.methods import Fallback, Method
from dataaudit.defects.scale.scaler import SmoothRobustScaler
from dataaudit.estimator import numbers

_QUANTILES = 100  # percentiles; scikit-learn's 1,000 would follow the noise of small tables


def scaler(method: Method, *, clip: float | None, fallback: Fallback) -> BaseEstimator | None:
    """Return our scaler, or scikit-learn's on the number columns; None for ``none``."""
    if method == "none":
        return None
    if method == "robust":
        return SmoothRobustScaler(clip=clip, fallback=fallback)
    scalers = {
        "standard": StandardScaler(),
        "minmax": MinMaxScaler(),
        "quantile": QuantileTransformer(
            n_quantiles=_QUANTILES, output_distribution="normal", random_state=0
        ),
    }
    return ColumnTransformer(
        [("scale", scalers[method], numbers)],
        remainder="passthrough",
        verbose_feature_names_out=False,
    ).set_output(transform="pandas")
