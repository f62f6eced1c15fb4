"""The deployed nginx before a real server: it writes and passes on nothing of who answers."""

from __future__ import annotations

import json
import secrets
import ssl
import subprocess
import threading
import urllib.parse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType

import fixtures_wave
import html_page
import nginx
import pytest
from fixtures_results import CHEAP, PASSWORD
from fixtures_tokens import seal, seal_comments, take_ticket, text
from fixtures_wave import LiveServer, LiveWave, copied, serve
from nginx import ADDRESS, RESULTS, Front
from test_traces_on_disk import files_with

from survey.collect import document
from survey.config import SURFACES
from survey.doctor import servers
from survey.manage import people
from survey.serve import arguments

pytestmark = pytest.mark.slow

BROWSER = MappingProxyType(
    {
        "User-Agent": "MARKER-browser",
        "X-Forwarded-For": "MARKER-forwarded",
        "X-Real-IP": "MARKER-real",
        "Forwarded": "for=MARKER-for",
        "Cookie": "candour=MARKER-cookie",
        "Referer": "https://intranet.example.org/MARKER-referrer",
        "Accept-Language": "MARKER-language",
        "Sec-Fetch-Site": "same-origin",
        "If-None-Match": "MARKER-etag",
    }
)
TRACES = {b"MARKER", ADDRESS.encode(), bytes(map(int, ADDRESS.split(".")))}


@pytest.fixture(scope="module")
def server(
    commented_once: LiveWave, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveServer]:
    """The wave behind a server as `candour serve` runs it."""
    live = copied(commented_once, tmp_path_factory.mktemp("behind") / "home")
    live = replace(live, settings=replace(live.settings, surfaces=SURFACES))
    people.add(live.stores, "kim", "hr", None, PASSWORD, CHEAP)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CANDOUR_HTTPS", "yes")
        patch.setattr(fixtures_wave, "OPTIONS", arguments("", workers=1, threads=4)[7:])
        yield from serve(live)


def behind(server: LiveServer) -> dict[str, str]:
    address = server.url.removeprefix("http://")
    return dict.fromkeys(("box", "issue", "results"), address)


def answer(front: Front, code: str) -> None:
    """Answer without JavaScript, with headers that tell all about a browser."""
    form = {document.CODE: code, "fair": "agree", "why": "MARKER-" + secrets.token_hex(8)}
    given = {**BROWSER, "Content-Type": "application/x-www-form-urlencoded"}
    body = urllib.parse.urlencode(form).encode()
    status, _, page = front.ask("/survey/autumn/check", body, headers=given)
    assert status == 200
    fields = html_page.parse(page).fields("checked")
    body = urllib.parse.urlencode(fields, doseq=True).encode()
    status, reply, page = front.ask("/survey/autumn/send", body, headers=given)
    assert status == 200, page
    assert not {"Set-Cookie", "ETag", "Last-Modified"} & set(reply)


def test_nothing_of_who_answered_is_in_any_byte_that_nginx_writes(
    server: LiveServer, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with nginx.running(tmp_path, behind(server)) as front:
        answer(front, server.live.codes[0])
        assert front.ask("/nowhere-MARKER", headers=BROWSER)[0] == 404
        assert front.ask("/survey/autumn", b"x" * 600_000, headers=BROWSER)[0] == 413
        with pytest.raises(ssl.SSLError):
            front.ask("/", host="localhost")  # a broken handshake, which is an error
    assert files_with(tmp_path, TRACES) == set()
    assert files_with(server.live.settings.home, TRACES) == set()
    assert (tmp_path / "said").read_bytes() == b""
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        ("access_log off;=>access_log seen combined;", {"seen"}),
        ("error_log /dev/null crit;=>error_log said info;", {"said"}),
        ("client_body_in_file_only off;=>client_body_in_file_only on;", {"0000000001"}),
    ],
)
def test_a_configuration_that_keeps_something_is_noticed(
    server: LiveServer, tmp_path: Path, fault: str, found: set[str]
) -> None:
    with nginx.running(tmp_path, behind(server), {"quiet": fault}) as front:
        front.ask("/survey/autumn/check", b"why=MARKER", headers=BROWSER)
    assert found <= files_with(tmp_path, TRACES)


def without_folders(front: Front) -> None:
    """Take away the folders that nginx would write bodies into: what needs one is refused."""
    for folder in (front.folder / "run").iterdir():
        if folder.is_dir():
            folder.rmdir()


