"""Many slash commands at once, signed over HTTP or as envelopes over sockets, each timed until it is acknowledged."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol
from urllib.parse import urlencode

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from bot.sandbox.signed import signature
from tests.driver import Doc

COMMANDS = ("/oncall", "/runbook aggregate-engagement kafka was down all night", "/rerun daily-growth 2024-06-03")
AT_ONCE = 25
LOST_AFTER_S = 3.0
"""Slack gives up an acknowledgement after this long."""
_NUMBERS = count(1)


@dataclass(frozen=True)
class Shot:
    """One command: when it was sent, and how long its acknowledgement took; None where none came in time."""

    key: str
    sent_at: float
    seconds: float | None
    answer: str = ""


class Gun(Protocol):
    async def fire(self, commands: Sequence[Doc]) -> list[Shot]: ...


def command(line: str, *, slack_url: str) -> Doc:
    """Return what Slack sends for *line*, as typed by Choo; its answer goes to *slack_url*."""
    name, _, text = line.partition(" ")
    key = f"{next(_NUMBERS)}.{time.time_ns()}"
    return {
        "token": "bench",
        "team_id": "T0BENCH",
        "team_domain": "bench",
        "channel_id": "C0ONCALL",
        "channel_name": "data-oncall",
        "user_id": "U0CHOO",
        "user_name": "choo",
        "command": name,
        "text": text,
        "api_app_id": "A0BATON",
        "is_enterprise_install": "false",
        "response_url": f"{slack_url}/answer/{key}",
        "trigger_id": key,
    }


class Http(asyncio.Protocol):
    """One connection that stays open, as a caller that shoots often has."""

    transport: asyncio.Transport
    answer: asyncio.Future[tuple[float, str]]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self._heard = transport, b""

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head, end, body = self._heard.partition(b"\r\n\r\n")
        if end and len(body) >= _length(head):
            now, self._heard = time.monotonic(), b""
            if not self.answer.done():
                self.answer.set_result((now, f"{head.split()[1].decode()} {body.decode()}"))

    def send(self, request: bytes) -> asyncio.Future[tuple[float, str]]:
        self.answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return self.answer


def _length(head: bytes) -> int:
    lines = (line.partition(b":") for line in head.lower().split(b"\r\n"))
    return next((int(value) for name, _, value in lines if name == b"content-length"), 0)


@dataclass
class HttpGun:
    """Fires signed requests at an app's URL."""

    port: int
    secret: str
    lines: list[Http] = field(default_factory=list)

    async def fire(self, commands: Sequence[Doc]) -> list[Shot]:
        self.lines = [line for line in self.lines if not line.transport.is_closing()]
        while len(self.lines) < len(commands):
            _, line = await asyncio.get_running_loop().create_connection(Http, "127.0.0.1", self.port)
            self.lines.append(line)
        requests = [self._request(each) for each in commands]
        sent = [
            (body["trigger_id"], time.monotonic(), line.send(request))
            for body, line, request in zip(commands, self.lines, requests, strict=False)
        ]
        return await _in_time(sent)

    def _request(self, body: Doc) -> bytes:
        form = urlencode(body).encode()
        stamp = str(int(time.time()))
        head = (
            "POST /slack/events HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            "Content-Type: application/x-www-form-urlencoded",
            f"X-Slack-Request-Timestamp: {stamp}",
            f"X-Slack-Signature: {signature(self.secret, stamp, form)}",
            f"Content-Length: {len(form)}",
        )
        return "\r\n".join((*head, "", "")).encode() + form


@dataclass
class SocketGun:
    """Sends envelopes over the sockets that one app has opened, in turn."""

    sockets: list[ServerConnection] = field(default_factory=list)
    waiting: dict[str, asyncio.Future[tuple[float, str]]] = field(default_factory=dict)

    async def fire(self, commands: Sequence[Doc]) -> list[Shot]:
        loop = asyncio.get_running_loop()
        sent = []
        for number, body in enumerate(commands):
            key = body["trigger_id"]
            envelope = {
                "envelope_id": key,
                "type": "slash_commands",
                "payload": body,
                "accepts_response_payload": True,
            }
            future = self.waiting[key] = loop.create_future()
            sent.append((key, time.monotonic(), future))
            await self.sockets[number % len(self.sockets)].send(json.dumps(envelope))
        return await _in_time(sent)

    async def link(self, socket: ServerConnection) -> None:
        """Take one connection of the app until it ends."""
        await socket.send(json.dumps({"type": "hello", "num_connections": 1}))
        self.sockets.append(socket)
        with suppress(ConnectionClosed):
            async for text in socket:
                now, said = time.monotonic(), json.loads(text)
                future = self.waiting.pop(said["envelope_id"], None)
                if future and not future.done():
                    future.set_result((now, f"200 {json.dumps(said.get('payload') or '')}"))


@asynccontextmanager
async def links() -> AsyncIterator[tuple[str, dict[str, SocketGun]]]:
    """Serve sockets; yield their address and, by the app's token, its gun."""
    guns: dict[str, SocketGun] = {name: SocketGun() for name in ("xapp-bot", "xapp-bare", "xapp-spare")}

    async def link(socket: ServerConnection) -> None:
        assert socket.request is not None
        await guns[socket.request.path.strip("/")].link(socket)

    async with serve(link, "127.0.0.1", 0, compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield f"ws://127.0.0.1:{port}", guns


async def _in_time(sent: Sequence[tuple[str, float, asyncio.Future[tuple[float, str]]]]) -> list[Shot]:
    await asyncio.wait([future for _, _, future in sent], timeout=LOST_AFTER_S)
    shots = []
    for key, at, future in sent:
        if future.done():
            heard_at, answer = future.result()
            shots.append(Shot(key, at, heard_at - at, answer))
        else:
            shots.append(Shot(key, at, None))
    return shots
