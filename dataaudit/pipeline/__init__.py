"""``clean:`` as an estimator, from the names in pipeline.yaml to a file and back.

`Cleaning.build` puts the steps together, `Cleaning.fit_resample` learns from training rows,
`Cleaning.transform` cleans all others, `save` and `load` keep a fitted one.
"""

from dataaudit.pipeline.cleaning import Balance, Cleaning, Resampled
from dataaudit.pipeline.entry import UnifyTypes
from dataaudit.pipeline.store import load, save

__all__ = ["Balance", "Cleaning", "Resampled", "UnifyTypes", "load", "save"]
