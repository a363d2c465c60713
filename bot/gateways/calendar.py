"""
The one door to a shared calendar: an https address, or a file beside `team.yaml`.

The address comes from the plan, yet a server behind it may send us on: every host is looked up and checked before it
is spoken to, and the connection goes to the very address that was checked. Nothing inside our own network is read.
"""

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import SplitResult, urljoin, urlsplit

SIZE_LIMIT = 5_000_000
TIMEOUT_S = 10.0
"""Of the whole reading, redirects and all."""
REDIRECTS = 3
CHUNK = 64 * 1024

IsAllowed = Callable[[str], bool]


class CalendarUnreadable(Exception):
    """The calendar was not had; the text says why, without the address, whose path is often a secret."""


def load_calendar(source: str, folder: Path) -> bytes:
    """
    Return the calendar that *source* names: an https address, or a file in *folder*.

    Raises: CalendarUnreadable.
    """
    if "://" in source:
        return fetch(source)
    path = (folder / source).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise CalendarUnreadable("the file is not beside team.yaml")
    try:
        if not path.is_file():
            raise CalendarUnreadable(f"there is no file {path.name} beside team.yaml")
        with path.open("rb") as file:
            body = file.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise CalendarUnreadable(f"the file {path.name} cannot be read: {error.strerror}") from error
    return _calendar(body)


def fetch(
    address: str,
    *,
    is_allowed: IsAllowed | None = None,
    context: ssl.SSLContext | None = None,
    timeout_s: float = TIMEOUT_S,
) -> bytes:
    """
    Return what stands at *address*, following a few redirects.

    Args:
        is_allowed: says of a numeric address whether it may be spoken to; without it, what `is_public` says.
        context: whom to trust; without it, whom this machine trusts.
    Raises: CalendarUnreadable.
    """
    give_up_at = time.monotonic() + timeout_s
    for _ in range(REDIRECTS + 1):
        answer = _ask(urlsplit(address), is_allowed or is_public, context or ssl.create_default_context(), give_up_at)
        if isinstance(answer, bytes):
            return _calendar(answer)
        address = urljoin(address, answer)
    raise CalendarUnreadable(f"it sends us on more than {REDIRECTS} times")


def is_public(address: str) -> bool:
    """Whether the numeric *address* lies on the open internet: not this machine, not a private or special network."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    if inner is not None:
        return is_public(str(inner))
    teredo = getattr(found, "teredo", None)
    return found.is_global and not found.is_multicast and not found.is_reserved and teredo is None


def checked(addresses: Sequence[str], is_allowed: IsAllowed) -> str:
    """
    Return which of a host's numeric *addresses* to connect to.

    Raises: CalendarUnreadable: one of them may not be spoken to; a host with two faces is not trusted with either.
    """
    if not addresses or not all(is_allowed(address) for address in addresses):
        raise CalendarUnreadable("it leads into a private network, which is not read")
    return addresses[0]


def _ask(url: SplitResult, is_allowed: IsAllowed, context: ssl.SSLContext, give_up_at: float) -> bytes | str:
    """Return the body, or where we are sent on to."""
    if url.scheme != "https" or not url.hostname:
        raise CalendarUnreadable("only https addresses are read")
    try:
        port = url.port or 443
    except ValueError as error:
        raise CalendarUnreadable("the address has no valid port") from error
    connection = _Checked(url.hostname, port, is_allowed, context, give_up_at)
    try:
        path = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
        connection.request("GET", path, headers={"Accept": "text/calendar", "User-Agent": "Baton"})
        line = connection.sock  # which the connection forgets when the server says that it will close it
        with connection.getresponse() as answer:
            if answer.status in (301, 302, 303, 307, 308) and (place := answer.headers.get("Location")):
                return place
            if answer.status != 200:
                raise CalendarUnreadable(f"the server answers {answer.status}")
            return _body(line, answer, give_up_at)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise CalendarUnreadable(f"the server cannot be read: {type(error).__name__}") from error
    finally:
        connection.close()


def _body(line: socket.socket, answer: http.client.HTTPResponse, give_up_at: float) -> bytes:
    body = bytearray()
    while len(body) <= SIZE_LIMIT:
        left_s = give_up_at - time.monotonic()
        if left_s <= 0:
            raise CalendarUnreadable("it takes too long")
        line.settimeout(left_s)
        chunk = answer.read1(CHUNK)
        if not chunk:
            break
        body += chunk
    return bytes(body)


def _calendar(body: bytes) -> bytes:
    """Return *body* when it may be a calendar; a login page answers 200 too."""
    if len(body) > SIZE_LIMIT:
        raise CalendarUnreadable(f"it is larger than {SIZE_LIMIT // 1_000_000} MB")
    begin = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:15].upper()
    if begin != b"BEGIN:VCALENDAR":
        page = begin.startswith((b"<!DOCTYPE", b"<HTML"))
        raise CalendarUnreadable(
            "a web page came instead of a calendar, perhaps a login" if page else "it is no calendar"
        )
    return body


class _Checked(http.client.HTTPSConnection):
    """Connects to an address that was checked, under the name that was asked for."""

    def __init__(self, host: str, port: int, is_allowed: IsAllowed, context: ssl.SSLContext, give_up_at: float) -> None:
        super().__init__(host, port, timeout=max(0.1, give_up_at - time.monotonic()), context=context)
        self._is_allowed, self._trust = is_allowed, context

    def connect(self) -> None:
        """Raises: CalendarUnreadable: one of the host's addresses may not be spoken to."""
        found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        address = checked([str(each[4][0]) for each in found], self._is_allowed)
        plain = socket.create_connection((address, self.port), self.timeout)
        try:
            self.sock = self._trust.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise
