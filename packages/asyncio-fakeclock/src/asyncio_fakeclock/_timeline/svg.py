"""
The picture of a timeline: a lane for each task, time from left to right.

Virtual time has no natural scale: a test may wait for a millisecond here and a year there. So
the axis has a column for each instant at which something happened, and the distance of two of
them grows with the logarithm of the time between; the labels tell the truth.
"""

from __future__ import annotations

import itertools
import math
from html import escape
from typing import TYPE_CHECKING

from asyncio_fakeclock._report import seconds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asyncio_fakeclock._timeline.span import Span

__all__ = ["html_page", "picture"]

# More than this cannot be told apart; the text has them all.
MOST_SPANS = 300

MARGIN, ROW, BAR = 16, 22, 12
NARROW, WIDE = 34, 120
LETTER = 6.6
FONT = "font-family='ui-monospace, Menlo, Consolas, monospace' font-size='11'"
COLOURS = {"sleep": "#4c78a8", "timeout": "#e08a2e", "call": "#6f9e5b"}
NAMES = {"sleep": "sleep", "timeout": "timeout", "call": "callback"}
STYLE = (
    "<style>.grid{stroke:#e3e3e3}.lane{stroke:#c8c8c8}.late{fill:#555}"
    ".cancelled{fill-opacity:.18;stroke-dasharray:4 3}.pending{fill-opacity:.35}</style>"
)


def picture(spans: list[Span]) -> str:
    """Return the SVG of *spans*."""
    shown = spans[-MOST_SPANS:]
    columns = _columns(shown)
    lanes = _lanes(shown)
    left = MARGIN + max((len(name) for name in lanes), default=0) * LETTER + 12
    at = {instant: left + offset for instant, offset in columns.items()}
    right = max(at.values(), default=left) + 60
    parts: list[str] = []
    y = 64.0
    for name, rows in lanes.items():
        parts.append(_text(MARGIN, y + 15, name, "font-weight='bold'"))
        parts.append(f"<line class='lane' x1='{MARGIN}' x2='{right:.1f}' y1='{y}' y2='{y}'/>")
        for number, row in enumerate(rows):
            parts += [_bar(span, at, right, y + 6 + number * ROW) for span in row]
        y += max(1, len(rows)) * ROW + 6
    grid = _grid(at, y)
    width, height = max(right + MARGIN, 480), y + MARGIN
    head = (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width:.0f}' height='{height:.0f}' "
        f"viewBox='0 0 {width:.0f} {height:.0f}' {FONT}>{STYLE}"
        f"<rect width='100%' height='100%' fill='white'/>{_legend(len(spans) - len(shown))}"
    )
    return "\n".join([head, *grid, *parts, "</svg>\n"])


def _columns(spans: list[Span]) -> dict[float, float]:
    ends = {span.due if span.end is None else span.end for span in spans}
    instants = sorted({span.begin for span in spans} | {end for end in ends if math.isfinite(end)})
    steps = [after - before for before, after in itertools.pairwise(instants)]
    shortest = min(steps, default=1.0)
    offsets, x = {}, 0.0
    for instant, step in zip(instants, [*steps, 0.0], strict=False):
        offsets[instant] = x
        if step:
            needed = (len(seconds(instant)) + 2) * LETTER + 10
            x += max(needed, min(NARROW + 12 * math.log2(step / shortest), WIDE))
    return offsets


def _lanes(spans: list[Span]) -> dict[str, list[list[Span]]]:
    """Return the rows of each lane: as many as it takes to draw no bar over another."""
    lanes: dict[str, list[list[Span]]] = {}
    for span in spans:
        rows = lanes.setdefault(span.lane, [])
        row = next((row for row in rows if _last(row[-1]) <= span.begin), None)
        if row is None:
            rows.append([span])
        else:
            row.append(span)
    return lanes


def _last(span: Span) -> float:
    # A bar of no length still has a mark at its end.
    end = span.due if span.end is None else span.end
    return math.nextafter(end, math.inf) if end == span.begin else end


def _bar(span: Span, at: dict[float, float], right: float, y: float) -> str:
    begin = at[span.begin]
    end = at.get(span.due if span.end is None else span.end, right)
    colour = COLOURS[span.kind]
    middle = y + BAR / 2
    mark = {
        "ran": f"<circle cx='{end:.1f}' cy='{middle}' r='4' fill='{colour}'/>",
        "cancelled": _cross(end, middle, colour),
    }.get(span.state, "")
    title = escape(f"{span.begun()}\n{_fate(span)}\n{span.where}".strip())
    label = ""
    if span.kind == "call" and end - begin > len(span.what) * LETTER + 10:
        label = _text(begin + 5, y + 10, span.what, "fill='#1d3313' font-size='10'")
    return (
        f"<g><title>{title}</title><rect class='{span.state}' x='{begin:.1f}' y='{y}' "
        f"width='{max(end - begin, 1):.1f}' height='{BAR}' rx='3' fill='{colour}' "
        f"fill-opacity='.55' stroke='{colour}'/>{mark}{label}</g>"
    )


def _fate(span: Span) -> str:
    if span.end is None:
        return "still pending"
    return f"{seconds(span.end)} s: {span.ended()}"


def _cross(x: float, y: float, colour: str) -> str:
    path = f"M{x - 4:.1f} {y - 4}l8 8m0 -8l-8 8"
    return f"<path d='{path}' stroke='{colour}' stroke-width='2' fill='none'/>"


def _grid(at: dict[float, float], bottom: float) -> Iterable[str]:
    for instant, x in at.items():
        yield f"<line class='grid' x1='{x:.1f}' x2='{x:.1f}' y1='58' y2='{bottom:.1f}'/>"
        yield _text(x - 2, 52, f"{seconds(instant)} s", "class='late'")


def _legend(left_out: int) -> str:
    parts, x = [_text(MARGIN, 24, "virtual time", "font-weight='bold' font-size='13'")], 130
    for kind, colour in COLOURS.items():
        parts.append(f"<rect x='{x}' y='14' width='22' height='{BAR}' rx='3' fill='{colour}' ")
        parts.append(f"fill-opacity='.55' stroke='{colour}'/>{_text(x + 28, 24, NAMES[kind])}")
        x += 100
    parts.append(f"{_cross(x + 4, 20, '#555')}{_text(x + 14, 24, 'cancelled')}")
    if left_out:
        parts.append(_text(x + 100, 24, f"the first {left_out} timers are left out"))
    return "".join(parts)


def _text(x: float, y: float, text: str, attributes: str = "") -> str:
    return f"<text x='{x:.1f}' y='{y:.1f}' {attributes}>{escape(text)}</text>"


def html_page(svg: str, text: str) -> str:
    """Return a page with a picture and a text."""
    return (
        "<!DOCTYPE html>\n<html lang='en'><meta charset='utf-8'><title>virtual timeline</title>\n"
        "<style>body{font-family:sans-serif;margin:1.5em}div{overflow-x:auto}</style>\n"
        f"<div>{svg}</div><pre>{escape(text)}</pre></html>\n"
    )
