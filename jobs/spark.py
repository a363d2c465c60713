"""
The Spark session, and the shortest honest way to one.

On this machine (`local…`) the JVM is started directly, before Python has imported anything, with the command that
Spark's own launcher gives (asked once, then remembered), and with the classes of an earlier start already parsed
(`jobs.archive`). A cluster or a Spark Connect server is reached the way Spark itself does it.
"""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.java import Java, find_java
from store.domain.errors import UserError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SMALL_INPUT = 64 * 2**20
"""Bytes of input up to which a quick start beats fast machine code."""
BOOT_S = 120
"""How long a JVM may take to answer on a busy machine."""
SCRATCH = "baton-run-"
"""Folders of temporary files, one for each process of a run, begin so."""
SMALL = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""One simple collector and one quick compiler: half the start, but slower over long runs."""
SMALL_SQL = {
    "spark.sql.shuffle.partitions": "2",
    # Planning anew after each stage, and compiling each plan, cost a small run a fifth of its time.
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}
MAIN_CLASS = "org.apache.spark.deploy.SparkSubmit"
LAUNCHER = (
    '. "$SPARK_HOME/bin/load-spark-env.sh" && exec "$0" -Xmx128m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 '
    '-cp "$SPARK_HOME/jars/*" org.apache.spark.launcher.Main ' + MAIN_CLASS + " pyspark-shell"
)
GATEWAY = ("PYSPARK_GATEWAY_PORT", "PYSPARK_GATEWAY_SECRET")
CONNECT_PACKAGES = "grpcio grpcio-status googleapis-common-protos pandas zstandard"


class SparkFailed(Exception):
    """The JVM did not come up, or is gone."""


class ConnectMissing(UserError):
    def __init__(self) -> None:
        super().__init__(
            "SPARK_REMOTE is set, but the packages of Spark Connect are not installed. "
            f"Install them with `pip install {CONNECT_PACKAGES}`, or unset SPARK_REMOTE."
        )


@dataclass(frozen=True)
class Spark:
    """Where Spark runs: a master and, for Spark Connect, a remote address."""

    master: str
    remote: str
    cache: Path

    @property
    def is_local(self) -> bool:
        return not self.remote and self.master.startswith("local")

    @cached_property
    def home(self) -> Path:
        if given := os.environ.get("SPARK_HOME"):
            return Path(given)
        spec = find_spec("pyspark")
        assert spec is not None
        assert spec.origin is not None
        return Path(spec.origin).parent

    @cached_property
    def java(self) -> Java:
        return find_java(os.environ.get("JAVA_HOME", ""))

    @cached_property
    def kept(self) -> Path:
        """Folder of what is remembered for exactly this Java, this Spark and its configuration."""
        conf = Path(os.environ.get("SPARK_CONF_DIR", self.home / "conf"))
        files = sorted((file.name, file.stat().st_mtime_ns) for file in conf.glob("*")) if conf.is_dir() else []
        parts = (
            str(self.java.program.resolve()),
            self.java.version,
            self.java.program.stat().st_mtime_ns,
            str(self.home),
            version("pyspark"),
            files,
            {name: value for name, value in sorted(os.environ.items()) if _is_for_launcher(name)},
        )
        return self.cache / f"spark-{hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]}"

    @property
    def archive(self) -> Path:
        return self.kept / "classes.jsa"


class Jvm:
    """A JVM that we started ourselves, with Spark's gateway in it. It ends when this process does."""

    def __init__(self, spark: Spark, *, small: bool, archive_to: Path | None = None) -> None:
        """
        Start it and return at once.

        Args:
            archive_to: keep the loaded classes there when the JVM ends.
        """
        self.scratch = Path(tempfile.mkdtemp(prefix="baton-spark-"))
        self._told = self.scratch / "gateway"
        flags = [*(SMALL if small else ()), "-XX:+ExitOnOutOfMemoryError", f"-Djava.io.tmpdir={self.scratch}"]
        flags += ["-Xlog:disable", "-Xlog:all=error:stderr", "-XX:-UsePerfData"]
        if archive_to is not None:
            flags += [f"-XX:ArchiveClassesAtExit={archive_to}"]
        elif spark.archive.exists():
            # auto: an archive that does not fit is passed over, the JVM starts as it would without it
            flags += [f"-XX:SharedArchiveFile={spark.archive}", "-Xshare:auto"]
        command = launch_command(spark)
        main = command.index(MAIN_CLASS)
        env = {**os.environ, "SPARK_HOME": str(spark.home), "SPARK_CONNECT_MODE": "0"}
        env["_PYSPARK_DRIVER_CONN_INFO_PATH"] = str(self._told)
        # It ends when its standard input does.
        self.process = subprocess.Popen([*command[:main], *flags, *command[main:]], stdin=subprocess.PIPE, env=env)
        assert self.process.stdin is not None
        self._stdin = self.process.stdin

    def gateway(self) -> tuple[int, str]:
        """
        Wait for the JVM and return its port and secret.

        Raises: SparkFailed: it ended, or did not answer in time.
        """
        until = time.monotonic() + BOOT_S
        while not self._told.exists():
            if self.process.poll() is not None:
                raise SparkFailed(f"the Spark process ended with exit code {self.process.returncode} while it started")
            if time.monotonic() > until:
                raise SparkFailed(f"the Spark process did not answer within {BOOT_S} s")
            time.sleep(0.005)
        # The file is moved into place whole: a port, then the length and the bytes of the secret.
        told = self._told.read_bytes()
        length = int.from_bytes(told[4:8], "big")
        return int.from_bytes(told[:4], "big"), told[8 : 8 + length].decode()

    def code_if_ending(self) -> int | None:
        """Return its exit code; None where it lives on. One that is just dying is given a moment to be dead."""
        try:
            return self.process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return None

    def kill(self) -> None:
        """End it at once. What a run had to keep is in its files and its commit, not in here."""
        self.process.kill()
        self.process.wait()
        self._stdin.close()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def let_end(self, *, timeout_s: float) -> int:
        """Let it end by itself, which keeps its classes where it was told to; return its exit code."""
        self._stdin.close()
        code = self.process.wait(timeout_s)
        shutil.rmtree(self.scratch, ignore_errors=True)
        return code


