"""What is measured, stage by stage. Each takes a vendor, and returns what the report needs as JSON."""

import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.progress import track

from benchmarks.agreement import check_agreement
from benchmarks.contenders import Server
from benchmarks.databases import filled_database
from benchmarks.load import Load, load, send_once, writing
from benchmarks.scenarios import (
    COMPARED,
    FILTERS,
    MIX,
    PAGES,
    ROLLOUT_ARTIFACTS,
    ROLLOUT_PROJECTS,
    SUMMARY,
    SUMMARY_PAGE,
    Scenario,
)
from benchmarks.sizes import SIZES

Measured = dict[str, Any]

NAMES = ("product", "plain DRF", "FastAPI")
WRITES_PER_SECOND = 20
SAMPLES_A_MINUTE = 4


@dataclass(frozen=True)
class Effort:
    """How long to measure.

    Attributes:
        rounds: how often each contender has its turn.
        seconds: how long a turn is.
        minutes: how long the memory is watched.
        baseline: another checkout of the product, to be compared too.
    """

    rounds: int = 3
    seconds: int = 2
    minutes: float = 2
    baseline: Path | None = None


def compare(vendor: str, effort: Effort) -> Measured:
    """Each request on S: the contenders take turns, and the medians of the turns are kept."""
    with ExitStack() as stack:
        database = stack.enter_context(filled_database(vendor, "S"))
        servers = stack.enter_context(database.served_by(*NAMES))
        check_agreement(servers, database.ids)
        ids = dict.fromkeys(NAMES, database.ids)
        if effort.baseline:
            other = stack.enter_context(filled_database(vendor, "S", effort.baseline))
            servers |= stack.enter_context(other.served_by("baseline"))
            ids["baseline"] = other.ids
        for name in servers:
            load(servers[name], [COMPARED[0]], ids[name], seconds=1)
        return {
            scenario.name: {
                name: _summed_up(loads) for name, loads in _in_turn(servers, [scenario], ids, effort).items()
            }
            for scenario in track(COMPARED, f"Requests on {vendor}")
        }


def large(vendor: str, effort: Effort) -> Measured:
    """The summary on S and on L in turn, and while others write; every page and every filter on L."""
    with ExitStack() as stack:
        databases = {size: stack.enter_context(filled_database(vendor, size)) for size in SIZES}
        ids = {size: database.ids for size, database in databases.items()}
        servers = {
            size: stack.enter_context(database.served_by("product"))["product"]
            for size, database in databases.items()
        }
        return {
            "summary": _summaries(servers, ids, effort),
            "pages": _one_by_one(PAGES, servers["L"], ids["L"], effort),
            "filters": _one_by_one(FILTERS, servers["L"], ids["L"], effort),
        }


def _summaries(servers: dict[str, Server], ids: dict[str, Any], effort: Effort) -> Measured:
    summaries: Measured = {}
    for scenario in (SUMMARY, SUMMARY_PAGE):
        turns = _in_turn(servers, [scenario], ids, effort)
        with writing(servers["L"], ids["L"], WRITES_PER_SECOND):
            busy = [
                load(servers["L"], [scenario], ids["L"], seconds=effort.seconds) for _ in range(effort.rounds)
            ]
        summaries[scenario.name] = {
            **{size: _summed_up(loads) for size, loads in turns.items()},
            "L, others write": _summed_up(busy),
        }
    return summaries


def _one_by_one(scenarios: list[Scenario], server: Server, ids: dict[str, Any], effort: Effort) -> Measured:
    done: dict[str, list[Load]] = {scenario.name: [] for scenario in scenarios}
    # Round by round, so that a page and its first page are measured at the same time.
    for scenario in track(scenarios * effort.rounds, f"Each {scenarios[0].kind} on L"):
        done[scenario.name].append(load(server, [scenario], ids, seconds=effort.seconds))
    return {name: _summed_up(loads) for name, loads in done.items()}


def soak(vendor: str, effort: Effort) -> Measured:
    """The memory of the workers while clients read and write."""
    with filled_database(vendor, "S") as database, database.served_by("product") as servers:
        server, seconds = servers["product"], int(effort.minutes * 60)
        samples: list[float] = []
        with ThreadPoolExecutor() as pool:
            made = pool.submit(load, server, MIX, database.ids, seconds=seconds)
            for _ in track(range(int(effort.minutes * SAMPLES_A_MINUTE)), f"Soak on {vendor}"):
                time.sleep(60 / SAMPLES_A_MINUTE)
                samples.append(round(server.memory(), 1))
        return {"minutes": effort.minutes, "memory": samples, "rate": round(made.result().rate)}


def rollout(vendor: str, effort: Effort) -> Measured:
    """Rollouts on S, one at a time: of artifacts that are nowhere yet, and of another version of them."""
    rollouts: dict[str, list[dict[str, float]]] = {"all new": [], "all updated": []}
    with filled_database(vendor, "S") as database, database.served_by("product") as servers:
        rows = database.ids["any"]
        for number in range(effort.rounds):
            body = {
                "artifact_ids": rows["artifact"][:ROLLOUT_ARTIFACTS],
                "project_ids": rows["project"][:ROLLOUT_PROJECTS],
                "target": f"round-{number}",
            }
            for version, done in enumerate(rollouts.values()):
                body["deployed_version"] = str(version)
                done.append(send_once(servers["product"], "/deployments/rollout", body, database.ids))
    return {
        name: {key: round(statistics.median(each[key] for each in done), 2) for key in ("seconds", "cpu")}
        for name, done in rollouts.items()
    }


STAGES: dict[str, Callable[[str, Effort], Measured]] = {
    "compare": compare,
    "large": large,
    "soak": soak,
    "rollout": rollout,
}


def _in_turn(
    servers: dict[str, Server], scenarios: Sequence[Scenario], ids: dict[str, Any], effort: Effort
) -> dict[str, list[Load]]:
    """The loads of each server; another one begins each round."""
    names = list(servers)
    loads: dict[str, list[Load]] = {name: [] for name in names}
    for number in range(effort.rounds):
        start = number % len(names)
        for name in names[start:] + names[:start]:
            loads[name].append(load(servers[name], scenarios, ids[name], seconds=effort.seconds))
    return loads


def _summed_up(loads: Sequence[Load]) -> dict[str, float]:
    """The median of each figure, and the spread of the cost: half of highest less lowest."""
    medians = {
        name: round(statistics.median(getattr(each, name) for each in loads), 2)
        for name in ("cpu", "p50", "p95", "rate")
    }
    costs = [each.cpu for each in loads]
    return {**medians, "spread": round((max(costs) - min(costs)) / 2, 2)}
