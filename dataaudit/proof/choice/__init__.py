"""Which cleaning, chosen without self-deceit.

Read in this order: `candidates` (what there is to choose from, doing nothing first), `race` (the
same network behind each, ever fewer of them), `honest` (what the choice is worth once choosing is
allowed for), `promise` (what that means for rows not seen), `balance` (ways to treat a rare class,
side by side), `choosing` (all of it together), `entering` (the
choice in the evidence of a run).

There is no cheap stand-in for the network in the race: a linear model cannot see what scaling does
to a network, which is the largest effect there is, and rows that a stand-in has judged could not be
told from the others when the gain is corrected for choosing. So every candidate is trained in the
first repeat, and every candidate takes part in the correction.
"""

from dataaudit.proof.choice.candidates import Candidate, propose
from dataaudit.proof.choice.choosing import Choice, choose
from dataaudit.proof.choice.entering import entered

__all__ = ["Candidate", "Choice", "choose", "entered", "propose"]
