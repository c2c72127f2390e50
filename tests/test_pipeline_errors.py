import pandas as pd
import pytest

from dataaudit.errors import DataError
from dataaudit.pipeline import Cleaning


def test_a_step_that_cannot_take_the_columns_is_named():
    frame = pd.DataFrame({"city": ["Oslo", "Rome"] * 5, "x": range(10)})
    steps = [("use", {"use": "sklearn.preprocessing:PowerTransformer"})]
    cleaning = Cleaning.build(steps, {}, kind="classification", seed=0, allow_code=True)
    with pytest.raises(DataError, match=r"PowerTransformer.*could not convert string"):
        cleaning.fit_resample(frame, pd.Series(["a", "b"] * 5))
