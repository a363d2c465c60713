"""A private PostgreSQL for the tests: one cluster for a whole test run, whichever of its processes asks first."""

import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg

BINARIES = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None, key=lambda path: int(path.parent.name))
START_TIMEOUT_S = 60
QUICK = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "listen_addresses=", "max_connections=200")
# Ends the server when the test run is gone, however it went; SIGINT is PostgreSQL's fast shutdown.
WATCH = """
(
  "$@" &
  while [ -d "/proc/$OWNER" ] && kill -0 $! 2>/dev/null; do sleep 0.5; done
  kill -INT $! 2>/dev/null
  wait
  rm -rf "$FOLDER"
) &
"""


class Cluster:
    """
    A server on a unix socket in *folder*, owned by the process *owner* and started by the first who needs it.

    The server refuses to run as root, so root hands it to another user.
    """

    def __init__(self, folder: Path, owner: int) -> None:
        self.folder, self.owner = folder, owner

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://baton@/{database}?host={self.folder}"

    def create(self, database: str) -> str:
        """Return the address of a new, empty database."""
        with self._admin() as connection:
            connection.execute(f'CREATE DATABASE "{database}" TEMPLATE template0')
        return self.url(database)

    def drop(self, database: str) -> None:
        with self._admin() as connection:
            connection.execute(f'DROP DATABASE "{database}" WITH (FORCE)')

    def start(self) -> None:
        """Start the server unless another process of this test run has."""
        self.folder.mkdir(exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (self.folder / "data").exists():
                self._start()

    def stop(self) -> None:
        """End the server, if it was ever started, and remove everything."""
        pid_file = self.folder / "data" / "postmaster.pid"
        if pid_file.exists():
            pid = int(pid_file.read_text().split()[0])
            os.kill(pid, signal.SIGINT)
            for _ in range(100):
                if not pid_file.exists():
                    break
                time.sleep(0.05)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _admin(self) -> psycopg.Connection[Any]:
        return psycopg.connect(host=str(self.folder), user="baton", dbname="postgres", autocommit=True)

    def _start(self) -> None:
        assert BINARIES is not None
        if os.geteuid() == 0:
            os.chown(self.folder, *_server_user())
        data = str(self.folder / "data")
        _run([str(BINARIES / "initdb"), "-D", data, "-U", "baton", "-A", "trust", "-E", "UTF8", "--no-sync"])
        options = [part for setting in QUICK for part in ("-c", setting)]
        server = [str(BINARIES / "postgres"), "-D", data, "-k", str(self.folder), *options]
        _run(["/bin/sh", "-c", WATCH, "watch", *server], OWNER=str(self.owner), FOLDER=str(self.folder))
        self._wait()

    def _wait(self) -> None:
        give_up_at = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                self._admin().close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > give_up_at:
                    raise
                time.sleep(0.05)


def _server_user() -> tuple[int, int]:
    names = [entry.pw_name for entry in pwd.getpwall()]
    entry = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    return entry.pw_uid, entry.pw_gid


def _as_server_user() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    user, group = _server_user()
    return {"user": user, "group": group, "extra_groups": []}


def _run(command: Sequence[str], **environment: str) -> None:
    subprocess.run(
        command,
        env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd="/",
        check=True,
        **_as_server_user(),
    )
