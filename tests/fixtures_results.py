"""The readers' surface over three Releases made by hand, and people who sign in to it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fixtures_release import NORTH, WAVES, make_release, packed
from flask import Flask
from flask.testing import FlaskClient
from html_page import parse

from survey import database
from survey.app import create_app
from survey.config import BOX, ISSUE, RESULTS, Settings
from survey.database import Stores
from survey.manage import people
from survey.results import store

PASSWORD = "a quiet night shift"
BOARD = "north"
HR = "hr"
OTHERS = {
    "officer": "officer",
    "manager": "manager",
    "federation": "association",
    "admin": "administrator",
}
"""Sign-in name -> role of those who read no results."""
SIGNER = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@dataclass(frozen=True)
class Site:
    """The served pages; `client()` is a browser that keeps cookies."""

    app: Flask
    settings: Settings
    stores: Stores

    def client(self, name: str | None = None) -> FlaskClient:
        """A browser, signed in as `name` unless it is None."""
        client = self.app.test_client()
        if name is not None:
            assert sign_in(client, name, PASSWORD).status_code == 302
        return client


def make_site(home: Path, waves: Sequence[str] = tuple(WAVES), **changes: str) -> Site:
    """Migrate, store the Releases of `waves` and let somebody of each role sign in."""
    if not changes and not (home.exists() and any(home.iterdir())):
        filled = Path(filled_once(tuple(waves)).name) / "home"
        shutil.copytree(filled, home, dirs_exist_ok=True)
        settings = Settings.at(home, surfaces=(ISSUE, BOX, RESULTS))
    else:
        settings = Settings.at(home, surfaces=(ISSUE, BOX, RESULTS), **changes)
        fill(settings, tuple(waves))
    app = create_app(settings)
    app.testing = False
    return Site(app, settings, Stores.open(settings))


def fill(settings: Settings, waves: tuple[str, ...]) -> None:
    """Make the databases of a site."""
    database.migrate(settings)
    stores = Stores.open(settings)
    for content in packs()[: len(waves)]:
        store.add(stores, content, SIGNER.public_key().public_bytes_raw())
    people.add(stores, BOARD, "board", NORTH, PASSWORD, CHEAP)
    people.add(stores, HR, "hr", None, PASSWORD, CHEAP)
    for name, role in OTHERS.items():
        people.add(stores, name, role, None, PASSWORD, CHEAP)


@cache
def filled_once(waves: tuple[str, ...]) -> TemporaryDirectory[str]:
    """A home with these databases, for `make_site` to copy; gone with this process."""
    folder = TemporaryDirectory()
    settings = Settings.at(Path(folder.name) / "home", surfaces=(ISSUE, BOX, RESULTS))
    fill(settings, waves)
    return folder


@cache
def packs() -> tuple[bytes, ...]:
    """The Releases of all waves, packed; made once for all tests."""
    with TemporaryDirectory() as folder:
        return tuple(packed(make_release(wave), Path(folder), SIGNER) for wave in WAVES)


def sign_in(client: FlaskClient, name: str, password: str):  # type: ignore[no-untyped-def]
    """Fill in the sign-in form as a browser does."""
    form = parse(client.get("/results/sign-in").data)
    token = next(
        field.get("value") for field in form.root.iter("input") if field.get("name") == "csrf_token"
    )
    return client.post(
        "/results/sign-in", data={"csrf_token": token, "name": name, "password": password}
    )
