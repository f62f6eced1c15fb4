"""The demo asks its open survey in English and in Welsh; those before it were in English alone."""

from __future__ import annotations

from survey.questionnaire import loader
from survey.questionnaire.model import Questionnaire

_ENGLISH = "languages:\n- en\n"
_BOTH = f"{_ENGLISH}- cy\nwelsh: {{include: bank/cymraeg.yaml#wordings}}\n"


def asked(questionnaire: Questionnaire) -> Questionnaire:
    """The questionnaire in both languages, with the Welsh of the library.

    Raises:
        LookupError: when it is not one in English alone.
    """
    text = questionnaire.source.replace(_ENGLISH, _BOTH, 1)
    if text == questionnaire.source:
        raise LookupError("the questionnaire is not one in English alone")
    return loader.parse(text, "the questionnaire in both languages")
