"""Checking a wave: an honest one passes, and each way of stuffing or dropping is caught."""

from __future__ import annotations

import secrets
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fixtures_published import SENT, Honest, answer, closed, failures, words
from fixtures_tokens import seal, take_ticket
from fixtures_wave import LiveWave

from survey.close import keys as release_keys
from survey.close import redemptions as records
from survey.collect import box, code_list, codes, fingerprint, tokens
from survey.collect.redemptions import Redemption
from survey.manage import issuing_keys
from survey.manage.wave_file import WaveFile
from survey.verify import checking, comparing


def failing(file: WaveFile) -> set[str]:
    """What of a file fails, in a word each."""
    return {about for about, _ in failures(list(checking.published(file)))}


# An honest wave


def test_an_honest_wave_passes(honest: Honest) -> None:
    assert failing(honest.file) == set()
    assert failures(list(comparing.earlier(honest.before, honest.file))) == set()
    assert failures(list(comparing.redemptions(honest.file, honest.redeemed))) == set()
    assert len(honest.redeemed) == SENT
    for receipt in honest.receipts:
        assert comparing.receipt(honest.file, receipt).holds
    halves = [codes.public_half(codes.parse(code), "autumn") for code in honest.live.codes]
    assert comparing.code_list(honest.file, code_list.of(halves).digest).holds
    assert comparing.card(honest.file, fingerprint.of(honest.live.wave)).holds
    assert comparing.officers(honest.file, honest.live.keys.public).holds


def test_an_open_wave_is_checked_as_far_as_it_goes(honest: Honest) -> None:
    findings = list(checking.published(honest.before))
    assert failures(findings) == set()
    assert [one.about for one in findings] == ["keys", "codes", "codes", "closing"]
    assert findings[-1].holds is None
    assert comparing.receipt(honest.before, honest.receipts[0]).holds is None


def test_a_receipt_is_found_however_it_is_typed(honest: Honest) -> None:
    receipt = honest.receipts[0]
    typed = receipt.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert comparing.receipt(honest.file, typed).holds


# Stuffing


def mint(live: LiveWave, wave: str = "autumn") -> tuple[bytes, bytes]:
    """A row that the issuer makes for nobody: with its own key it signs whatever it likes."""
    key = issuing_keys.read(live.settings, "autumn")
    assert key
    return tokens.sign_openly(wave, key, Ed25519PrivateKey.generate()), seal(live)


def put(live: LiveWave, *rows: tuple[bytes, bytes]) -> None:
    box.put_many(box.path_of(live.settings, "autumn"), rows)


def test_issuer_that_mints_tokens_shows_in_the_counts(live_wave: LiveWave) -> None:
    answer(live_wave)
    put(live_wave, mint(live_wave))
    file = closed(live_wave)
    assert failing(file) == {"counts"}
    assert "41 answers were received from 40 redeemed codes" in words(
        list(checking.published(file))
    )


def test_issuer_that_also_lies_about_used_codes_is_caught_by_the_auditor_alone(
    live_wave: LiveWave,
) -> None:
    answer(live_wave)
    put(live_wave, mint(live_wave))
    file = closed(live_wave)
    assert file.closing
    file = replace(file, closing=replace(file.closing, redeemed=SENT + 1))
    findings = list(checking.published(file))
    assert failures(findings) == set()
    assert "an issuer that signed tokens for itself" in findings[-1].sentence
    proofs = list(records.open_records(live_wave.stores, "autumn", live_wave.keys).redeemed)
    assert "There are 40 redemptions and 41 redeemed codes" in words(
        list(comparing.redemptions(file, proofs))
    )
    for made_up, caught in invented_redemptions(live_wave, proofs):
        assert caught in words(list(comparing.redemptions(file, [*proofs, made_up])))


def invented_redemptions(live: LiveWave, proofs: list[Redemption]) -> list[tuple[Redemption, str]]:
    """What an issuer can put into the missing place, and how it shows."""
    own = Ed25519PrivateKey.generate()
    blinded = secrets.token_bytes(384)
    own_proof = own.sign(tokens.to_redeem("autumn", blinded))
    unused = codes.public_half(codes.parse(live.codes[-1]), "autumn")
    return [
        (Redemption(own.public_key().public_bytes_raw(), blinded, own_proof), "1 are of codes"),
        (Redemption(unused, blinded, own_proof), "1 are not signed with the key of their code"),
        (Redemption(unused, blinded, secrets.token_bytes(64)), "1 are not signed"),
        (proofs[0], "1 codes stand there more than once"),
        (replace(proofs[0], half=unused), "1 blinded tokens stand there more than once"),
    ]


