"""The parts of a spreadsheet file (.xlsx), which is a zip archive of XML.

Read here and not by a library, because what libraries pass over is what is left behind: caches of
pivot tables, properties, parts that nothing refers to. Nothing is calculated or followed.
"""

from __future__ import annotations

import posixpath
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from xml.parsers import expat

from analysis.attack.elements import Node, parsed
from analysis.errors import DataError

MOST = 300_000_000
"""Bytes that a workbook may unpack to."""


def parts(file: Path) -> Mapping[str, bytes]:
    """Name -> content of every part.

    Raises:
        DataError: the file is no such archive, or too large to be one.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            if sum(one.file_size for one in archive.infolist()) > MOST:
                raise DataError(f"{file}: unpacked it is larger than {MOST // 10**6} MB.")
            return {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, zlib.error, struct.error, RuntimeError, EOFError, ValueError):
        raise DataError(
            f"{file}: this is not a workbook that can be read; save it as .xlsx without a password."
        ) from None
    except OSError as error:
        raise DataError(f"{file}: the file cannot be read ({error.strerror}).") from None


def tree(file: Path, part: str, content: bytes) -> Node:
    """The elements of an XML part, names without their prefixes.

    Raises:
        DataError: the part is not XML, or declares a document type, which none here does.
    """
    if part.endswith(".vml"):  # Notes are drawn in markup that is not always XML.
        return parsed(content.decode("utf-8", "replace"))[0]
    root = Node("", {})
    opened = [root]

    def begin(name: str, attributes: dict[str, str]) -> None:
        plain = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        node = Node(name.rpartition(":")[2], plain)
        opened[-1].inside.append(node)
        opened.append(node)

    def write(text: str) -> None:
        opened[-1].inside.append(text)

    def refuse(*_: object) -> None:
        raise DataError(f"{file}: its part {part} declares a document type, as no workbook does.")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = begin
    parser.EndElementHandler = lambda _: opened.pop()
    parser.CharacterDataHandler = write
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError:
        raise DataError(f"{file}: its part {part} is not XML; save the workbook again.") from None
    return root


def links(of: str, found: Mapping[str, bytes], file: Path) -> dict[str, str]:
    """Id -> the part that it stands for, of all relations of a part."""
    folder, _, name = of.rpartition("/")
    part = f"{folder}/_rels/{name}.rels"
    if part not in found:
        return {}
    targets = {}
    for one in tree(file, part, found[part]).every("Relationship"):
        target = one.attributes.get("Target", "")
        whole = target[1:] if target.startswith("/") else posixpath.join(folder, target)
        targets[one.attributes.get("Id", "")] = posixpath.normpath(whole)
    return targets
