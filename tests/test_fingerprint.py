import hashlib
from datetime import UTC, datetime

import pyarrow as pa

from dataaudit import fingerprint


def test_a_file_is_told_by_its_bytes_and_order(tmp_path):
    a, b = tmp_path / "a", tmp_path / "b"
    a.write_bytes(b"1")
    b.write_bytes(b"2")
    assert fingerprint.of_files([a]) == hashlib.sha256(b"1\0").hexdigest()
    assert fingerprint.of_files([a, b]) != fingerprint.of_files([b, a])


def test_where_the_output_goes_plays_no_part():
    config = {"seed": 1, "output": {"dir": "a"}}
    assert fingerprint.of_run("s", config) == fingerprint.of_run("s", {"seed": 1, "output": {}})
    assert fingerprint.of_run("s", config) != fingerprint.of_run("s", {"seed": 2})
    assert fingerprint.of_run("s", config) != fingerprint.of_run("t", config)


def test_tables_differ_by_value_and_type():
    ints, floats = pa.table({"a": [1, 2]}), pa.table({"a": [1.0, 2.0]})
    assert fingerprint.of_table(ints) == fingerprint.of_table(pa.table({"a": [1, 2]}))
    assert fingerprint.of_table(ints) != fingerprint.of_table(floats)


def test_the_run_id_is_utc_time_and_eight_digits():
    now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert fingerprint.run_id("0123456789abcdef", now) == "20260102T030405Z-01234567"
