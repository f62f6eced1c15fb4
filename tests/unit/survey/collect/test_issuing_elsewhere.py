"""Plain mode on a host without the issuer: the same steps, asked of the other host over HTTP."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import html_page
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from fixtures_hosts import Hosts, issuer_served
from fixtures_tokens import received, used
from fixtures_wave import LiveWave
from flask.testing import FlaskClient

from survey import clock
from survey.app import create_app
from survey.collect import codes, issuing, submit
from survey.database import Stores
from survey.errors import CodeError, IssuerError, SigningError, WaveStateError
from survey.manage import waves

ANSWERS = {"fair_treatment": "agree", "ethnicity": "white"}


@pytest.fixture
def box(hosts: Hosts) -> Iterator[LiveWave]:
    """The ballot box's host, and the issuer's answering it."""
    with issuer_served(hosts) as there:
        yield there


def send(live: LiveWave, attempt: str, number: int = 0) -> str:
    return submit.submit(live.stores, live.wave, live.codes[number], ANSWERS, attempt)


def test_code_is_checked_and_answer_kept(hosts: Hosts, box: LiveWave) -> None:
    submit.check_code(box.stores, box.wave, box.codes[0])
    assert (used(hosts.issuer), received(box)) == (0, 0)
    attempt = submit.new_attempt()
    assert send(box, attempt) == send(box, attempt)
    assert (used(hosts.issuer), received(box)) == (1, 1)


def test_used_and_unknown_codes_are_refused_in_the_same_words(hosts: Hosts, box: LiveWave) -> None:
    send(box, submit.new_attempt())
    stranger = replace(box, codes=tuple(codes.make(1)))
    for live in (box, stranger):
        with pytest.raises(CodeError):
            submit.check_code(live.stores, live.wave, live.codes[0])
        with pytest.raises(CodeError):
            send(live, submit.new_attempt())
    assert (used(hosts.issuer), received(box)) == (1, 1)


@pytest.mark.parametrize("state", ["closing", "draft"])
def test_wave_that_is_not_open_there_says_so(hosts: Hosts, box: LiveWave, state: str) -> None:
    with hosts.issuer.stores.issuer() as session:
        waves.find(session, "autumn").state = state
    with pytest.raises(WaveStateError, match="takes no answers now"):
        submit.check_code(box.stores, box.wave, box.codes[0])
    with pytest.raises(WaveStateError, match="takes no answers now"):
        send(box, submit.new_attempt())


def test_pages_of_plain_mode_work_as_on_one_host(hosts: Hosts, box: LiveWave) -> None:
    client = create_app(box.settings).test_client()
    fields = {"candour.code": box.codes[0], "fair_treatment": "agree"}
    checked = client.post("/survey/autumn/check", data=fields)
    page = html_page.parse(checked.data)
    assert page.h1 == "Check your answers"
    sees_both = "In this way this server sees your code and your answer together"
    assert sees_both in page.text
    assert sees_both in html_page.parse(client.get("/survey/autumn").data).text
    assert "this server sees your code and your answer together" in client.get("/privacy").text
    sent = client.post("/survey/autumn/send", data=page.fields("checked"))
    assert html_page.parse(sent.data).h1 == "Your answers have been received"
    assert (used(hosts.issuer), received(box)) == (1, 1)
    again = client.post("/survey/autumn/check", data=fields)
    assert CodeError.PUBLIC in html_page.parse(again.data).text


Reply = Callable[[BaseHTTPRequestHandler], None]


def reply(status: int, content: bytes, **headers: str) -> Reply:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def nonsense(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"not HTTP at all\r\n\r\n")


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.close()


def never(handler: BaseHTTPRequestHandler) -> None:
    threading.Event().wait(3)


@contextmanager
def answering(with_: Reply, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """A host that answers every request in one way; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            with_(self)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Nothing."""

    with Server(("127.0.0.1", 0), Handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def asking(hosts: Hosts, address: str) -> LiveWave:
    settings = replace(hosts.box.settings, issue_address=address)
    return replace(hosts.box, settings=settings, stores=Stores.open(settings))


STRANGE = {
    "a failure": reply(500, b'{"error": "Something went wrong"}'),
    "a proxy's page": reply(502, b"<h1>Bad gateway</h1>"),
    "a proxy's refusal": reply(403, b"<h1>Forbidden</h1>"),
    "another site": reply(200, b"<h1>Welcome</h1>"),
    "a list": reply(200, b"[]"),
    "a number": reply(200, b"7"),
    "nothing": reply(200, b""),
    "other words": reply(200, b'{"usable": "yes"}'),
    "brackets": reply(200, b"[" * 4000),
    "too much": reply(200, b'{"usable": true, "x": "' + b"x" * 100_000 + b'"}'),
    "no HTTP": nonsense,
    "no reply": hang_up,
}


@pytest.mark.parametrize("kind", STRANGE)
def test_whatever_is_no_issuer_is_one_sentence_and_keeps_nothing(hosts: Hosts, kind: str) -> None:
    with answering(STRANGE[kind]) as address:
        live = asking(hosts, address)
        with pytest.raises(IssuerError) as refused:
            submit.check_code(live.stores, live.wave, live.codes[0])
        assert str(refused.value) == IssuerError.PUBLIC
        with pytest.raises((IssuerError, SigningError)):
            send(live, submit.new_attempt())
    assert received(live) == 0


def test_an_issuer_that_redirects_is_not_followed(hosts: Hosts) -> None:
    asked: list[str] = []

    def note(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        reply(200, b'{"usable": true}')(handler)

    with answering(note) as elsewhere:
        for status in (301, 302, 307, 308):
            with answering(reply(status, b"{}", Location=f"{elsewhere}/x")) as address:
                live = asking(hosts, address)
                with pytest.raises(IssuerError):
                    submit.check_code(live.stores, live.wave, live.codes[0])
        assert asked == []
        submit.check_code(asking(hosts, elsewhere).stores, hosts.box.wave, hosts.box.codes[0])
        assert asked == ["/issue/autumn/check"], "and would be noticed if it were"


def test_an_issuer_that_never_answers_is_not_waited_for(
    hosts: Hosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuing, "PATIENCE_SECONDS", 0.3)
    with answering(never) as address:
        live = asking(hosts, address)
        with pytest.raises(IssuerError):
            submit.check_code(live.stores, live.wave, live.codes[0])


def dripping(what: bytes, pieces: int) -> Reply:
    """Sends `what` again and again, each long before a single step of a request is too slow."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        with suppress(OSError):
            for _ in range(pieces):
                handler.wfile.write(what)
                threading.Event().wait(0.05)

    return answer


