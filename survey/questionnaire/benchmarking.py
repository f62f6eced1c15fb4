"""Benchmarks before a wave: a file to fill in, and whether what is in it can be compared."""

from __future__ import annotations

from pathlib import Path

from analysis.beside import benchmarks
from survey.errors import SettingsError
from survey.questionnaire.codebook import codebook
from survey.questionnaire.model import Questionnaire


def written(path: Path, questionnaire: Questionnaire) -> str:
    """Write a file to fill in, and say so; nothing that is there is overwritten.

    Raises:
        SettingsError: when there is such a file, or none can be written.
    """
    try:
        with path.open("x", encoding="utf-8", newline="") as stream:
            stream.write(benchmarks.template(codebook(questionnaire)))
    except FileExistsError:
        raise SettingsError(f"{path} is there already; give the template another name.") from None
    except OSError as error:
        raise SettingsError(f"{path} cannot be written ({error.strerror}).") from None
    return f"{path}: fill in value, base, source and year; rows without a value are not read."


def checked(path: Path, questionnaire: Questionnaire) -> str:
    """How many figures of a file can be compared, and which cannot.

    Raises:
        DataError: names the file, the row and what is wrong in it.
    """
    book = codebook(questionnaire)
    found = benchmarks.read(path, book)
    others = [one for one in found if not benchmarks.comparable(one, book)]
    figures = f"{len(found)} figure{'s' * (len(found) != 1)}"
    if not others:
        return f"{path}: good. {figures} of the same wording and scale."
    named = "; ".join(f"{one.item} ({one.source}, {one.year})" for one in others)
    return (
        f"{path}: good. {figures}, of which {len(others)} cannot be compared, as they are of "
        f"another wording or scale: {named}."
    )
