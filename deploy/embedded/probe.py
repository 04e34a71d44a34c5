"""Asks a health page once. A raw request: this runs many times a second while the platform starts."""

import asyncio

from deploy.embedded.ports import HOST


async def says_yes(port: int, path: str, seconds: float = 2.0) -> bool:
    """Does `GET path` answer 200 within `seconds`?"""
    try:
        async with asyncio.timeout(seconds):
            reader, writer = await asyncio.open_connection(HOST, port)
            try:
                writer.write(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
                status = await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
    return status.split()[1:2] == [b"200"]


async def accepts(port: int) -> bool:
    """Does somebody listen there?"""
    try:
        async with asyncio.timeout(2):
            _, writer = await asyncio.open_connection(HOST, port)
            writer.close()
    except (OSError, TimeoutError):
        return False
    return True
