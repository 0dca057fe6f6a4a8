"""Makes `results.md` and its pictures of what has been measured."""

import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import plots
from benchmarks.contenders import NAMES
from benchmarks.databases import VENDORS
from benchmarks.sizes import MOST_CLIENTS
from benchmarks.stages import CLIENTS, ENDURANCE_SECONDS, MIX, WRITES_PER_SECOND

FOLDER = Path(__file__).parent
TITLES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
INTRODUCTION = """\
# What a request costs

Written by `make bench`; how to read it is said in [README.md](README.md). **floor**: the same
statements by the driver alone. **anew**: ours, keeping no answers, as if somebody wrote something before
every request. **plain**: the same models behind ModelViewSets with nested ModelSerializers. *of floor* is
how much of the floor's throughput is reached, by ours / anew; *of plain* how many times that of plain.
Behind ± is half the distance between the best and the worst round."""

Measured = dict[str, Any]


def report(measured: Measured) -> None:
    """Write the report of all stages that were measured.

    Args:
        measured: what each stage returned, by stage and vendor.
    """
    text = "\n\n".join(_sections(measured))
    (FOLDER / "results.md").write_text(text + "\n")


def _sections(measured: Measured) -> Iterator[str]:
    yield INTRODUCTION
    yield _circumstances(measured)
    for vendor in VENDORS:
        if stage := measured.get(f"cost {vendor}"):
            picture = plots.ratios(vendor, {name: _costs(rounds) for name, rounds in stage["costs"].items()})
            yield f"## {TITLES[vendor]}, S: CPU time of a request\n\n![ratios]({picture})"
            yield _cost_table(stage)
        if stage := measured.get(f"throughput {vendor}"):
            for clients in map(str, CLIENTS):
                table = _throughput_table(stage["loads"], clients)
                yield f"## {TITLES[vendor]}, S: throughput, {_clients(clients)}\n\n{table}"
            memory = ", ".join(f"{name} {size:.0f} MiB" for name, size in stage["memory"].items())
            yield f"Memory of a worker after all of that: {memory}."
        if stage := measured.get(f"growth {vendor}"):
            picture = plots.growth(vendor, stage["sizes"])
            yield f"## {TITLES[vendor]}: as it grows\n\n![growth]({picture})"
            yield _growth_table(stage["sizes"])
            for contender, loads in stage["large"].items():
                yield f"### L by wrk, {contender}\n\n{_large_table(loads)}"
        if stage := measured.get(f"endurance {vendor}"):
            yield f"## {TITLES[vendor]}: ten minutes\n\n{_endurance(stage)}"


def _circumstances(measured: Measured) -> str:
    rows = [
        [stage, on["commit"], on["machine"], f"Python {on['python']}"]
        for stage, on in sorted((stage, kept["on"]) for stage, kept in measured.items())
    ]
    return _table(["stage", "commit", "machine", ""], rows)


def _costs(rounds: dict[str, list[Any]]) -> dict[str, float]:
    """The median CPU time of each contender, in milliseconds."""
    return {name: statistics.median(each["cpu"] for each in rounds[name]) for name in NAMES}


def _cost_table(stage: Measured) -> str:
    rows = []
    for name, rounds in stage["costs"].items():
        costs = _costs(rounds)
        milliseconds = [_spread([each["cpu"] for each in rounds[contender]]) for contender in NAMES]
        rows.append(
            [
                name,
                str(stage["statements"][name]),
                *milliseconds,
                *_compared({name: 1 / cost for name, cost in costs.items()}),
            ]
        )
    header = ["request", "statements", *(f"{name}, ms" for name in NAMES), "of floor", "of plain"]
    return _table(header, rows)


def _throughput_table(loads: Measured, clients: str) -> str:
    rows = []
    for name, contenders in loads.items():
        median = {
            contender: {
                key: statistics.median(each[key] for each in rounds[clients]) for key in rounds[clients][0]
            }
            for contender, rounds in contenders.items()
        }
        ours = median["ours"]
        rows.append(
            [
                f"mix: {name}" if name == MIX else name,
                *(
                    _spread([each["rate"] for each in contenders[contender][clients]], 0)
                    for contender in NAMES
                ),
                *(f"{ours[key]:.1f}" for key in ("p50", "p95", "p99")),
                *_compared({contender: each["rate"] for contender, each in median.items()}),
            ]
        )
    latencies = ["ours p50, ms", "p95", "p99"]
    return _table(["request", *(f"{name}, /s" for name in NAMES), *latencies, "of floor", "of plain"], rows)


def _compared(rates: dict[str, float]) -> list[str]:
    """The cells that say how much of the floor's rate, and of plain's, is reached by ours / anew."""
    of_floor, of_plain = (
        [rates[name] / rates[other] for name in ("ours", "anew")] for other in ("floor", "plain")
    )
    return [
        "**" + " / ".join(f"{ratio:.2f}" for ratio in of_floor) + "**",
        " / ".join(f"{ratio:.1f}" for ratio in of_plain),
    ]


def _growth_table(sizes: Measured) -> str:
    header = ["request anew, ms elapsed in process", *(f"{kept['deployments']:,}" for kept in sizes.values())]
    rows = [
        [name, *(f"{kept['costs'][name]['elapsed']:.1f}" for kept in sizes.values())]
        for name in next(iter(sizes.values()))["costs"]
    ]
    return _table(header, rows)


def _large_table(stage: Measured) -> str:
    loads = stage["alone"] | {
        f"{name}, with {WRITES_PER_SECOND} writes/s": load
        for name, load in stage["while others write"].items()
    }
    header = ["request"]
    for clients in map(str, CLIENTS):
        header += [f"{_clients(clients)}, /s", "p50, ms", "p95", "p99"]
    rows = []
    for name, by_clients in loads.items():
        row = [name]
        for load in by_clients.values():
            row += [f"{load['rate']:.0f}", *(f"{load[key]:.1f}" for key in ("p50", "p95", "p99"))]
        rows.append(row)
    return _table(header, rows)


def _endurance(stage: Measured) -> str:
    samples, load = stage["memory"], stage["load"]
    sizes = ", ".join(f"{size:.0f}" for size in samples)
    return (
        f"The mix, {_clients(str(MOST_CLIENTS))}, {ENDURANCE_SECONDS} s: {load['rate']:.0f} requests/s, "
        f"p95 {load['p95']:.1f} ms, nothing failed. MiB of the largest worker meanwhile: {sizes}."
    )


def _clients(number: str) -> str:
    return "1 client" if number == "1" else f"{number} clients"


def _spread(values: list[float], digits: int = 2) -> str:
    half = (max(values) - min(values)) / 2
    return f"{statistics.median(values):.{digits}f} ± {half:.{digits}f}"


def _table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
