"""What a respondent's browser has to fetch before it can seal stays small."""

from __future__ import annotations

import gzip
import json

from survey import resources

MOST = 10_000
"""Bytes, gzipped: the page's steps, both modes, blinding, and sealing in both suites."""


def test_our_client_is_under_ten_kilobytes_packed() -> None:
    names = json.loads((resources.ASSETS / "manifest.json").read_text())
    content = (resources.ASSETS / names["respond.js"]).read_bytes()
    served = (resources.ASSETS / f"{names['respond.js']}.gz").read_bytes()
    assert gzip.decompress(served) == content
    assert b"AES-GCM" in content  # sealing is in it, not fetched later
    assert b"import(" not in content
    assert len(served) < MOST


def test_the_licence_of_what_is_built_in_lies_beside_it() -> None:
    texts = (resources.ASSETS / "licences.txt").read_text()
    assert "hpke 1.1" in texts
    assert "Filip Skokan" in texts