@pytest.mark.parametrize(
    ("faults", "status"),
    [({}, 400), ({"quiet": "client_body_buffer_size 1m;=>client_body_buffer_size 8k;"}, 500)],
)
def test_the_largest_request_stays_in_memory(
    server: LiveServer, tmp_path: Path, faults: dict[str, str], status: int
) -> None:
    """The application gets it and refuses it as no answer; with the fault nginx stumbles before."""
    form = {document.CODE: server.live.codes[1], "fair": "agree", "why": "a" * 480_000}
    body = urllib.parse.urlencode(form).encode()
    given = {"Content-Type": "application/x-www-form-urlencoded"}
    with nginx.running(tmp_path, behind(server), faults) as front:
        assert front.ask("/survey/autumn/check", body, headers=given)[0] == 400
        without_folders(front)
        found, headers, _ = front.ask("/survey/autumn/check", body, headers=given)
    assert found == status
    assert ("Content-Security-Policy" in headers) == (status == 400)


def test_a_request_that_does_not_say_its_length_is_refused(
    server: LiveServer, tmp_path: Path
) -> None:
    with nginx.running(tmp_path, behind(server)) as front:
        connection = front.connection()
        connection.request("POST", "/survey/autumn/check", iter([b"a"]), encode_chunked=True)
        assert connection.getresponse().status == 411
        connection.close()


def test_sealed_answers_go_through(server: LiveServer, tmp_path: Path) -> None:
    """As the page sends them; the receipt comes back."""
    ticket = take_ticket(server.live, 2)
    sealed, comments = seal(server.live), seal_comments(server.live, why="nothing")
    sent = {
        "token": text(ticket.token),
        "sealed": text(sealed),
        "proof": text(ticket.proof(sealed + comments)),
        "comments": text(comments),
    }
    with nginx.running(tmp_path, behind(server)) as front:
        status, headers, reply = front.ask(
            "/box/autumn", json.dumps(sent).encode(), headers=BROWSER
        )
    assert status == 200, reply
    assert b"receipt" in reply
    assert headers["Strict-Transport-Security"]
    assert headers["Server"] == "nginx"


def test_hosts_of_respondents_and_of_readers_are_apart(server: LiveServer, tmp_path: Path) -> None:
    with nginx.running(tmp_path, behind(server)) as front:
        assert front.ask("/survey/autumn")[0] == 200
        status, headers, _ = front.ask("/results")
        assert (status, headers["Location"]) == (302, f"https://{RESULTS}/results")
        assert front.ask("/survey/autumn", host=RESULTS)[0] == 404
        assert front.ask("/box/autumn", b"{}", host=RESULTS)[0] == 404


def test_people_sign_in_at_the_host_of_readers(server: LiveServer, tmp_path: Path) -> None:
    """With a cookie for HTTPS alone; at the other host nobody gets one."""
    form = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
    with nginx.running(tmp_path, behind(server)) as front:
        _, headers, page = front.ask("/results/sign-in", host=RESULTS)
        form["Cookie"] = headers["Set-Cookie"].partition(";")[0]
        token = next(
            str(part.get("value"))
            for part in html_page.parse(page).root.iter("input")
            if part.get("name") == "csrf_token"
        )
        typed = {"csrf_token": token, "name": "kim", "password": PASSWORD}
        body = urllib.parse.urlencode(typed).encode()
        status, headers, _ = front.ask("/results/sign-in", body, host=RESULTS, headers=form)
        assert status == 302
        given = headers.get_all("Set-Cookie")
        assert given
        assert all("Secure" in cookie for cookie in given)
        cookies = "; ".join(cookie.partition(";")[0] for cookie in given)
        given_back = {"Cookie": cookies}
        status, headers, _ = front.ask("/results", host=RESULTS, headers=given_back)
        assert "sign-in" not in (headers["Location"] or "")
        _, headers, _ = front.ask("/results", host=RESULTS)
        assert "sign-in" in headers["Location"], "which nobody else gets past"
    assert files_with(tmp_path, {PASSWORD.encode(), token.encode()}) == set()


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads /proc")
def test_the_doctor_finds_the_server_that_runs_and_nothing_wrong_with_it(
    server: LiveServer,
) -> None:
    ours = [
        one for one in servers.running() if server.url.removeprefix("http://") in " ".join(one.line)
    ]
    assert len(ours) == 2, "the master and its worker"
    assert [one.holds for one in servers.check(ours)] == [True]
    told = {"GUNICORN_CMD_ARGS": "--access-logfile -"}
    planted = [replace(one, environment=told) for one in ours]
    assert [one.holds for one in servers.check(planted)] == [False, False]


