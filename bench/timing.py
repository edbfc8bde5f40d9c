"""One client, warm, over loopback: how long a request takes, how many queries it makes, how many bytes come back."""

from __future__ import annotations

import http.client
import re
import statistics
import threading
import time
from dataclasses import asdict, dataclass
from typing import Any

from .cases import Case, Request


@dataclass(frozen=True)
class Result:
    name: str
    n: int
    min_ms: float
    median_ms: float
    p95_ms: float
    queries: int | None
    bytes: int
    status: set[int]
    target_ms: float | None


class Client:
    """A kept-alive connection with one set of credentials."""

    def __init__(self, host: str, port: int, headers: dict[str, str]) -> None:
        self.connection = http.client.HTTPConnection(host, port, timeout=120)
        self.headers = headers

    def __call__(self, request: Request) -> tuple[float, int, bytes, int | None]:
        method, path, body = request
        kind = "application/json" if body and body.startswith(b"{") else "application/x-www-form-urlencoded"
        headers = {**self.headers, "Content-Type": kind} if body else self.headers
        started, answer = self._ask(method, path, body, headers)
        content = answer.read()
        took = (time.perf_counter() - started) * 1000
        counted = re.search(r'desc="(\d+) quer', answer.headers.get("Server-Timing", ""))
        return took, answer.status, content, int(counted[1]) if counted else None

    def _ask(self, *request: Any) -> tuple[float, http.client.HTTPResponse]:
        """A server may close a connection that was idle; asking again then is no retry of a failure."""
        for last in (False, True):
            started = time.perf_counter()
            try:
                self.connection.request(*request)
                return started, self.connection.getresponse()
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                self.connection.close()
                if last:
                    raise
        raise AssertionError("not reached")


def measure(client: Client, case: Case, *, repeats: int, warm: int = 3) -> Result:
    for k in range(warm):
        client(case.make(k))
    taken = [client(case.make(k + warm)) for k in range(repeats)]
    times = sorted(t for t, *_ in taken)
    _, _, content, queries = taken[-1]
    return Result(
        case.name, repeats, times[0], statistics.median(times), times[min(len(times) - 1, int(0.95 * len(times)))],
        queries, len(content), {status for _, status, *_ in taken}, case.target_ms,
    )  # fmt: skip


def load(host: str, port: int, headers: dict[str, str], case: Case, *, clients: int, seconds: float) -> float:
    """Requests a second with this many clients at once."""
    stop, counts = time.monotonic() + seconds, [0] * clients

    def work(number: int) -> None:
        client, k = Client(host, port, headers), number
        while time.monotonic() < stop:
            client(case.make(k))
            counts[number] += 1
            k += clients

    threads = [threading.Thread(target=work, args=(n,)) for n in range(clients)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.monotonic() - started)


def table(results: list[Result]) -> str:
    """Markdown, one row a request."""
    lines = ["| request | n | min | median | p95 | target | queries | kB |", "|---|--:|--:|--:|--:|--:|--:|--:|"]
    for r in results:
        target = "" if r.target_ms is None else f"{r.target_ms:.0f} {'✓' if r.median_ms <= r.target_ms else '✗'}"
        odd = "" if r.status == {200} else f" ({', '.join(map(str, sorted(r.status)))})"
        queries = "" if r.queries is None else r.queries
        lines.append(
            f"| {r.name}{odd} | {r.n} | {r.min_ms:.1f} | {r.median_ms:.1f} | {r.p95_ms:.1f} | {target} | {queries} |"
            f" {r.bytes / 1000:.1f} |"
        )
    return "\n".join(lines)


def as_dicts(results: list[Result]) -> list[dict[str, Any]]:
    return [{**asdict(result), "status": sorted(result.status)} for result in results]
