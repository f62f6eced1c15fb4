"""No package is built without styles and scripts; an editable install needs none."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hatchling.builders.hooks.custom import CustomBuildHook

ROOT = Path(__file__).parents[2]
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["hooks"]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A fresh clone, as far as the hook looks."""
    (tmp_path / "hatch_build.py").write_text((ROOT / "hatch_build.py").read_text())
    return tmp_path


def build(checkout: Path, target: str, version: str) -> None:
    hook = CustomBuildHook(
        str(checkout), CONFIG["custom"], None, None, str(checkout / "dist"), target
    )
    hook.initialize(version, {})


def make_assets(checkout: Path, manifest: str = '{"a.css": "a.123.css"}') -> None:
    folder = checkout / "survey" / "static" / "build"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(manifest)
    (folder / "a.123.css").write_text("")


@pytest.mark.parametrize("target", ["wheel", "sdist"])
def test_build_without_assets_says_what_to_run(
    checkout: Path, target: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        build(checkout, target, "standard")
    assert ended.value.code
    assert "Run `make assets`" in capsys.readouterr().err


@pytest.mark.parametrize("manifest", ["{}", '{"b.js": "b.456.js"}'])
def test_build_without_some_asset_is_refused(checkout: Path, manifest: str) -> None:
    make_assets(checkout, manifest)
    with pytest.raises(SystemExit):
        build(checkout, "wheel", "standard")


def test_editable_install_needs_no_assets(checkout: Path) -> None:
    build(checkout, "wheel", "editable")


def test_build_with_assets_goes_on(checkout: Path) -> None:
    make_assets(checkout)
    build(checkout, "wheel", "standard")
