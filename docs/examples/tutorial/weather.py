"""A small service: it asks a weather station for the temperature, and tells when it freezes."""

import asyncio


class Station:
    """A station that answers ``TEMP`` with a number, a line each."""

    def __init__(self, host, port):
        self.host = host
        self.port = port

    async def temperature(self):
        reader, writer = await asyncio.open_connection(self.host, self.port)
        try:
            writer.write(b"TEMP\n")
            line = await asyncio.wait_for(reader.readline(), timeout=5)
        finally:
            writer.close()
            await writer.wait_closed()
        if not line.endswith(b"\n"):
            raise ConnectionError(f"the station hung up after {line!r}")
        return float(line)


class FrostAlarm:
    """Asks a station every minute, and calls *alert* when the temperature falls below zero."""

    def __init__(self, station, alert, every=60):
        self.station = station
        self.alert = alert
        self.every = every
        self.failures = 0

    def start(self):
        self.task = asyncio.get_running_loop().create_task(self.run())

    async def stop(self):
        self.task.cancel()
        await asyncio.wait({self.task})

    async def run(self):
        freezing = False
        while True:
            try:
                celsius = await self.station.temperature()
            except (OSError, asyncio.TimeoutError):
                self.failures += 1
            else:
                if celsius < 0 and not freezing:
                    await self.alert(celsius)
                freezing = celsius < 0
            await asyncio.sleep(self.every)
