"""Whatever is sent to the respondent's forms: words, and all of it is stored or nothing.

Bodies are put together from fields that exist and from rubbish, written in several encodings, then
cut or damaged. Nothing may end in a fault, and nothing may be spent or stored without a receipt.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import quote_from_bytes

import html_page
import pytest
from fixtures_tokens import seal, seal_comments, take_ticket, text
from fixtures_wave import LiveWave, copied
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from survey.app import create_app
from survey.collect import box, document, issuer, salts, submit
from survey.collect.base64url import read

pytestmark = pytest.mark.slow

FORM, PARTS, OTHER = "application/x-www-form-urlencoded", "multipart/form-data", "application/json"
BOUNDARY = "between"
PATHS = [
    *("/survey/autumn/check", "/survey/autumn/send", "/ticket/autumn", "/ticket/autumn/file"),
    *("/issue/autumn", "/issue/autumn/check", "/box/autumn", "/survey/none/send", "/survey/autumn"),
]
MORE = {
    "/survey/autumn/send": {(1, 1), (1, 0), (0, 0)},
    "/ticket/autumn/file": {(0, 1), (0, 0)},
}
"""How many answers and spent codes more there may be: with a code, with a ticket, sent again."""
ATTEMPT = "a" * 64
ODD = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["", "\x00", "\ufffd", "é" * 2100, "[" * 3000, "<script>", "=1+1", "9" * 5000]),
)


@dataclass(frozen=True)
class Target:
    """A wave that is sent to, and a look into what it keeps."""

    live: LiveWave
    client: FlaskClient

    def kept(self) -> tuple[int, int]:
        """How many answers lie in the box, and how many codes were spent."""
        wave_id, stores = self.live.wave.id, self.live.stores
        answers = len(box.tokens_in(box.path_of(self.live.settings, wave_id)))
        salt = salts.read(self.live.settings, wave_id) or b""
        with stores.issuer() as session:
            return answers, issuer.count_used(session, salt, wave_id)


@pytest.fixture(scope="module")
def target(commented_once: LiveWave, tmp_path_factory: pytest.TempPathFactory) -> Target:
    live = copied(commented_once, tmp_path_factory.mktemp("sent") / "home")
    app = create_app(live.settings)
    app.testing = False
    return Target(live, app.test_client())


def fields(codes: tuple[str, ...]) -> st.SearchStrategy[list[tuple[str, str]]]:
    names = st.sampled_from([*document.OWN_FIELDS, "fair", "sex", "why", "change", "salary", ""])
    right = st.sampled_from(
        [*codes[:3], ATTEMPT, "agree", "disagree", "prefer-not-to-say", "female", "Words."]
    )
    good = st.just([("candour.code", codes[0]), ("candour.attempt", ATTEMPT), ("fair", "agree")])
    pairs = st.lists(st.tuples(names | ODD, right | ODD), max_size=6)
    return st.tuples(good | st.just([]), pairs).map(lambda both: [*both[0], *both[1]])


def written(pairs: list[tuple[str, str]], kind: str, encoding: str) -> bytes:
    def raw(text: str) -> bytes:
        return text.encode(encoding, errors="replace")

    if kind == FORM:
        return b"&".join(
            b"%s=%s" % (quote_from_bytes(raw(a)).encode(), quote_from_bytes(raw(b)).encode())
            for a, b in pairs
        )
    if kind == OTHER:
        return json.dumps(dict(pairs)).encode(encoding)
    head = b'--between\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
    parts = [head % (raw(a), b"", raw(b)) for a, b in pairs]
    return b"".join(parts) + b"--between--\r\n"


@st.composite
def bodies(draw: st.DrawFn, codes: tuple[str, ...]) -> tuple[bytes, str]:
    kind = draw(st.sampled_from([FORM, PARTS, FORM, PARTS, OTHER]))
    body = written(draw(fields(codes)), kind, draw(st.sampled_from(["utf-8"] * 3 + ["latin-1"])))
    if body and draw(st.integers(0, 4)) == 0:
        place = draw(st.integers(0, len(body) - 1))
        body = draw(
            st.sampled_from([body[:place], body[:place] + b"\xff" + body[place:], body * 2])
        )
    return body, f"{kind}; boundary={BOUNDARY}" if kind == PARTS else kind


def words(response: TestResponse) -> str:
    """What a person, or the page's script, is told."""
    if response.mimetype == "text/html":
        return html_page.parse(response.data).text
    return str(response.get_json(silent=True) or "")


def look(target: Target, path: str, body: bytes, kind: str) -> TestResponse:
    before = target.kept()
    response = target.client.post(path, data=body, content_type=kind)
    after = target.kept()
    assert response.status_code < 500
    if response.status_code >= 400:
        said = words(response)
        assert said
        assert "Traceback" not in said
        assert after == before
    elif path in MORE:
        assert (after[0] - before[0], after[1] - before[1]) in MORE[path]
        assert ("received" in response.text) == path.endswith("/send")
    else:
        assert after == before
        assert words(response)
    return response


