"""Questionnaire files as plain data that knows where each of its fields stands.

Every scalar is read as text; the field that it stands in decides what it means, so `no` and `1` are
safe as codes. Includes are replaced by what they name, so what comes out is one whole document.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML, MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from survey import resources
from survey.errors import Problem, QuestionnaireError
from survey.questionnaire import unreadable

INCLUDE = "include"
TOLD = 50
"""Mistakes of a questionnaire that are told one by one."""

_NULLS = {"", "~", "null", "Null", "NULL"}
LARGEST = 500_000
"""Characters of a file; the longest of the library has a tenth of them."""

MOST_PARTS = 100_000
"""Values and names of a file and of all files that it includes, once for each time."""

_STANDARD_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True)
class Place:
    """A line of a file; lines count from 1."""

    file: str
    line: int


class Located(dict[str, Any]):
    """A mapping that knows its own place and those of its fields."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self.places: dict[str, Place] = {}

    def copy(self) -> Located:
        """A shallow copy that keeps the places."""
        twin = Located(self.place)
        twin.update(self)
        twin.places = self.places
        return twin


class Entries(list[Any]):
    """A list that knows where each of its entries stands."""

    def __init__(self) -> None:
        super().__init__()
        self.places: list[Place] = []

    def add(self, entry: Any, place: Place) -> None:
        """Append an entry that stands at `place`."""
        self.append(entry)
        self.places.append(place)

    def drop(self, position: int) -> None:
        """Leave an entry out."""
        del self[position]
        del self.places[position]

    def copy(self) -> Entries:
        """A shallow copy that keeps the places."""
        twin = Entries()
        twin.extend(self)
        twin.places = [*self.places]
        return twin


class Problems(list[Problem]):
    """Everything found wrong so far, `TOLD` at most: a file with thousands costs no more."""

    def at(self, place: Place, reason: str) -> None:
        """Note that something at `place` is wrong.

        Raises:
            QuestionnaireError: when it is one more than is told.
        """
        problem = Problem(place.file, place.line, reason)
        if problem in self:
            return
        if len(self) == TOLD:
            raise QuestionnaireError(self, more=True)
        self.append(problem)


@dataclass(frozen=True)
class _File:
    """A file being read.

    Attributes:
        name: the name to show.
        folder: where its includes are looked for.
        chain: who includes it.
        seen: its nodes, by identity, that were read already.
    """

    name: str
    folder: Path | None
    chain: tuple[Path, ...] = ()
    seen: set[int] = field(default_factory=set)


def read(text: str, name: str, folder: Path | None, problems: Problems) -> Any:
    """Read YAML into `Located` mappings, lists, strings and None; every problem goes to `problems`.

    Args:
        text: the YAML.
        name: what messages call the file.
        folder: where includes are looked for before the library's own folder.
        problems: collects what is wrong.
    """
    return _Reader(problems).document(text, _File(name, folder))


