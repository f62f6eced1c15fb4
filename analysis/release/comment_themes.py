"""What people wrote about: the counts of coded comments, in a small signed file of their own.

Two people sort comments after the Release is out, and a Release is never edited. So the counts go
beside it, bound to its hash. The file is one line of JSON and one line with the officers' Ed25519
signature of it, and holds no word that anybody wrote.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from analysis import strict_json
from analysis.errors import ReleaseError
from analysis.release.rows import Bound, Status

FORMAT = 1
LARGEST = 200_000
"""Bytes; three questions of twenty themes take a tenth of it."""

_SIGNED_AS = b"candour/comment-themes/1\n"
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Count:
    """How many people; `people` is rounded, and None when it is not shown."""

    people: int | None
    bound: Bound
    status: Status


@dataclass(frozen=True)
class Theme:
    """How many people wrote of one theme; a person may have written of several."""

    theme: str
    label: str
    count: Count


@dataclass(frozen=True)
class Question:
    """One question that was answered in one's own words.

    Attributes:
        wrote: how many people wrote anything.
        themes: in the order in which the questionnaire declares them.
    """

    question: str
    asked: str
    wrote: Count
    themes: tuple[Theme, ...]


@dataclass(frozen=True)
class CommentThemes:
    """Everything that is published of the comments of one wave.

    Attributes:
        release: hash of the Release of the same wave.
        policy: the thresholds that the counts were made by, by name.
    """

    wave: str
    release: str
    policy: Mapping[str, int]
    questions: tuple[Question, ...]


def pack(themes: CommentThemes, signer: Ed25519PrivateKey) -> bytes:
    """The signed file; the same bytes for the same counts and key.

    Raises:
        ReleaseError: when a count that is not shown holds a value.
    """
    _check(themes)
    content = {"format": FORMAT, **asdict(themes), "policy": dict(themes.policy)}
    line = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    return line + b"\n" + signer.sign(_SIGNED_AS + line).hex().encode() + b"\n"


def unpack(content: bytes, verifier: Ed25519PublicKey | None) -> CommentThemes:
    """Read what `pack` made.

    Args:
        content: the file.
        verifier: the officers' public key; None leaves the signature unchecked.

    Raises:
        ReleaseError: when it is something else, was tampered with or is signed with another key.
    """
    line, _, rest = content.partition(b"\n")
    if len(content) > LARGEST or not re.fullmatch(rb"[0-9a-f]{128}\n", rest):
        raise ReleaseError("This is no file of the themes of comments.")
    if verifier is not None:
        _check_signature(line, rest, verifier)
    try:
        found = strict_json.parse(line)
        themes = _themes(found)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ReleaseError("This file of the themes of comments is laid out as none.") from error
    _check(themes)
    return themes


def _check_signature(line: bytes, rest: bytes, verifier: Ed25519PublicKey) -> None:
    try:
        verifier.verify(bytes.fromhex(rest.decode().strip()), _SIGNED_AS + line)
    except InvalidSignature:
        raise ReleaseError(
            "These themes of comments were tampered with, or signed with another key than the "
            "wave's; get them again from those who made them."
        ) from None


def _themes(found: Any) -> CommentThemes:
    if set(found) != {"format", "wave", "release", "policy", "questions"}:
        raise ValueError("other fields")
    if found["format"] != FORMAT:
        raise ValueError("another format")
    questions = tuple(
        Question(
            **{
                **question,
                "wrote": Count(**question["wrote"]),
                "themes": tuple(
                    Theme(**{**theme, "count": Count(**theme["count"])})
                    for theme in question["themes"]
                ),
            }
        )
        for question in found["questions"]
    )
    return CommentThemes(found["wave"], found["release"], dict(found["policy"]), questions)


def _check(themes: CommentThemes) -> None:
    """Refuse what cannot be published, and texts that are none."""
    texts = [themes.wave, themes.release]
    for question in themes.questions:
        texts += [question.question, question.asked]
        _check_count(question.wrote, question.question)
        for theme in question.themes:
            texts += [theme.theme, theme.label]
            _check_count(theme.count, f"{question.question}, {theme.theme}")
    if not all(isinstance(text, str) for text in texts) or not _HASH.fullmatch(themes.release):
        raise ReleaseError("This file of the themes of comments is laid out as none.")


def _check_count(count: Count, where: str) -> None:
    shown = type(count.people) is int and count.people >= 0 and count.status == "shown"
    hidden = count.people is None and count.status == "c" and count.bound == ""
    if not (shown or hidden) or count.bound not in {"", "or_more"}:
        raise ReleaseError(f"The themes of comments tell what they do not show ({where}).")
