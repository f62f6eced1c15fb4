"""Makes the bands of a wave's headcounts, before it opens; runs the disclosure control.

A command and never a request: what is served only reads what this left.
"""

from __future__ import annotations

from analysis.errors import CandourError
from analysis.forecast.banded import tellable_bands
from survey.database import Stores
from survey.manage import bands, headcounts, waves
from survey.questionnaire.codebook import codebook


def make(stores: Stores, wave_id: str) -> str:
    """Band the headcounts of a draft wave; returns what came of it, in a sentence.

    Headcounts that say too little or contradict each other keep nobody from answering: then the
    page tells no numbers, and the sentence says why.

    Raises:
        WaveStateError: when there is no such wave, or it is no draft.
    """
    wave, given = waves.get(stores, wave_id), headcounts.of_wave(stores, wave_id)
    if given is None:
        bands.keep(stores, wave_id, {})
        return "No headcounts are loaded, so the page tells nobody how many colleagues a group has."
    asked = wave.questionnaire
    try:
        found = tellable_bands(codebook(asked), asked.plan, given, wave.policy)
    except CandourError as error:
        bands.keep(stores, wave_id, {})
        return f"The page tells nobody how many colleagues a group has. {error}"
    bands.keep(stores, wave_id, found)
    every = len(asked.plan.groups)
    return f"The page tells roughly how many people {len(found):,} of {every:,} groups have."
