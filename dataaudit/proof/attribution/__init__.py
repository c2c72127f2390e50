"""Attribution: the bill, what each step of a cleaning is worth to this network on this table.

Read in this order: `shapley` (shares of a whole), `coalition` (a cleaning with some steps off),
`roles` (which steps have a price at all), `planning` (what it may cost), `reckoning` (all of it
together), `items` and `bill` (what comes of it), `words`.
"""

from dataaudit.proof.attribution.bill import Bill
from dataaudit.proof.attribution.items import Interaction, Item
from dataaudit.proof.attribution.reckoning import attribute

__all__ = ["Bill", "Interaction", "Item", "attribute"]
