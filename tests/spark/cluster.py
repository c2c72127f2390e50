"""A standalone cluster on this machine: a master, two workers, and a Connect server.

Also used by ``benchmarks/spark.py``.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyspark

HOME = Path(pyspark.__file__).parent
LOCAL = "127.0.0.1"
SETTINGS = {
    "spark.driver.host": LOCAL,
    "spark.driver.bindAddress": LOCAL,
    "spark.executor.memory": "768m",
    "spark.executor.cores": "1",
    "spark.cores.max": "2",  # one on each worker, and room for a second application
    "spark.sql.shuffle.partitions": "4",
}
_STARTS_WITHIN_S = 60


@dataclass
class Cluster:
    """Processes of a cluster; `master` and `remote` are what an engine is given."""

    folder: Path
    master_port: int = 0
    connect_port: int = 0
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def master(self) -> str:
        return f"spark://{LOCAL}:{self.master_port}"

    @property
    def remote(self) -> str:
        return f"sc://{LOCAL}:{self.connect_port}"

    def start(self, name: str, *arguments: str, memory: str = "256m") -> None:
        """Start a Java process of Spark, in a group of its own."""
        environment = {
            **os.environ,
            "SPARK_HOME": str(HOME),
            "SPARK_LOCAL_IP": LOCAL,
            "SPARK_DAEMON_MEMORY": memory,
            "SPARK_WORKER_DIR": str(self.folder / name),
            "SPARK_LOCAL_DIRS": str(self.folder / name),
        }
        with (self.folder / f"{name}.log").open("wb") as log:
            self.processes[name] = subprocess.Popen(
                [str(HOME / "bin" / "spark-class"), *arguments],
                stdout=log,
                stderr=log,
                env=environment,
                start_new_session=True,
            )

    def start_worker(self, name: str) -> None:
        """Start a worker that takes one executor of each of two applications."""
        options = ["-h", LOCAL, "-c", "2", "-m", "2g", "--webui-port", "0"]
        self.start(name, "org.apache.spark.deploy.worker.Worker", *options, self.master)

    def start_connect(self) -> None:
        """Start a Spark Connect server on the cluster."""
        self.connect_port = free_port()
        conf = SETTINGS | {
            "spark.connect.grpc.binding.port": str(self.connect_port),
            "spark.connect.grpc.binding.address": LOCAL,
            "spark.ui.enabled": "false",
        }
        options = [part for key, value in conf.items() for part in ("--conf", f"{key}={value}")]
        server = "org.apache.spark.sql.connect.service.SparkConnectServer"
        submit = ["--class", server, "--master", self.master, *options, "spark-internal"]
        self.start("connect", "org.apache.spark.deploy.SparkSubmit", *submit, memory="768m")
        wait_for(self.connect_port)

    def kill(self, name: str) -> None:
        """End a process and what it started, executors included, without a word."""
        process = self.processes.pop(name)
        with contextlib.suppress(ProcessLookupError):
            for child in children(process.pid):
                os.kill(child, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def children(pid: int) -> list[int]:
    """Return the processes below one, however deep."""
    try:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return []
    return [each for child in map(int, listed) for each in (child, *children(child))]


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as opened:
        opened.bind((LOCAL, 0))
        return int(opened.getsockname()[1])


def wait_for(port: int) -> None:
    """Wait until somebody listens."""
    end = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection((LOCAL, port), timeout=1):
            return
        time.sleep(0.2)
    raise TimeoutError(f"nobody listens on port {port}")


@contextlib.contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """Run a master and two workers until the block ends."""
    made = Cluster(folder, free_port())
    try:
        options = ["--host", LOCAL, "--port", str(made.master_port), "--webui-port", "0"]
        made.start("master", "org.apache.spark.deploy.master.Master", *options)
        wait_for(made.master_port)
        made.start_worker("worker-1")
        made.start_worker("worker-2")
        yield made
    finally:
        for name in [*made.processes]:
            made.kill(name)
