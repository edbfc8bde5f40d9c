"""`make lint`: every check runs, and the end names those that failed."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import ROOT, ensure

PYTHON = sys.executable
TOOLS = Path(PYTHON).parent  # not resolved: the venv's folder, not the Python it was made from

CHECKS: dict[str, list[str | Path]] = {
    "mypy": [PYTHON, "-m", "mypy"],
    "ruff check": [PYTHON, "-m", "ruff", "check", "."],
    "ruff format": [PYTHON, "-m", "ruff", "format", "--check", "."],
    "imports": [PYTHON, TOOLS / "lint-imports"],
    "templates": [PYTHON, "-m", "djlint", "--lint", "--quiet", "templates"],
    "template form": [PYTHON, "-m", "djlint", "--check", "--quiet", "templates"],
    "django check": [PYTHON, "manage.py", "check"],
    "migrations": [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"],
}


def main() -> None:
    ensure(ROOT / "var" / "test", fast=True)  # for the last two; a real instance is not touched
    with ThreadPoolExecutor(2) as two:  # mypy takes as long as all the others together
        results = dict(zip(CHECKS, two.map(_passes, CHECKS, CHECKS.values()), strict=True))
    failed = [name for name, passed in results.items() if not passed]
    if failed:
        sys.exit(f"\nFailed: {', '.join(failed)}")
    print("\nAll checks passed.")


def _passes(name: str, command: list[str | Path]) -> bool:
    begun = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    passed = done.returncode == 0
    line = f"{'ok  ' if passed else 'FAIL'} {name:<13} {time.monotonic() - begun:5.1f} s\n"
    print(line if passed else f"{line}{done.stdout}\n", end="", flush=True)
    return passed


if __name__ == "__main__":
    main()
