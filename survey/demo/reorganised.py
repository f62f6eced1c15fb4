"""The demo's reorganisation: what is one department since the second wave was two in the first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from survey.demo.force import UNIT, Frame
from survey.questionnaire import loader
from survey.questionnaire.model import Questionnaire

NOW, LABEL = "dogs-and-mounted", "Dogs and mounted"
BEFORE = {"dog-section": "Dog section", "mounted-section": "Mounted section"}
SINCE = 2
"""The first wave that finds them together."""

DOGS = 3
"""Of five of its people so many were in the first of the two departments."""


def asked(questionnaire: Questionnaire, wave: int, more: str = "") -> Questionnaire:
    """The questionnaire of a wave, with the units that there were.

    Args:
        questionnaire: that of the library, with the units as they are now.
        wave: counted from 1.
        more: YAML that stands at its end.
    """
    text = questionnaire.source
    if wave < SINCE:
        found = _entry(NOW, LABEL)
        text = text.replace(found, "".join(_entry(*one) for one in BEFORE.items()))
    else:
        found = "  command:\n    label: Command\n"
        was = "".join(f"      - {one}\n" for one in BEFORE)
        text = text.replace(found, f"{found}    was:\n      {NOW}:\n{was}")
    if text == questionnaire.source:
        raise LookupError(f"the questionnaire has no department {NOW} of commands")
    return loader.parse(text + more, f"the questionnaire of wave {wave}")


def placed(frame: Frame, wave: int) -> Frame:
    """Who serves at a wave, in the departments that there were."""
    if wave >= SINCE:
        return frame
    units = frame.options[UNIT]
    dogs, mounted = BEFORE
    section = np.where(frame.people % 5 < DOGS, dogs, mounted)
    return replace(frame, options={**frame.options, UNIT: np.where(units == NOW, section, units)})


def _entry(unit: str, label: str) -> str:
    indent = " " * 8
    return f"{indent}- id: {unit}\n{indent}  label: {label}\n"
