"""Whatever is sent to any address by anybody: words, the headers, and nothing of it as markup.

The routes are found from the application, so a new one is fuzzed from its first day. The long form
(`pytest -m long tests/properties/test_every_route_whatever_is_sent.py`) sends a hundred times more.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from every_route import (
    HEADERS,
    ROLES,
    Sent,
    Target,
    addresses,
    everything,
    faults,
    requests,
    send,
    with_fields,
)
from fixtures_planning import issuing_key
from fixtures_wave import LiveWave
from flask import Response, request
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from survey.manage import issuing_keys, programs

pytestmark = pytest.mark.slow
SHORT, LONG = 60, 6_000


@pytest.fixture(scope="module")
def target(commented_once: LiveWave, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(issuing_keys, "_made", issuing_key)
        patch.setattr(programs, "start", _starts_nothing)
        home = tmp_path_factory.mktemp("everything") / "home"
        yield with_fields(everything(commented_once, home))


def _starts_nothing(*_: object) -> None:
    raise OSError


def judge(target: Target, sent: Sent) -> None:
    reply = send(target, sent)
    assert faults(target, sent, reply) == []


@settings(max_examples=SHORT, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_route_answers_whatever_is_sent_in_words(target: Target, data: st.DataObject) -> None:
    judge(target, data.draw(requests(target)))


@pytest.mark.long
@settings(max_examples=LONG, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_route_answers_whatever_is_sent_a_hundred_times_as_often(
    target: Target, data: st.DataObject
) -> None:
    judge(target, data.draw(requests(target)))


def _plain(**changes: object) -> Sent:
    kept: dict[str, object] = {"who": "", "method": "GET", "path": "/privacy", "query": ""}
    rest: dict[str, object] = {"headers": (), "body": b"", "kind": ""}
    return Sent(**{**kept, **rest, **changes})  # type: ignore[arg-type]


def test_every_route_is_sent_to_and_every_role_signs_in(target: Target) -> None:
    assert len(addresses(target)) > 60
    assert len(target.fields) > 30
    for name in ROLES:
        reply = send(target, _plain(who=name, path="/results"))
        assert (reply.headers.get("Location") == "/results/sign-in") == (name == "")


@pytest.mark.parametrize("host", ["a" * 300, "a b", "é", "", "evil.example:x", "[::1"])
@pytest.mark.parametrize("path", ["/privacy", "/results", "/nowhere", "//results//hr"])
def test_a_host_that_is_none_is_refused_in_words(target: Target, host: str, path: str) -> None:
    sent = _plain(path=path, headers=(("Host", host),))
    reply = send(target, sent)
    assert faults(target, sent, reply) == []
    assert reply.status_code in {200, 302, 400, 404}


def test_no_address_that_is_told_is_made_with_the_host_that_was_sent(target: Target) -> None:
    for address in [*addresses(target), "/results//hr", "//evil.example/results", "/privacy/"]:
        for who in ("", "hr", "manager"):
            sent = _plain(who=who, path=address, headers=(("Host", "evil.example"),))
            reply = send(target, sent)
            assert faults(target, sent, reply) == []
            assert "evil.example" not in reply.headers.get("Location", "")


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (lambda: 1 // 0, "status 500"),
        (lambda: f"<p>{request.args['a']}</p>", "repeated as markup"),
        (lambda: "Traceback (most recent call last)", "a traceback"),
        (lambda: Response("", headers={"Set-Cookie": "a=b"}), "Set-Cookie is sent"),
        (lambda: Response("", headers={"Set-Cookie": "a=b; Path=/results"}), "without its flags"),
        (lambda: Response("", 302, {"Location": request.args["to"]}), "leads to evil.example"),
        (lambda: Response("", headers={"ETag": '"a"'}), "ETag is sent"),
    ],
)
def test_a_route_that_does_wrong_is_noticed(
    target: Target, monkeypatch: pytest.MonkeyPatch, reply: object, said: str
) -> None:
    monkeypatch.setitem(target.site.app.view_functions, "sign_in.sign_in_here", reply)
    query = "a=%3Cplanted-%3E&to=https://evil.example/"
    sent = _plain(path="/sign-in", query=query)
    assert said in " ".join(faults(target, sent, send(target, sent)))


def test_a_reply_without_its_headers_is_noticed(target: Target) -> None:
    sent = _plain()
    reply = send(target, sent)
    assert faults(target, sent, reply) == []
    for name in (*HEADERS, "Content-Security-Policy"):
        reply.headers.pop(name)
    assert len(faults(target, sent, reply)) == len(HEADERS) + 1
