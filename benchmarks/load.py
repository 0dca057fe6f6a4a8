"""Load by wrk: clients that send requests over HTTP as fast as they are answered."""

import json
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from benchmarks.contenders import Server
from benchmarks.scenarios import WRITES, Scenario, filled

_SCRIPT = Path(__file__).with_name("wrk.lua")
# How many requests of a scenario a client prepares that names rows at random.
PREPARED = 200
SETTLING_SECONDS = 5


@dataclass(frozen=True)
class Load:
    """What was measured under a load.

    Attributes:
        cpu: milliseconds of CPU time a request, user and system, of the server's workers.
        p50: the latency that half of the requests stay below, in milliseconds.
        p95: likewise.
        rate: requests per second.
    """

    cpu: float
    p50: float
    p95: float
    rate: float


def require_wrk() -> None:
    """End with what to do if wrk is not here."""
    if not shutil.which("wrk"):
        raise SystemExit("wrk is needed to make load: apt-get install wrk")


def load(server: Server, scenarios: Sequence[Scenario], ids: dict[str, Any], *, seconds: int) -> Load:
    """Let as many clients as the first scenario says send the requests of scenarios in turn.

    Raises:
        RuntimeError: some did not succeed.
    """
    clients = scenarios[0].clients
    with tempfile.TemporaryDirectory() as folder:
        for number in range(clients):
            lines = _lines(scenarios, ids)
            # Not all of them do the same at the same time.
            start = number * len(lines) // clients
            Path(folder, str(number + 1)).write_text("\n".join(lines[start:] + lines[:start]) + "\n")
        command = ["wrk", f"-t{clients}", f"-c{clients}", f"-d{seconds}s", "--timeout", "20s"]
        command += ["-s", str(_SCRIPT), f"http://127.0.0.1:{server.port}", "--", folder]
        before = server.cpu()
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        cpu = _settled(server) - before
    measured = json.loads(done.stdout.splitlines()[-1])
    if measured["broken"] or measured["refused"]:
        raise RuntimeError(f"{[scenario.name for scenario in scenarios]} failed:\n{done.stdout}")
    if measured["requests"] < clients:
        # Too slow for that: not even one request of each client was answered.
        return load(server, scenarios, ids, seconds=2 * seconds)
    # When time is up each client waits for a request more, which the server still carries out.
    carried_out = measured["requests"] + clients
    return Load(
        cpu=1000 * cpu / carried_out,
        p50=measured["p50"],
        p95=measured["p95"],
        rate=measured["requests"] / measured["seconds"],
    )


def send_once(server: Server, path: str, body: dict[str, Any], ids: dict[str, Any]) -> dict[str, float]:
    """The seconds that one POST takes, and the CPU time of the server's workers of it.

    Raises:
        RuntimeError: it did not succeed.
    """
    cpu, start = server.cpu(), time.monotonic()
    with closing(HTTPConnection("127.0.0.1", server.port)) as connection:
        connection.request("POST", f"/api/v1{path}", json.dumps(body), _headers(ids))
        response = connection.getresponse()
        answer = response.read()
    seconds = time.monotonic() - start
    if response.status != HTTPStatus.OK:
        raise RuntimeError(f"{response.status} {answer[:1000]!r}")
    return {"seconds": round(seconds, 2), "cpu": round(_settled(server) - cpu, 2)}


def _headers(ids: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Token {ids['token']}", "Content-Type": "application/json"}


@contextmanager
def writing(server: Server, ids: dict[str, Any], per_second: int) -> Iterator[None]:
    """Meanwhile another client creates deployments, so many a second."""
    over = threading.Event()
    with ThreadPoolExecutor() as pool:
        writer = pool.submit(_write, server.port, ids, per_second, over)
        try:
            yield
        finally:
            over.set()
        writer.result()


def _write(port: int, ids: dict[str, Any], per_second: int, over: threading.Event) -> None:
    scenario = next(scenario for scenario in WRITES if scenario.path == "/deployments")
    due = time.monotonic()
    with closing(HTTPConnection("127.0.0.1", port)) as connection:
        while not over.wait(max(0, due - time.monotonic())):
            due += 1 / per_second
            body = json.dumps(filled(scenario.body, ids))
            connection.request(scenario.method, f"/api/v1{scenario.path}", body, _headers(ids))
            response = connection.getresponse()
            answer = response.read()
            if response.status != HTTPStatus.CREATED:
                raise RuntimeError(f"{response.status} {answer!r}")


def _settled(server: Server) -> float:
    """The CPU time of a server once it has nothing to do any more, or after `SETTLING_SECONDS`."""
    cpu, deadline = server.cpu(), time.monotonic() + SETTLING_SECONDS
    while time.monotonic() < deadline:
        time.sleep(0.1)
        before, cpu = cpu, server.cpu()
        # A tick of the clock is no work.
        if cpu - before < 0.02:
            break
    return cpu


def _lines(scenarios: Sequence[Scenario], ids: dict[str, Any]) -> list[str]:
    """Requests as `wrk.lua` reads them."""
    random = any("{any_" in f"{scenario.path}{scenario.body}" for scenario in scenarios)
    return [_line(scenario, ids) for _ in range(PREPARED if random else 1) for scenario in scenarios]


def _line(scenario: Scenario, ids: dict[str, Any]) -> str:
    body = json.dumps(filled(scenario.body, ids)) if scenario.body else ""
    return "\t".join([scenario.method, f"/api/v1{filled(scenario.path, ids)}", ids["token"], body])
