"""The services of the test suite, up before Django's settings are read (a pytest plugin, see pyproject).

Tests have an instance of their own in `var/test`, and files in a fresh folder, so that nothing they do
touches a real one. A DATABASE_URL or REDIS_URL in the environment is used instead.
"""

import atexit
import fcntl
import os
import shutil
import sys
import tempfile
from pathlib import Path

from skyportal import embedded

TEST_INSTANCE = embedded.ROOT / "var" / "test"
for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(threads, "1")  # two workers on two cores: threads of one only wait for those of the other


def _keep_what_is_compiled() -> None:
    """Also where Python is told not to write bytecode: with our data, not beside the sources. To rewrite the asserts
    of all tests takes each worker ten seconds, and every process that tests start would compile the project anew."""
    if sys.dont_write_bytecode:
        sys.dont_write_bytecode = False
        sys.pycache_prefix = str(TEST_INSTANCE / "compiled")
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix


def _start() -> None:
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):  # its parent started all and cleans up; files of its own
        os.environ["DATA"] = str(Path(os.environ["DATA"]) / worker)
        return
    own_database = not os.environ.get("DATABASE_URL")
    embedded.ensure(TEST_INSTANCE, fast=True)
    if own_database and _somebody_else_is_testing():
        os.environ["DATABASE_URL"] += f"_{os.getpid()}"  # Django names the test database after this one
    files = Path(tempfile.mkdtemp(prefix="skyportal-test-"))
    atexit.register(shutil.rmtree, files, ignore_errors=True)
    os.environ["DATA"] = str(files)


def _somebody_else_is_testing() -> bool:
    """Two runs in one checkout must not drop each other's database. The lock is held until we end."""
    handle = os.open(TEST_INSTANCE / "testing", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


_keep_what_is_compiled()
_start()
