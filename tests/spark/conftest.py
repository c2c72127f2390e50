"""A real cluster for a session of tests, and an engine on it in each of the two ways."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from cluster import SETTINGS, Cluster
from cluster import cluster as running

FAST = {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"}
"""A few thousand rows are read in less time than a statement takes to compile."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what stands here: it needs Java, and one process of pytest-xdist runs it all."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.spark)
            item.add_marker(pytest.mark.xdist_group("spark"))


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Return a master with two workers."""
    os.environ["PYSPARK_PYTHON"] = sys.executable
    with running(tmp_path_factory.mktemp("cluster")) as made:
        yield made


@pytest.fixture(scope="session")
def classic(cluster: Cluster) -> Iterator[Any]:
    """Return an engine whose driver is this process."""
    from dataaudit.engine.spark import SparkEngine

    with SparkEngine(master=cluster.master, config={**SETTINGS, **FAST}) as engine:
        yield engine


@pytest.fixture(scope="session")
def connected(cluster: Cluster) -> Iterator[Any]:
    """Return an engine that asks a Spark Connect server on the same cluster."""
    from dataaudit.engine.spark import SparkEngine

    cluster.start_connect()
    with SparkEngine(remote=cluster.remote, config=FAST) as engine:
        yield engine
    cluster.kill("connect")
