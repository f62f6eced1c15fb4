"""Sentences of the program that respondents are told, marked for the catalogue of translations."""

from __future__ import annotations


def translatable(sentence: str) -> str:
    """The sentence itself, in English: `survey.languages` says it in the language of a page."""
    return sentence