def written_out(document: Any) -> str:
    """The same document as YAML, with every include in place; reading it gives it back."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    yaml.width = 100
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    stream = io.StringIO()
    yaml.dump(_plain(document), stream)
    return stream.getvalue()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value


@lru_cache(maxsize=32)
def _composed(text: str) -> Node | None:
    """The tree of a file; kept, because the files of the library are included again and again."""
    tree: Node | None = YAML(typ="safe", pure=True).compose(io.StringIO(text))
    return tree


class _Reader:
    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._parts = 0

    def document(self, text: str, file: _File) -> Any:
        if len(text) > LARGEST:
            reason = f"the file is longer than {LARGEST:,} characters, as no questionnaire is"
            self._problems.at(Place(file.name, 1), reason)
            return None
        try:
            node = _composed(text)
            if node is None:
                self._problems.at(Place(file.name, 1), "the file is empty")
                return None
            return self._convert(node, file, None)
        except MarkedYAMLError as error:
            line, reason = unreadable.in_words(error)
            self._problems.at(Place(file.name, line), f"this is not YAML: {reason}")
        except (YAMLError, ValueError) as error:
            reason = " ".join(str(error).split())
            self._problems.at(Place(file.name, 1), f"this is not YAML: {reason}")
        except RecursionError:
            self._problems.at(Place(file.name, 1), "the file is nested too deeply")
        return None

    def _convert(self, node: Node, file: _File, key_place: Place | None) -> Any:
        place = Place(file.name, node.start_mark.line + 1)
        self._parts += 1
        if self._parts == MOST_PARTS:
            reason = f"here the file with all that it includes has {MOST_PARTS:,} parts, too many"
            self._problems.at(place, reason)
        if self._parts >= MOST_PARTS:
            return None
        if id(node) in file.seen:
            self._problems.at(place, "an alias (*name) repeats a part; use an include instead")
            return None
        file.seen.add(id(node))
        if not str(node.tag).startswith(_STANDARD_TAG):
            self._problems.at(place, f"a tag ({node.tag}) means nothing here")
        if isinstance(node, ScalarNode):
            is_null = node.style is None and node.value in _NULLS
            return None if is_null else node.value
        if isinstance(node, SequenceNode):
            return self._sequence(node, file)
        mapping = self._mapping(node, file, key_place or place)
        return self._included(mapping, file) if list(mapping) == [INCLUDE] else mapping

    def _sequence(self, node: SequenceNode, file: _File) -> Entries:
        entries = Entries()
        for part in node.value:
            entry = self._convert(part, file, None)
            # An include that stands in a list and names a list joins it.
            if isinstance(part, MappingNode) and isinstance(entry, Entries):
                for inner, place in zip(entry, entry.places, strict=True):
                    entries.add(inner, place)
            else:
                entries.add(entry, Place(file.name, part.start_mark.line + 1))
        return entries

    def _mapping(self, node: Node, file: _File, place: Place) -> Located:
        mapping = Located(place)
        for key_node, value_node in node.value:
            key_place = Place(file.name, key_node.start_mark.line + 1)
            if not isinstance(key_node, ScalarNode):
                self._problems.at(key_place, "a field's name is a plain word")
                continue
            key = key_node.value
            if key in mapping:
                first = mapping.places[key].line
                self._problems.at(key_place, f"`{key}` stands twice; first on line {first}")
                continue
            mapping[key] = self._convert(value_node, file, key_place)
            mapping.places[key] = key_place
        return mapping

    def _included(self, mapping: Located, file: _File) -> Any:
        place = mapping.places[INCLUDE]
        named, _, part = str(mapping[INCLUDE] or "").partition("#")
        path = _find(named, file.folder)
        if path is None:
            self._problems.at(place, f"there is no file `{named}` to include")
            return None
        if path in file.chain:
            self._problems.at(place, f"`{named}` includes itself")
            return None
        text = _text_of(path, named, self._problems)
        if text is None:
            return None
        inner = _File(named, file.folder, (*file.chain, path))
        content = self.document(text, inner)
        if not part:
            return content
        if not isinstance(content, Located) or part not in content:
            self._problems.at(place, f"`{named}` has no part `{part}`")
            return None
        return content[part]


def _find(named: str, folder: Path | None) -> Path | None:
    """The file that an include names, beneath the questionnaire's folder or the library's own."""
    relative = Path(named)
    if not named or relative.is_absolute() or ".." in relative.parts:
        return None
    for home in (folder, resources.QUESTIONNAIRES):
        if home is not None and (home / relative).is_file():
            return (home / relative).resolve()
    return None


def _text_of(path: Path, name: str, problems: Problems) -> str | None:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        problems.at(Place(name, 1), "the file is not UTF-8 text; save it as UTF-8")
    except FileNotFoundError:
        problems.at(
            Place(name, 1), "the file cannot be read: there is none of this name; look for a slip"
        )
    except IsADirectoryError:
        problems.at(Place(name, 1), "the file cannot be read: this is a folder; name a file in it")
    except OSError as error:
        problems.at(Place(name, 1), f"the file cannot be read: {error.strerror or error}")
    return None


def text_of(path: Path, problems: Problems) -> str | None:
    """The text of a questionnaire file; None, and a problem noted, when it cannot be read."""
    return _text_of(path, str(path), problems)
