"""Whatever is sent to any address by anybody: words, the headers, and nothing of it as markup.

Each route is sent something by those who may open it and by others; the list of routes is compared
with the application's, so a new one is fuzzed from its first day. The long form (`pytest -m long
tests/properties/test_every_route_whatever_is_sent.py`) sends a hundred times more.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import wraps
from pathlib import Path

import pytest
from every_route import (
    COSTLY,
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
GOLDEN = Path(__file__).parents[1] / "golden" / "routes.txt"
SAVED = "Content-Disposition"
NAME = "a download's name is"
SHORT, LONG = 3, 300
ADDRESSES = sorted(
    {
        address
        for _, address, *_ in map(str.split, GOLDEN.read_text().splitlines())
        if not COSTLY.search(address)
    }
)
"""Of every route; that none is missing has its test."""


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


@pytest.mark.parametrize("address", ADDRESSES)
@settings(max_examples=SHORT, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_route_answers_whatever_is_sent_in_words(
    target: Target, data: st.DataObject, address: str
) -> None:
    whatever(target, data, address)


@pytest.mark.long
@pytest.mark.parametrize("address", ADDRESSES)
@settings(max_examples=LONG, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_route_answers_whatever_is_sent_a_hundred_times(
    target: Target, data: st.DataObject, address: str
) -> None:
    whatever(target, data, address)


def whatever(target: Target, data: st.DataObject, address: str) -> None:
    """Something of somebody who may open a route, and of somebody else if there is anybody."""
    for rule in (one for one in target.rules if one.rule == address):
        may = target.who_may(rule)
        others = tuple(name for name in ROLES if name not in may)
        for who in filter(None, (may, others)):
            judge(target, data.draw(requests(target, rule, who)))


def test_no_route_is_left_out(target: Target) -> None:
    assert [*ADDRESSES] == sorted({rule.rule for rule in target.rules})
    for rule in target.rules:
        assert target.who_may(rule), rule


@pytest.mark.parametrize(
    "address",
    ["/results/manage/waves/<wave_id>", "/results/log/file.csv", "/results/hr/<wave>/<room>"],
)
def test_a_fault_that_only_one_role_comes_to_is_noticed(
    target: Target, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    (rule, *_) = (one for one in target.rules if one.rule == address)
    view = target.site.app.view_functions[rule.endpoint]

    @wraps(view)
    def faulty(**values: str) -> Response:
        found = target.site.app.make_response(view(**values))
        if found.status_code == 200:
            raise ZeroDivisionError
        return found

    monkeypatch.setitem(target.site.app.view_functions, rule.endpoint, faulty)

    def found(who: tuple[str, ...]) -> list[str]:
        wrong: list[str] = []

        @settings(max_examples=SHORT, suppress_health_check=list(HealthCheck))
        @given(data=st.data())
        def send_some(data: st.DataObject) -> None:
            sent = data.draw(requests(target, rule, who))
            wrong.extend(faults(target, sent, send(target, sent)))

        send_some()
        return wrong

    may = target.who_may(rule)
    assert "status 500" in found(may)
    assert found(tuple(name for name in ROLES if name not in may)) == []


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
        (
            lambda: Response("", headers={SAVED: f'attachment; filename="{request.args["to"]}"'}),
            NAME,
        ),
        (lambda: Response("", headers={SAVED: 'attachment; filename="../a.csv"'}), NAME),
        (lambda: Response("", headers={SAVED: "attachment; filename*=UTF-8''%2e%2e%2fa"}), NAME),
        (lambda: Response("a", content_type="text/csv"), "no charset"),
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
    reply.headers["Content-Security-Policy"] = "default-src 'none'"
    assert faults(target, sent, reply) == ["it may stand in a frame"]
    for name in (*HEADERS, "Content-Security-Policy"):
        reply.headers.pop(name)
    assert len(faults(target, sent, reply)) == len(HEADERS) + 2
