"""Settings, read once from the environment; every one has a default that works for one server."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from survey.errors import SettingsError

ISSUE, BOX, RESULTS = "issue", "box", "results"
SURFACES = (ISSUE, BOX, RESULTS)
"""What a host can have: the issuer, the ballot box with the respondents' pages, the results."""

ORIGIN = re.compile(
    r"(?:https://[a-z0-9.-]+|http://(?:localhost|127\.0\.0\.1))(?::\d{1,5})?", re.IGNORECASE
)
"""An address that pages can seal answers at and send them to; without a path."""


@dataclass(frozen=True)
class Settings:
    """Settings of one process.

    Attributes:
        home: folder of everything that is stored (`CANDOUR_HOME`, default `var`).
        issuer_url: database of waves, codes and headcounts (`CANDOUR_ISSUER_URL`).
        results_url: database of Releases and the people who sign in (`CANDOUR_RESULTS_URL`).
        secret_key: signs the sign-in cookie (`CANDOUR_SECRET_KEY`, else a file in `home`).
        https: whether cookies are marked Secure (`CANDOUR_HTTPS`, default off).
        surfaces: the parts that this host has and this process serves (`CANDOUR_SURFACES`, comma
            separated, default all).
        issue_address: where the issuer is served, such as `https://issue.example.org`, on a host
            that has the ballot box and not the issuer (`CANDOUR_ISSUE_ADDRESS`); empty where pages
            find it under their own address.
        box_address: the site whose pages may ask the issuer, on a host that has the issuer and not
            the ballot box (`CANDOUR_BOX_ADDRESS`); empty where it is the issuer's own.
        idle_minutes: how long a reader stays signed in without opening a page
            (`CANDOUR_IDLE_MINUTES`).
        session_hours: how long a reader stays signed in at all (`CANDOUR_SESSION_HOURS`).
    """

    home: Path
    issuer_url: str
    results_url: str
    secret_key: str
    https: bool = False
    surfaces: tuple[str, ...] = SURFACES
    issue_address: str = ""
    box_address: str = ""
    idle_minutes: int = 30
    session_hours: int = 8

    def __post_init__(self) -> None:
        """Refuse settings that contradict one another."""
        for name, address, part in (
            ("CANDOUR_ISSUE_ADDRESS", self.issue_address, ISSUE),
            ("CANDOUR_BOX_ADDRESS", self.box_address, BOX),
        ):
            if address and part in self.surfaces:
                raise SettingsError(
                    f"{name} says that another host has what CANDOUR_SURFACES says is here "
                    f"({part}); leave out one of the two."
                )

    @property
    def box_folder(self) -> Path:
        """Where the ballot boxes lie, one SQLite file per wave."""
        return self.home / "boxes"

    @property
    def salt_folder(self) -> Path:
        """Where each open wave's secret salt lies, destroyed at close."""
        return self.home / "salts"

    @classmethod
    def at(cls, home: Path, **changes: object) -> Settings:
        """Default settings for a folder, without looking at the environment."""
        return cls.from_environment({"CANDOUR_HOME": str(home)}, **changes)

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str] = os.environ, **changes: object
    ) -> Settings:
        """Read the settings; `changes` win over the environment."""
        home = Path(environment.get("CANDOUR_HOME", "var")).resolve()
        surfaces = tuple(environment.get("CANDOUR_SURFACES", ",".join(SURFACES)).split(","))
        for surface in surfaces:
            if surface not in SURFACES:
                raise SettingsError(
                    f"CANDOUR_SURFACES names {surface!r}; it can be {', '.join(SURFACES)}."
                )
        values: dict[str, object] = {
            "home": home,
            "issuer_url": environment.get("CANDOUR_ISSUER_URL", f"sqlite:///{home}/issuer.db"),
            "results_url": environment.get("CANDOUR_RESULTS_URL", f"sqlite:///{home}/results.db"),
            "secret_key": environment.get("CANDOUR_SECRET_KEY") or _kept_secret(home),
            "https": environment.get("CANDOUR_HTTPS", "").lower() in {"1", "true", "yes"},
            "surfaces": surfaces,
            "issue_address": _origin(environment, "CANDOUR_ISSUE_ADDRESS"),
            "box_address": _origin(environment, "CANDOUR_BOX_ADDRESS"),
            "idle_minutes": _whole(environment, "CANDOUR_IDLE_MINUTES", 30, 5, 60),
            "session_hours": _whole(environment, "CANDOUR_SESSION_HOURS", 8, 1, 12),
        }
        return cls(**{**values, **changes})  # type: ignore[arg-type]


def _whole(environment: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    found = environment.get(name, "").strip() or str(default)
    if not re.fullmatch(r"[0-9]{1,4}", found) or not least <= int(found) <= most:
        raise SettingsError(f"{name} is {found!r}; it can be a whole number of {least} to {most}.")
    return int(found)


def _origin(environment: Mapping[str, str], name: str) -> str:
    """The address of another host as browsers write it, or nothing."""
    found = environment.get(name, "").strip().removesuffix("/")
    if found and not ORIGIN.fullmatch(found):
        raise SettingsError(
            f"{name} is not the address of a site; write it like https://issue.example.org, "
            "without a path."
        )
    # Browsers leave out the port that goes without saying.
    return found.lower().removesuffix(":443" if found.lower().startswith("https") else ":80")


def _kept_secret(home: Path) -> str:
    path = home / "secret_key"
    if not path.exists() or not path.read_text().strip():  # made in part when the power went
        home.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32))
    return path.read_text().strip()
