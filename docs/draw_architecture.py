"""
Draws the packages and the rooms of each, from the imports that are in the source.

``python docs/draw_architecture.py`` writes docs/explanation/diagrams/house*.svg; a test fails when
they are not what the source has. The floors are those of tests/support/house.py. Left out
are an arrow that others imply, and those of the face, which hands on names of all rooms.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from support.house import LADDERS, Package, read  # noqa: E402

DIAGRAMS = ROOT / "docs" / "explanation" / "diagrams"
WIDTH, WIDEST, BOX, FLOOR, MARGIN, GAP = 620, 190, 44, 92, 10, 16
FRAME = """\
<div class="diagram">
<svg viewBox="0 0 {width} {height}" role="img" aria-label="{label}">
  <defs>
    <marker id="{name}-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"
      orient="auto">
      <path class="tip" d="M0,0 L8,4 L0,8 z"/>
    </marker>
  </defs>
{body}
</svg>
</div>
"""

Arrows = set[tuple[str, str]]


class Place(NamedTuple):
    """Where a box stands."""

    x: float
    y: float
    width: float


def picture(
    name: str, label: str, floors: list[list[str]], notes: dict[str, str], all_arrows: Arrows
) -> str:
    """Return a picture of boxes on floors, and the arrows between them."""
    at: dict[str, Place] = {}
    for number, floor in enumerate(floors):
        width = min(WIDEST, (WIDTH - 2 * MARGIN - GAP * (len(floor) - 1)) / len(floor))
        left = (WIDTH - width * len(floor) - GAP * (len(floor) - 1)) / 2
        for place, room in enumerate(floor):
            at[room] = Place(left + place * (width + GAP), MARGIN + number * FLOOR, width)
    parts = [arrow(name, at[source], at[target]) for source, target in sorted(reduced(all_arrows))]
    for room, (x, y, width) in at.items():
        middle = x + width / 2
        parts.append(
            f'  <rect class="room" x="{x:.0f}" y="{y}" width="{width:.0f}" height="{BOX}" rx="6"/>'
        )
        title = "pytest plugin" if room.endswith("_pytest") and room != "_pytest" else room
        parts.append(f'  <text x="{middle:.0f}" y="{y + 20}">{title}</text>')
        parts.append(f'  <text class="note" x="{middle:.0f}" y="{y + 36}">{notes[room]}</text>')
    height = 2 * MARGIN + FLOOR * (len(floors) - 1) + BOX
    return FRAME.format(name=name, label=label, width=WIDTH, height=height, body="\n".join(parts))


def arrow(name: str, source: Place, target: Place) -> str:
    """Return the arrow from the lower edge of one box to the upper edge of another."""
    x1, y1 = source.x + source.width / 2, source.y + BOX
    x2, y2 = target.x + target.width / 2, target.y - 2
    x2 += max(-0.4, min(0.4, (x1 - x2) / WIDTH)) * target.width
    bend = (y2 - y1) / 2
    curve = (
        f"M{x1:.0f},{y1:.0f} C{x1:.0f},{y1 + bend:.0f} {x2:.0f},{y2 - bend:.0f} {x2:.0f},{y2:.0f}"
    )
    return f'  <path d="{curve}" marker-end="url(#{name}-tip)"/>'


def reduced(arrows: Arrows) -> Arrows:
    """Leave out what a longer way implies."""
    targets: dict[str, set[str]] = {}
    for source, target in arrows:
        targets.setdefault(source, set()).add(target)

    def reaches(source: str, target: str) -> bool:
        return any(step == target or reaches(step, target) for step in targets.get(source, ()))

    return {
        (source, target)
        for source, target in arrows
        if not any(reaches(step, target) for step in targets[source] if step != target)
    }


def rooms(package: Package) -> str:
    """Return the picture of one package's rooms."""
    floors = [sorted(floor - {"__init__", "_version"}) for floor in LADDERS[package.name]]
    floors = [floor for floor in floors if floor]
    notes = {}
    for floor in floors:
        for room in floor:
            modules = package.room_modules(room)
            notes[room] = "a module" if len(modules) == 1 else "a folder"
    arrows = {
        (package.room(arrow.source), package.room(arrow.target)) for arrow in package.arrows()
    }
    arrows = {
        (source, target)
        for source, target in arrows
        if source != target and not {source, target} & {"__init__", "_version"}
    }
    label = f"The rooms of {package.name}: each imports only rooms of lower floors"
    return picture(package.name, label, floors, notes, arrows)


def packages() -> str:
    """Return the picture of the packages, and what they need."""
    floors = [
        ["asynctest"],
        ["asyncio_fakeclock", "asyncio_testselector"],
        ["asyncloop_testcase", "asyncmock_plus"],
    ]
    notes = {
        "asynctest": "the drop-in",
        "asyncio_fakeclock": "virtual time",
        "asyncio_testselector": "I/O in memory",
        "asyncloop_testcase": "test case and checks",
        "asyncmock_plus": "mocks and patching",
    }
    arrows = {
        ("asynctest", "asyncio_fakeclock"),
        ("asynctest", "asyncio_testselector"),
        ("asyncio_fakeclock", "asyncloop_testcase"),
        ("asyncio_testselector", "asyncmock_plus"),
    }
    return picture("house", "The packages, and what they need", floors, notes, arrows)


def pictures() -> dict[str, str]:
    """Return all pictures by the name of their file."""
    found = {f"house-{name}.svg": rooms(read(name)) for name in LADDERS}
    return {"house.svg": packages(), **found}


if __name__ == "__main__":
    for file, text in pictures().items():
        (DIAGRAMS / file).write_text(text, "utf-8")
        print(DIAGRAMS / file)
