"""Text and dates -> numbers: the one name under ``clean`` that is no defect.

A network takes numbers alone. Text of few levels becomes one column per level, text of many levels
is pooled or replaced by the target's mean, dates become elapsed time and cycles. Numbers pass.
"""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from pydantic import Field
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, OrdinalEncoder

from dataaudit.defects import Configurable, Share
from dataaudit.encode.dates import EncodeDates
from dataaudit.encode.target import CrossFitTargetEncoder, Kind
from dataaudit.estimator import FrameTransformer, dates, numbers, texts

__all__ = ["CrossFitTargetEncoder", "Encode", "EncodeColumns", "EncodeDates"]

Method = Literal["onehot", "ordinal", "target"]
RARE = "(rare)"  # how the pooled levels of a column are called in its name: city=(rare)


class Encode(Configurable):
    """What ``encode`` takes in pipeline.yaml.

    Parameters
    ----------
    method
        "onehot": one column per level. "ordinal": one column, levels in the order of the alphabet
        at equal distances in -1..1. "target": the mean of the target in the level, cross-fitted.
    levels
        Up to how many levels a column is one-hot encoded.
    above
        What happens to columns with more levels: "pool" puts the rare ones together and one-hot
        encodes what is left; "target" is as above.
    rare
        Share of training rows below which a level is pooled.
    """

    def __init__(
        self,
        *,
        method: Method = "onehot",
        levels: Annotated[int, Field(ge=1)] = 50,
        above: Literal["pool", "target"] = "pool",
        rare: Share = 0.01,
    ) -> None:
        self.method, self.levels, self.above, self.rare = method, levels, above, rare

    def estimator(self, *, kind: Kind = "auto", seed: int = 0) -> EncodeColumns:
        """Return the unfitted estimator."""
        return EncodeColumns(**vars(self), kind=kind, seed=seed)


