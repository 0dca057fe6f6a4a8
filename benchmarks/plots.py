"""The picture of the report."""

from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("agg")

from matplotlib import pyplot as plt

from benchmarks.scenarios import COMPARED
from benchmarks.targets import ratio_of

FOLDER = Path(__file__).parent
DOTS_PER_INCH = 100
TICKS = (0.5, 1, 2, 5, 10)
# Told apart with any eyes: of the palette of Okabe and Ito.
COLORS = {"plain DRF": "#d55e00", "FastAPI": "#009e73"}


def ratios(stages: dict[str, dict[str, Any]]) -> str:
    """How many times the product's CPU time each peer takes, by request and vendor.

    Args:
        stages: what `benchmarks.stages.compare` returned, by the vendor's title.

    Returns:
        The name of the file.
    """
    names = [scenario.name for scenario in COMPARED]
    figure, panels = plt.subplots(
        1, len(stages), figsize=(5 + 3 * len(stages), 4.5), sharey=True, squeeze=False, layout="constrained"
    )
    for axes, (title, stage) in zip(panels[0], stages.items(), strict=True):
        for place, (peer, color) in enumerate(COLORS.items()):
            values = [ratio_of(stage[name], peer) for name in names]
            heights = [index + 0.4 * place - 0.2 for index in range(len(names))]
            bars = axes.barh(heights, values, height=0.38, color=color, label=peer)
            axes.bar_label(bars, fmt="%.1f", padding=3, fontsize=7)
        axes.axvline(1, color="black", linewidth=1)
        axes.set_xscale("log")
        axes.set_xticks(TICKS, [f"{tick:g}" for tick in TICKS])
        axes.minorticks_off()
        axes.margins(x=0.15)
        axes.set_yticks(range(len(names)), names)
        axes.set_title(title)
        axes.set_xlabel("CPU time a request, times the product's (log)")
    panels[0][0].invert_yaxis()
    panels[0][0].legend(loc="lower right")
    figure.savefig(FOLDER / "ratios.png", dpi=DOTS_PER_INCH)
    plt.close(figure)
    return "ratios.png"
