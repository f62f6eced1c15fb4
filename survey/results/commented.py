"""What people wrote about: taken in once for each wave, and shown on every page of its results."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select

from analysis.release import comment_themes
from analysis.release.comment_themes import CommentThemes, Count, Question
from survey.database import Stores
from survey.errors import ReleaseError
from survey.manage import audit_log, destructions, waves
from survey.manage.tables import CommentThemesRow, PublishedRow, ReleaseRow
from survey.manage.waves import Wave
from survey.results import words


def add(stores: Stores, content: bytes) -> str:
    """Store the themes of a released wave's comments; returns the wave's id.

    The same file again changes nothing. There is never a second one: the difference between two
    would tell what each alone hides.

    Args:
        stores: where the wave and its Release are.
        content: what `candour comments import` made.

    Raises:
        ReleaseError: when it is damaged, was tampered with, is not signed by the wave's officers,
            is not of its Release, questionnaire or policy, or comes too late or a second time.
        WaveStateError: when there is no such wave.
    """
    wave = waves.get(stores, comment_themes.unpack(content, None).wave)
    verifier = Ed25519PublicKey.from_public_bytes(wave.verifier)
    _expect_of(wave, comment_themes.unpack(content, verifier))
    with stores.results() as session:
        kept = session.get(CommentThemesRow, wave.id)
        if kept is not None and kept.content == content:
            return wave.id
        if kept is not None:
            raise ReleaseError(
                f"Wave {wave.id} has its themes of comments already, and these are others; the "
                "first ones stay."
            )
    _expect_in_time(stores, wave, comment_themes.unpack(content, verifier))
    with stores.results() as session:
        session.add(CommentThemesRow(wave=wave.id, content=content))
        audit_log.record(session, None, "release", f"what people wrote about in {wave.id}")
    return wave.id


def _expect_of(wave: Wave, themes: CommentThemes) -> None:
    """Refuse what another questionnaire or another policy gives."""
    asked = [
        (one.id, str(one.text), [(theme.id, str(theme.label)) for theme in one.themes])
        for one in wave.questionnaire.comments
        if one.themes
    ]
    found = [
        (one.question, one.asked, [(theme.theme, theme.label) for theme in one.themes])
        for one in themes.questions
    ]
    if asked != found:
        raise ReleaseError(
            f"These themes of comments are of another questionnaire than wave {wave.id} had; make "
            "them from the wave's own file."
        )
    rules = wave.policy.as_dict()
    other = [name for name, value in themes.policy.items() if rules.get(name) != value]
    if other or not themes.policy:
        raise ReleaseError(
            f"These themes of comments were made by another {', '.join(other) or 'policy'} than "
            f"wave {wave.id} has; make them from the wave's own file."
        )


def _expect_in_time(stores: Stores, wave: Wave, themes: CommentThemes) -> None:
    if wave.state != "released" or destructions.told(stores, wave.id) is not None:
        raise ReleaseError(
            f"Wave {wave.id} is {wave.state}; themes of comments are taken in when its Release is "
            "out and before its answers are destroyed."
        )
    with stores.results() as session:
        query = select(ReleaseRow.hash).where(ReleaseRow.wave == wave.id)
        known = set(session.scalars(query.where(ReleaseRow.hash.in_(select(PublishedRow.hash)))))
    if themes.release not in known:
        raise ReleaseError(
            f"These themes of comments belong to the Release {themes.release[:12]}, which wave "
            f"{wave.id} has not."
        )


def of_wave(stores: Stores, wave_id: str) -> CommentThemes | None:
    """The stored themes of a wave's comments, checked; None when there are none.

    Raises:
        ReleaseError: when what is stored was tampered with.
    """
    with stores.results() as session:
        row = session.get(CommentThemesRow, wave_id)
        if row is None:
            return None
        content = row.content
        query = select(ReleaseRow.hash, ReleaseRow.verifier).where(ReleaseRow.wave == wave_id)
        verifiers = frozenset((name, verifier) for name, verifier in session.execute(query))
    return _checked(wave_id, content, verifiers)


@lru_cache(maxsize=16)
def _checked(
    wave_id: str, content: bytes, of_releases: frozenset[tuple[str, bytes]]
) -> CommentThemes:
    """Kept by all that it is checked with, since none of it changes by itself."""
    verifiers = dict(of_releases)
    release = comment_themes.unpack(content, None).release
    if release not in verifiers:
        raise ReleaseError(f"The stored themes of comments of {wave_id} were tampered with.")
    verifier = Ed25519PublicKey.from_public_bytes(verifiers[release])
    themes = comment_themes.unpack(content, verifier)
    if themes.wave != wave_id:
        raise ReleaseError(f"The stored themes of comments of {wave_id} are another wave's.")
    return themes


@dataclass(frozen=True)
class WroteAbout:
    """What people wrote about in answer to one question, as pages show it.

    Attributes:
        wrote: a sentence on how many wrote anything.
        rows: (theme, people in words): the most people first, then what is not shown, in the order
            of the questionnaire.
        fewest: from how many people on a theme is shown.
        step: what numbers are rounded to.
    """

    id: str
    asked: str
    wrote: str
    rows: tuple[tuple[str, str], ...]
    fewest: int
    step: int


def blocks(themes: CommentThemes | None) -> tuple[WroteAbout, ...]:
    """A block for each question; none without themes."""
    if themes is None:
        return ()
    return tuple(_block(one, themes) for one in themes.questions)


def _block(question: Question, themes: CommentThemes) -> WroteAbout:
    shown = sorted(question.themes, key=lambda theme: -(theme.count.people or 0))
    wrote = _in_words(question.wrote)
    return WroteAbout(
        f"wrote-{question.question}",
        question.asked,
        words.wrote(wrote),
        tuple((theme.label, _in_words(theme.count)) for theme in shown),
        themes.policy["k_comment"],
        themes.policy["base_step"],
    )


def _in_words(count: Count) -> str:
    if count.people is None:
        return "[c]"
    return f"{count.people:,} or more" if count.bound else f"about {count.people:,}"