def launch_command(spark: Spark) -> list[str]:
    """
    Return the command by which Spark itself would start the JVM of a Python program.

    Raises: SparkFailed: Spark's launcher refused.
    """
    remembered = spark.kept / "command.json"
    try:
        command: list[str] = json.loads(remembered.read_text())
    except (OSError, ValueError):
        command = _ask_launcher(spark)
        _remember(remembered, json.dumps(command))
    return command


def _ask_launcher(spark: Spark) -> list[str]:
    env = {**os.environ, "SPARK_HOME": str(spark.home), "JAVA_HOME": str(spark.java.home)}
    asked = subprocess.run(
        ["bash", "-c", LAUNCHER, str(spark.java.program)], env=env, capture_output=True, timeout=BOOT_S, check=False
    )
    words = [word.strip() for word in asked.stdout.decode().split("\0") if word.strip()]
    if asked.returncode or MAIN_CLASS not in words:
        raise SparkFailed(f"Spark's launcher refused: {asked.stderr.decode(errors='replace').strip()[-500:]}")
    place = words.index("-cp") + 1
    words[place] = _spelled_out(words[place])
    return words


def _is_for_launcher(variable: str) -> bool:
    return variable.startswith(("SPARK_", "HADOOP_", "YARN_")) and variable not in ("SPARK_MASTER", "SPARK_REMOTE")


def _spelled_out(class_path: str) -> str:
    """Return *class_path* with every jar named: kept classes only fit a class path in the very same order."""
    entries: list[str] = []
    for entry in class_path.split(":"):
        found = sorted(map(str, Path(entry).parent.glob("*.jar"))) if entry.endswith("*") else [entry]
        entries += [item for item in found if Path(item).exists() and item not in entries]
    return ":".join(entries)


def _remember(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f"{file.name}.{os.getpid()}")
        draft.write_text(text)
        draft.replace(file)
    except OSError:
        return  # a cache that cannot be written costs half a second, not the run


def open_session(spark: Spark, jvm: Jvm | None, *, name: str, small: bool) -> "SparkSession":
    """
    Return the session: UTC, ANSI (a bad value is an error, not a NULL), no web page unless Spark is told so.

    Raises: SparkFailed; ConnectMissing.
    """
    if jvm is not None:
        port, secret = jvm.gateway()
        # The only way to hand PySpark a JVM that it has not started; it looks there once.
        os.environ.update(zip(GATEWAY, (str(port), secret), strict=True))
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName(name)
    for key, value in _configuration(spark, jvm, small=small).items():
        builder = builder.config(key, value)
    try:
        return (builder.remote(spark.remote) if spark.remote else builder.master(spark.master)).getOrCreate()
    except ImportError as error:
        raise ConnectMissing from error
    finally:
        for variable in GATEWAY:
            os.environ.pop(variable, None)


def _configuration(spark: Spark, jvm: Jvm | None, *, small: bool) -> dict[str, str]:
    settings = {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.parquet.compression.codec": "snappy",
    }
    if spark.remote:
        return settings
    settings |= {"spark.ui.showConsoleProgress": "false", "spark.ui.enabled": "false"}
    if spark.is_local:
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    if jvm is not None:
        settings |= {"spark.local.dir": str(jvm.scratch), "spark.sql.warehouse.dir": str(jvm.scratch / "warehouse")}
    if small:
        settings |= SMALL_SQL
    return settings
