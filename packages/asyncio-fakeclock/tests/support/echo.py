"""A server that thinks for ten virtual seconds."""

import asyncio


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(100):
        await asyncio.sleep(10)
        writer.write(data)
    writer.close()
