"""What is told to everybody when a wave closes, so that stuffing and dropping show.

There can be no more answers than tokens that were signed, and no more of those than cards. Where
the issuer and the ballot box are two hosts, each tells its own part.
"""

from __future__ import annotations

from dataclasses import dataclass

from survey.database import Stores
from survey.manage.issuing_keys import TOKEN_BYTES
from survey.manage.tables import ClosingRow


@dataclass(frozen=True)
class Closing:
    """The public counts and lists of a closed wave.

    Attributes:
        cards: codes that were made, spare ones included.
        redeemed: codes that a token was signed for; None where that could not be counted, or is
            told by another host.
        received: sealed answers that were in the box; None on a host without the box.
        receipts: one for each of them, sorted.
        tokens: what they came with, sorted, so that no token stands beside its answer.
    """

    cards: int
    redeemed: int | None
    received: int | None
    receipts: tuple[str, ...] = ()
    tokens: tuple[bytes, ...] = ()


def told(stores: Stores, wave_id: str) -> Closing | None:
    """What was told of a wave; None until it has closed."""
    with stores.results() as session:
        row = session.get(ClosingRow, wave_id)
        if row is None:
            return None
        starts = range(0, len(row.tokens), TOKEN_BYTES)
        return Closing(
            row.cards,
            row.redeemed,
            row.received,
            tuple(row.receipts.split()),
            tuple(row.tokens[start : start + TOKEN_BYTES] for start in starts),
        )


def tell(stores: Stores, wave_id: str, closing: Closing) -> None:
    """Keep what is told of a wave, in place of what was told before."""
    with stores.results() as session:
        session.merge(
            ClosingRow(
                wave=wave_id,
                cards=closing.cards,
                redeemed=closing.redeemed,
                received=closing.received,
                receipts="\n".join(sorted(closing.receipts)),
                tokens=b"".join(sorted(closing.tokens)),
            )
        )