class EncodeColumns(FrameTransformer):
    """Turn every column into float64 numbers of a size that a network can learn from.

    A `ColumnTransformer` of `OneHotEncoder`, `OrdinalEncoder`, `CrossFitTargetEncoder` and
    `EncodeDates`, put together from the columns that it is fitted on. A missing text cell is a
    level of its own. A level that training had not is the pooled level where there is one, else 0
    throughout; hence two levels get two columns. Missing numbers stay missing.

    Parameters
    ----------
    method, levels, above, rare
        See `Encode`.
    kind, seed
        See `CrossFitTargetEncoder`.

    Attributes
    ----------
    encoder_ : ColumnTransformer
        The fitted encoders, by group: numbers, onehot, pooled, ordinal, target, dates.

    Examples
    --------
    >>> import pandas as pd
    >>> X = pd.DataFrame({"age": [30, 40], "city": ["Oslo", "Rome"]})
    >>> EncodeColumns().fit_transform(X)
        age  city=Oslo  city=Rome
    0  30.0        1.0        0.0
    1  40.0        0.0        1.0
    """

    def __init__(
        self,
        *,
        method: Method = "onehot",
        levels: int = 50,
        above: Literal["pool", "target"] = "pool",
        rare: float = 0.01,
        kind: Kind = "auto",
        seed: int = 0,
    ) -> None:
        self.method = method
        self.levels = levels
        self.above = above
        self.rare = rare
        self.kind = kind
        self.seed = seed

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """Learn from training rows; target encodings of these rows are cross-fitted.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,), optional
            Needed where a column is target-encoded.

        Returns
        -------
        DataFrame or ndarray of shape (n_samples, n_features_out)
        """
        frame = self._frame(X, reset=True)
        out = self._named(self._fitted(frame, y), frame)
        self.fitted_ = True
        return out if isinstance(X, pd.DataFrame) else out.to_numpy()

    def transform_training(self, X: pd.DataFrame) -> pd.DataFrame:
        """Encode rows as `fit_transform` does those that it learns from, by their row keys.

        Parameters
        ----------
        X : DataFrame of shape (n_samples, n_features)
        """
        out, frame = self.transform(X), _plain(X)
        for group, encoder, columns in self.encoder_.transformers_:
            if group == "target":
                crossed = encoder.transform_training(frame[columns]).to_numpy()
                places = range(len(out.columns))[self.encoder_.output_indices_[group]]
                out = out.assign(**{out.columns[p]: crossed[:, i] for i, p in enumerate(places)})
        return out

    def _learn(self, frame: pd.DataFrame, y: Any) -> None:
        self._fitted(frame, y)

    def _fitted(self, frame: pd.DataFrame, y: Any) -> np.ndarray:
        """Fit the encoders and return the training rows encoded."""
        Encode.configured({key: getattr(self, key) for key in Encode.parameters().model_fields})
        self.encoder_ = ColumnTransformer(
            [(group, self._encoder(group), names) for group, names in self._groups(frame).items()],
            sparse_threshold=0,
        )
        return np.asarray(self.encoder_.fit_transform(_plain(frame), y), dtype="float64")

    def _apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        return self._named(self.encoder_.transform(_plain(frame)), frame)

    def _named(self, values: np.ndarray, frame: pd.DataFrame) -> pd.DataFrame:
        names = self._names_out(list(frame.columns))
        return pd.DataFrame(np.asarray(values, "float64"), columns=names, index=frame.index)

    def _groups(self, frame: pd.DataFrame) -> dict[str, list[str]]:
        """Return the columns that each encoder gets."""
        groups: dict[str, list[str]] = {"numbers": numbers(frame)}
        for name in texts(frame):
            group: str = self.method
            if group == "onehot" and frame[name].nunique() > self.levels:
                group = "pooled" if self.above == "pool" else "target"
            groups.setdefault(group, []).append(name)
        groups["dates"] = dates(frame)
        return {group: names for group, names in groups.items() if names}

    def _encoder(self, group: str) -> Any:
        """Return the unfitted encoder of a group."""
        known = {"handle_unknown": "infrequent_if_exist", "sparse_output": False}
        makers: dict[str, Any] = {
            "numbers": lambda: "passthrough",
            "onehot": lambda: OneHotEncoder(**known),
            "pooled": lambda: OneHotEncoder(**known, min_frequency=self.rare or None),
            "ordinal": _ordinal,
            "target": lambda: CrossFitTargetEncoder(kind=self.kind, seed=self.seed),
            "dates": EncodeDates,
        }
        return makers[group]()

    def _names_out(self, names: list[str]) -> list[str]:  # noqa: ARG002 - the encoders know them
        out: list[str] = []
        for group, encoder, columns in self.encoder_.transformers_:
            if group in ("onehot", "pooled"):
                out += _level_names(encoder, columns)
            elif group in ("target", "dates"):
                out += encoder.get_feature_names_out(columns).tolist()
            elif group != "remainder":
                out += columns
        return _distinct(out)


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with float64 numbers and text of one type, as the encoders expect."""
    kinds = dict.fromkeys(numbers(frame), "float64") | dict.fromkeys(texts(frame), "str")
    return frame.astype(kinds)


def _ordinal() -> Any:
    """Return codes brought to -1..1; a new level or a missing cell lies one step below."""
    codes = OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-1
    )
    return make_pipeline(codes, MinMaxScaler(feature_range=(-1, 1)))


def _level_names(encoder: OneHotEncoder, columns: list[str]) -> list[str]:
    """Return ``column=level`` for each column that a one-hot encoder gives."""
    pooled = getattr(encoder, "infrequent_categories_", [None] * len(columns))
    names = []
    for column, levels, rare in zip(columns, encoder.categories_, pooled, strict=True):
        pooled_here = set(rare if rare is not None else ())
        kept = [level for level in levels if level not in pooled_here]
        shown = ["(missing)" if pd.isna(level) else level for level in kept]
        names += [f"{column}={level}" for level in shown + [RARE] * (rare is not None)]
    return names


def _distinct(names: list[str]) -> list[str]:
    """Return the names, the second and later of equal ones with a number: ``a=b~2``.

    Names that differ in case alone are equal, as they are to SQL.
    """
    seen: Counter[str] = Counter()
    out = []
    for name in names:
        folded = name.casefold()
        seen[folded] += 1
        out.append(name if seen[folded] == 1 else f"{name}~{seen[folded]}")
    return out
