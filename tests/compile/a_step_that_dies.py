"""A step as a user might write it, in a file that worker processes find on their path."""

import os
import signal

from sklearn.base import BaseEstimator, TransformerMixin


class Dies(TransformerMixin, BaseEstimator):
    """Ends the process that applies it, or raises."""

    def __init__(self, how="raise"):
        self.how = how

    def fit(self, X, y=None):  # noqa: ARG002 - scikit-learn's signature
        self.fitted_, self.parent_ = True, os.getpid()
        return self

    def transform(self, X):
        if len(X) and os.getpid() != self.parent_:
            if self.how == "die":
                os.kill(os.getpid(), signal.SIGKILL)
            msg = "no such thing"
            raise RuntimeError(msg)
        return X

    def get_feature_names_out(self, names=None):  # noqa: ARG002 - the same
        return ["age"]