# What the application gets


TELLING = MappingProxyType(dict.fromkeys(("Set-Cookie", "ETag", "Last-Modified"), "1"))
"""What may not pass to a respondent."""


class _Heard(BaseHTTPRequestHandler):
    """Notes what it is asked, and answers with headers that it is given."""

    heard: list[bytes]
    told: Mapping[str, str]

    def do_GET(self) -> None:
        type(self).heard.append(bytes(self.headers))
        self.send_response(200)
        for name, value in type(self).told.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def hearing(told: Mapping[str, str] = TELLING) -> Iterator[tuple[dict[str, str], list[bytes]]]:
    """A server that hears what nginx passes on."""
    handler = type("Heard", (_Heard,), {"heard": [], "told": told})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        address = f"127.0.0.1:{server.server_port}"
        yield dict.fromkeys(("box", "issue", "results"), address), handler.heard  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)


def test_the_application_gets_nothing_that_tells_a_browser(tmp_path: Path) -> None:
    with hearing() as (upstreams, heard), nginx.running(tmp_path, upstreams) as front:
        _, headers, _ = front.ask("/survey/autumn", headers=BROWSER)
        assert not any(trace in heard[0] for trace in TRACES)
        assert not {"Set-Cookie", "ETag", "Last-Modified"} & set(headers)
        _, headers, _ = front.ask("/results", host=RESULTS, headers=BROWSER)
        assert heard[1].count(b"MARKER") == 1, "the cookie of whoever signs in, and nothing more"
        assert b"MARKER-cookie" in heard[1]
        assert headers["Set-Cookie"] == "1"


@pytest.mark.parametrize(
    ("file", "fault", "trace"),
    [
        ("quiet", "proxy_pass_request_headers off;=>", b"MARKER-forwarded"),
        (
            "respondents",
            "proxy_set_header Host $http_host;=>proxy_set_header X-Real-IP $remote_addr;",
            ADDRESS.encode(),
        ),
    ],
)
def test_headers_that_are_passed_on_are_noticed(
    tmp_path: Path, file: str, fault: str, trace: bytes
) -> None:
    with (
        hearing() as (upstreams, heard),
        nginx.running(tmp_path, upstreams, {file: fault}) as front,
    ):
        front.ask("/survey/autumn", headers=BROWSER)
        assert trace in heard[0]


# TLS


def resumed(front: Front, version: ssl.TLSVersion) -> bool:
    """Whether a second visit can go on with the first one's session."""
    context = front.context
    context.minimum_version = context.maximum_version = version
    connection = front.connection(context=context)
    connection.request("GET", "/")
    connection.getresponse().read()  # in TLS 1.3 tickets come after the handshake
    session = connection.sock.session  # type: ignore[union-attr]
    connection.close()
    again = nginx.socket.create_connection(("127.0.0.1", front.port))
    with context.wrap_socket(again, server_hostname=nginx.SURVEY, session=session) as wrapped:
        return bool(wrapped.session_reused)


VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


def test_no_session_of_tls_joins_two_visits(tmp_path: Path) -> None:
    with hearing() as (upstreams, _), nginx.running(tmp_path, upstreams) as front:
        assert [resumed(front, version) for version in VERSIONS] == [False, False]


def test_sessions_that_join_visits_are_noticed(tmp_path: Path) -> None:
    fault = {"quiet": "ssl_session_tickets off;=>ssl_session_tickets on;"}
    with hearing() as (upstreams, _), nginx.running(tmp_path, upstreams, fault) as front:
        assert any(resumed(front, version) for version in VERSIONS)


def test_old_tls_and_other_names_get_nothing(tmp_path: Path) -> None:
    with hearing() as (upstreams, heard), nginx.running(tmp_path, upstreams) as front:
        old = subprocess.run(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{front.port}", "-tls1_1"],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        assert old.returncode
        context = front.context
        context.check_hostname = False
        connection = front.connection("other.example.org", context)
        connection.request("GET", "/survey/autumn")
        with pytest.raises(ConnectionError):
            connection.getresponse()
        assert not heard