@settings(max_examples=120, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_it_gets_words_and_never_a_fault_and_stores_all_or_nothing(
    target: Target, data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(PATHS))
    look(target, path, *data.draw(bodies(target.live.codes)))


def test_a_good_form_is_stored_once(target: Target) -> None:
    body = f"candour.code={target.live.codes[42]}&candour.attempt={'c' * 64}&fair=agree".encode()
    before = target.kept()
    for _ in range(2):
        assert look(target, "/survey/autumn/send", body, FORM).status_code == 200
    assert target.kept() == (before[0] + 1, before[1] + 1)


def test_a_fault_or_a_half_of_an_answer_is_noticed(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = target.live.codes[40]
    body = f"candour.code={code}&candour.attempt={'b' * 64}&fair=agree".encode()

    def half(*arguments: object) -> str:
        submit.take(target.live.stores, target.live.wave, code, "b" * 64)
        raise submit.CodeError

    monkeypatch.setattr(submit, "submit", half)
    with pytest.raises(AssertionError):
        look(target, "/survey/autumn/send", body, FORM)
    monkeypatch.setattr(submit, "submit", lambda *_: 1 / 0)
    with pytest.raises(AssertionError):
        look(target, "/survey/autumn/send", body, FORM)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"fair": "agree"}', OTHER),
        ("fair=agree".encode("utf-16"), FORM),
        (b"why=caf%E9", FORM),
        (b"candour.code=one&candour.code=two", FORM),
        (b'--x\r\nContent-Disposition: form-data; name="fair"\r\n\r\nagr', f"{PARTS}; boundary=x"),
        (b"fair=agree", PARTS),
        (
            b'--x\r\nContent-Disposition: form-data; name="why"; filename="a"\r\n\r\nB\r\n'
            b"--x--\r\n",
            f"{PARTS}; boundary=x",
        ),
    ],
)
def test_what_did_not_arrive_as_a_form_is_said_to_be_unreadable(
    target: Target, body: bytes, kind: str
) -> None:
    response = look(target, "/survey/autumn/check", body, kind)
    assert html_page.parse(response.data).h1 == "This page could not read what was sent"


@st.composite
def by_hand(draw: st.DrawFn, right: str) -> object:
    """A field of a sealed sending: as it was, or changed by somebody who knows how it looks."""
    place = draw(st.integers(0, len(right) - 1))
    changed = [right[:place], right[:place] + "A" + right[place + 1 :], right + right, f" {right}"]
    return draw(
        st.one_of(
            *(st.just(right),) * 4, st.sampled_from(changed), ODD, st.none(), st.just([right])
        )
    )


@pytest.fixture(scope="module")
def sending(target: Target) -> dict[str, str]:
    """A sealed answer with its token, as the page sends it; not sent yet."""
    ticket = take_ticket(target.live, 43)
    sealed, comments = seal(target.live, fair="agree"), seal_comments(target.live, why="So.")
    proof = ticket.proof(sealed + comments)
    named = {"token": ticket.token, "sealed": sealed, "comments": comments, "proof": proof}
    return {name: text(content) for name, content in named.items()}


@settings(max_examples=80, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_sealed_sending_changed_by_hand_is_refused_whole_and_the_right_one_counts_once(
    target: Target, sending: dict[str, str], data: st.DataObject
) -> None:
    sent = {name: data.draw(by_hand(right), name) for name, right in sending.items()}
    for gone in data.draw(st.sets(st.sampled_from(sorted(sent)), max_size=1)):
        del sent[gone]
    judge(target, sending, sent)


def judge(target: Target, right: dict[str, str], sent: dict[str, object]) -> None:
    """Send to the box: a refusal stores nothing, and only the right one is taken, once."""
    box_path = box.path_of(target.live.settings, target.live.wave.id)
    before = target.kept()[0]
    response = target.client.post("/box/autumn", json=sent)
    after = target.kept()[0]
    if response.status_code == 200:
        # Bits that a last symbol does not use may differ: the bytes are the same.
        assert [read(sent[name]) for name in right] == [read(one) for one in right.values()]
        assert after - before in {0, 1}
        assert len(set(box.tokens_in(box_path))) == after
    else:
        assert response.status_code < 500
        assert words(response)
        assert after == before


def test_a_right_sending_is_taken_and_one_that_is_taken_wrongly_is_noticed(
    target: Target, sending: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    judge(target, sending, dict(sending))
    before = target.kept()
    judge(target, sending, dict(sending))
    assert target.kept() == before
    monkeypatch.setattr(submit, "accept", lambda *_: "0000-0000-0000-0000")
    with pytest.raises(AssertionError):
        judge(target, sending, {**sending, "proof": ""})


def test_ten_megabytes_are_too_much(target: Target) -> None:
    for path in PATHS[:7]:
        response = look(target, path, b"why=" + b"x" * 10_000_000, FORM)
        assert response.status_code == 413


def test_a_damaged_comment_comes_back_with_the_rest(target: Target) -> None:
    code = target.live.codes[41]
    pairs = [("candour.code", code), ("fair", "agree"), ("why", "café")]
    body = written(pairs, PARTS, "latin-1")
    page = html_page.parse(look(target, PATHS[0], body, f"{PARTS}; boundary={BOUNDARY}").data)
    kept = page.fields("survey")
    assert (kept["fair"], kept["why"]) == (["agree"], ["caf\ufffd"])
    assert "did not arrive whole" in page.text
