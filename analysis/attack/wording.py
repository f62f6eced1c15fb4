"""Comments: any of their words in anything that is published.

A comment gives itself away by five words in a row, a shorter one by all its words when they are
three or more. Fewer words in a row are language, not a comment.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from analysis.attack.findings import Tried
from analysis.attack.material import Material

RUN, SHORTEST = 5, 3

_WORD = re.compile(r"\w+")
_Run = tuple[str, ...]


def comments(material: Material) -> Tried:
    """Runs of words of a comment in pages, exports and Releases."""
    tried = Tried()
    runs: dict[_Run, str] = {}
    for comment in material.comments:
        words = _words(comment)
        if len(words) >= SHORTEST:
            tried.count()
            length = min(RUN, len(words))
            for run in _runs(words, length):
                runs.setdefault(run, comment)
    begun = {run[:SHORTEST] for run in runs}
    for name, text in _texts(material):
        words = _words(text)
        starts = [at for at, three in enumerate(_runs(words, SHORTEST)) if three in begun]
        for length in range(SHORTEST, RUN + 1):
            for at in starts:
                run = tuple(words[at : at + length])
                if run in runs and len(run) == length:
                    tried.fell(f"{name}: “{' '.join(run)}” is from a comment")
    return tried


def _texts(material: Material) -> Iterator[tuple[str, str]]:
    for page in material.pages:
        root, remarks = page.parsed
        yield page.name, " ".join((root.told, *remarks))
    for sheet in material.sheets:
        yield sheet.name, " | ".join(cell for row in sheet.rows for cell in row.values())
    for record in material.records:
        yield record.name, json.dumps(record.value, ensure_ascii=False)
    for one in material.releases:
        said = [*(row.words for row in one.release.concerns), *one.release.manifest.warnings]
        said += [row.label for row in one.release.groups]
        said.append(one.release.manifest.correction or "")
        said += [row.label for row in one.release.measures]
        yield one.name, " | ".join(said)


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def _runs(words: list[str], length: int) -> Iterator[_Run]:
    return zip(*(words[at:] for at in range(length)), strict=False)
