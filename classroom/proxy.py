"""The door to the classroom: sends each request to the hub, or to the server of the learner whose address it is for.

JupyterHub's usual proxy is a Node.js program, which a training machine would have to fetch from elsewhere. This one
runs inside the hub: no second program, no port of its own for adding routes. It reads the head of a request, picks the
server by its path, and then only hands bytes on both ways, so that WebSockets (and their sub-protocols), uploads and
pages that grow while a server starts pass unchanged. Each connection carries one request.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from urllib.parse import unquote, urlsplit

from jupyterhub.proxy import Proxy

from classroom import words

__all__ = ["BadRequest", "Head", "PassingProxy"]

#: Bytes that the head of a request may have: as many as the servers behind accept.
LONGEST_HEAD = 65_536

#: Seconds a browser may keep an open connection without asking for anything.
PATIENCE = 60.0

CHUNK = 65_536

#: What only we may say about where a request comes from, or what concerns one connection only (RFC 9110, 7.6.1).
OURS = {"connection", "keep-alive", "proxy-connection", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"}


class BadRequest(Exception):
    """What came is no head of an HTTP/1 request; holds the status to answer with."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


class Head:
    """The head of a request: its first line and its fields, in their order."""

    def __init__(self, data: bytes) -> None:
        first, *rest = data.decode("latin-1").split("\r\n")
        words_of_first = first.split(" ")
        if len(words_of_first) != 3 or not words_of_first[2].startswith("HTTP/1."):
            raise BadRequest("400 Bad Request")
        self.first = first
        self.target = words_of_first[1]
        if not self.target.startswith("/"):
            raise BadRequest("400 Bad Request")
        self.fields: list[tuple[str, str]] = []
        for line in rest:
            name, colon, value = line.partition(":")
            # A folded line, or a space before the colon, may be read in two ways: RFC 9112, 5.1 and 5.2.
            if not colon or not name or name != name.strip():
                raise BadRequest("400 Bad Request")
            self.fields.append((name, value.strip()))

    def field(self, name: str) -> str:
        """The first value of a field, or an empty text."""
        return next((value for key, value in self.fields if key.lower() == name), "")

    @property
    def path(self) -> str:
        """The path that routes are compared with."""
        return unquote(self.target.partition("?")[0])

    def forwarded(self, address: str, port: int, scheme: str) -> bytes:
        """The head as the server behind gets it, from a client at `address` that came in by `scheme` and `port`."""
        upgrade = "upgrade" in self.field("connection").lower() and bool(self.field("upgrade"))
        fields = [(name, value) for name, value in self.fields if name.lower() not in OURS]
        fields += [
            ("Connection", "Upgrade" if upgrade else "close"),
            ("X-Forwarded-For", address),
            ("X-Forwarded-Port", str(port)),
            ("X-Forwarded-Proto", scheme),
        ]
        return "\r\n".join([self.first, *(f"{name}: {value}" for name, value in fields), "", ""]).encode("latin-1")


class PassingProxy(Proxy):  # type: ignore[misc] # JupyterHub has no types
    """A proxy inside the hub."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._routes: dict[str, dict[str, Any]] = {}
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    # --- routes

    async def add_route(self, routespec: str, target: str, data: dict[str, Any]) -> None:
        """Send what begins with `routespec` to `target`."""
        routespec = self.validate_routespec(routespec)
        self._routes[routespec] = {"routespec": routespec, "target": target, "data": data}

    async def delete_route(self, routespec: str) -> None:
        """No longer send it there."""
        self._routes.pop(self.validate_routespec(routespec), None)

    async def get_all_routes(self) -> dict[str, dict[str, Any]]:
        """Every route, by its prefix."""
        return dict(self._routes)

    def target_of(self, path: str) -> tuple[str, int] | None:
        """The address and port of the server that this path is for."""
        fitting = [spec for spec in self._routes if f"{path}/".startswith(spec)]
        if not fitting:
            return None
        found = urlsplit(self._routes[max(fitting, key=len)]["target"])
        return (found.hostname, found.port) if found.hostname and found.port else None

    # --- life

    async def start(self) -> None:
        """Open the port that browsers come to."""
        public = urlsplit(self.public_url)
        context = None
        if self.ssl_cert:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(self.ssl_cert, self.ssl_key or None)
        self._scheme, self._port = "https" if context else "http", public.port or (443 if context else 80)
        self._server = await asyncio.start_server(
            self._accept, public.hostname, self._port, limit=LONGEST_HEAD, ssl=context
        )

    async def stop(self) -> None:
        """Close the port, and every connection with it."""
        if self._server:
            self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    # --- a connection

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._pass_on(reader, writer)
        except BadRequest as bad:
            with suppress(OSError):
                writer.write(_answer(bad.status, words.NOT_UNDERSTOOD))
                await writer.drain()
        except (OSError, EOFError, TimeoutError):
            # The browser has gone, or never asked for anything.
            pass
        finally:
            await _close(writer)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = Head((await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)).removesuffix(b"\r\n\r\n"))
        except asyncio.LimitOverrunError:
            raise BadRequest("431 Request Header Fields Too Large") from None
        target = self.target_of(head.path)
        try:
            if target is None:
                raise ConnectionError
            server_reader, server_writer = await asyncio.open_connection(*target, limit=CHUNK)
        except OSError:
            writer.write(_answer("503 Service Unavailable", words.SERVER_SILENT))
            await writer.drain()
            return
        address = (writer.get_extra_info("peername") or ("",))[0]
        try:
            server_writer.write(head.forwarded(address, self._port, self._scheme))
            both = [
                asyncio.ensure_future(_pump(reader, server_writer)),
                asyncio.ensure_future(_pump(server_reader, writer)),
            ]
            try:
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            finally:
                await _end(both)
        finally:
            await _close(server_writer)


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Hand on what comes, as fast as it is taken, until either side has gone."""
    with suppress(OSError):
        while data := await source.read(CHUNK):
            sink.write(data)
            await sink.drain()


async def _end(tasks: Iterable[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError, TimeoutError):
        await asyncio.wait_for(writer.wait_closed(), 5)


def _answer(status: str, sentence: str) -> bytes:
    body = words.PAGE_OF_ONE_SENTENCE.format(sentence=sentence).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Connection: close\r\n\r\n".encode() + body
