"""Which versions of time-machine the wall clock is built on."""

from importlib import metadata

import pytest
from asyncio_fakeclock import FakeClock
from asyncio_fakeclock._time import wall as _wall

pytest.importorskip("time_machine")


@pytest.mark.parametrize("version", ["2.16.0", "3.4.99", "3.4"])
def test_older_time_machine_is_refused_by_its_version(
    monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    monkeypatch.setattr(metadata, "version", lambda name: {"time-machine": version}[name])

    with pytest.raises(ImportError, match=f"3.5 or later, not {version}: pip install 'asyncio"):
        FakeClock(wall_clock=True)


@pytest.mark.parametrize("version", ["3.5.0", "3.10.1", "4.0rc1", "10.0"])
def test_newer_time_machine_is_taken(monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    monkeypatch.setattr(metadata, "version", lambda name: {"time-machine": version}[name])

    assert not FakeClock(wall_clock=True).installed


def test_version_asked_for_is_that_of_the_extra() -> None:
    wanted = metadata.requires("asyncio-fakeclock") or []

    needed = ".".join(str(part) for part in _wall._NEEDED)
    assert any(line.startswith(f"time-machine>={needed};") for line in wanted), wanted
