"""Spreadsheet files as a spreadsheet program writes them, with whatever is left behind in them."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
STYLES = f"""<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode=";;;"/>
</numFmts><cellStyleXfs><xf numFmtId="164"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>
<xf numFmtId="164"/></cellXfs></styleSheet>"""
SHOWS_NOTHING = 1
"""The position of a format under which a cell shows nothing."""

Value = str | int | float


@dataclass(frozen=True)
class Cell:
    """A cell with a format or a formula of its own."""

    value: Value
    style: int = 0
    formula: str = ""


@dataclass(frozen=True)
class Page:
    """A sheet; rows and columns are numbered from 1."""

    rows: Sequence[Sequence[Value | Cell]]
    state: str = "visible"
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    width: int | None = None


def write(
    path: Path,
    sheets: Mapping[str, Page],
    *,
    names: str = "",
    more: Mapping[str, str] | None = None,
    unused: Sequence[str] = (),
) -> Path:
    """A workbook.

    Args:
        names: its `definedName` elements.
        more: other parts, name -> content.
        unused: shared strings that no cell has.
    """
    strings: dict[str, int] = {}
    listed, related, parts = [], [], {}
    for at, (name, page) in enumerate(sheets.items(), start=1):
        state = "" if page.state == "visible" else f' state="{page.state}"'
        listed.append(f'<sheet name={quoteattr(name)} sheetId="{at}"{state} r:id="rId{at}"/>')
        related.append(f'<Relationship Id="rId{at}" Target="worksheets/sheet{at}.xml"/>')
        parts[f"xl/worksheets/sheet{at}.xml"] = _sheet(page, strings)
    parts |= {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"/>',
        "docProps/app.xml": "<Properties><AppVersion>16.0300</AppVersion></Properties>",
        "docProps/core.xml": (
            '<cp:coreProperties xmlns:cp="cp" xmlns:dc="dc" xmlns:dcterms="t">'
            "<dc:title>Wave 2026</dc:title>"
            "<dcterms:created>2026-04-01T10:00:00Z</dcterms:created></cp:coreProperties>"
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets>{"".join(listed)}</sheets>'
            f"<definedNames>{names}</definedNames></workbook>"
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{PACKAGE}">{"".join(related)}</Relationships>'
        ),
        "xl/sharedStrings.xml": _strings([*strings, *unused]),
        "xl/styles.xml": STYLES,
        **(more or {}),
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def _strings(texts: Sequence[str]) -> str:
    inside = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
    return f'<sst xmlns="{MAIN}">{inside}</sst>'


def _sheet(page: Page, strings: dict[str, int]) -> str:
    columns = "".join(
        f'<col min="{one}" max="{one}" hidden="1"/>' for one in sorted(page.hidden_columns)
    )
    if page.width is not None:
        columns = f'<col min="1" max="1" width="{page.width}" customWidth="1"/>'
    rows = []
    for at, row in enumerate(page.rows, start=1):
        cells = "".join(
            _cell(one if isinstance(one, Cell) else Cell(one), f"{chr(64 + column)}{at}", strings)
            for column, one in enumerate(row, start=1)
        )
        hidden = ' hidden="1"' if at in page.hidden_rows else ""
        rows.append(f'<row r="{at}"{hidden}>{cells}</row>')
    cols = f"<cols>{columns}</cols>" if columns else ""
    return f'<worksheet xmlns="{MAIN}">{cols}<sheetData>{"".join(rows)}</sheetData></worksheet>'


def _cell(one: Cell, place: str, strings: dict[str, int]) -> str:
    if one.value == "":
        return ""
    formula = f"<f>{escape(one.formula)}</f>" if one.formula else ""
    if isinstance(one.value, str):
        number = strings.setdefault(one.value, len(strings))
        return f'<c r="{place}" s="{one.style}" t="s">{formula}<v>{number}</v></c>'
    return f'<c r="{place}" s="{one.style}">{formula}<v>{one.value}</v></c>'
