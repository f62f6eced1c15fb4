"""Cards: a page to print and cut, and the same codes as a mail-merge file.

Both are made where the codes are made, need no network and name nobody. The page is whole in
itself: its only pictures are the QR codes, drawn in it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import segno
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from survey import resources
from survey.config import ORIGIN
from survey.errors import SettingsError

PER_SHEET = 8


@dataclass(frozen=True)
class Survey:
    """What all cards of a wave have in common.

    Attributes:
        wave: its id.
        fingerprint: of its keys.
        site: where it is served, such as `https://survey.example.org`; empty when not known yet.
    """

    wave: str
    fingerprint: str
    site: str

    def link(self, code: str) -> str:
        """The address with the code behind `#`, which browsers send to nobody."""
        return f"{self.site}/survey/{self.wave}#{code}.{self.fingerprint}"


@dataclass(frozen=True)
class Card:
    """A code and, where the site is known, the QR code that opens the survey with it."""

    code: str
    qr: Markup | None


def site(text: str) -> str:
    """The address of a site as somebody typed it, without the slash at its end.

    Raises:
        SettingsError: when it is none that pages can seal answers at.
    """
    found = text.strip().removesuffix("/")
    if not ORIGIN.fullmatch(found):
        raise SettingsError(
            f"--address {text}: give the site alone, such as https://survey.example.org; pages "
            "seal answers over https only (http serves on localhost, for a trial)."
        )
    return found


def qr(content: str) -> Markup:
    """A QR code as SVG that stands in HTML; it reads with 15 % of it dirty or torn."""
    drawn = segno.make_qr(content, error="m")
    return Markup(drawn.svg_inline(omitsize=True, svgclass=None, lineclass=None))  # noqa: S704


def page(codes: Iterable[str], survey: Survey) -> Iterator[str]:
    """The print page, piece by piece: A4 sheets of eight cards with lines to cut along."""
    environment = Environment(
        loader=FileSystemLoader(resources.TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    cards = (Card(code, qr(survey.link(code)) if survey.site else None) for code in codes)
    template = environment.get_template("cards/sheets.html")
    return template.generate(cards=cards, survey=survey, per_sheet=PER_SHEET)


def mail_merge(codes: Sequence[str], survey: Survey) -> str:
    """A CSV file for a mail merge; without a site, `address` is what goes behind it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["code", "address", "fingerprint"])
    writer.writerows([code, survey.link(code), survey.fingerprint] for code in codes)
    return text.getvalue()
