"""Every sentence that the program says to respondents, and the catalogue of their translations.

    make catalogue

brings `messages.po` up to date and makes `messages.mo` from it, which the program reads: sentences
that are new stand in it without a translation, and those that nobody says any more are gone.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "survey" / "translations" / "cy" / "LC_MESSAGES"
WRITTEN, COMPILED = FOLDER / "messages.po", FOLDER / "messages.mo"
FORMS = ("zero", "one", "two", "few", "many", "other")
"""Welsh has a form of its own for 0, 1, 2, 3 and 6, and one for all other numbers."""
RULE = "(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n==3 ? 3 : n==6 ? 4 : 5)"
KEYWORDS = {"translatable": None, "gettext": None, "_": None, "ngettext": (1, 2)}
SOURCES = (("templates", "*.html", "jinja2"), ("survey", "*.py", "python"))
MARKED = ("_(", "gettext(", "translatable(")
OF_NO_USE = ('"PO', '"Project', '"Report', '"Last', '"Language-T', '"Generated', "#, fuzzy")
"""Lines at the head that say nothing here, or another thing each time."""
HEADER = """\
# What respondents are told, in Welsh. A machine drafted it: it has to be checked by a qualified
# translator and read by officers and staff who speak Welsh before anybody relies on it.
# After a change, `make catalogue`."""


def said_by_the_program(root: Path = ROOT) -> Catalog:
    """What the catalogue must hold, no more and no less, in the order of the files."""
    found = Catalog(locale="cy", header_comment=HEADER)
    found._num_plurals, found._plural_expr = len(FORMS), RULE
    for folder, pattern, method in SOURCES:
        for path in sorted((root / folder).rglob(pattern)):
            if any(mark in path.read_text() for mark in MARKED):
                for _, message, _, _ in extract_from_file(method, path, keywords=KEYWORDS):
                    found.add(message, None, [(path.relative_to(root).as_posix(), 0)])
    return found


def translated(path: Path = WRITTEN) -> Catalog:
    """The catalogue as translators left it."""
    with path.open("rb") as file:
        return read_po(file, locale="cy")


def write() -> None:
    """Bring both files up to date."""
    found, before = said_by_the_program(), translated()
    for message in found:
        known = before.get(message.id) if message.id else None
        if known is not None:
            message.string = known.string
    made = BytesIO()
    write_po(made, found, width=100, include_lineno=False)
    lines = made.getvalue().decode().splitlines(keepends=True)
    WRITTEN.write_text("".join(line for line in lines if not line.startswith(OF_NO_USE)))
    with COMPILED.open("wb") as file:
        write_mo(file, translated())


if __name__ == "__main__":
    write()
