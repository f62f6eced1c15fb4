"""Errors of the application. Each is one sentence for a person and says what to do."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.errors import CandourError, DataError, LedgerError, ReleaseError
from survey.catalogue import translatable

__all__ = [
    "ActionError",
    "AgreementError",
    "BoxError",
    "CandourError",
    "CodeError",
    "DataError",
    "FixedWave",
    "IssuerError",
    "LedgerError",
    "MistypedCode",
    "OtherKeys",
    "Problem",
    "QuestionnaireError",
    "ReleaseError",
    "SaltError",
    "SettingsError",
    "SigningError",
    "TicketError",
    "TokenError",
    "UncheckedSaltError",
    "UnfinishedWaves",
    "WaveStateError",
]


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in a questionnaire file."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class QuestionnaireError(CandourError):
    """A questionnaire file is wrong; carries every problem at once.

    Attributes:
        problems: by file and line.
        more: whether there are others, which nobody looked for.
    """

    def __init__(self, problems: list[Problem], *, more: bool = False) -> None:
        self.problems, self.more = sorted(problems), more
        told = [str(problem) for problem in self.problems]
        super().__init__("\n".join([*told, *(["And more mistakes: mend these first."] * more)]))


class WaveStateError(CandourError):
    """A wave is not in the state that a step needs."""


class FixedWave(WaveStateError):
    """Somebody tried to change what is fixed since a wave opened. Who catches it logs it.

    Attributes:
        wave: its id.
    """

    def __init__(self, wave: str, sentence: str) -> None:
        self.wave = wave
        super().__init__(sentence)


class AgreementError(CandourError):
    """Somebody cannot propose this or answer it now."""


class ActionError(CandourError):
    """An action cannot be kept as it was sent."""


class BoxError(CandourError):
    """The ballot box cannot be written. The code is spent, and the same sending can be repeated."""

    PUBLIC = translatable(
        "Your answers were not kept this time: the ballot box cannot be written at the moment. "
        "Go back and press Send again in a few minutes, with the same answers; sending twice "
        "counts once."
    )

    def __init__(self) -> None:
        super().__init__(self.PUBLIC)


class CodeError(CandourError):
    """A code cannot be used. One public sentence whatever the cause: unknown, used, other wave."""

    PUBLIC = translatable(
        "This code cannot be used. Check it against your card, or ask for a spare card."
    )

    def __init__(self) -> None:
        super().__init__(self.PUBLIC)


class IssuerError(CandourError):
    """The issuer on another host does not answer. Whatever was asked can be asked again."""

    PUBLIC = translatable(
        "Your code could not be checked: the computer that checks codes did not answer. Try again "
        "in a few minutes, with the same answers; sending twice counts once."
    )

    def __init__(self) -> None:
        super().__init__(self.PUBLIC)


class MistypedCode(CandourError):
    """What was typed is not a code at all: the check symbols do not fit. Costs nobody anything."""

    PUBLIC = translatable(
        "That is not how a code looks. Look for a typing mistake: compare it with your card."
    )

    def __init__(self) -> None:
        super().__init__(self.PUBLIC)


class SettingsError(CandourError):
    """A setting is missing or wrong; names it."""


class SaltError(SettingsError):
    """A wave's salt is missing or damaged: no card can be used, and nobody can count used codes.

    Attributes:
        wave: its id.
    """

    def __init__(self, wave: str, what: str, sentence: str | None = None) -> None:
        self.wave = wave
        super().__init__(
            sentence
            or f"The salt of wave {wave}, {wave}.salt, is {what}: no card can be used, and used "
            "ones cannot be counted. Put the file back if it was moved; if it is lost, destroy a "
            f"draft, and close an open wave with `candour wave close {wave} --uncounted`."
        )


class UncheckedSaltError(SaltError):
    """A salt without a check, by which every card was used: right, or no wave's that has cards."""

    def __init__(self, wave: str) -> None:
        super().__init__(
            wave,
            "",
            f"The salt of wave {wave}, {wave}.salt, is of an earlier version of Candour and does "
            "not say itself whether it is whole, and by it every card was used. So it is if all "
            "were, and so it would be if the file were damaged or another wave's: used cards are "
            "not counted. Put the right file back if it was moved; if it is the right one, close "
            f"the wave with `candour wave close {wave} --uncounted`, and have the officers count "
            "the sealed records.",
        )


class SigningError(CandourError):
    """A blind signature is wrong: a faulty machine, or another wave's key."""

    PUBLIC = translatable(
        "The answer could not be signed. Nothing is lost: send it again in a moment."
    )

    def __init__(self) -> None:
        super().__init__(self.PUBLIC)


class TicketError(CandourError):
    """A ticket's file cannot be used: it is none, is damaged, or is for another wave or site.

    Attributes:
        sentence: what is wrong, with `{name}` for what the file is called.
        name: what it is called.
    """

    def __init__(self, sentence: str, name: str = "") -> None:
        self.sentence, self.name = sentence, name
        super().__init__(sentence.format(name=name))


class OrganisationError(CandourError):
    """Somebody who signs in by the organisation is not let in.

    Attributes:
        reason: a few words for the log; they tell nothing of the person.
        object_id: whom the organisation knows by a good token, and gives no role; else empty.
    """

    PUBLIC = (
        "Signing in by your organisation did not work. Try once more, from the start; if it still "
        "does not, tell whoever runs this service."
    )
    NO_ROLE = (
        "Your organisation knows you, and gives you no role here, or more than one. Ask whoever "
        "runs this service for one role."
    )

    def __init__(self, reason: str, public: str = PUBLIC, object_id: str = "") -> None:
        self.reason, self.object_id = reason, object_id
        super().__init__(public)


class OtherKeys(CandourError):
    """A ticket names other keys than the wave has: somebody may have put others in their place.

    Attributes:
        named: the fingerprint in the ticket.
    """

    PUBLIC = translatable("This survey has other keys than the ticket names. Do not answer here.")

    def __init__(self, named: str) -> None:
        self.named = named
        super().__init__(self.PUBLIC)


class TokenError(CandourError):
    """The ballot box does not take what was sent. One public sentence whatever the cause."""

    PUBLIC = translatable(
        "The ballot box did not take this answer: it came without a valid token of the survey."
    )

    def __init__(self) -> None:
        super().__init__(self.PUBLIC)


class UsedTicket(CandourError):
    """An answer came with this token before, and it is not the one that was sent now.

    It tells nothing of the answer that is kept: whoever sends may hold a copy of somebody's ticket.
    """

    PUBLIC = translatable(
        "An answer was sent with this ticket before, and this one was not kept. If you did not "
        "send that answer, somebody else had your ticket: tell somebody whom you trust, such as "
        "your staff association."
    )

    def __init__(self) -> None:
        super().__init__(self.PUBLIC)


class UnfinishedWaves(SettingsError):
    """A database cannot be brought to this version while waves of an earlier one hold answers."""
