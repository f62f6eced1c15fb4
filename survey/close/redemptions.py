"""Opens the records of redemptions, for an auditor: which codes were used, and the proof of each.

What comes out tells nothing of an answer or a token, because tokens were signed blindly. It does
tell which codes were used, so it is for an auditor's eyes and never published.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag

from survey.close.counted_rows import Watch
from survey.close.keys import Keys
from survey.close.opening import expect_keys_of
from survey.collect import issuer, redemptions
from survey.collect.envelope import SUITES, X25519
from survey.collect.redemptions import UNUSED, Redemption
from survey.database import Stores
from survey.errors import WaveStateError
from survey.manage import waves


@dataclass(frozen=True)
class Opened:
    """The opened records of a wave.

    Attributes:
        redeemed: one for each code that was used, in no order.
        codes: how many records there were.
        spoilt: how many did not open: somebody put something else in their place.
    """

    redeemed: tuple[Redemption, ...]
    codes: int
    spoilt: int


def open_records(
    stores: Stores, wave_id: str, keys: Keys, watch: Watch = lambda records: records
) -> Opened:
    """Open the records of a closed wave.

    Args:
        stores: where the issuer's database lies; nothing else is touched.
        wave_id: a wave that is closed or released.
        keys: the release officers'.
        watch: wraps the opening loop, for a progress bar.

    Raises:
        WaveStateError: when the wave is in another state, or no records were kept of it.
        SettingsError: when the keys are not this wave's.
    """
    wave = waves.get(stores, wave_id)
    if wave.state not in {"closed", "released"}:
        raise WaveStateError(
            f"Wave {wave_id} is {wave.state}; redemptions are opened after it has closed and "
            "before it is destroyed."
        )
    expect_keys_of(wave, keys)
    with stores.issuer() as session:
        sealed = issuer.records(session, wave_id)
    if not sealed:
        raise WaveStateError(f"An earlier version kept no records of redemptions of {wave_id}.")
    opened = list(_opened(watch(sealed), keys, wave_id))
    whole = [record for record in opened if record is not None]
    found = [redemptions.parse(record) for record in whole if record != UNUSED]
    return Opened(tuple(found), len(sealed), len(opened) - len(whole))


def _opened(records: Iterable[bytes], keys: Keys, wave_id: str) -> Iterable[bytes | None]:
    for record in records:
        try:
            yield SUITES[X25519].decrypt(record, keys.unsealing, redemptions.info(wave_id))
        except (InvalidTag, ValueError):
            yield None
