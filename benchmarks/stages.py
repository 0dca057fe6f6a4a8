"""What is measured, stage by stage. Each takes a vendor, and returns what can be kept as JSON."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import asdict
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from rich.progress import track

from benchmarks.contenders import NAMES
from benchmarks.databases import Database, filled_database
from benchmarks.load import load, mix
from benchmarks.scenarios import SCENARIOS, Scenario, filled
from benchmarks.sizes import MOST_CLIENTS, SIZES
from tests.server import Server

Measured = dict[str, Any]

COST_ROUNDS = 5
LOAD_ROUNDS = 3
CLIENTS = (1, MOST_CLIENTS)
SECONDS = {1: 1, MOST_CLIENTS: 2}
MIX = "9 reads to a write"
WRITES_PER_SECOND = 20
ENDURANCE_SECONDS = 600
SAMPLES = 20


def cost(vendor: str) -> Measured:
    """CPU time of each request in process, on S, of all contenders in turn."""
    rounds: dict[str, list[Any]] = {name: [] for name in NAMES}
    with filled_database(vendor, "S") as database:
        for name in track(NAMES * COST_ROUNDS, f"CPU time on {vendor}"):
            rounds[name].append(json.loads(database.run("benchmarks.cpu", name)))
    return {
        "statements": rounds["floor"][0]["statements"],
        "costs": {
            scenario.name: {name: [each["costs"][scenario.name] for each in rounds[name]] for name in NAMES}
            for scenario in SCENARIOS
        },
    }


def throughput(vendor: str) -> Measured:
    """What wrk measures, on S, of all contenders in turn; and their memory afterwards."""
    measured: Measured = {
        name: {contender: {clients: [] for clients in CLIENTS} for contender in NAMES}
        for name in [*(scenario.name for scenario in SCENARIOS), MIX]
    }
    # Writes leave rows behind, so everything is read before.
    requests = [[scenario] for scenario in sorted(SCENARIOS, key=lambda scenario: scenario.method != "GET")]
    rounds = [
        (scenarios, contender, clients)
        for scenarios in [*requests, mix()]
        for _ in range(LOAD_ROUNDS)
        for clients in CLIENTS
        for contender in NAMES
    ]
    with filled_database(vendor, "S") as database, database.served_by(*NAMES) as servers:
        for scenarios, contender, clients in track(rounds, f"Throughput on {vendor}"):
            made = _load(servers[contender], database, scenarios, clients)
            name = scenarios[0].name if len(scenarios) == 1 else MIX
            measured[name][contender][clients].append(made)
        return {"loads": measured, "memory": {name: memory(server) for name, server in servers.items()}}


def growth(vendor: str) -> Measured:
    """What each request costs anew from XS to L; and what wrk measures on L, of ours and anew."""
    measured: Measured = {"sizes": {}}
    for size, amounts in SIZES.items():
        with filled_database(vendor, size) as database:
            costs = json.loads(database.run("benchmarks.cpu", "anew"))["costs"]
            measured["sizes"][size] = {"deployments": amounts.deployments, "costs": costs}
            if size == "L":
                measured["large"] = {name: _large(vendor, database, name) for name in ("ours", "anew")}
    return measured


def _large(vendor: str, database: Database, name: str) -> Measured:
    with database.served_by(name) as servers:
        server = servers[name]

        def loads(scenarios: list[Scenario]) -> Measured:
            return {
                scenario.name: {clients: _load(server, database, [scenario], clients) for clients in CLIENTS}
                for scenario in track(scenarios, f"Throughput of L on {vendor}, {name}")
            }

        alone = loads(SCENARIOS)
        with _writing(server, database):
            busy = loads([scenario for scenario in SCENARIOS if "summary" in scenario.name])
    return {"alone": alone, "while others write": busy}


def endurance(vendor: str) -> Measured:
    """The memory of the workers while clients read and write for ten minutes."""
    with filled_database(vendor, "S") as database, database.served_by("ours") as servers:
        server = servers["ours"]
        with ThreadPoolExecutor() as pool:
            made = pool.submit(_load, server, database, mix(), MOST_CLIENTS, ENDURANCE_SECONDS)
            samples = []
            for _ in track(range(SAMPLES), f"Endurance on {vendor}"):
                time.sleep(ENDURANCE_SECONDS / SAMPLES)
                samples.append(memory(server))
        return {"load": made.result(), "memory": samples}


STAGES: dict[str, Callable[[str], Measured]] = {
    "cost": cost,
    "throughput": throughput,
    "growth": growth,
    "endurance": endurance,
}


def memory(server: Server) -> float:
    """MiB that the largest worker of a server has in memory."""
    master = server.process.pid
    workers = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    sizes = [Path(f"/proc/{worker}/status").read_text().split("VmRSS:")[1].split()[0] for worker in workers]
    return max(int(size) for size in sizes) / 1024


def _load(
    server: Server, database: Database, scenarios: list[Scenario], clients: int, seconds: int = 0
) -> dict[str, float]:
    seconds = seconds or SECONDS[clients]
    return asdict(load(server.port, scenarios, database.ids, clients=clients, seconds=seconds))


@contextmanager
def _writing(server: Server, database: Database) -> Iterator[None]:
    """Meanwhile another client creates deployments, `WRITES_PER_SECOND`."""
    over = threading.Event()
    with ThreadPoolExecutor() as pool:
        writer = pool.submit(_write, server.port, database.ids, over)
        try:
            yield
        finally:
            over.set()
        writer.result()


def _write(port: int, ids: dict[str, Any], over: threading.Event) -> None:
    scenario = next(scenario for scenario in SCENARIOS if scenario.path == "/deployments")
    headers = {"Authorization": f"Token {ids['token']}", "Content-Type": "application/json"}
    due = time.monotonic()
    with closing(HTTPConnection("127.0.0.1", port)) as connection:
        while not over.wait(max(0, due - time.monotonic())):
            due += 1 / WRITES_PER_SECOND
            body = json.dumps(filled(scenario.body, ids, time.time_ns()))
            connection.request(scenario.method, f"/api/v1{scenario.path}", body, headers)
            response = connection.getresponse()
            answer = response.read()
            if response.status != HTTPStatus.CREATED:
                raise RuntimeError(f"{response.status} {answer!r}")
