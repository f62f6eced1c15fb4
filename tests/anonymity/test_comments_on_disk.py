"""What somebody types as a comment is in no byte of a file, a log or an output, in either mode."""

from __future__ import annotations

import logging
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import date

import html_page
import pytest
from fixtures_tokens import seal, take_ticket
from fixtures_wave import LiveWave
from test_traces_on_disk import files_with, forms

from survey.app import create_app
from survey.close import rewriting
from survey.close.closing import close_wave
from survey.collect import box, envelope
from survey.collect.document import CODE

CLOSED = date(2026, 9, 30)
Send = Callable[[LiveWave, int, str], None]


def plainly(live: LiveWave, number: int, text: str) -> None:
    """Without JavaScript: through the form, the check page, a change and Send."""
    client = create_app(live.settings).test_client()
    form = {CODE: live.codes[number], "why": text, "change": text}
    check = html_page.parse(client.post("/survey/autumn/check", data=form).data)
    sent = check.fields("checked")
    client.post("/survey/autumn/check", data={**sent, "candour.change": ["q-why"]})
    client.post("/survey/autumn/check", data={**form, "why": text * 2000})
    for _ in "twice":
        assert "received" in client.post("/survey/autumn/send", data=sent).text


def sealed(live: LiveWave, number: int, text: str) -> None:
    """As the page does: sealed before the server sees it."""
    client = create_app(live.settings).test_client()
    ticket, answers = take_ticket(live, number), seal(live)
    rows = b"".join(envelope.seal_comments({"why": text, "change": text}, live.wave).values())
    named = {"token": ticket.token, "sealed": answers, "comments": rows}
    named["proof"] = ticket.proof(answers + rows)
    sent = {name: urlsafe_b64encode(content).decode() for name, content in named.items()}
    assert client.post("/box/autumn", json=sent).status_code == 200
    assert client.post("/box/autumn", json={**sent, "comments": "short"}).status_code == 403


@pytest.mark.parametrize("send", [plainly, sealed])
def test_typed_comment_is_in_no_file_no_log_and_no_output(
    commented_wave: LiveWave,
    send: Send,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    marker = "MARKER-" + secrets.token_hex(4)
    home = commented_wave.settings.home.parent
    with caplog.at_level(logging.DEBUG):
        for number in range(5):
            send(commented_wave, number, f"{marker} was here")
        assert files_with(home, forms(marker.encode())) == set()
        close_wave(commented_wave.stores, "autumn", CLOSED)
    assert files_with(home, forms(marker.encode())) == set()
    printed = capfd.readouterr()
    assert marker not in caplog.text + printed.out + printed.err


@pytest.mark.parametrize("send", [plainly, sealed])
def test_a_comment_kept_unsealed_is_noticed(
    commented_wave: LiveWave, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    marker = "MARKER-" + secrets.token_hex(4)
    keep = envelope.seal

    def unsealed(content: bytes, wave: object, suite: int = 1, comment: str | None = None) -> bytes:
        if comment is None:
            return keep(content, wave, suite)  # type: ignore[arg-type]
        return bytes([envelope.P256]) + content + bytes(81)

    monkeypatch.setattr(envelope, "seal", unsealed)
    send(commented_wave, 0, marker)
    home = commented_wave.settings.home
    assert files_with(home, forms(marker.encode())) == {"autumn.box"}
    close_wave(commented_wave.stores, "autumn", CLOSED)
    assert files_with(home, forms(marker.encode())) == {"autumn.closed"}


def test_comments_in_the_live_box_are_overwritten_at_closing(commented_wave: LiveWave) -> None:
    for number in range(10):
        sealed(commented_wave, number, "Some words.")
    other_name = commented_wave.settings.home.parent / "the same bytes on disk"
    other_name.hardlink_to(box.path_of(commented_wave.settings, "autumn"))
    close_wave(commented_wave.stores, "autumn", CLOSED)
    content = other_name.read_bytes()
    kept = rewriting.comments(rewriting.path_of(commented_wave.settings, "autumn"))
    rows = [row for rows in kept.values() for row in rows]
    assert len(rows) == 20
    assert not any(row in content for row in rows)