DRIPS = {
    "its first line": dripping(b"H", 60),
    "its head": dripping(b"HTTP/1.1 200 OK\r\nX: y\r\n", 40),
    "more to come": dripping(b"HTTP/1.1 100 Continue\r\n\r\n", 60),
}


def drip_content(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "600")
    handler.end_headers()
    dripping(b" ", 60)(handler)


DRIPS["its content"] = drip_content


@pytest.mark.parametrize("kind", DRIPS)
def test_an_issuer_that_drips_holds_nobody_for_longer(
    hosts: Hosts, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(issuing, "PATIENCE_SECONDS", 0.3)
    gone = threading.Event()

    def noted(handler: BaseHTTPRequestHandler) -> None:
        DRIPS[kind](handler)
        gone.set()

    with answering(noted) as address:
        live = asking(hosts, address)
        with pytest.raises(IssuerError):
            submit.check_code(live.stores, live.wave, live.codes[0])
        assert not gone.is_set(), "it was waited for until it had dripped everything"


def test_a_reply_without_end_is_not_read_to_its_end(hosts: Hosts) -> None:
    sent = 0

    def flood(handler: BaseHTTPRequestHandler) -> None:
        nonlocal sent
        with suppress(OSError):
            while sent < 1 << 26:
                handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 4000)
                sent += 100_000

    with answering(flood) as address:
        live = asking(hosts, address)
        with pytest.raises(IssuerError):
            submit.check_code(live.stores, live.wave, live.codes[0])
    assert sent < 1 << 26


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "https://issue.invalid", ""])
def test_pages_say_in_one_sentence_that_the_issuer_does_not_answer(
    hosts: Hosts, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    live = asking(hosts, address)
    client: FlaskClient = create_app(live.settings).test_client()
    fields = {"candour.code": live.codes[0], "fair_treatment": "agree"}
    checked = client.post("/survey/autumn/check", data=fields)
    page = html_page.parse(checked.data)
    assert IssuerError.PUBLIC in page.text
    assert page.fields("survey")["fair_treatment"] == ["agree"], "so that nothing typed is lost"
    sent = client.post(
        "/survey/autumn/send", data=fields | {"candour.attempt": submit.new_attempt()}
    )
    assert sent.status_code == 503
    assert IssuerError.PUBLIC in html_page.parse(sent.data).text
    assert caplog.messages == []
    assert received(live) == 0


def certificate_for(name: str, folder: Path) -> Path:
    """A certificate that vouches for itself, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    day = timedelta(days=1)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(clock.now() - day)
        .not_valid_after(clock.now() + day)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = folder / f"{name}.pem"
    path.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    return path


@pytest.mark.parametrize(
    ("name", "trusted", "answers"),
    [("localhost", True, True), ("localhost", False, False), ("issue.invalid", True, False)],
    ids=["its certificate", "an unknown certificate", "another site's certificate"],
)
def test_issuer_is_asked_over_https_when_its_certificate_is_good(
    hosts: Hosts,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    trusted: bool,
    answers: bool,
) -> None:
    path = certificate_for(name, tmp_path)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    with answering(reply(200, b'{"usable": true}'), context) as address:
        live = asking(hosts, address.replace("http://127.0.0.1", "https://localhost"))
        with nullcontext() if answers else pytest.raises(IssuerError):
            submit.check_code(live.stores, live.wave, live.codes[0])


def test_settings_decide_who_is_asked(hosts: Hosts, live_wave: LiveWave, tmp_path: Path) -> None:
    assert isinstance(issuing.of(live_wave.stores), issuing.Here)
    assert isinstance(issuing.of(hosts.issuer.stores), issuing.Here)
    assert issuing.of(hosts.box.stores) == issuing.Elsewhere(hosts.box.settings.issue_address)
