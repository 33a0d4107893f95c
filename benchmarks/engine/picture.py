"""Accuracy against speed as a picture that reads on light and on dark pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from benchmarks.engine.quoted import QUOTED

INK, FAINT, OWN, PEER = "#24292f", "#656d76", "#0a6ebd", "#9a6700"
"""Colours on a light page."""
DARK = {INK: "#e6edf3", FAINT: "#8b949e", OWN: "#58a6ff", PEER: "#d29922"}
"""What each becomes on a dark one."""
SPEEDS = (100, 40_000)
RECALLS = (0.44, 0.78)
NOTE = (
    "Points: measured in one run on TweetEval's validation split. "
    "Dashed: quoted from papers, on its harder test split."
)
QUOTED_FROM = 0.8
"""Part of the width from which on quoted figures are drawn: their speed is not known."""
QUOTED_SHOWN = ("best entry of 2017", "RoBERTa-base", "TimeLMs-2021")


@dataclass(frozen=True, slots=True)
class Point:
    """A method in the picture.

    Attributes:
        name: What is written beside it.
        speed: Posts per second on one core.
        recall: Macro-averaged recall of sentiment.
        own: Whether it is one of ours.
    """

    name: str
    speed: float
    recall: float
    own: bool


def draw(points: Sequence[Point], path: Path) -> None:
    """Write the picture.

    Args:
        points: Methods measured in one run.
        path: An `.svg`, which follows the page's light or dark scheme, or a `.png` on white.
    """
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "milieu"}):
        figure = Figure(figsize=(7.2, 4.4), layout="constrained")
        axes = figure.add_subplot()
        _frame(axes)
        _quoted(axes)
        figure.supxlabel(NOTE, color=FAINT, fontsize=7.5)
        for point in sorted(points, key=lambda p: p.name):
            _point(axes, point)
        if path.suffix == ".svg":
            figure.savefig(path, transparent=True, metadata={"Date": None, "Creator": None})
            path.write_text(_with_scheme(path.read_text("utf-8")), "utf-8")
        else:
            figure.savefig(path, facecolor="white", dpi=160)


def _frame(axes: Axes) -> None:
    axes.set_xscale("log")
    axes.set_xlim(*SPEEDS)
    axes.set_ylim(*RECALLS)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("posts per second on one core", color=INK)
    axes.set_ylabel("sentiment, macro-averaged recall", color=INK)
    axes.tick_params(colors=INK, which="both")
    axes.grid(visible=True, color=FAINT, alpha=0.25, linewidth=0.6)
    for side, spine in axes.spines.items():
        spine.set_visible(side in {"left", "bottom"})
        spine.set_color(FAINT)


def _quoted(axes: Axes) -> None:
    for quoted in QUOTED:
        if quoted.name in QUOTED_SHOWN:
            axes.axhline(quoted.sentiment, QUOTED_FROM, color=FAINT, linewidth=0.9, dashes=(4, 4))
            axes.annotate(
                f"{quoted.name} {quoted.sentiment:.3f}",
                (SPEEDS[1], quoted.sentiment),
                xytext=(-2, 3),
                textcoords="offset points",
                ha="right",
                color=FAINT,
                fontsize=8,
            )


def _point(axes: Axes, point: Point) -> None:
    colour = OWN if point.own else PEER
    axes.plot(point.speed, point.recall, "o" if point.own else "s", color=colour, markersize=8)
    axes.annotate(
        f"{point.name} {point.recall:.3f}",
        (point.speed, point.recall),
        xytext=(0, -17),
        textcoords="offset points",
        ha="center",
        color=colour,
        fontsize=10,
        fontweight="bold" if point.own else "normal",
    )


def _with_scheme(svg: str) -> str:
    rules = "".join(
        f'[style*="fill: {light}"]{{fill:{dark}!important}}'
        f'[style*="stroke: {light}"]{{stroke:{dark}!important}}'
        for light, dark in DARK.items()
    )
    style = f"<style>@media (prefers-color-scheme: dark){{{rules}}}</style>"
    head, mark, rest = svg.partition("<defs>")
    return f"{head}{style}{mark}{rest}"
