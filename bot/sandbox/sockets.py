"""Socket Mode: the app opens WebSockets to the workspace, and each envelope goes out over one of them."""

import asyncio
import contextlib
import json
import random
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.sandbox.delivery import ACK_WITHIN_S, Kind, Reply, Retry
from bot.sandbox.store import Doc

TICKET_LIVES_S = 60.0
MOST_CONNECTIONS = 10
CONNECTION_LIVES_S = 18060
"""What `hello` promises; the app should reconnect when told to, not by this."""


@dataclass(eq=False)
class _Connection:
    socket: WebSocket
    retiring: bool = False
    """Told to go away: it may still acknowledge, but gets nothing new."""
    waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict)


class Sockets:
    """The open connections of the app. A `Line`."""

    def __init__(self, app_id: str, *, ack_within_s: float = ACK_WITHIN_S) -> None:
        self._app_id = app_id
        self._ack_within_s = ack_within_s
        self._tickets: dict[str, float] = {}
        self._connections: list[_Connection] = []
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def open_connections(self) -> int:
        return sum(not each.retiring for each in self._connections)

    def new_ticket(self) -> str:
        """Return what lets the app connect once, within the next minute."""
        now = time.monotonic()
        self._tickets = {ticket: until for ticket, until in self._tickets.items() if until > now}
        ticket = secrets.token_urlsafe(16)
        self._tickets[ticket] = now + TICKET_LIVES_S
        return ticket

    async def serve(self, socket: WebSocket) -> None:
        """Take one connection of the app until it ends."""
        until = self._tickets.pop(socket.query_params.get("ticket", ""), 0.0)
        if until < time.monotonic() or self.open_connections >= MOST_CONNECTIONS:
            await socket.close()  # before it is accepted: the handshake is refused
            return
        await socket.accept()
        connection = _Connection(socket)
        self._connections.append(connection)
        try:
            await socket.send_json(self._hello())
            while True:
                self._take(connection, await socket.receive_text())
        except (WebSocketDisconnect, RuntimeError):
            pass  # gone, by its own will or ours
        finally:
            self._connections.remove(connection)
            for future in connection.waiting.values():
                if not future.done():
                    future.set_exception(ConnectionResetError())

    async def send(self, kind: Kind, payload: Doc, retry: Retry) -> Reply:
        fit = [each for each in self._connections if not each.retiring]
        if not fit:
            return Reply(why="connection_failed")
        connection = random.choice(fit)  # noqa: S311
        envelope = {
            "envelope_id": secrets.token_hex(16),
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": retry.num, "retry_reason": _socket_reason(retry.reason)}
        return await self._exchange(connection, envelope)

    async def _exchange(self, connection: _Connection, envelope: Doc) -> Reply:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        connection.waiting[envelope["envelope_id"]] = future
        try:
            await connection.socket.send_text(json.dumps(envelope))
            return Reply(payload=await asyncio.wait_for(future, self._ack_within_s))
        except TimeoutError:
            return Reply(why="http_timeout")
        except (ConnectionResetError, WebSocketDisconnect, RuntimeError):
            return Reply(why="connection_failed")
        finally:
            connection.waiting.pop(envelope["envelope_id"], None)

    async def say_goodbye(self, reason: str, *, close_after_s: float = 10.0, count: int = MOST_CONNECTIONS) -> int:
        """
        Tell the oldest connections that they will be closed, and close them a while later; return how many.

        Args:
            reason: `warning` (it stays in use until the end), `refresh_requested`, or `link_disabled`.
        """
        told = [each for each in self._connections if not each.retiring][:count]
        for each in told:
            each.retiring = reason != "warning"
            await each.socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "127.0.0.1"}})
            self._later(self._close_after(each, close_after_s))
        return len(told)

    def drop(self) -> int:
        """Cut every connection without a word, as a broken network does; return how many."""
        for each in self._connections:
            each.socket.state.transport.abort()
        return len(self._connections)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _hello(self) -> Doc:
        return {
            "type": "hello",
            "num_connections": self.open_connections,
            "connection_info": {"app_id": self._app_id},
            "debug_info": {
                "host": "127.0.0.1",
                "build_number": 1,
                "approximate_connection_time": CONNECTION_LIVES_S,
            },
        }

    def _take(self, connection: _Connection, text: str) -> None:
        """Match an acknowledgement with the envelope it belongs to; anything else is no concern of ours."""
        with contextlib.suppress(ValueError):
            message = json.loads(text)
            future = connection.waiting.get(message.get("envelope_id", "")) if isinstance(message, dict) else None
            if future is not None and not future.done():
                future.set_result(message.get("payload"))

    def _later(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _close_after(self, connection: _Connection, wait_s: float) -> None:
        await asyncio.sleep(wait_s)
        with contextlib.suppress(RuntimeError):
            await connection.socket.close()


def _socket_reason(reason: str) -> str:
    return {"http_timeout": "timeout"}.get(reason, reason)
