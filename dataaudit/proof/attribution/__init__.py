"""Attribution: the bill, what each step of a cleaning is worth to this network on this table.

Read in this order: `shapley` (shares of a whole), `coalition` (a cleaning with some steps off),
`roles` (which steps have a price at all), `planning` (what it may cost), `reckoning` (all of it
together), `items` and `words` (what comes of it).
"""

from dataaudit.proof.attribution.items import Interaction, Item
from dataaudit.proof.attribution.reckoning import attribute
from dataaudit.proof.attribution.words import Bill

__all__ = ["Bill", "Interaction", "Item", "attribute"]
