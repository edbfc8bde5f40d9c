"""`make lint`: every check runs, and the end names those that failed."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from . import ROOT, ensure

PYTHON = sys.executable
TOOLS = Path(PYTHON).parent  # not resolved: the venv's folder, not the Python it was made from

CHECKS = {
    "ruff check": [PYTHON, "-m", "ruff", "check", "."],
    "ruff format": [PYTHON, "-m", "ruff", "format", "--check", "."],
    "mypy": [PYTHON, "-m", "mypy"],
    "imports": [PYTHON, TOOLS / "lint-imports"],
    "templates": [PYTHON, "-m", "djlint", "--lint", "--quiet", "templates"],
    "template form": [PYTHON, "-m", "djlint", "--check", "--quiet", "templates"],
    "django check": [PYTHON, "manage.py", "check"],
    "migrations": [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"],
}


def main() -> None:
    ensure(ROOT / "var" / "test", fast=True)  # for the last two; a real instance is not touched
    failed = [name for name, command in CHECKS.items() if not _passes(name, command)]
    if failed:
        sys.exit(f"\nFailed: {', '.join(failed)}")
    print("\nAll checks passed.")


def _passes(name: str, command: list) -> bool:
    begun = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    passed = done.returncode == 0
    print(f"{'ok  ' if passed else 'FAIL'} {name:<13} {time.monotonic() - begun:5.1f} s", flush=True)
    if not passed:
        print(done.stdout, flush=True)
    return passed


if __name__ == "__main__":
    main()