def test_box_that_adds_rows_without_tokens_is_caught(honest: Honest) -> None:
    extra = "0000-0000-0000-0000"
    more = honest.telling(
        received=SENT + 1, redeemed=SENT + 1, receipts=tuple(sorted((*honest.receipts, extra)))
    )
    assert failures(list(checking.published(more))) == {
        ("tokens", "There are 40 tokens and 41 answers.")
    }


def test_box_that_makes_up_a_token_is_caught(live_wave: LiveWave) -> None:
    answer(live_wave)
    put(live_wave, (secrets.token_bytes(tokens.TOKEN_BYTES), seal(live_wave)))
    assert failing(closed(live_wave)) == {"tokens", "counts"}


def test_box_that_uses_a_token_twice_is_caught(live_wave: LiveWave) -> None:
    answer(live_wave)
    ballot_box = box.path_of(live_wave.settings, "autumn")
    put(live_wave, (box.tokens_in(ballot_box)[0], seal(live_wave)))
    file = closed(live_wave)
    assert "1 tokens stand there more than once" in words(list(checking.published(file)))


def test_tokens_of_another_wave_are_caught(live_wave: LiveWave) -> None:
    answer(live_wave, 39)
    put(live_wave, mint(live_wave, "winter"))
    file = closed(live_wave)
    assert file.closing
    file = replace(file, closing=replace(file.closing, redeemed=SENT))
    assert failures(list(checking.published(file))) == {
        (
            "tokens",
            "1 tokens were not signed with this wave's issuing key for this wave: their answers "
            "stand for no code.",
        )
    }


def test_codes_that_the_issuer_invents_are_caught(honest: Honest, live_wave: LiveWave) -> None:
    digest = code_list.CodeList(honest.before.codes).digest
    invented = tuple(sorted((*honest.file.codes, secrets.token_hex(32))))
    added = replace(honest.file, codes=invented)
    assert failing(added) == {"codes"}
    both = replace(honest.of(cards=61), codes=invented, closing=replace(honest.told, cards=61))
    assert failing(both) == set(), "alone the file cannot tell"
    assert comparing.code_list(both, digest).holds is False
    assert "list of codes: changed" in words(list(comparing.earlier(honest.before, both)))
    first, _, *rest = honest.file.codes
    assert failing(replace(honest.file, codes=(first, first, *rest))) == {"codes"}


def test_a_token_in_the_place_of_one_that_was_never_used_is_not_seen(
    live_wave: LiveWave,
) -> None:
    """The limit of what can be checked, as docs/OPERATIONS.md says it."""
    answer(live_wave)
    unused = take_ticket(live_wave, SENT)
    put(live_wave, mint(live_wave))
    file = closed(live_wave)
    assert failing(file) == set()
    proofs = records.open_records(live_wave.stores, "autumn", live_wave.keys).redeemed
    assert failures(list(comparing.redemptions(file, proofs))) == set()
    assert file.closing
    assert unused.token not in file.closing.tokens, "whoever kept the ticket can show it"


# Dropping


def test_box_that_drops_a_row_with_receipt_and_token_is_caught_by_its_sender(
    live_wave: LiveWave,
) -> None:
    receipts = answer(live_wave)
    drop_one_row(live_wave)
    file = closed(live_wave)
    assert failing(file) == set(), "alone the file cannot tell"
    unknown = [one.sentence for one in checking.published(file) if one.holds is None]
    assert any("1 redeemed codes brought no answer" in sentence for sentence in unknown)
    missing = [one for one in receipts if comparing.receipt(file, one).holds is False]
    assert len(missing) == 1
    assert "its answer was dropped" in comparing.receipt(file, missing[0]).sentence


def drop_one_row(live: LiveWave) -> None:
    path = box.path_of(live.settings, "autumn")
    with closing(sqlite3.connect(path)) as opened, opened:
        opened.execute(
            "UPDATE token SET taken = 0 "
            "WHERE number = (SELECT min(number) FROM token WHERE taken = 1)"
        )


def test_fewer_receipts_or_tokens_than_answers_are_caught(honest: Honest) -> None:
    assert failing(honest.telling(receipts=honest.told.receipts[1:])) == {"receipts"}
    assert failing(honest.telling(tokens=honest.told.tokens[1:])) == {"tokens"}
    assert failing(replace(honest.file, closing=None)) == {"closing"}


def test_a_receipt_twice_in_place_of_two_is_caught(honest: Honest) -> None:
    first, _, *rest = honest.told.receipts
    assert failing(honest.telling(receipts=(first, first, *rest))) == {"receipts"}
    assert failing(honest.telling(receipts=(*honest.told.receipts[1:], "ZZZ"))) == {"receipts"}


def test_lists_that_are_not_sorted_are_caught(honest: Honest) -> None:
    assert failing(honest.telling(receipts=honest.told.receipts[::-1])) == {"receipts"}
    assert failing(honest.telling(tokens=honest.told.tokens[::-1])) == {"tokens"}


# Counts that lie


