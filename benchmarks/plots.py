"""The pictures of the report."""

from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("agg")

from matplotlib import pyplot as plt

from benchmarks.scenarios import SCENARIOS

FOLDER = Path(__file__).parent
DOTS_PER_INCH = 110
# Told apart with any eyes: the palette of Okabe and Ito.
COLORS = {"floor": "#009e73", "ours": "#0072b2", "anew": "#56b4e9", "plain": "#d55e00"}


def ratios(vendor: str, costs: dict[str, dict[str, float]]) -> str:
    """A bar for each contender at each request: how many times the cost of the floor.

    Args:
        costs: milliseconds of CPU by request and contender.

    Returns:
        The name of the file.
    """
    names = list(costs)
    figure, axes = plt.subplots(figsize=(9, 0.5 * len(names) + 1.2), layout="constrained")
    for place, contender in enumerate(("ours", "anew", "plain")):
        values = [costs[name][contender] / costs[name]["floor"] for name in names]
        heights = [index + 0.27 * place for index in range(len(names))]
        bars = axes.barh(heights, values, height=0.25, color=COLORS[contender], label=contender)
        axes.bar_label(bars, fmt="%.1f", padding=3, fontsize=7)
    axes.axvline(1, color=COLORS["floor"], linewidth=2, label="floor")
    axes.set_xscale("log")
    axes.margins(x=0.1)
    axes.set_yticks([index + 0.27 for index in range(len(names))], names)
    axes.invert_yaxis()
    axes.set_xlabel("CPU time, times the floor's (log)")
    axes.legend(loc="lower right")
    return _saved(figure, f"ratios-{vendor}.png")


def growth(vendor: str, sizes: dict[str, Any]) -> str:
    """A line for each request that reads a list or a summary: its cost against the deployments there are.

    Returns:
        The name of the file.
    """
    deployments = [kept["deployments"] for kept in sizes.values()]
    figure, axes = plt.subplots(figsize=(9, 5.5), layout="constrained")
    growing = [scenario.name for scenario in SCENARIOS if scenario.grows]
    styles = ["-", "--", ":"]
    for number, name in enumerate(growing):
        elapsed = [kept["costs"][name]["elapsed"] for kept in sizes.values()]
        axes.loglog(deployments, elapsed, styles[number // 8], marker="o", markersize=4, label=name)
    axes.set_xlabel("deployments in the database")
    axes.set_ylabel("ms a request made anew, elapsed in process")
    axes.set_ylim(0.5, max(100, axes.get_ylim()[1]))
    axes.axhline(100, color="grey", linewidth=0.8)
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.legend(fontsize=7, ncols=2)
    return _saved(figure, f"growth-{vendor}.png")


def _saved(figure: Any, name: str) -> str:
    figure.savefig(FOLDER / name, dpi=DOTS_PER_INCH)
    plt.close(figure)
    return name
