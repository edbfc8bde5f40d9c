"""Where filters run: a child process that can only compute, and is killed when it takes too long.

A filter's text was written by a person and is treated as hostile even after it has been checked. The child has an
address space of 1 GB, no files, no network, no environment; a filter that exceeds its time takes the child with it,
is reported, and the other filters of the batch go on in a new child.
"""

from __future__ import annotations

import json
import os
import select
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from . import needs
from .conditions import Validated

CHILD = Path(__file__).with_name("sandbox_child.py")
_ONE_ROW = pa.table({"__nothing": [None]})
LONGEST_ANSWER = 64 * 2**20
ENVIRONMENT = {"MALLOC_ARENA_MAX": "1", "ARROW_DEFAULT_MEMORY_POOL": "system", "ARROW_IO_THREADS": "1",
               "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}  # fmt: skip


@dataclass(frozen=True)
class FilterSpec:
    """A filter to run, under a key of the caller's choice."""

    key: Any
    filter: Validated


@dataclass(slots=True)
class Passed:
    """Rows of the table that passed, ascending, and for each the annotations by name."""

    rows: list[int]
    annotations: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0


@dataclass(slots=True)
class Failed:
    """Why a filter could not be applied to this batch; where one packet is to blame, which, and its values."""

    reason: str
    row: int | None = None
    packet: str = ""
    value: dict[str, Any] | None = None
    seconds: float = 0.0


class SandboxDied(RuntimeError):
    """The child ended or was killed while it worked."""


class Sandbox:
    """A child process that applies filters. One at a time; guarded by a lock, so threads may share it.

    Parameters: ``seconds`` of wall clock for each filter on each table, ``memory_mb`` of address space.
    """

    def __init__(self, seconds: float = 5.0, memory_mb: int = 1024):
        self.seconds, self.memory_mb = seconds, memory_mb
        self._child: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._lock = threading.Lock()

    def run(
        self, table: pa.Table, specs: Sequence[FilterSpec], ids: Sequence[str] | None = None
    ) -> dict[Any, Passed | Failed]:
        """Apply every filter to every row of a table of packets.

        ``ids`` names the rows (candidate ids) in reports of failures.
        """
        answers: dict[Any, Passed | Failed] = {}
        waiting = list(specs)
        if not len(table) or not specs:
            return {spec.key: Passed([]) for spec in specs}
        wanted = needs.together(spec.filter.needs for spec in specs)
        payload = _packed(needs.conform(table, wanted))
        with self._lock:
            while waiting:
                waiting = self._run_some(payload, waiting, answers)
        for answer in answers.values():
            if ids is not None and isinstance(answer, Failed) and answer.row is not None:
                answer.packet = str(ids[answer.row])
        return answers

    def warm(self) -> None:
        """Start the child beside what goes on, so that whoever asks next need not wait for it (half a second)."""
        if not self._is_up():
            threading.Thread(target=self.parse, args=(["SELECT (1)"],), daemon=True).start()

    def parse(self, statements: Sequence[str]) -> list[dict]:
        """DuckDB's trees of these statements; nothing is executed."""
        return self._ask({"do": "parse", "statements": list(statements)})

    def render(self, trees: Sequence[dict]) -> list[dict]:
        """Statements of these trees, each as ``parse`` gave it or a part of it; nothing is executed."""
        return self._ask({"do": "render", "statements": [json.dumps(tree) for tree in trees]})

    def bind(self, texts: Sequence[str], schema: pa.Schema) -> list[dict]:
        """The type of each expression over packets of this schema, or the error."""
        return self._ask({"do": "bind", "texts": list(texts)}, _packed(needs.conform(_ONE_ROW, schema)))

    def close(self) -> None:
        """End the child; the next use starts another."""
        child, self._child = self._child, None
        if child is not None and self._owner == os.getpid():
            child.send_signal(signal.SIGKILL)
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe:
                    pipe.close()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, request: dict, payload: bytes = b"") -> list[dict]:
        with self._lock:
            try:
                self._send(request, payload)
                return self._receive(self.seconds)
            except SandboxDied:
                self.close()
                return [{"error": "it takes too much time or memory to understand"}] * len(
                    request.get("texts") or request["statements"]
                )

    def _run_some(self, payload: bytes, waiting: list[FilterSpec], answers: dict) -> list[FilterSpec]:
        """Apply filters until all are done or one kills the child; gives back those still to do."""
        request = {"do": "run", "filters": [[s.filter.condition, s.filter.annotations] for s in waiting]}
        started = time.monotonic()
        done = 0
        try:
            self._send(request, payload)
            for spec in waiting:
                started = time.monotonic()
                answer = self._receive(self.seconds)
                seconds = time.monotonic() - started
                answers[spec.key] = _answer(answer, seconds, spec.filter.needs)
                done += 1
        except SandboxDied as death:
            self.close()
            if done == len(waiting):
                return []
            spent = time.monotonic() - started
            answers[waiting[done].key] = Failed(str(death), seconds=spent)
            return waiting[done + 1 :]
        return []

    def _send(self, request: dict, payload: bytes) -> None:
        child = self._started()
        header = json.dumps(request).encode()
        assert child.stdin is not None
        try:
            child.stdin.write(struct.pack("<QQ", len(header), len(payload)) + header)
            child.stdin.write(payload)
            child.stdin.flush()
        except OSError:
            raise SandboxDied("the filter process could not be reached") from None

    def _receive(self, seconds: float) -> Any:
        deadline = time.monotonic() + seconds
        (size,) = struct.unpack("<Q", self._read(8, deadline, seconds))
        if size > LONGEST_ANSWER:
            raise SandboxDied("the filter's annotations are too large")
        return json.loads(self._read(size, deadline, seconds))

    def _read(self, size: int, deadline: float, seconds: float) -> bytes:
        assert self._child is not None
        assert self._child.stdout is not None
        stream, parts = self._child.stdout.fileno(), []
        while size:
            ready, _, _ = select.select([stream], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise SandboxDied(f"it took longer than {seconds:g} s on this batch and was stopped")
            part = os.read(stream, min(size, 1 << 20))
            if not part:
                raise SandboxDied(f"it needed more than {self.memory_mb} MB of memory and was stopped")
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def _is_up(self) -> bool:
        return self._child is not None and self._owner == os.getpid() and self._child.poll() is None

    def _started(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._is_up():
            return self._child
        if self._owner == os.getpid():
            self.close()
        self._child = subprocess.Popen(  # noqa: S603 (our own file, by our own interpreter)
            [sys.executable, "-I", "-B", str(CHILD), str(self.memory_mb)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=ENVIRONMENT,
            cwd="/",
            close_fds=True,
        )
        self._owner = os.getpid()
        self._receive(30.0)  # ready
        return self._child


def _packed(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue().to_pybytes()


def _answer(answer: dict, seconds: float, used: pa.Schema) -> Passed | Failed:
    if "error" in answer:
        value = _only(answer["value"], pa.struct(list(used))) if answer.get("value") else None
        return Failed(answer["error"], answer.get("row"), value=value, seconds=seconds)
    return Passed(answer["rows"], answer["annotations"], seconds)


def _only(value: Any, kind: pa.DataType) -> Any:
    """Of a packet's values those that this filter looks at."""
    if pa.types.is_list(kind) and isinstance(value, list):
        return [_only(v, kind.value_type) for v in value]
    if pa.types.is_struct(kind) and isinstance(value, dict):
        return {f.name: _only(value.get(f.name), f.type) for f in kind}
    return value


_shared: Sandbox | None = None


def shared() -> Sandbox:
    """The process's own sandbox, for checking filters as people write them."""
    global _shared
    if _shared is None:
        _shared = Sandbox()
    return _shared
