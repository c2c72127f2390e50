"""Contracts: what every row must hold to, and what becomes of rows that do not.

A contract may be written in pipeline.yaml, in pandera's own YAML or in Python, and pandera stays
the definition of what a rule means. The engine finds the rows that break it: each rule is a
predicate in SQL, and pandera is asked only about what has none. What pandera does badly is done
otherwise: cells are read as their type one by one, so that one bad cell hides nothing; rows are
told apart by ``__row__`` and never by a label; of equal values the first is kept; every row put
aside carries all its reasons.
"""

from dataaudit.contract.checking import Checked, RuleResult, check
from dataaudit.contract.drafting import Draft, draft
from dataaudit.contract.loading import from_pandera, load_contract, to_yaml
from dataaudit.contract.quarantine import set_aside
from dataaudit.contract.schema import Contract, from_spec
from dataaudit.contract.spec import ColumnRule, ContractSpec, Limits, Rule

__all__ = [
    "Checked",
    "ColumnRule",
    "Contract",
    "ContractSpec",
    "Draft",
    "Limits",
    "Rule",
    "RuleResult",
    "check",
    "draft",
    "from_pandera",
    "from_spec",
    "load_contract",
    "set_aside",
    "to_yaml",
]
