"""The public file of a wave: all that anybody needs to check it, in one file to download.

Nothing is in it that the pages of codes and receipts do not tell too, but for the tokens.
"""

from __future__ import annotations

from functools import lru_cache

from survey.collect import code_list
from survey.collect.receipts import TOLD
from survey.database import Stores
from survey.manage import closings, wave_file
from survey.manage.wave_file import WaveFile
from survey.manage.waves import Wave


def file_of(stores: Stores, wave: Wave) -> WaveFile | None:
    """What is public of a wave now; None before it opens, and where no list of codes was kept."""
    listed = code_list.published(stores, wave)
    if listed is None:
        return None
    told = closings.told(stores, wave.id) if wave.state in TOLD else None
    return WaveFile(wave, listed.hashes, told)


@lru_cache(maxsize=4)
def packed(file: WaveFile) -> bytes:
    """The file to download, packed once for as long as nothing in it changes."""
    return wave_file.pack(file.public)
