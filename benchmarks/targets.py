"""What the product is to reach, and whether it does."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.scenarios import COMPARED, PAGES, ROLLOUT_ARTIFACTS, ROLLOUT_PROJECTS, SUMMARY

Measured = dict[str, Any]

# Of each kind of request: how many times as cheap as each peer it is at least.
PEERS = {
    "list": {"plain DRF": 1.8, "FastAPI": 1.2},
    "nested": {"plain DRF": 5.0},
    "write": {"plain DRF": 0.7, "FastAPI": 1.0},
}
# And how many times the cost of the baseline at most.
BASELINE = {"list": 2.5, "write": 3.0}
KINDS = {
    "list": "lists of 50-100 rows",
    "nested": "group and collection with what they hold",
    "write": "writes",
}
P95_MILLISECONDS = 100
GROWTH = 2
DEEP = 3
MEMORY_MB = 150
ROLLOUT_SECONDS = 5
# How much more memory the second half of a soak may take than the first.
FLAT = 1.05


@dataclass(frozen=True)
class Verdict:
    """A target and what was measured.

    Attributes:
        worst: the measured figure that is farthest from the target, and of which request.
    """

    vendor: str
    target: str
    worst: str
    reached: bool


def verdicts(measured: dict[str, Measured]) -> Iterator[Verdict]:
    """A verdict for each target of which the figures are there, by vendor.

    Args:
        measured: what each stage returned, by stage and vendor: ``compare sqlite``.
    """
    for key, stage in measured.items():
        name, vendor = key.split()
        yield from _VERDICTS[name](vendor, stage)


def _compared(vendor: str, stage: Measured) -> Iterator[Verdict]:
    for kind, title in KINDS.items():
        names = [scenario.name for scenario in COMPARED if scenario.kind == kind]
        for peer, least in PEERS[kind].items():
            ratio, which = min((ratio_of(stage[name], peer), name) for name in names)
            target = f"{title}: at least {least} × {peer}"
            yield Verdict(vendor, target, f"{ratio:.2f} × ({which})", ratio >= least)
        if kind in BASELINE and "baseline" in stage[names[0]]:
            ratio, which = max((1 / ratio_of(stage[name], "baseline"), name) for name in names)
            target = f"{title}: at most {BASELINE[kind]} × the cost of the baseline"
            yield Verdict(vendor, target, f"{ratio:.2f} × ({which})", ratio <= BASELINE[kind])


def ratio_of(costs: Measured, peer: str) -> float:
    """How many times the product's CPU time a peer takes."""
    return costs[peer]["cpu"] / costs["product"]["cpu"]


def _large(vendor: str, stage: Measured) -> Iterator[Verdict]:
    summary, pages = stage["summary"][SUMMARY.name], stage["pages"]
    p95 = summary["L, others write"]["p95"]
    target = f"summary of 1,000,000, others write: p95 at most {P95_MILLISECONDS} ms"
    yield Verdict(vendor, target, f"{p95:.0f} ms", p95 <= P95_MILLISECONDS)
    growth = summary["L"]["cpu"] / summary["S"]["cpu"]
    target = f"summary of 1,000,000: at most {GROWTH} × the cost of 10,000"
    yield Verdict(vendor, target, f"{growth:.2f} ×", growth <= GROWTH)
    p95, which = max((load["p95"], name) for name, load in pages.items())
    target = f"every page of 100 rows on L, 8 clients: p95 at most {P95_MILLISECONDS} ms"
    yield Verdict(vendor, target, f"{p95:.0f} ms ({which})", p95 <= P95_MILLISECONDS)
    p95, which = max((load["p95"], name) for name, load in stage["filters"].items())
    target = f"every filter on L, one client: p95 at most {P95_MILLISECONDS} ms"
    yield Verdict(vendor, target, f"{p95:.0f} ms ({which})", p95 <= P95_MILLISECONDS)
    deep, which = max(
        (pages[each.name]["p50"] / pages[each.first]["p50"], each.name) for each in PAGES if each.first
    )
    target = f"a deep page: at most {DEEP} × the first one (p50)"
    yield Verdict(vendor, target, f"{deep:.2f} × ({which})", deep <= DEEP)


def _soaked(vendor: str, stage: Measured) -> Iterator[Verdict]:
    memory = stage["memory"]
    most = max(memory)
    yield Verdict(vendor, f"a worker: at most {MEMORY_MB} MB", f"{most:.0f} MB", most <= MEMORY_MB)
    growth = memory[-1] / memory[len(memory) // 2]
    target = f"memory flat: at the end at most {FLAT} × that at half of the time"
    yield Verdict(vendor, target, f"{growth:.2f} × in {stage['minutes']:g} minutes", growth <= FLAT)


def _rolled_out(vendor: str, stage: Measured) -> Iterator[Verdict]:
    if vendor == "sqlite":
        # Whose triggers run for each row; the target is for many users, and those have PostgreSQL.
        return
    seconds, which = max((done["seconds"], name) for name, done in stage.items())
    pairs = f"{ROLLOUT_ARTIFACTS} artifacts to {ROLLOUT_PROJECTS} projects"
    target = f"a rollout of {pairs}: at most {ROLLOUT_SECONDS} s"
    yield Verdict(vendor, target, f"{seconds:.1f} s ({which})", seconds <= ROLLOUT_SECONDS)


_VERDICTS = {"compare": _compared, "large": _large, "soak": _soaked, "rollout": _rolled_out}
