"""Instances of their own, used through commands of their own: what is tested is starting and stopping."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from skyportal.embedded import ROOT

SETTLED = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ENCRYPTION_KEYS", "DATA", "PYTEST_CURRENT_TEST"}
PROLOGUE = """
import json, os, sys, psycopg
from skyportal import embedded
embedded.ensure(fast=True)
print(json.dumps({name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL", "DATA")}), flush=True)
sql = lambda text: psycopg.connect(os.environ["DATABASE_URL"], autocommit=True).execute(text)
"""


class Command:
    """A Python command that uses the services of a data folder, then runs `code`; `end()` lets it finish."""

    def __init__(self, data: Path, code: str = "sys.stdin.read()", python: str = sys.executable, **options) -> None:
        given = options.pop("env", {})
        self.process = subprocess.Popen(
            [python, "-c", PROLOGUE + code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, cwd=ROOT, env={**environment(), "DATA": str(data), **given}, **options,
        )  # fmt: skip
        first = self.process.stdout.readline()
        assert first, self.process.stderr.read()
        self.addresses = json.loads(first)

    def end(self) -> str:
        # Not communicate(): it overlooks what came in one piece with the first line.
        self.process.stdin.close()
        output, errors = self.process.stdout.read(), self.process.stderr.read()
        assert self.process.wait(60) == 0, errors
        return output.strip()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in SETTLED}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1"}


def port(address: str) -> int:
    return int(address.rpartition(":")[2].split("/")[0])


def is_open(address: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port(address))) == 0


def postgres_process(data: Path) -> int:
    return int((data / "services" / "postgres" / "postmaster.pid").read_text().split("\n")[0])


def kill_postgres(data: Path) -> None:
    os.kill(postgres_process(data), signal.SIGKILL)


@pytest.fixture(scope="session")
def laid_out():
    """An instance that was used once: copying it spares each test the laying out of a database."""
    folder = Path(tempfile.mkdtemp(prefix="sky portal "))
    folder.chmod(0o755)
    Command(folder / "an instance", "").end()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def bare():
    """A data folder to be, under a path with a space which the services' user may enter (pytest's own it may not)."""
    folder = Path(tempfile.mkdtemp(prefix="sky portal "))
    folder.chmod(0o755)
    yield folder / "an instance"
    shutil.rmtree(folder)


@pytest.fixture
def data(bare, laid_out):
    """A data folder with an instance that is not running."""
    subprocess.run(["cp", "-a", laid_out / "an instance", bare], check=True)
    return bare
