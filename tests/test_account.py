import pytest

from dataaudit.account import RowAccount
from dataaudit.errors import DataError


def test_a_balanced_account_lists_every_stage():
    account = RowAccount()
    account.add("contract", rows_in=10, rows_out=7, quarantined=2, dropped=1)
    account.add("clean", rows_in=7, rows_out=9, added=2)
    assert [entry["stage"] for entry in account.to_list()] == ["contract", "clean"]


@pytest.mark.parametrize(
    "counts", [{"rows_out": 9}, {"rows_out": 11}, {"rows_out": 10, "added": 1}]
)
def test_a_lost_or_invented_row_fails_the_run(counts):
    with pytest.raises(DataError, match="row account"):
        RowAccount().add("contract", rows_in=10, **counts)