@pytest.mark.parametrize(
    "lie",
    [
        {"redeemed": 39},
        {"redeemed": 61},
        {"cards": 39},
        {"cards": 70},
        {"received": 39},
        {"received": 41},
    ],
)
def test_counts_that_lie_are_caught(honest: Honest, lie: dict[str, int]) -> None:
    assert failing(honest.telling(**lie))


def test_lists_without_a_count_are_caught(honest: Honest) -> None:
    assert failing(honest.telling(received=None)) == {"receipts", "tokens"}
    assert failing(honest.telling(received=None, tokens=())) == {"receipts"}
    assert failing(honest.telling(received=None, redeemed=10)) == {"receipts", "tokens"}


def test_more_answers_than_cards_are_caught_where_used_codes_were_not_counted(
    honest: Honest,
) -> None:
    fewer = replace(honest.of(cards=30), codes=honest.file.codes[:30])
    stuffed = replace(fewer, closing=replace(honest.told, cards=30, redeemed=None))
    assert failures(list(checking.published(stuffed))) == {
        (
            "counts",
            "40 answers were received and there are 30 cards: somebody stuffed the box.",
        )
    }


@pytest.mark.parametrize("count", ["cards", "redeemed", "received"])
def test_negative_counts_are_caught(honest: Honest, count: str) -> None:
    none = honest.telling(**{"received": None, "receipts": (), "tokens": (), count: -5})
    assert ("counts", "-5 is told as a count, and is none.") in failures(
        list(checking.published(none))
    )


def test_answers_are_no_more_than_the_auditor_has_redemptions(honest: Honest) -> None:
    proofs = honest.redeemed[1:]
    for lie in ({"redeemed": None}, {"redeemed": None, "received": None}, {"redeemed": 39}):
        assert words(list(comparing.redemptions(honest.telling(**lie), proofs))) == (
            "40 answers were received and there are 39 redemptions: some stand for no code that "
            "was used."
        )


def test_a_draft_is_an_earlier_file_too(honest: Honest) -> None:
    draft = replace(honest.before, wave=replace(honest.before.wave, state="draft", opened=None))
    assert failures(list(comparing.earlier(draft, honest.file))) == set()


LOST: list[dict[str, object]] = [
    {"redeemed": None},
    {"received": None, "receipts": (), "tokens": ()},
]


def test_a_count_that_was_lost_is_said_to_be_unknown(honest: Honest) -> None:
    for lost in LOST:
        findings = list(checking.published(honest.telling(**lost)))
        assert failures(findings) == set()
        assert any("not told" in one.sentence for one in findings if one.holds is None)


# Exchanged keys


def test_tokens_under_an_exchanged_issuing_key_are_caught(honest: Honest) -> None:
    other = rsa(3072)
    changed = honest.of(token_key=other)
    assert failing(changed) == {"tokens"}
    assert comparing.card(changed, fingerprint.of(honest.live.wave)).holds is False
    assert "The keys: changed" in words(list(comparing.earlier(honest.before, changed)))


def test_exchanged_officers_keys_are_caught(honest: Honest) -> None:
    other = release_keys.new().public
    changed = honest.of(public_key=other.public_key, fallback_key=other.fallback_key)
    assert failing(changed) == set(), "alone the file cannot tell"
    assert comparing.card(changed, fingerprint.of(honest.live.wave)).holds is False
    assert comparing.officers(changed, honest.live.keys.public).holds is False
    signer = honest.of(verifier=other.verifier)
    assert "signing key: changed" in words(list(comparing.earlier(honest.before, signer)))


def rsa(bits: int, exponent: int = 65537) -> bytes:
    public = generate_private_key(exponent, bits).public_key()
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("public_key", bytes(32)),
        ("public_key", bytes(31)),
        ("fallback_key", b"\x04" + bytes(63) + b"\x01"),
        ("fallback_key", b""),
        ("verifier", bytes(31)),
    ],
    ids=["x25519-zero", "x25519-short", "p256-off-curve", "p256-none", "ed25519-short"],
)
def test_officers_keys_to_which_nothing_can_be_sealed_are_caught(
    honest: Honest, name: str, key: bytes
) -> None:
    assert failing(honest.of(**{name: key})) == {"keys"}


def test_issuing_keys_of_another_kind_are_caught(honest: Honest) -> None:
    point = Ed25519PrivateKey.generate().public_key()
    ed25519 = point.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    for key in (rsa(3064), rsa(2048), rsa(3072, 3), ed25519, b"", b"nonsense"):
        changed = honest.of(token_key=key)
        assert failing(changed) == {"keys", "tokens"}
        assert comparing.card(changed, fingerprint.of(honest.live.wave)).holds is False
    assert failing(honest.of(public_key=bytes(31))) == {"keys"}
    assert failing(honest.of(fallback_key=bytes(65))) == {"keys"}
