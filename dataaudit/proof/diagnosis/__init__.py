"""Is it the data, the network, the training or the ceiling? Suspects by signals, causes by proof.

Read in this order: `cause` (what a cause is; they stand in `causes`, one file each), `trace` (one
fit, watched), `examined` (all that a cause may look at, and the trial of its remedy), `diagnosing`
(every cause in its order of precedence). `callback` does the same in anybody's ``model.fit``.
"""
