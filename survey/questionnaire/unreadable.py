"""What is wrong with a file that is no YAML, in words for its author."""

from __future__ import annotations

from ruamel.yaml.error import MarkedYAMLError

_WORDS = (
    (
        "mapping values are not allowed",
        "a colon stands where none can; put a text that holds a colon in quotation marks, and "
        "give the fields of one part the same indent",
    ),
    ("found character '\\t'", "a tab stands where only spaces can"),
    ("could not find expected ':'", "this line or the one before it lacks a colon after its field"),
    ("expected <block end>", "this line is not indented like the others of its part{since}"),
    ("expected ',' or", "a bracket is not closed{since}"),
    ("unexpected end of stream", "quotation marks or a bracket are not closed{since}"),
    ("cannot start any token", "a text that begins with such a sign needs quotation marks"),
)
"""Part of what the reader of YAML says, and the same for people; `since` names where it began."""


def in_words(error: MarkedYAMLError) -> tuple[int, str]:
    """The line, and what is wrong there: in plain words where we have some."""
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    begun = error.context_mark.line + 1 if error.context_mark else line
    said = " ".join((error.problem or error.context or "not YAML").split())
    since = f"; it began on line {begun}" if begun != line else ""
    found = (words.format(since=since) for part, words in _WORDS if part in said)
    return line, next(found, said)
