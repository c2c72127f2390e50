"""Start or reach a Spark: a session of a classic master, or of a Connect server."""

from __future__ import annotations

import logging
import os
import shutil
import socket
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dataaudit.errors import ConfigError, EngineError, MissingExtraError

_LOGGING = Path(__file__).with_name("log4j2.properties")
_SILENT = f"-Dlog4j2.configurationFile={_LOGGING.as_uri()}"
_DRIVER_MEMORY = "1g"
_COMPILED = "-XX:-DontCompileHugeMethods"  # one scan for all statistics is one long method
_MEANING = {
    "spark.sql.ansi.enabled": "true",  # a cast or a sum that fails says so, as in DuckDB
    "spark.sql.caseSensitive": "true",  # `Age` and `age` are two columns
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.legacy.consecutiveStringLiterals.enabled": "false",
    "spark.sql.parser.escapedStringLiterals": "false",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
}
"""What the translation relies on; nobody's own settings change it."""


def connect(
    *, master: str | None, remote: str | None, config: Mapping[str, str]
) -> tuple[Any, bool]:
    """Return a session, and whether it is ours to stop.

    Parameters
    ----------
    master, remote
        As in `SparkEngine`; one of them.
    config
        Spark settings of the user.

    Raises
    ------
    MissingExtraError
        Where pyspark, or what Connect needs, is not installed.
    ConfigError
        Where there is no Java, or no such master or server.
    """
    builder = _builder(is_remote=remote is not None)
    running = builder.getActiveSession() if remote is None else None
    place, address = ("master", master) if remote is None else ("remote", remote)
    try:
        _knock(str(address))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if running is not None:  # somebody's own: its settings and views stay as they are
                session = running.newSession()
                config = {key: config[key] for key in config if key.startswith("spark.sql.")}
            else:
                session = _started(builder, master, remote, config)
                config = {}
            for key, value in {**config, **_MEANING}.items():
                session.conf.set(key, value)
            session.sql("SELECT 1").toArrow()
    except Exception as error:
        raise ConfigError(
            f"engine.spark.{place}",
            expected="a Spark that answers",
            found=f"{address}: {first_line(error)}",
        ) from error
    return session, running is None


def _builder(*, is_remote: bool) -> Any:
    """Import pyspark and look for a Java; return the class of sessions."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pyspark's words on the version of pandas
            from pyspark.sql import SparkSession

            logging.getLogger("SQLQueryContextLogger").disabled = True  # we word errors ourselves
            if is_remote:
                import pyspark.sql.connect.session as _  # noqa: F401 - what it needs is here
    except ImportError as error:
        raise MissingExtraError("The Spark engine", "spark") from error
    if not is_remote and not _has_java():
        raise ConfigError(
            "engine.spark",
            expected="run where Java 17 or 21 is (set JAVA_HOME, or put `java` on the PATH)",
        )
    return SparkSession


def _knock(address: str) -> None:
    """Open a connection and close it: Connect asks a server that is not there for minutes."""
    scheme, _, places = address.partition("://")
    if scheme not in _PORTS:
        return
    place = urlsplit(f"//{places.split(',')[0]}")
    with socket.create_connection((place.hostname, place.port or _PORTS[scheme]), _ANSWERS_S):
        pass


_PORTS = {"sc": 15_002, "spark": 7_077}
_ANSWERS_S = 20


def _started(
    sessions: Any, master: str | None, remote: str | None, config: Mapping[str, str]
) -> Any:
    """Start a driver in this process, or reach a server."""
    if remote is not None:
        builder, settings = sessions.builder.remote(remote), config
    else:
        builder = sessions.builder.master(master)
        settings = {**_of_process(str(master)), **config}
    for key, value in settings.items():
        builder = builder.config(key, value)
    return builder.create() if remote is not None else builder.getOrCreate()


def _of_process(master: str) -> dict[str, str]:
    """Return the settings of a driver of our own: small, silent, seen by this machine alone."""
    settings = {
        "spark.app.name": "dataaudit",
        "spark.driver.memory": _DRIVER_MEMORY,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.extraJavaOptions": f"{_COMPILED} {_SILENT}",
        "spark.executor.extraJavaOptions": _COMPILED,
    }
    if master.startswith("local"):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # Spark takes any python3
        settings |= {
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.sql.shuffle.partitions": "4",
        }
    return settings


def _has_java() -> bool:
    """Whether a Java is found where Spark looks for it."""
    home = os.environ.get("JAVA_HOME")
    return bool(home and (Path(home) / "bin" / "java").exists()) or shutil.which("java") is not None


def first_line(error: BaseException) -> str:
    """Return Spark's own words, without the trace of a Java."""
    return str(error).strip().partition("\n")[0][:300] or type(error).__name__


def engine_error(error: Exception) -> EngineError | None:
    """Return that the cluster is gone, where this is what an error says."""
    words = str(error)
    return EngineError(first_line(error)) if any(sign in words for sign in _GONE) else None


_GONE = (
    "SparkContext was shut down",
    "stopped SparkContext",
    "Connection refused",
    "failed to connect to all addresses",
    "StatusCode.UNAVAILABLE",
    "Master removed our application",
    "All masters are unresponsive",
    "An error occurred while trying to connect to the Java server",
    "Answer from Java side is empty",
)
