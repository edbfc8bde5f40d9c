"""Numbered lines that tell what a long command is doing (standard library, Python 3.8: see bootstrap)."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path


class SetupFailed(Exception):
    """A step failed; the text says why and what to do."""


class Progress:
    """`2/6 Python packages ... 31 s`. What the commands themselves say goes to a file, shown on failure."""

    def __init__(self, root: Path, steps: int, done: int = 0) -> None:
        self.root = root
        self.steps = steps
        self.done = done
        self.output = ""

    def skip(self, what: str) -> None:
        """Already done: counted, and not worth a line."""
        self.done += 1

    @contextmanager
    def step(self, what: str):
        self.done += 1
        self._begun = time.monotonic()
        self._line = f"{self.done}/{self.steps} {what} ..."
        print(self._line, end="" if sys.stdout.isatty() else "\n", flush=True)
        yield
        took = f"{time.monotonic() - self._begun:.0f} s"
        print(f"\r{self._line} {took}   " if sys.stdout.isatty() else f"    done in {took}", flush=True)

    def note(self, text: str) -> None:
        print(f"\n    {text}", flush=True)

    def attempt(self, command: list, env: dict | None = None) -> bool:
        """Run it to the end, counting seconds on a terminal; whether it succeeded."""
        child = subprocess.Popen(
            command, cwd=str(self.root), env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        while True:
            try:
                output, _ = child.communicate(timeout=1)
                break
            except subprocess.TimeoutExpired:
                if sys.stdout.isatty():
                    print(f"\r{self._line} {time.monotonic() - self._begun:.0f} s ", end="", flush=True)
            except BaseException:
                child.kill()
                child.wait()
                raise
        self.output = output.decode(errors="replace")
        return child.returncode == 0

    def tail(self, lines: int = 15) -> str:
        """The end of what the last command said."""
        return "\n\nIt said:\n" + "\n".join(self.output.strip().splitlines()[-lines:])


def fingerprint(*files: Path, extra: str = "") -> str:
    """A hash of what a step is made from."""
    total = hashlib.sha256(extra.encode())
    for path in files:
        total.update(path.read_bytes())
    return total.hexdigest()
