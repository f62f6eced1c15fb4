"""Refuses to build a package without styles and scripts: they are made, and not kept in git."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ASSETS = "survey/static/build"


class AssetsHook(BuildHookInterface[BuilderConfig]):
    """Runs before every wheel and sdist."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Stop unless every asset is there; an editable install, where `make` begins, needs none.

        Raises:
            SystemExit: after one sentence that says what to run.
        """
        if version == "editable":
            return
        folder = Path(self.root) / ASSETS
        manifest = folder / "manifest.json"
        names = json.loads(manifest.read_text()).values() if manifest.exists() else []
        missing = [name for name in names if not (folder / name).exists()]
        if missing or not names:
            self.app.abort(
                f"{folder} lacks {', '.join(missing) or 'its manifest.json'}: the pages would have "
                "no styles and no scripts. Run `make assets` and build again."
            )
