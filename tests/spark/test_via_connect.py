"""Spark Connect keeps the promises of the engine too.

Last by name: pyspark takes a process that has asked a server for one that only asks servers.
"""

from __future__ import annotations

import pytest
from test_engine import (
    folder,
    test_a_statement_that_fails_is_an_error_of_ours,
    test_an_empty_result_keeps_its_columns,
    test_python_runs_on_the_workers_batch_by_batch,
    test_rows_are_numbered_as_duckdb_numbers_them,
    test_text_is_read_here_and_handed_over,
    test_what_is_stored_copied_and_streamed_keeps_rows_and_order,
)
from test_same_answers import cells, test_an_expression_means_the_same_on_both_engines

__all__ = [
    "cells",
    "folder",
    "test_a_statement_that_fails_is_an_error_of_ours",
    "test_an_empty_result_keeps_its_columns",
    "test_an_expression_means_the_same_on_both_engines",
    "test_python_runs_on_the_workers_batch_by_batch",
    "test_rows_are_numbered_as_duckdb_numbers_them",
    "test_text_is_read_here_and_handed_over",
    "test_what_is_stored_copied_and_streamed_keeps_rows_and_order",
]


@pytest.fixture
def engine(connected):
    return connected
