"""A ticket's file: what is in it, and one clear sentence for whatever is none."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from fixtures_wave import LiveWave
from hypothesis import given
from hypothesis import strategies as st
from in_node import in_node

from survey.collect import fingerprint, page_keys, submit, tickets, tokens
from survey.errors import OtherKeys, TicketError
from survey.manage import issuing_keys

HOST = "survey.example.org"
SITE = f"https://{HOST}"
NAME = "candour-ticket-autumn.json"


@pytest.fixture(scope="module")
def ticket(opened_once: LiveWave) -> tickets.Ticket:
    """A ticket of the wave, its code spent nowhere."""
    key = issuing_keys.read(opened_once.settings, "autumn")
    assert key
    one_time = tickets.Ed25519PrivateKey.generate()
    return tickets.Ticket(tokens.sign_openly("autumn", key, one_time), one_time)


@pytest.fixture(scope="module")
def text(opened_once: LiveWave, ticket: tickets.Ticket) -> str:
    """The file of that ticket."""
    return tickets.write(ticket, opened_once.wave, SITE).decode()


def changed(text: str, **parts: Any) -> str:
    """The file with parts changed; None takes one away."""
    content = json.loads(text) | parts
    return json.dumps({name: part for name, part in content.items() if part is not None})


def test_a_ticket_that_is_read_is_the_one_that_was_written(
    opened_once: LiveWave, ticket: tickets.Ticket, text: str
) -> None:
    read = tickets.read(text, opened_once.wave, HOST)
    assert read.token == ticket.token
    assert read.one_time.private_bytes_raw() == ticket.one_time.private_bytes_raw()


def test_a_ticket_holds_no_code_no_name_and_no_time(live_wave: LiveWave) -> None:
    attempt = submit.new_attempt()
    taken = submit.take(live_wave.stores, live_wave.wave, live_wave.codes[0], attempt)
    content = tickets.write(taken, live_wave.wave, SITE)
    found = json.loads(content)
    assert list(found) == [
        *("what", "version", "about", "wave", "site", "fingerprint", "key", "token")
    ]
    seed = urlsafe_b64decode(found["key"] + "=")
    assert seed == taken.one_time.private_bytes_raw()
    assert urlsafe_b64decode(found["token"] + "=") == taken.token
    assert (found["wave"], found["site"]) == ("autumn", SITE)
    assert found["fingerprint"] == fingerprint.of(live_wave.wave)
    assert "Whoever has a copy of this file can answer once in your place" in found["about"]
    assert f"{SITE}/survey/autumn" in found["about"]
    bare = live_wave.codes[0].replace("-", "")
    assert bare.encode() not in content.replace(b"-", b"")
    assert attempt.encode() not in content
    assert len(content) < tickets.LONGEST / 3
    # Nothing else is in it: written again, it is the same to the byte.
    assert content == tickets.write(taken, live_wave.wave, SITE)


def test_no_ticket_is_told_apart_from_a_damaged_one() -> None:
    sentences = {tickets.NO_TICKET, tickets.DAMAGED, tickets.OTHER_WAVE, tickets.OTHER_SITE}
    assert len(sentences) == 4
    assert all(sentence.endswith(".") for sentence in sentences)


NO = tickets.NO_TICKET.format(name=NAME)
DAMAGED = tickets.DAMAGED.format(name=NAME)
OTHER_WAVE = tickets.OTHER_WAVE.format(name=NAME)
DAMAGES: dict[str, tuple[Callable[[str], str], str]] = {
    "an empty file": (lambda _: "", NO),
    "another file": (lambda _: "Dear colleague,", NO),
    "another JSON": (lambda _: '{"answers": []}', NO),
    "a list": (lambda text: f"[{text}]", NO),
    "a bare number": (lambda _: "1", NO),
    "cut in the middle": (lambda text: text[: len(text) // 2], NO),
    "cut by one symbol": (lambda text: text[:-3], NO),
    "twice": (lambda text: text + text, NO),
    "a later version": (lambda text: changed(text, version=2), NO),
    "a version that is none": (lambda text: changed(text, version=True), NO),
    "too long": (lambda text: text + " " * tickets.LONGEST, NO),
    "brackets": (lambda _: "[" * 4000, NO),
    "without its key": (lambda text: changed(text, key=None), DAMAGED),
    "without its token": (lambda text: changed(text, token=None), DAMAGED),
    "without its wave": (lambda text: changed(text, wave=None), DAMAGED),
    "a number for a key": (lambda text: changed(text, key=7), DAMAGED),
    "a list for a fingerprint": (lambda text: changed(text, fingerprint=["A"]), DAMAGED),
    "a short key": (lambda text: changed(text, key="AAAA"), DAMAGED),
    "another key": (lambda text: changed(text, key="A" * 43), DAMAGED),
    "a key with umlauts": (lambda text: changed(text, key="ä" * 43), DAMAGED),
    "a token cut short": (
        lambda text: changed(text, token=json.loads(text)["token"][:-4]),
        DAMAGED,
    ),
    "another token": (lambda text: changed(text, token="A" * 555), DAMAGED),
    "a symbol of the token changed": (
        lambda text: changed(text, token=flipped(json.loads(text)["token"], 300)),
        DAMAGED,
    ),
    "a symbol of the key changed": (
        lambda text: changed(text, key=flipped(json.loads(text)["key"], 3)),
        DAMAGED,
    ),
    "another wave": (lambda text: changed(text, wave="winter"), OTHER_WAVE),
    "another site": (
        lambda text: changed(text, site="https://other.org", fingerprint="AAAA-AAAA-AAAA-AAAA"),
        tickets.OTHER_SITE,
    ),
}


def flipped(text: str, place: int) -> str:
    """Another symbol in one place."""
    return text[:place] + ("B" if text[place] != "B" else "C") + text[place + 1 :]


@pytest.mark.parametrize("damage", DAMAGES)
def test_each_damage_gets_one_clear_sentence(opened_once: LiveWave, text: str, damage: str) -> None:
    spoil, sentence = DAMAGES[damage]
    with pytest.raises(TicketError) as told:
        tickets.read(spoil(text), opened_once.wave, HOST)
    assert str(told.value) == sentence


def test_other_keys_at_the_same_site_are_a_warning(opened_once: LiveWave, text: str) -> None:
    with pytest.raises(OtherKeys) as told:
        tickets.read(changed(text, fingerprint="AAAA-AAAA-AAAA-AAAA"), opened_once.wave, HOST)
    assert told.value.named == "AAAA-AAAA-AAAA-AAAA"


def test_the_same_survey_under_another_address_takes_the_ticket(
    opened_once: LiveWave, text: str
) -> None:
    assert tickets.read(text, opened_once.wave, "survey.intranet:8443")


def test_a_token_of_another_wave_is_no_ticket_of_this_one(
    opened_once: LiveWave, ticket: tickets.Ticket
) -> None:
    winter = replace(opened_once.wave, id="winter")
    relabelled = tickets.write(ticket, winter, SITE).decode()
    with pytest.raises(TicketError, match="changed or damaged"):
        tickets.read(relabelled, winter, HOST)


@pytest.mark.slow
@given(
    st.one_of(
        st.text(max_size=300),
        st.recursive(
            st.one_of(st.none(), st.booleans(), st.floats(), st.text()),
            lambda part: st.lists(part) | st.dictionaries(st.text(), part),
        ).map(json.dumps),
        st.dictionaries(
            st.sampled_from(["wave", "site", "fingerprint", "key", "token", "version"]),
            st.one_of(st.none(), st.integers(), st.text(), st.just("autumn"), st.just(1)),
        ).map(lambda parts: json.dumps({"what": "candour-ticket", "version": 1} | parts)),
    )
)
def test_whatever_else_is_refused_in_a_sentence(opened_once: LiveWave, sent: str) -> None:
    with pytest.raises((TicketError, OtherKeys)):
        tickets.read(sent, opened_once.wave, HOST)


@given(st.data())
def test_a_ticket_with_any_change_is_refused_or_the_same_ticket(
    opened_once: LiveWave, ticket: tickets.Ticket, text: str, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(text) - 1))
    until = data.draw(st.integers(place, min(place + 40, len(text))))
    spoilt = text[:place] + data.draw(st.text(max_size=3)) + text[until:]
    try:
        read = tickets.read(spoilt, opened_once.wave, HOST)
    except (TicketError, OtherKeys):
        return
    assert read.token == ticket.token
    assert read.one_time.private_bytes_raw() == ticket.one_time.private_bytes_raw()


READ = """
globalThis.location = { host: given.host };
const { wave, publicKey, fallbackKey, modulus, size, print } = given;
const keys = own.keysOf({ wave, publicKey, fallbackKey, modulus, size });
const words = { noTicket: "no", damagedTicket: "damaged", otherWave: "wave", otherSite: "site" };
return Promise.all(given.texts.map(async (text) => {
  const read = await own.readTicket(new Blob([text]), keys, print, words);
  if (!read.token) return read.problem ?? read;
  return [hex(read.token), hex(await read.sign("candour send|", wave, "|", "sealed"))];
}));
"""


def in_page(live: LiveWave, texts: list[str], host: str = HOST) -> list[Any]:
    """What the page makes of these files."""
    keys = page_keys.of(live.wave)
    about = {
        "wave": keys.wave,
        "publicKey": keys.public_key,
        "fallbackKey": keys.fallback_key,
        "modulus": keys.modulus,
        "size": str(keys.size),
        "print": keys.fingerprint,
        "host": host,
        "texts": texts,
    }
    found: list[Any] = in_node(READ, about, "keys.mjs", "tickets.mjs")
    return found


def test_the_page_reads_what_the_server_wrote(
    opened_once: LiveWave, ticket: tickets.Ticket, text: str
) -> None:
    proof = ticket.one_time.sign(tokens.to_send("autumn", b"sealed")).hex()
    mark = "\ufeff"  # as some editors put before a text
    assert in_page(opened_once, [text, mark + text]) == [[ticket.token.hex(), proof]] * 2
    assert in_page(opened_once, [text], "survey.intranet")[0][0] == ticket.token.hex()


def test_page_and_server_find_the_same_damage(opened_once: LiveWave, text: str) -> None:
    words = {NO: "no", DAMAGED: "damaged", OTHER_WAVE: "wave", tickets.OTHER_SITE: "site"}
    found = in_page(opened_once, [spoil(text) for spoil, _ in DAMAGES.values()])
    expected = {name: words[sentence] for name, (_, sentence) in DAMAGES.items()}
    assert dict(zip(DAMAGES, found, strict=True)) == expected
    other = changed(text, fingerprint="AAAA-AAAA-AAAA-AAAA")
    assert in_page(opened_once, [other]) == [{"otherKeys": "AAAA-AAAA-AAAA-AAAA"}]


def test_the_server_reads_what_the_page_wrote_and_writes_the_same_bytes(
    opened_once: LiveWave, ticket: tickets.Ticket, text: str
) -> None:
    script = """
    const [seed, token] = [given.seed, given.token].map(bytes);
    return own.textOf({ seed, token }, given);
    """
    given = {
        "seed": ticket.one_time.private_bytes_raw().hex(),
        "token": ticket.token.hex(),
        "about": tickets.ABOUT,
        "wave": "autumn",
        "site": SITE,
        "fingerprint": fingerprint.of(opened_once.wave),
    }
    assert in_node(script, given, "tickets.mjs") == text


def test_a_ticket_that_sends_is_held_in_a_key_that_cannot_leave_the_page() -> None:
    script = """
    const kept = [];
    const { subtle } = crypto;
    const sign = subtle.sign.bind(subtle);
    subtle.sign = (algorithm, key, content) => {
      kept.push(key.extractable);
      return sign(algorithm, key, content);
    };
    await (await own.signerOfSeed(bytes(given))).sign("x");
    return kept;
    """
    assert in_node(script, "07" * 32, "signing.mjs") == [False]
