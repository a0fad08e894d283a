# coding: utf-8
"""Reads the sensors of a birdhouse and keeps the last values."""
import asyncio
import collections
from asyncio import coroutine

Reading = collections.namedtuple('Reading', 'sensor value')


class SensorError(Exception):
    pass


class Station:
    """Polls its sensors, one at a time because they share one wire."""

    def __init__(self, sensors, loop, capacity=10):
        self.sensors = sensors
        self.last = {}
        self._loop = loop
        self._wire = asyncio.Lock(loop=loop)
        self._readings = asyncio.Queue(
            capacity,  # what the display can take
            loop=loop)

    @coroutine
    def read(self, name, timeout=1):
        """Read one sensor."""
        sensor = self.sensors[name]
        with (yield from self._wire):
            try:
                value = yield from asyncio.wait_for(
                    sensor.read(), timeout, loop=self._loop)
            except asyncio.TimeoutError:
                raise SensorError('{}: no answer in {} s'.format(name, timeout))
        yield from self._readings.put(Reading(name, value))
        self.last[name] = value
        return value

    @coroutine
    def read_all(self):
        """Read all sensors; those that fail are left out."""
        results = yield from asyncio.gather(
            *[self.read(name) for name in sorted(self.sensors)],
            loop=self._loop, return_exceptions=True)
        return {name: value for name, value in zip(sorted(self.sensors), results)
                if not isinstance(value, SensorError)}

    @asyncio.coroutine
    def next_reading(self):
        """Wait for a reading."""
        return (yield from self._readings.get())

    @asyncio.coroutine
    def poll(self, every, turns):
        for _ in range(turns):
            yield from self.read_all()
            # one turn of the loop for the display
            yield
            yield from asyncio.sleep(every, loop=self._loop)

    def start(self, every, turns):
        """Poll in the background."""
        return asyncio.async(self.poll(every, turns), loop=self._loop)

    @asyncio.coroutine
    def close(self):
        self.last.clear()
