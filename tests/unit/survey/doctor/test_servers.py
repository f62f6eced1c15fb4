"""What the doctor says of servers that run, and of addresses, each with a fault."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import nginx
import pytest

from survey import serve
from survey.doctor import address, servers
from survey.doctor.address import Reply
from survey.doctor.findings import Finding
from survey.errors import SettingsError

GOOD = serve.arguments("127.0.0.1:8000", 2, 4)
LIMITS = (
    "Limit Soft Limit Hard Limit Units\nMax core file size        {}        unlimited   bytes\n"
)


def said(found: Iterable[Finding]) -> str:
    """What is wrong; nothing where all is right."""
    return " ".join(one.sentence for one in found if one.holds is False)


def planted(
    folder: Path, line: list[str], environment: str = "A=1", core: str = "0"
) -> list[servers.Server]:
    """Servers that the kernel would tell of."""
    of_process = folder / "17"
    of_process.mkdir(exist_ok=True)
    (of_process / "cmdline").write_text("\0".join(line) + "\0")
    (of_process / "environ").write_text(environment + "\0")
    (of_process / "limits").write_text(LIMITS.format(core))
    return servers.running(folder)


def test_a_server_as_the_program_starts_it_is_right(tmp_path: Path) -> None:
    found = planted(tmp_path, GOOD)
    assert [(one.number, one.core) for one in found] == [(17, 0)]
    assert said(servers.check(found)) == ""


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ([*GOOD, "--access-logfile", "-"], "with --access-logfile"),
        ([*GOOD, "--access-logfile=/var/log/a"], "with --access-logfile"),
        ([*GOOD, "--log-config", "x"], "with --log-config"),
        ([*GOOD, "--statsd-host=x:1"], "with --statsd-host"),
        ([*GOOD, "--log-level", "debug"], "without --log-level error"),
        (GOOD[: GOOD.index("--config")], "without --config"),
        (GOOD[:5], "without --log-level error"),
    ],
)
def test_a_server_that_may_log_is_wrong(tmp_path: Path, line: list[str], told: str) -> None:
    assert told in said(servers.check(planted(tmp_path, line)))


def test_a_server_that_takes_options_from_around_it_is_wrong(tmp_path: Path) -> None:
    found = planted(tmp_path, GOOD, "GUNICORN_CMD_ARGS=--access-logfile -", "unlimited")
    assert "GUNICORN_CMD_ARGS" in said(servers.check(found))
    assert found[0].core == -1


def test_a_server_whose_environment_is_not_shown_is_not_taken_for_right(tmp_path: Path) -> None:
    (found,) = planted(tmp_path, GOOD)
    hidden = replace(found, environment=None)
    told = list(servers.check([hidden]))
    assert [one.holds for one in told] == [None]
    assert "process 17" in told[0].sentence
    loud = replace(hidden, line=(*GOOD, "--access-logfile", "/a"))
    assert [one.holds for one in servers.check([loud, found])] == [False, None]


def test_other_processes_and_those_that_end_meanwhile_are_left_alone(tmp_path: Path) -> None:
    assert [one.holds for one in servers.check(planted(tmp_path, ["sh"]))] == [None]
    (tmp_path / "18").mkdir()
    assert servers.running(tmp_path) == []


RIGHT = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; x",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=31536000",
    "Server": "nginx",
}


def wrong_in(reads: bool = False, status: int = 200, tls: str = "TLSv1.3", **more: str) -> str:
    headers = {name: value for name, value in RIGHT.items() if name not in more}
    added = {name: value for name, value in more.items() if value}
    return " ".join(address.judged(Reply(status, {**headers, **added}, tls), reads))


def test_headers_that_are_missing_or_too_many_are_wrong() -> None:
    assert wrong_in() == ""
    for name in set(RIGHT) - {"Server"}:
        assert f"lacks {name}" in wrong_in(**{name: ""})
    for name in ("Set-Cookie", "ETag", "Last-Modified"):
        assert f"sends {name}" in wrong_in(**{name: "a"})
        assert wrong_in(reads=True, **{name: "a"}) == ""
    assert "tells its version" in wrong_in(Server="nginx/1.22")
    assert "answers 502" in wrong_in(status=502)
    assert "lacks Strict-Transport-Security" in wrong_in(
        **{"Strict-Transport-Security": "max-age=0"}
    )
    assert "came over TLSv1.1" in wrong_in(tls="TLSv1.1")


def test_an_address_without_https_is_refused() -> None:
    with pytest.raises(SettingsError, match="over HTTPS"):
        list(address.check("http://survey.example.org", reads=False))


@pytest.mark.slow
def test_an_address_that_nobody_serves_or_that_cannot_be_trusted_is_wrong(tmp_path: Path) -> None:
    port = nginx.free_port()
    assert "cannot be reached" in said(address.check(f"https://127.0.0.1:{port}/", reads=False))
    with nginx.running(tmp_path, {}) as front:
        found = said(address.check(f"https://127.0.0.1:{front.port}/", reads=False))
        assert "self-signed certificate" in found


@pytest.mark.slow
def test_a_page_behind_the_deployed_nginx_is_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked over real TLS; the server behind sends everything that a page has."""
    from test_what_nginx_keeps import hearing

    monkeypatch.setattr(
        "socket.getaddrinfo",
        lambda _host, port, *_a, **_k: [(2, 1, 6, "", ("127.0.0.1", port))],
    )
    told = {**RIGHT, "Set-Cookie": "a=1"}
    with hearing(told) as (upstreams, _), nginx.running(tmp_path, upstreams) as front:
        trusting = ssl.create_default_context(cafile=str(tmp_path / "tls.crt"))
        ours = f"https://{nginx.SURVEY}:{front.port}/"
        assert said(address.check(ours, reads=False, context=trusting)) == ""
