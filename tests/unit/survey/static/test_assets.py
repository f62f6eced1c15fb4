"""What is built for browsers: nothing of gov.uk's own or from elsewhere, hashed and packed."""

from __future__ import annotations

import gzip
import importlib.util
import json
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from survey import resources
from survey.app import asset

ROOT = resources.ASSETS.parents[2]
COMPARED = {"@cloudflare/blindrsa-ts": "RSABSSA", "@hpke/core": "encSize"}
"""Packages that tests compare ours with -> a word of theirs that stays when they are bundled."""


@pytest.fixture(scope="module")
def build_assets() -> ModuleType:
    path = ROOT / "survey" / "static" / "build_assets.py"
    spec = importlib.util.spec_from_file_location("build_assets", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["build_assets"] = module
    spec.loader.exec_module(module)
    return module


def manifest() -> dict[str, str]:
    found: dict[str, str] = json.loads((resources.ASSETS / "manifest.json").read_text())
    return found


def content(name: str) -> str:
    return (resources.ASSETS / manifest()[name]).read_text()


def test_every_asset_has_a_hashed_name_and_a_gzip_twin() -> None:
    assert {"candour.css", "candour.js", "respond.js", "ticket.js", "favicon.svg"} <= set(
        manifest()
    )
    for plain, hashed in manifest().items():
        stem, _, suffix = plain.rpartition(".")
        assert re.fullmatch(rf"{re.escape(stem)}\.[0-9a-f]{{12}}\.{suffix}", hashed)
        built = (resources.ASSETS / hashed).read_bytes()
        packed = (resources.ASSETS / f"{hashed}.gz").read_bytes()
        assert gzip.decompress(packed) == built


def test_assets_hold_nothing_that_may_be_used_on_govuk_alone(build_assets: ModuleType) -> None:
    for plain, hashed in manifest().items():
        build_assets.refuse_govuk_only(plain, (resources.ASSETS / hashed).read_bytes())
    names = [path.name for path in resources.ASSETS.iterdir()]
    assert not [name for name in names if re.search(r"woff|crest|crown|logotype", name)]


@pytest.mark.parametrize(
    "planted",
    [
        b"font-family:GDS Transport,arial",
        b"url(/assets/images/govuk-crest.svg)",
        b".govuk-header__logo{color:red}",
        b"url(/assets/fonts/light.woff2)",
    ],
)
def test_a_planted_govuk_mark_is_refused(build_assets: ModuleType, planted: bytes) -> None:
    with pytest.raises(build_assets.AssetsError, match=r"gov\.uk alone"):
        build_assets.refuse_govuk_only("candour.css", b"body{}" + planted)


def test_stylesheet_uses_arial_and_our_colour_and_loads_nothing() -> None:
    css = content("candour.css")
    assert re.search(r"font-family:\s*arial,\s*sans-serif", css)
    colours = re.findall(r"--govuk-brand-colour:\s*(#[0-9a-f]{6})", css)
    assert colours[-1] == "#0a2540"
    assert "@font-face" not in css
    assert "@import" not in css
    assert [url for url in re.findall(r"url\(([^)]*)\)", css) if "data:" not in url] == []


def test_what_a_phone_loads_first_is_small() -> None:
    packed = {
        plain: len((resources.ASSETS / f"{hashed}.gz").read_bytes())
        for plain, hashed in manifest().items()
    }
    assert packed["candour.css"] + packed["candour.js"] + packed["respond.js"] < 30_000


CLIENTS = {
    # Steps, both modes, tickets, blinding, and sealing in both suites: all that our own script is.
    "respond.js": ("AES-GCM", "X25519", "P-256", "Ed25519", "RSA-PSS", "candour token|"),
    # The rules of what could tell who wrote, for surveys that ask for comments.
    "comments.js": ("Sgt", "Rhingyll", "This could tell who you are"),
    # Which groups somebody is in, by what they pick, for surveys whose tables split the force.
    "findable.js": ("findable-group", "prefer-not-to-say"),
    "ticket.js": ("Ed25519", "candour token|", "candour-ticket"),
}


@pytest.mark.parametrize("name", CLIENTS)
def test_our_client_is_under_ten_kilobytes(name: str) -> None:
    served = (resources.ASSETS / f"{manifest()[name]}.gz").read_bytes()
    script = gzip.decompress(served).decode()
    assert len(served) < 10_000
    for part in CLIENTS[name]:
        assert part in script
    assert "import(" not in script  # nothing is fetched later


def test_what_is_renamed_in_bundles_is_no_word_between_page_and_server(
    build_assets: ModuleType,
) -> None:
    renamed = re.compile(build_assets.SHORTENED)
    folder = ROOT / "survey" / "static" / "source"
    used = {
        (path.name, word)
        for path in folder.rglob("*.*js")
        for word in re.findall(r"\w+", path.read_text())
        if renamed.fullmatch(word)
    }
    # Where the library is used, and nowhere else.
    assert {name for name, _ in used} == {"envelope.mjs"}
    page_words = re.findall(r"data-([\w-]+)", "".join(_templates()))
    spelt = {re.sub(r"-(\w)", lambda m: m[1].upper(), word) for word in page_words}
    assert "publicKey" in spelt
    assert not [word for word in spelt if renamed.fullmatch(word)]


def _templates() -> list[str]:
    return [path.read_text() for path in resources.TEMPLATES.rglob("*.html")]


def test_browser_code_puts_nothing_into_storage() -> None:
    for name in ("respond.js", "ticket.js", "candour.js", "receipts.js"):
        for forbidden in ("localStorage", "sessionStorage", "document.cookie", "indexedDB"):
            assert forbidden not in content(name)


def test_looking_for_a_receipt_sends_nothing() -> None:
    for way in ("fetch", "XMLHttpRequest", "sendBeacon", "WebSocket", "import(", "location"):
        assert way not in content("receipts.js")
    assert "fetch" in content("respond.js")  # which is how it would look


def test_licences_of_what_is_shipped_lie_beside_it(build_assets: ModuleType) -> None:
    licences = (resources.ASSETS / "licences.txt").read_text()
    for package in build_assets.SHIPPED:
        assert package in licences
    assert "Permission is hereby granted, free of charge" in licences
    shipped = set(re.findall(r'from "([^."][^"]*)"', _sources()))
    assert shipped == set(build_assets.SHIPPED)


@pytest.mark.parametrize("package", COMPARED)
def test_what_tests_compare_with_is_in_no_asset(
    build_assets: ModuleType, tmp_path: Path, package: str
) -> None:
    assert all(COMPARED[package] not in content(name) for name in manifest())
    planted, target = tmp_path / "planted.js", tmp_path / "built.js"
    address = json.dumps(str(ROOT / "node_modules" / package))
    planted.write_text(f"import * as theirs from {address}; console.log(theirs);")
    build_assets.compile_file(planted, target, build_assets.find_node())
    assert COMPARED[package] in target.read_text()  # so it would be found


def _sources() -> str:
    folder = ROOT / "survey" / "static" / "source"
    return "\n".join(path.read_text() for path in folder.rglob("*.*js"))


def test_lock_file_pins_hashes_and_names_no_registry() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert len(packages) > 3
    for name, entry in packages.items():
        assert entry["integrity"].startswith("sha512-"), name
        assert "resolved" not in entry, name
    wanted = json.loads((ROOT / "package.json").read_text())["devDependencies"]
    assert wanted["govuk-frontend"] == "6.3.0"
    for package, version in wanted.items():
        assert lock["packages"][f"node_modules/{package}"]["version"] == version


def test_asset_gives_the_address_of_the_hashed_file() -> None:
    assert asset("candour.css") == f"/static/{manifest()['candour.css']}"


def test_templates_use_only_assets_that_are_built() -> None:
    used = {
        name
        for path in resources.TEMPLATES.rglob("*.html")
        for name in re.findall(r"asset\(['\"]([^'\"]+)['\"]\)", path.read_text())
    }
    assert used <= set(manifest())
