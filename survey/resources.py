"""Where templates, questionnaires, translations and built assets lie.

Beside the package in a checkout, inside it in an installed wheel.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent
_BUNDLED = _PACKAGE / "bundled"
_ROOT = _BUNDLED if _BUNDLED.is_dir() else _PACKAGE.parent

TEMPLATES = _ROOT / "templates"
QUESTIONNAIRES = _ROOT / "questionnaires"
TRANSLATIONS = _PACKAGE / "translations"
ASSETS = _PACKAGE / "static" / "build"
