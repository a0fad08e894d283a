"""The record of what ran when, as text and as a picture."""

import _thread
import asyncio
import threading
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from asyncio_fakeclock import FakeClock, Timeline
from clocked import run

SVG = "{http://www.w3.org/2000/svg}"


def expire() -> None:
    pass


async def sample(clock: FakeClock) -> Timeline:
    loop = asyncio.get_running_loop()

    async def worker() -> None:
        await asyncio.sleep(5)
        handle = loop.call_later(60, expire)
        await asyncio.sleep(0.5)
        handle.cancel()

    task = asyncio.create_task(worker(), name="worker <1>")
    asyncio.current_task().set_name("main")  # type: ignore[union-attr]
    try:
        await asyncio.wait_for(asyncio.Event().wait(), 2)
    except asyncio.TimeoutError:
        pass
    loop.call_later(7, expire)
    await task
    await asyncio.sleep(0)
    return clock.timeline()


def timeline() -> Timeline:
    return run(sample, trace=True)


def test_text_tells_what_happened_in_order() -> None:
    text = timeline().text(places=False).splitlines()

    assert text[0] == "timeline of 5 timers"
    assert sorted(text[1:3]) == [
        "    0 s  main has a timeout at 2 s",
        "    0 s  worker <1> sleeps until 5 s",
    ]
    assert text[3:] == [
        "    2 s  main times out, limited since 0 s",
        "    2 s  main: expire() is set for 9 s",
        "    5 s  worker <1> wakes, asleep since 0 s",
        "    5 s  worker <1>: expire() is set for 65 s",
        "    5 s  worker <1> sleeps until 5.5 s",
        "  5.5 s  worker <1> wakes, asleep since 5 s",
        "  5.5 s  worker <1>: expire(), set at 5 s, is cancelled",
    ]


def test_text_tells_the_line_that_set_a_timer() -> None:
    line = sample.__code__.co_firstlineno + 4

    assert f"worker <1> sleeps until 5 s  (test_timeline.py:{line})" in str(timeline())


def test_picture_is_well_formed_and_complete_in_itself() -> None:
    svg = timeline().svg()
    root = ET.fromstring(svg)

    assert root.tag == f"{SVG}svg"
    assert "href" not in svg
    labels = [element.text for element in root.iter(f"{SVG}text")]
    assert {"main", "worker <1>", "0 s", "2 s", "5.5 s", "9 s"} <= set(labels)


def test_picture_has_a_bar_for_each_timer_within_its_bounds() -> None:
    root = ET.fromstring(timeline().svg())
    width = float(root.attrib["width"])
    bars = [element for element in root.iter(f"{SVG}rect") if "class" in element.attrib]

    assert [bar.attrib["class"] for bar in bars].count("ran") == 3
    assert {bar.attrib["class"] for bar in bars} == {"ran", "cancelled", "pending"}
    for bar in bars:
        assert float(bar.attrib["x"]) + float(bar.attrib["width"]) <= width
    titles = [element.text or "" for element in root.iter(f"{SVG}title")]
    assert any("worker <1> sleeps until 5 s\n5 s: worker <1> wakes" in each for each in titles)


def test_bars_of_a_lane_do_not_lie_over_one_another() -> None:
    root = ET.fromstring(timeline().svg())
    taken: dict[str, list[tuple[float, float]]] = {}
    for bar in root.iter(f"{SVG}rect"):
        if "class" in bar.attrib:
            begin, width = float(bar.attrib["x"]), float(bar.attrib["width"])
            taken.setdefault(bar.attrib["y"], []).append((begin, begin + width))
    for row in taken.values():
        row.sort()
        assert all(a[1] <= b[0] for a, b in zip(row, row[1:], strict=False))


def test_page_holds_the_picture_and_the_text() -> None:
    page = timeline().html()

    assert page.startswith("<!DOCTYPE html>")
    assert "<svg " in page
    assert "worker &lt;1&gt; sleeps until 5 s" in page


@pytest.mark.parametrize("suffix", [".svg", ".html", ".txt"])
def test_timeline_is_saved_in_the_form_of_the_suffix(suffix: str, tmp_path: Path) -> None:
    record = timeline()
    path = tmp_path / f"timeline{suffix}"

    record.save(path)

    forms: Any = {".svg": record.svg, ".html": record.html, ".txt": record.text}
    assert path.read_text("utf-8") == forms[suffix]()


def test_unknown_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"timeline\.png': use \.svg, \.html or \.txt"):
        timeline().save(tmp_path / "timeline.png")
    assert list(tmp_path.iterdir()) == []


def test_empty_timeline_can_be_shown() -> None:
    async def main(clock: FakeClock) -> Timeline:
        return clock.timeline()

    record = run(main, trace=True)
    assert str(record) == "timeline of 0 timers"
    ET.fromstring(record.svg())


def test_long_record_keeps_its_end() -> None:
    async def main(clock: FakeClock) -> Timeline:
        for _ in range(2100):
            await asyncio.sleep(1)
        return clock.timeline()

    record = run(main, trace=True)
    lines = str(record).splitlines()
    assert lines[:2] == ["timeline of 2100 timers", "  (the first 100 are left out)"]
    assert "2100 s" in lines[-1]
    assert "the first 1700 timers are left out" in record.svg()


def test_timer_at_infinity_is_drawn_to_the_edge() -> None:
    async def main(clock: FakeClock) -> Timeline:
        asyncio.get_running_loop().call_later(float("inf"), expire)
        await asyncio.sleep(1)
        return clock.timeline()

    record = run(main, trace=True)
    assert "expire() is set for inf s" in str(record)
    ET.fromstring(record.svg())


def test_clock_without_trace_has_no_timeline() -> None:
    with pytest.raises(RuntimeError, match=r"FakeClock\(trace=True\)"):
        FakeClock().timeline()


def test_callback_runs_at_the_time_it_was_set_for() -> None:
    async def main(clock: FakeClock) -> Timeline:
        asyncio.current_task().set_name("main")  # type: ignore[union-attr]
        asyncio.get_running_loop().call_later(2, expire)
        await clock.advance(2)
        return clock.timeline()

    lines = run(main, trace=True, auto=False).text(places=False).splitlines()
    assert lines[-1] == "  2 s  main: expire(), set at 0 s, runs"


def test_timer_from_before_the_clock_is_left_out() -> None:
    loop = asyncio.new_event_loop()
    try:
        loop.call_later(1, expire)
        with FakeClock(loop, auto=True, trace=True) as clock:
            loop.run_until_complete(asyncio.sleep(2))
            assert [span.kind for span in clock.timeline().spans] == ["sleep"]
    finally:
        loop.close()


def test_timer_that_no_code_of_the_user_has_set_has_no_line() -> None:
    ended = threading.Event()

    def end() -> None:
        loop.stop()
        ended.set()

    loop = asyncio.new_event_loop()
    try:
        clock = FakeClock(loop, auto=True, trace=True).install()
        loop.call_soon(loop.call_later, 1, end)
        # Not a thread of `threading`: asyncio's is the outermost frame then.
        _thread.start_new_thread(loop.run_forever, ())
        assert ended.wait(60)
        while loop.is_running():
            time.sleep(0.001)
        assert [(span.lane, span.where) for span in clock.timeline().spans] == [("callbacks", "")]
    finally:
        loop.close()
