"""What a thief of the disk finds: no answer, no code, no order of sizes, and later no salt."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
import secrets
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from fixtures_wave import LiveWave
from game.traces import MANY, SHORT, any_of

from survey.app import create_app
from survey.close import destroying, rewriting
from survey.close import redemptions as redemption_records
from survey.close.closing import close_wave
from survey.collect import (
    blind_signatures,
    box,
    codes,
    document,
    issuer,
    redemptions,
    salts,
    submit,
    tickets,
    tokens,
)
from survey.manage import closings, issuing_keys, waves
from survey.manage.waves import Wave
from survey.questionnaire.model import Statement

CLOSED = date(2026, 9, 30)


def forms(secret: bytes) -> set[bytes]:
    """The ways in which bytes may have been written down."""
    return {
        secret,
        secret.hex().encode(),
        secret.hex().upper().encode(),
        base64.b64encode(secret).rstrip(b"="),
        base64.urlsafe_b64encode(secret).rstrip(b"="),
        base64.b32encode(secret).rstrip(b"="),
        repr(secret)[2:-1].encode(),
    }


def files_with(folder: Path, secrets_: set[bytes]) -> set[str]:
    """Names of the files under a folder in which one of the secrets stands."""
    stands_in = any_of(secrets_)
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.name for path in files if stands_in(path.read_bytes())}


@pytest.mark.parametrize("count", [MANY - 1, 3 * MANY])
def test_one_of_many_secrets_is_found_wherever_it_stands(count: int) -> None:
    """The control is the same content with one wrong byte."""
    known = [secrets.token_bytes(length) for length in range(8, 8 + count)]
    known.append(known[-1][:8] + b"another with the same beginning")
    stands_in = any_of(known)
    for secret in known:
        for before in (*range(9), *range(SHORT, SHORT + 9)):
            content = bytes(before) + secret
            assert stands_in(content)
            assert stands_in(content + b".")
            assert not stands_in(content[:-1])
            assert not stands_in(content[:-1] + bytes([content[-1] ^ 1]))
    assert not stands_in(b"")


def wave_with_marker(wave: Wave, marker: str) -> Wave:
    """The wave, as if one statement had an answer that stands nowhere else, not in its source."""
    first = next(q for q in wave.questionnaire.questions if isinstance(q, Statement))
    points = (*first.scale.points, dataclasses.replace(first.scale.points[0], code=marker))
    marked = dataclasses.replace(first, scale=dataclasses.replace(first.scale, points=points))
    sections = tuple(
        dataclasses.replace(
            section, questions=tuple(marked if q.id == first.id else q for q in section.questions)
        )
        for section in wave.questionnaire.sections
    )
    questionnaire = dataclasses.replace(wave.questionnaire, sections=sections)
    return dataclasses.replace(wave, questionnaire=questionnaire)


def send_all(live: LiveWave, attempts: list[str]) -> None:
    for code, attempt in zip(live.codes, attempts, strict=False):
        submit.submit(live.stores, live.wave, code, {"ethnicity": "white"}, attempt)


def test_typed_answer_is_in_no_byte_of_the_disk(live_wave: LiveWave) -> None:
    marker = "MARKER-" + secrets.token_hex(4)
    wave = wave_with_marker(live_wave.wave, marker)
    question = wave.questionnaire.questions[0].id
    for code in live_wave.codes[:10]:
        submit.submit(live_wave.stores, wave, code, {question: marker}, submit.new_attempt())
    assert files_with(live_wave.settings.home, forms(marker.encode())) == set()
    close_wave(live_wave.stores, wave.id, CLOSED)
    assert files_with(live_wave.settings.home, forms(marker.encode())) == set()


def test_an_answer_kept_unsealed_is_noticed(
    live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    marker = "MARKER-" + secrets.token_hex(4)
    wave = wave_with_marker(live_wave.wave, marker)
    question = wave.questionnaire.questions[0].id
    monkeypatch.setattr(submit.envelope, "seal", lambda content, _wave: b"\1" + content + bytes(48))
    submit.submit(
        live_wave.stores, wave, live_wave.codes[0], {question: marker}, submit.new_attempt()
    )
    assert files_with(live_wave.settings.home, forms(marker.encode())) == {f"{wave.id}.box"}


def traces_of_codes(live: LiveWave) -> set[bytes]:
    """A code as typed, its raw bytes and its public half, for every card."""
    found: set[bytes] = set()
    for code in live.codes:
        raw = codes.parse(code)
        found |= {code.encode(), code.replace("-", "").encode()}
        found |= forms(raw) | forms(codes.public_half(raw, live.wave.id))
    return found


def test_no_code_and_no_public_half_is_in_any_byte_of_the_disk(live_wave: LiveWave) -> None:
    attempts = [submit.new_attempt() for _ in live_wave.codes]
    for code in live_wave.codes[:30]:
        submit.check_code(live_wave.stores, live_wave.wave, code)
    send_all(live_wave, attempts[:40])
    traces = traces_of_codes(live_wave)
    for attempt in attempts:
        traces |= forms(bytes.fromhex(attempt))
    assert files_with(live_wave.settings.home, traces) == set()


def test_the_salted_hash_is_what_is_kept_of_a_code(live_wave: LiveWave) -> None:
    salt = salts.read(live_wave.settings, live_wave.wave.id)
    assert salt
    half = codes.public_half(codes.parse(live_wave.codes[0]), live_wave.wave.id)
    kept = hmac.digest(salt, half, "sha256")
    assert files_with(live_wave.settings.home, {kept}) == {"issuer.db"}


def test_a_code_written_into_a_file_is_noticed(live_wave: LiveWave) -> None:
    raw = codes.parse(live_wave.codes[17])
    (live_wave.settings.home / "planted").write_bytes(b"..." + raw + b"...")
    assert files_with(live_wave.settings.home, traces_of_codes(live_wave)) == {"planted"}


def test_salt_is_in_no_file_after_closing(live_wave: LiveWave) -> None:
    send_all(live_wave, [submit.new_attempt() for _ in range(20)])
    salt = salts.read(live_wave.settings, live_wave.wave.id)
    assert salt
    before = files_with(live_wave.settings.home, forms(salt))
    assert before == {f"{live_wave.wave.id}.salt"}, "while open, in its own file and nowhere else"
    close_wave(live_wave.stores, live_wave.wave.id, CLOSED)
    assert files_with(live_wave.settings.home, forms(salt)) == set()


def test_salt_is_overwritten_before_its_name_goes(live_wave: LiveWave, tmp_path: Path) -> None:
    path = salts.path_of(live_wave.settings, live_wave.wave.id)
    salt = path.read_bytes()
    other_name = tmp_path / "the same bytes on disk"
    other_name.hardlink_to(path)
    close_wave(live_wave.stores, live_wave.wave.id, CLOSED)
    assert not path.exists()
    assert len(other_name.read_bytes()) == len(salt)
    assert other_name.read_bytes() != salt


def test_answers_in_the_live_box_are_overwritten_at_closing(
    live_wave: LiveWave, tmp_path: Path
) -> None:
    send_all(live_wave, [submit.new_attempt() for _ in range(20)])
    path = box.path_of(live_wave.settings, live_wave.wave.id)
    other_name = tmp_path / "the same bytes on disk"
    other_name.hardlink_to(path)
    close_wave(live_wave.stores, live_wave.wave.id, CLOSED)
    kept = rewriting.sealed_answers(rewriting.path_of(live_wave.settings, live_wave.wave.id))
    content = other_name.read_bytes()
    assert not any(sealed in content for sealed in kept)


def transcript(live: LiveWave, attempts: list[str]) -> set[bytes]:
    """What passes between page and issuer in the redeemings of these attempts."""
    public = issuing_keys.public(live.wave.token_key)
    key = issuing_keys.read(live.settings, live.wave.id)
    assert key
    seen: set[bytes] = set()
    for code, attempt in zip(live.codes, attempts, strict=False):
        half = codes.public_half(codes.parse(code), live.wave.id)
        asking = tokens.ask(live.wave.id, public, bytes.fromhex(attempt), half)
        blinded = asking.blinded.content
        proof = codes.private_key(codes.parse(code), live.wave.id).sign(
            tokens.to_redeem(live.wave.id, blinded)
        )
        seen |= {half, proof, blinded, blind_signatures.sign(blinded, key)}
        seen |= {hashlib.sha256(blinded).digest(), asking.one_time.private_bytes_raw()}
    return seen


def test_nothing_that_passed_between_page_and_issuer_can_be_read_on_disk(
    live_wave: LiveWave,
) -> None:
    """What the auditor gets of it is there, sealed to a key that is not."""
    attempts = [submit.new_attempt() for _ in range(20)]
    send_all(live_wave, attempts)
    seen = transcript(live_wave, attempts)
    assert files_with(live_wave.settings.home, seen) == set()
    close_wave(live_wave.stores, live_wave.wave.id, CLOSED)
    assert files_with(live_wave.settings.home, seen) == set()
    opened = redemption_records.open_records(live_wave.stores, "autumn", live_wave.keys)
    parts = {part for one in opened.redeemed for part in (one.half, one.blinded, one.proof)}
    assert len(parts) == 60
    assert parts <= seen


def test_a_redemption_kept_unsealed_is_noticed(
    live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts = [submit.new_attempt()]
    monkeypatch.setattr(redemptions, "seal", lambda record, *_: bytes(48) + record)
    send_all(live_wave, attempts)
    seen = transcript(live_wave, attempts)
    assert files_with(live_wave.settings.home, seen) == {"issuer.db"}


def test_no_redemption_is_left_after_destroying(live_wave: LiveWave) -> None:
    submit.submit_many(live_wave.stores, live_wave.wave, [(c, {}) for c in live_wave.codes[:20]])
    with live_wave.stores.issuer() as session:
        sealed = set(issuer.records(session, "autumn"))
    close_wave(live_wave.stores, "autumn", CLOSED)
    assert files_with(live_wave.settings.home, sealed) == {"issuer.db"}
    with live_wave.stores.issuer() as session:
        waves.find(session, "autumn").state = "released"
    destroying.destroy(live_wave.stores, "autumn", None, CLOSED)
    assert files_with(live_wave.settings.home, sealed) == set()


def test_a_blinded_value_kept_beside_the_row_is_noticed(
    live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "finish", lambda asking, *_: bytes(32) + asking.blinded.content)
    monkeypatch.setattr(tokens, "verify", lambda *_: None)
    attempts = [submit.new_attempt()]
    send_all(live_wave, attempts)
    found = files_with(live_wave.settings.home, transcript(live_wave, attempts))
    assert found == {f"{live_wave.wave.id}.box"}


def tickets_without_javascript(live: LiveWave, count: int) -> list[tickets.Ticket]:
    """Take tickets and answer with them as a browser without JavaScript does."""
    client = create_app(live.settings).test_client()
    taken = []
    for code in live.codes[:count]:
        form = {document.CODE: code, document.ATTEMPT: submit.new_attempt()}
        file = client.post("/ticket/autumn/file", data=form).text
        taken.append(tickets.read(file, live.wave, "localhost"))
        answer = {document.TICKET: file, document.ATTEMPT: submit.new_attempt()}
        assert client.post("/survey/autumn/send", data=answer).status_code == 200
    return taken


def traces_of_tickets(taken: list[tickets.Ticket]) -> set[bytes]:
    """The private keys, which stand in the files alone: with them goes all the rest of a file."""
    return set().union(*(forms(ticket.one_time.private_bytes_raw()) for ticket in taken))


def test_the_server_keeps_nothing_of_a_ticket_that_it_made(live_wave: LiveWave) -> None:
    taken = tickets_without_javascript(live_wave, 12)
    home, kept = live_wave.settings.home, {ticket.token for ticket in taken}
    assert files_with(home, traces_of_tickets(taken)) == set()
    assert files_with(home, {b"candour-ticket"}) == set()
    assert files_with(home, kept) == {"autumn.box"}, "a token beside its answer, and no more"
    assert files_with(home, traces_of_codes(live_wave)) == set()
    close_wave(live_wave.stores, "autumn", CLOSED)
    assert files_with(home, traces_of_tickets(taken)) == set()
    assert files_with(home, kept) == {"results.db"}, "in the public list"


def test_a_ticket_that_was_made_and_not_used_is_nowhere(live_wave: LiveWave) -> None:
    attempt = submit.new_attempt()
    ticket = submit.take(live_wave.stores, live_wave.wave, live_wave.codes[0], attempt)
    traces = traces_of_tickets([ticket]) | forms(ticket.token) | forms(bytes.fromhex(attempt))
    assert files_with(live_wave.settings.home, traces) == set()


def test_a_ticket_that_the_server_keeps_is_noticed(
    live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = tickets.write

    def keeping(ticket: tickets.Ticket, wave: Wave, site: str) -> bytes:
        content = write(ticket, wave, site)
        (live_wave.settings.home / "planted").write_bytes(content)
        return content

    monkeypatch.setattr(tickets, "write", keeping)
    taken = tickets_without_javascript(live_wave, 1)
    assert files_with(live_wave.settings.home, traces_of_tickets(taken)) == {"planted"}


def test_tokens_are_in_the_open_box_alone_and_after_closing_in_the_public_list_alone(
    live_wave: LiveWave,
) -> None:
    send_all(live_wave, [submit.new_attempt() for _ in range(20)])
    with closing(sqlite3.connect(box.path_of(live_wave.settings, "autumn"))) as database:
        kept = {row for (row,) in database.execute("SELECT token FROM token WHERE taken = 1")}
    assert len(kept) == 20
    assert files_with(live_wave.settings.home, kept) == {"autumn.box"}
    close_wave(live_wave.stores, live_wave.wave.id, CLOSED)
    assert files_with(live_wave.settings.home, kept) == {"results.db"}
    told = closings.told(live_wave.stores, "autumn")
    assert told
    assert told.tokens == tuple(sorted(kept))


def test_issuing_key_is_in_no_file_after_closing(live_wave: LiveWave, tmp_path: Path) -> None:
    key = issuing_keys.read(live_wave.settings, "autumn")
    assert key
    numbers = key.private_numbers()
    parts = {part.to_bytes(192) for part in (numbers.p, numbers.q, numbers.dmp1, numbers.dmq1)}
    assert files_with(live_wave.settings.home, parts) == {"autumn.issuing"}
    other_name = tmp_path / "the same bytes on disk"
    other_name.hardlink_to(issuing_keys.path_of(live_wave.settings, "autumn"))
    close_wave(live_wave.stores, live_wave.wave.id, CLOSED)
    assert files_with(tmp_path, parts) == set()


def test_no_log_of_writes_lies_beside_a_database(live_wave: LiveWave) -> None:
    send_all(live_wave, [submit.new_attempt() for _ in range(5)])
    names = {path.name for path in live_wave.settings.home.rglob("*") if path.is_file()}
    assert not {name for name in names if name.endswith(("-wal", "-shm", "-journal", ".making"))}
    close_wave(live_wave.stores, live_wave.wave.id, CLOSED)
    names = {path.name for path in live_wave.settings.home.rglob("*") if path.is_file()}
    assert names == {"issuer.db", "results.db", "secret_key", f"{live_wave.wave.id}.closed"}


def test_sealed_answers_are_all_of_one_size(live_wave: LiveWave) -> None:
    everything = {
        name: codes_[-1] for name, codes_ in live_wave.wave.questionnaire.stored_codes.items()
    }
    sendings = [(code, everything if n % 2 else {}) for n, code in enumerate(live_wave.codes)]
    submit.submit_many(live_wave.stores, live_wave.wave, sendings)
    close_wave(live_wave.stores, live_wave.wave.id, CLOSED)
    kept = rewriting.sealed_answers(rewriting.path_of(live_wave.settings, live_wave.wave.id))
    assert {len(sealed) for sealed in kept} == {
        submit.envelope.sealed_size(live_wave.wave.questionnaire)
    }
