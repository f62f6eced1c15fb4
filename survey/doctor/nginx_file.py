"""Reads nginx's configuration into directives, with the files that it includes.

Source of the grammar: nginx's `ngx_conf_file.c`. A value in quotes may hold anything; outside them
a blank, `;`, `{` and, at the start of a word, `#` end it. `${name}` is a variable.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from survey.errors import SettingsError

_TOKEN = re.compile(
    r"""
    (?P<blank>\s+|\#[^\n]*)
    | (?P<mark>[;{}])
    | (?P<word>(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\$\{|\\.|[^\s;{}"'\\])(?:\$\{|\\.|[^\s;{\\])*)
    """,
    re.VERBOSE | re.DOTALL,
)
_DUMPED = re.compile(r"^# configuration file (.+):\n", re.MULTILINE)
_ESCAPED = re.compile(r"""\\(["'\\])""")


@dataclass(frozen=True)
class Directive:
    """One line of a configuration, or one block.

    Attributes:
        name: such as `access_log`.
        values: what follows, without quotes.
        block: what stands between its braces; None where it has none.
        place: `file:line`.
    """

    name: str
    values: tuple[str, ...]
    block: tuple[Directive, ...] | None
    place: str


def read(path: Path) -> tuple[Directive, ...]:
    """The directives of a configuration file, or of what `nginx -T` wrote into one.

    Raises:
        SettingsError: when a file is missing or is no configuration.
    """
    path = path.absolute()
    text = _text_of(path)
    return read_dump(text) if _DUMPED.search(text) else _expand(str(path), text, _on_disk(path))


def read_dump(text: str) -> tuple[Directive, ...]:
    """The directives of what `nginx -T` printed: every file, each after a line with its name."""
    parts = _DUMPED.split(text)[1:]
    files = dict(zip(parts[::2], parts[1::2], strict=True))
    if not files:
        raise SettingsError("This is not what `nginx -T` prints: it names no configuration file.")
    first = next(iter(files))

    def included(pattern: str) -> list[tuple[str, str]]:
        wanted = str(Path(first).parent / pattern)
        return [(name, files[name]) for name in sorted(files) if fnmatchcase(name, wanted)]

    return _expand(first, files[first], included)


Included = Callable[[str], list[tuple[str, str]]]
"""The name and text of each file that a pattern means."""


def _on_disk(first: Path) -> Included:
    def included(pattern: str) -> list[tuple[str, str]]:
        names = sorted(map(str, Path("/").glob(str(first.parent / pattern).lstrip("/"))))
        if not names and not re.search(r"[*?\[]", pattern):
            names = [str(first.parent / pattern)]  # nginx, too, misses a file that is named
        return [(name, _text_of(Path(name))) for name in names]

    return included


def _text_of(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read as a configuration of nginx.") from error


def _expand(name: str, text: str, included: Included) -> tuple[Directive, ...]:
    return tuple(_included(_block(_tokens(name, text), name), included))


def _included(block: tuple[Directive, ...], included: Included) -> Iterator[Directive]:
    for one in block:
        if one.name == "include" and one.block is None:
            for name, text in included(one.values[0]):
                yield from _included(_block(_tokens(name, text), name), included)
        elif one.block is None:
            yield one
        else:
            inner = tuple(_included(one.block, included))
            yield Directive(one.name, one.values, inner, one.place)


Token = tuple[str, str, int]
"""Kind (`word` or `mark`), text and line."""


def _tokens(name: str, text: str) -> Iterator[Token]:
    at, line = 0, 1
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise SettingsError(f"{name}:{line}: a quote is not closed.")
        if found.lastgroup != "blank":
            yield str(found.lastgroup), found[0], line
        at, line = found.end(), line + found[0].count("\n")
    yield "end", "", line


def _block(tokens: Iterator[Token], name: str, closing: str = "") -> tuple[Directive, ...]:
    """The directives up to `closing`: the end of a block, or of the file."""
    found: list[Directive] = []
    for kind, text, line in tokens:
        if kind != "word":
            if text != closing:
                raise SettingsError(f"{name}:{line}: {text or 'the end'} is not expected here.")
            break
        words, mark = _rest(tokens)
        if mark not in {";", "{"}:
            raise SettingsError(f"{name}:{line}: {text} does not end in a semicolon.")
        inner = _block(tokens, name, "}") if mark == "{" else None
        values = tuple(map(_unquoted, words))
        found.append(Directive(_unquoted(text), values, inner, f"{name}:{line}"))
    return tuple(found)


def _rest(tokens: Iterator[Token]) -> tuple[list[str], str]:
    """The words that follow a directive's name, and the mark that ends it."""
    words: list[str] = []
    mark = ""
    for kind, mark, _line in tokens:
        if kind != "word":
            break
        words.append(mark)
    return words, mark


def _unquoted(word: str) -> str:
    quoted = len(word) > 1 and word[0] in "\"'" and word[-1] == word[0]
    return _ESCAPED.sub(r"\1", word[1:-1]) if quoted else word
