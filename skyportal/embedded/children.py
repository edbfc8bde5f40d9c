"""One process of the instance: started, listened to, restarted when it dies, and stopped."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

LOG_LIMIT = 10_000_000
LONGEST_PAUSE = 60.0
STEADY_AFTER = 60.0  # seconds alive after which earlier deaths are forgiven
_COLOURED = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
_libc = ctypes.CDLL(None)


@dataclass
class Child:
    """A command under a name. `last` holds its latest lines, to be shown when it fails."""

    name: str
    command: list[str]
    colour: int = 37
    patience: float = 10.0  # seconds it is given to finish what it is doing
    environment: dict[str, str] = field(default_factory=dict)
    last: deque[str] = field(default_factory=lambda: deque(maxlen=15))
    deaths: int = 0
    _process: subprocess.Popen[str] | None = None
    _started: float = 0.0
    _again_at: float = 0.0

    def start(self, logs: Path) -> None:
        self._started = time.monotonic()
        self._process = subprocess.Popen(
            self.command, env={**os.environ, **ENVIRONMENT, **self.environment}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            start_new_session=True, preexec_fn=_die_with_parent,
        )  # fmt: skip
        threading.Thread(target=self._listen, args=[self._process, logs / f"{self.name}.log"], daemon=True).start()

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def look_after(self, logs: Path) -> None:
        """Start it again if it died: at once the first time, then after longer and longer pauses."""
        now = time.monotonic()
        if self.is_alive:
            if self.deaths and now - self._started > STEADY_AFTER:
                self.deaths = 0
        elif self._again_at:
            if now >= self._again_at:
                self._again_at = 0.0
                self.start(logs)
        elif self._process is not None:
            pause = min(2.0**self.deaths - 1, LONGEST_PAUSE)
            self.deaths += 1
            self._again_at = now + pause
            self._clear_group()
            say(self.name, self.colour, f"ended with code {self._process.returncode}; started again in {pause:.0f} s")

    def stop(self) -> None:
        """Ask, wait, insist. What it forked is in its session and goes with it."""
        if self._process is None:
            return
        for number in (signal.SIGTERM, signal.SIGQUIT, signal.SIGKILL):
            if not self.is_alive:
                break
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(self.patience if number == signal.SIGTERM else 3)
        self._clear_group()

    def _clear_group(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def _listen(self, process: subprocess.Popen[str], path: Path) -> None:
        assert process.stdout is not None
        for text in process.stdout:
            line = text.rstrip()
            self.last.append(line)
            say(self.name, self.colour, line)
            if path.exists() and path.stat().st_size > LOG_LIMIT:
                path.replace(path.with_suffix(".old.log"))
            with path.open("a") as file:
                file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime())} {line}\n")


# Two malloc arenas and single-threaded linear algebra: several processes share a small machine.
ENVIRONMENT = {
    "PYTHONUNBUFFERED": "1",
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_TRIM_THRESHOLD_": "262144",  # what a large answer took goes back, and is not kept for the next
    "MALLOC_MMAP_THRESHOLD_": "262144",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


def say(name: str, colour: int, line: str) -> None:
    label = f"{name:<7}|"
    if _COLOURED:
        label = f"\033[{colour}m{label}\033[0m"
    with contextlib.suppress(BrokenPipeError):
        print(label, line, flush=True)


def _die_with_parent() -> None:
    """Linux tells the child when we are gone, so that even `kill -9` leaves no orphan. Elsewhere: nothing."""
    if sys.platform == "linux":
        _libc.prctl(1, signal.SIGTERM)
