"""Causes of a weak network: one file each, found by looking into this folder.

To add one, copy the nearest file. Its name is the cause's name, its docstring says what it is, why
it hurts and what was measured; nothing else names it. Codes: T for training, network and ceiling,
D for the data.
"""
