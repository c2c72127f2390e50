"""The row account: every row that was read is accounted for, stage by stage, or the run fails."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from dataaudit.errors import DataError


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one stage did with rows.

    ``rows_in = rows_out + quarantined + dropped - added``; ``added`` are synthetic rows.
    """

    stage: str
    rows_in: int
    rows_out: int
    quarantined: int = 0
    dropped: int = 0
    added: int = 0
    note: str = ""

    @property
    def balances(self) -> bool:
        """Whether every row is accounted for."""
        return self.rows_in + self.added == self.rows_out + self.quarantined + self.dropped


class RowAccount:
    """The entries of a run, in order.

    Examples
    --------
    >>> account = RowAccount()
    >>> account.add("contract", rows_in=10, rows_out=9, quarantined=1)
    >>> account.add("split", rows_in=9, rows_out=8)
    Traceback (most recent call last):
    dataaudit.errors.DataError: row account: split read 9 rows (+0 made) and accounts for 8...
    """

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def add(self, stage: str, **counts: Any) -> None:
        """Enter a stage.

        Raises
        ------
        DataError
            If a row is lost or appears from nowhere.
        """
        entry = Entry(stage=stage, **counts)
        if not entry.balances:
            accounted = entry.rows_out + entry.quarantined + entry.dropped
            raise DataError(
                "row account",
                f"{stage} read {entry.rows_in:,} rows (+{entry.added:,} made) "
                f"and accounts for {accounted:,}",
                remedy="This is a fault of dataaudit; please report it.",
            )
        self.entries.append(entry)

    @property
    def last(self) -> dict[str, int]:
        """Rows in and out of the stage that was entered last."""
        return {"rows_in": self.entries[-1].rows_in, "rows_out": self.entries[-1].rows_out}

    def to_list(self) -> list[dict[str, Any]]:
        """Return the entries as plain dictionaries."""
        return [asdict(entry) for entry in self.entries]
