"""Load by wrk: clients that send requests over HTTP as fast as they are answered."""

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import orjson

from benchmarks.scenarios import SCENARIOS, Scenario, filled

_SCRIPT = Path(__file__).with_name("wrk.lua")
READS_TO_A_WRITE = 9
SETTLING_SECONDS = 1


@dataclass(frozen=True)
class Load:
    """What wrk measured.

    Attributes:
        rate: answers per second.
        p50: the latency that half of the answers stay below, in milliseconds; so the others.
    """

    rate: float
    p50: float
    p95: float
    p99: float


def require_wrk() -> None:
    """End with what to do if wrk is not here."""
    if not shutil.which("wrk"):
        raise SystemExit("wrk is needed to make load: apt-get install wrk")


def load(
    port: int, scenarios: Sequence[Scenario], ids: dict[str, Any], *, clients: int, seconds: int
) -> Load:
    """Let clients send the requests of scenarios in turn.

    Raises:
        RuntimeError: some did not succeed.
    """
    with tempfile.TemporaryDirectory() as folder:
        for number in range(clients):
            lines = _lines(port, scenarios, ids | {"member": ids["members"][number]})
            # Not all of them do the same at the same time.
            start = number * len(lines) // clients
            Path(folder, str(number + 1)).write_text("\n".join(lines[start:] + lines[:start]) + "\n")
        command = ["wrk", f"-t{clients}", f"-c{clients}", f"-d{seconds}s", "-s", str(_SCRIPT)]
        url = f"http://127.0.0.1:{port}"
        done = subprocess.run([*command, url, "--", folder], capture_output=True, text=True, check=True)
    if any(scenario.method != "GET" for scenario in scenarios):
        # The server still does what was asked of it when time was up, and others would wait for it.
        time.sleep(SETTLING_SECONDS)
    measured = json.loads(done.stdout.splitlines()[-1])
    # A client of a scenario that makes sense only after itself may begin with the wrong turn.
    allowed = clients if any(scenario.in_turn for scenario in scenarios) else 0
    if measured.pop("broken") or measured.pop("refused") > allowed:
        raise RuntimeError(f"{[scenario.name for scenario in scenarios]} failed:\n{done.stdout}")
    return Load(**measured)


def mix() -> list[Scenario]:
    """All requests: nine reads before every write."""
    reads = cycle(scenario for scenario in SCENARIOS if scenario.method == "GET")
    writes = [scenario for scenario in SCENARIOS if scenario.method != "GET"]
    return [scenario for write in writes for scenario in (*islice(reads, READS_TO_A_WRITE), write)]


def _lines(port: int, scenarios: Sequence[Scenario], ids: dict[str, Any]) -> list[str]:
    turns = range(2 if any(scenario.in_turn for scenario in scenarios) else 1)
    return [_line(port, scenario, ids, turn) for turn in turns for scenario in scenarios]


def _line(port: int, scenario: Scenario, ids: dict[str, Any], turn: int) -> str:
    """A request as `wrk.lua` reads it; ``@n@`` for what `filled` calls ``{n}``."""
    path = f"/api/v1{filled(scenario.path, ids, turn)}"
    body = orjson.dumps(filled(scenario.body, ids | {"n": "@n@"}, turn)).decode() if scenario.body else ""
    index = str(SCENARIOS.index(scenario))
    etag = _etag(f"http://127.0.0.1:{port}{path}", ids["token"], index) if scenario.unchanged else ""
    return "\t".join([scenario.method, path, ids["token"], index, etag, body])


def _etag(url: str, token: str, index: str) -> str:
    request = Request(url, headers={"Authorization": f"Token {token}", "X-Scenario": index})  # noqa: S310
    with urlopen(request) as response:  # noqa: S310
        return response.headers["ETag"] or ""
