"""Makes `results.md` and its picture of what has been measured."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import plots
from benchmarks.scenarios import COMPARED, ROLLOUT_ARTIFACTS, ROLLOUT_PROJECTS
from benchmarks.stages import NAMES
from benchmarks.targets import ratio_of, verdicts

FOLDER = Path(__file__).parent
TITLES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
INTRODUCTION = """\
# What a request costs

Written by `make bench`; [README.md](README.md) says how it is measured. Costs are milliseconds of CPU
time of the server's workers a request. × says how many times the product's cost a peer's is: more than 1
means that the product is cheaper."""

Measured = dict[str, Any]


def report(measured: Measured) -> None:
    """Write the report of all stages that were measured.

    Args:
        measured: what each stage returned, by stage and vendor.
    """
    (FOLDER / "results.md").write_text("\n\n".join(_sections(measured)) + "\n")


def _sections(measured: Measured) -> Iterator[str]:
    yield INTRODUCTION
    yield "\n".join(f"- {name}: {stage['on']}" for name, stage in measured.items())
    stages = {name: stage["measured"] for name, stage in measured.items()}
    rows = [
        [TITLES[each.vendor], each.target, each.worst, "yes" if each.reached else "**no**"]
        for each in verdicts(stages)
    ]
    yield f"## Targets\n\n{_table(['database', 'target', 'worst', 'reached'], rows)}"
    by_stage = {
        stage: {
            TITLES[vendor]: stages[f"{stage} {vendor}"] for vendor in TITLES if f"{stage} {vendor}" in stages
        }
        for stage in ("compare", "large", "soak", "rollout")
    }
    if by_stage["compare"]:
        yield f"## The product and its peers\n\n![ratios]({plots.ratios(by_stage['compare'])})"
    for title, stage in by_stage["compare"].items():
        yield f"### {title}\n\n{_compared(stage)}"
    for title, stage in by_stage["large"].items():
        tables = (_summaries(stage), _pages(stage), _filters(stage))
        yield "\n\n".join([f"## {title}: a million deployments", *tables])
    for title, stage in by_stage["soak"].items():
        sizes = ", ".join(f"{size:.0f}" for size in stage["memory"])
        yield (
            f"## {title}: memory\n\nMB of the largest worker in {stage['minutes']:g} minutes of nine reads "
            f"to a write ({stage['rate']} requests/s): {sizes}."
        )
    for title, stage in by_stage["rollout"].items():
        rows = [[name, f"{done['seconds']:.1f}", f"{done['cpu']:.1f}"] for name, done in stage.items()]
        pairs = f"{ROLLOUT_ARTIFACTS} artifacts to {ROLLOUT_PROJECTS} projects"
        yield f"## {title}: a rollout\n\n{_table([pairs, 'seconds', 'CPU, s'], rows)}"


def _compared(stage: Measured) -> str:
    names = [*NAMES, *(["baseline"] if "baseline" in stage[COMPARED[0].name] else [])]
    others = names[1:]
    rows = [
        [
            scenario.name,
            *(f"{costs[name]['cpu']:.1f} ± {costs[name]['spread']:.1f}" for name in names),
            *(f"{ratio_of(costs, name):.2f}" for name in others),
            " / ".join(f"{costs[name]['rate']:.0f}" for name in names),
        ]
        for scenario in COMPARED
        for costs in [stage[scenario.name]]
    ]
    header = [*(f"{name}, ms" for name in names), *(f"× {name}" for name in others), "requests/s"]
    return _table(["request", *header], rows)


def _summaries(stage: Measured) -> str:
    rows = [
        [f"{name}, {where}", *(f"{load[key]:.1f}" for key in ("cpu", "p50", "p95"))]
        for name, loads in stage["summary"].items()
        for where, load in loads.items()
    ]
    return _table(["request, 8 clients", "CPU, ms", "p50, ms", "p95, ms"], rows)


def _pages(stage: Measured) -> str:
    return _latencies("page of 100 rows on L, 8 clients", stage["pages"])


def _filters(stage: Measured) -> str:
    return _latencies("filter on L, 100 rows, one client", stage["filters"])


def _latencies(title: str, loads: Measured) -> str:
    rows = [[name, *(f"{load[key]:.1f}" for key in ("cpu", "p50", "p95"))] for name, load in loads.items()]
    return _table([title, "CPU, ms", "p50, ms", "p95, ms"], rows)


def _table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
