"""Proof: the same network before and after, on the same untouched rows.

Read in this order: `spec` (the keys of ``train`` and ``prove``), `arms` (what is compared), `folds`
(which rows learn and which judge), `training` (many fits in, predictions out), `metrics`,
`statistics` and `verdict` (what may be said), `evidence` (all of it together), `pipelines` (the same
for anybody's scikit-learn pipelines). Keras is imported in `network` alone, when a network is built.
"""
