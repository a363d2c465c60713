"""Reading a leave calendar over the wire: redirects, limits, pages that are no calendar; and from a file."""

import http.server
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.gateways.calendar import SIZE_LIMIT, CalendarUnreadable, fetch, load_calendar

ICS = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"


@dataclass
class Server:
    """An https server on this machine that says what a test wants, by path."""

    port: int = 0
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    asked: list[str] = field(default_factory=list)

    def read(self, path: str) -> bytes:
        return fetch(f"https://localhost:{self.port}{path}", is_allowed=_local, context=self.trust)


def _local(address: str) -> bool:
    return address in ("127.0.0.1", "::1")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("https")
    key, certificate = folder / "key.pem", folder / "cert.pem"
    asked = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    named = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(["openssl", *asked, *named, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    made = Server(trust=ssl.create_default_context(cafile=str(certificate)))

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            self._answer(self.path)

        def _answer(self, path: str) -> None:
            match path.split("/")[1:]:
                case ["ok.ics"]:
                    self._send(200, ICS)
                case ["hop", count]:
                    place = f"/hop/{int(count) - 1}" if int(count) else "/ok.ics"
                    self._send(302, b"", Location=place)
                case ["inside"]:
                    self._send(301, b"", Location="https://169.254.169.254/latest/meta-data")
                case ["plain"]:
                    self._send(301, b"", Location=f"http://localhost:{made.port}/ok.ics")
                case ["login"]:
                    self._send(200, b"<!DOCTYPE html><title>Sign in</title>")
                case ["big"]:
                    self._send(200, ICS + b"X" * SIZE_LIMIT)
                case ["slow"]:
                    self.send_response(200)
                    self.end_headers()
                    for _ in range(50):
                        self.wfile.write(b"BEGIN:VCALENDAR\r\n")
                        self.wfile.flush()
                        time.sleep(0.1)
                case _:
                    self._send(404, b"")

        def _send(self, status: int, body: bytes, **headers: str) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    class Quiet(http.server.ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Whoever hangs up on us is part of the test."""

    running = Quiet(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    running.socket = context.wrap_socket(running.socket, server_side=True, do_handshake_on_connect=False)
    made.port = running.server_address[1]
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield made
    running.shutdown()
    thread.join()
    running.server_close()


def test_a_calendar_is_read_also_after_a_few_redirects(server: Server) -> None:
    assert server.read("/ok.ics") == ICS
    assert server.read("/hop/2") == ICS


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/hop/9", "sends us on more than 3 times"),
        ("/plain", "only https"),
        ("/login", "a web page came instead of a calendar, perhaps a login"),
        ("/big", "larger than 5 MB"),
        ("/nothing", "the server answers 404"),
    ],
)
def test_what_is_no_calendar_is_told_in_words(server: Server, path: str, why: str) -> None:
    with pytest.raises(CalendarUnreadable, match=why):
        server.read(path)


def test_a_redirect_to_an_address_inside_is_not_followed(server: Server) -> None:
    server.asked.clear()
    with pytest.raises(CalendarUnreadable, match="private network"):
        server.read("/inside")
    assert server.asked == ["/inside"]


def test_a_name_that_leads_to_this_machine_is_not_connected_to(server: Server) -> None:
    server.asked.clear()
    with pytest.raises(CalendarUnreadable, match="private network"):
        fetch(f"https://localhost:{server.port}/ok.ics", context=server.trust)
    assert server.asked == []


def test_a_certificate_that_nobody_vouches_for_is_refused(server: Server) -> None:
    with pytest.raises(CalendarUnreadable, match="SSLCertVerificationError"):
        fetch(f"https://localhost:{server.port}/ok.ics", is_allowed=_local)


def test_a_server_that_dribbles_is_left_in_time(server: Server) -> None:
    begun = time.monotonic()
    with pytest.raises(CalendarUnreadable):
        fetch(f"https://localhost:{server.port}/slow", is_allowed=_local, context=server.trust, timeout_s=0.5)
    assert time.monotonic() - begun < 2


def test_the_reason_never_holds_the_address(server: Server) -> None:
    with pytest.raises(CalendarUnreadable) as refused:
        server.read("/private-5d41402a/basic.ics")
    assert "5d41402a" not in str(refused.value)


def test_a_file_beside_the_plan(tmp_path: Path) -> None:
    (tmp_path / "leave.ics").write_bytes(ICS)
    assert load_calendar("leave.ics", tmp_path) == ICS


@pytest.mark.parametrize(
    "name", ["../secret.ics", "/etc/passwd", "link.ics", "nothing.ics", ".", "big.ics", "page.ics"]
)
def test_nothing_but_a_calendar_beside_the_plan_is_read(tmp_path: Path, name: str) -> None:
    plan = tmp_path / "plan"
    plan.mkdir()
    (tmp_path / "secret.ics").write_bytes(ICS)
    (plan / "link.ics").symlink_to(tmp_path / "secret.ics")
    (plan / "big.ics").write_bytes(ICS + b"X" * SIZE_LIMIT)
    (plan / "page.ics").write_bytes(b"<html>")
    with pytest.raises(CalendarUnreadable):
        load_calendar(name, plan)
