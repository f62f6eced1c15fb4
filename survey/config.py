"""Settings, read once from the environment; every one has a default that works for one server."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from survey.errors import SettingsError

ISSUE, BOX, RESULTS = "issue", "box", "results"
SURFACES = (ISSUE, BOX, RESULTS)
"""What a host can have: the issuer, the ballot box with the respondents' pages, the results."""

ORIGIN = re.compile(
    r"(?:https://[a-z0-9.-]+|http://(?:localhost|127\.0\.0\.1))(?::\d{1,5})?", re.IGNORECASE
)
"""An address that pages can seal answers at and send them to; without a path."""


ANSWER_DAYS = 56
"""Eight weeks: about two until the Release is there, and in six every board meets at least once."""
TWO_PEOPLE = True
"""Whether two people must agree before a command opens or closes a wave, or a Release is out."""

IN_A_FILE = "_FILE"
SECRETS = (
    "CANDOUR_ISSUER_URL",
    "CANDOUR_RESULTS_URL",
    "CANDOUR_SECRET_KEY",
    "CANDOUR_OIDC_SECRET",
)
"""Settings that may stand in a file, which the same name with `IN_A_FILE` tells."""

MICROSOFT = "https://login.microsoftonline.com"
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Tenant:
    """The one organisation whose people may sign in by OpenID Connect.

    Attributes:
        id: the tenant's GUID (`CANDOUR_OIDC_TENANT`); never `common`, which is anybody's.
        client: the GUID of this application there (`CANDOUR_OIDC_CLIENT`).
        secret: the application's secret (`CANDOUR_OIDC_SECRET`).
        roles: (app role or group, `role` or `board:command`) pairs (`CANDOUR_OIDC_ROLES`).
        address: this site as browsers see it (`CANDOUR_RESULTS_ADDRESS`): people come back there.
        authority: where the organisation signs people in (`CANDOUR_OIDC_AUTHORITY`).
    """

    id: str
    client: str
    secret: str = field(repr=False)
    roles: tuple[tuple[str, str], ...]
    address: str
    authority: str


LEAST_SECRET = 32
"""Characters of a secret that signs cookies."""


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
        answer_days: days after a wave closed in which boards answer its concerns
            (`CANDOUR_ANSWER_DAYS`, default `ANSWER_DAYS`).
        idle_minutes: how long a reader stays signed in without opening a page
            (`CANDOUR_IDLE_MINUTES`).
        session_hours: how long a reader stays signed in at all (`CANDOUR_SESSION_HOURS`).
        tenant: whose people may sign in without a password here; None where nobody may.
        two_people: whether commands wait until two people agreed on the pages, too
            (`CANDOUR_TWO_PEOPLE`); pages always do.
        demands_factor: whether everybody with a password here needs a code, too
            (`CANDOUR_SECOND_FACTOR`; by default where `https` is).
        first_password_hours: how long a first password is for choosing one's own
            (`CANDOUR_FIRST_PASSWORD_HOURS`).
        password_words: what everybody here knows, and no password may lean on
            (`CANDOUR_PASSWORD_WORDS`, comma separated).
        stolen_passwords: a list of hashes of stolen passwords, none of which may be chosen
            (`CANDOUR_STOLEN_PASSWORDS`); None for none.
        files: (name, file) of each of `SECRETS` that was read from a file.
    """

    home: Path
    issuer_url: str
    results_url: str
    secret_key: str
    https: bool = False
    surfaces: tuple[str, ...] = SURFACES
    issue_address: str = ""
    box_address: str = ""
    answer_days: int = ANSWER_DAYS
    idle_minutes: int = 30
    session_hours: int = 8
    tenant: Tenant | None = None
    two_people: bool = TWO_PEOPLE
    demands_factor: bool = False
    first_password_hours: int = 72
    password_words: tuple[str, ...] = ()
    stolen_passwords: Path | None = None
    files: tuple[tuple[str, str], ...] = ()

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

    @property
    def environment(self) -> dict[str, str]:
        """What another process needs to find the same stores; for a secret in a file, its name."""
        found = {
            "CANDOUR_HOME": str(self.home),
            "CANDOUR_ISSUER_URL": self.issuer_url,
            "CANDOUR_RESULTS_URL": self.results_url,
            "CANDOUR_SURFACES": ",".join(self.surfaces),
            "CANDOUR_TWO_PEOPLE": "yes" if self.two_people else "no",
        }
        for name, file in self.files:
            if found.pop(name, None) is not None:
                found[f"{name}{IN_A_FILE}"] = file
        return found

    @classmethod
    def at(cls, home: Path, **changes: object) -> Settings:
        """Default settings for a folder, without looking at the environment."""
        return cls.from_environment({"CANDOUR_HOME": str(home)}, **changes)

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str] = os.environ, **changes: object
    ) -> Settings:
        """Read the settings; `changes` win over the environment."""
        files = [
            (name, environment.get(f"{name}{IN_A_FILE}", ""))
            for name in SECRETS
            if name.removeprefix("CANDOUR_").lower() not in changes
        ]
        environment = _with_files(environment)
        home = Path(environment.get("CANDOUR_HOME", "var")).resolve()
        surfaces = tuple(environment.get("CANDOUR_SURFACES", ",".join(SURFACES)).split(","))
        for surface in surfaces:
            if surface not in SURFACES:
                raise SettingsError(
                    f"CANDOUR_SURFACES names {surface!r}; it can be {', '.join(SURFACES)}."
                )
        https = environment.get("CANDOUR_HTTPS", "").lower() in {"1", "true", "yes"}
        words = environment.get("CANDOUR_PASSWORD_WORDS", "").split(",")
        stolen = environment.get("CANDOUR_STOLEN_PASSWORDS", "").strip()
        values: dict[str, object] = {
            "home": home,
            "issuer_url": environment.get("CANDOUR_ISSUER_URL", f"sqlite:///{home}/issuer.db"),
            "results_url": environment.get("CANDOUR_RESULTS_URL", f"sqlite:///{home}/results.db"),
            "secret_key": environment.get("CANDOUR_SECRET_KEY") or _kept_secret(home),
            "https": https,
            "surfaces": surfaces,
            "issue_address": _origin(environment, "CANDOUR_ISSUE_ADDRESS"),
            "box_address": _origin(environment, "CANDOUR_BOX_ADDRESS"),
            "answer_days": _whole(environment, "CANDOUR_ANSWER_DAYS", ANSWER_DAYS, 1, 365),
            "idle_minutes": _whole(environment, "CANDOUR_IDLE_MINUTES", 30, 5, 60),
            "session_hours": _whole(environment, "CANDOUR_SESSION_HOURS", 8, 1, 12),
            "tenant": _tenant(environment),
            "two_people": _yes(environment, "CANDOUR_TWO_PEOPLE", TWO_PEOPLE),
            "demands_factor": _demands_factor(environment, https),
            "first_password_hours": _whole(environment, "CANDOUR_FIRST_PASSWORD_HOURS", 72, 1, 168),
            "password_words": tuple(word.strip() for word in words if word.strip()),
            "stolen_passwords": Path(stolen) if stolen else None,
            "files": tuple((name, file) for name, file in files if file),
        }
        return cls(**{**values, **changes})  # type: ignore[arg-type]


def _with_files(environment: Mapping[str, str]) -> Mapping[str, str]:
    """The environment with what stands in files that it names: `CANDOUR_SECRET_KEY_FILE` and such.

    So that no secret need stand in the environment, which other programs show.
    """
    found = dict(environment)
    for name in SECRETS:
        file = environment.get(f"{name}{IN_A_FILE}")
        if not file:
            continue
        if environment.get(name):
            raise SettingsError(f"{name} and {name}{IN_A_FILE} are both set; leave out one.")
        try:
            found[name] = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{name}{IN_A_FILE} names {file}, which cannot be read.") from error
    return found


def _tenant(environment: Mapping[str, str]) -> Tenant | None:
    """The organisation that is set; None when nothing of it is."""
    names = [
        *("CANDOUR_OIDC_TENANT", "CANDOUR_OIDC_CLIENT", "CANDOUR_OIDC_SECRET"),
        *("CANDOUR_OIDC_ROLES", "CANDOUR_RESULTS_ADDRESS"),
    ]
    tenant, client, secret, roles, _ = given = [environment.get(n, "").strip() for n in names]
    if not any(given):
        return None
    missing = [name for name, value in zip(names, given, strict=True) if not value]
    if missing:
        raise SettingsError(
            f"Signing in by the organisation also needs {' and '.join(missing)}; set all of "
            f"{', '.join(names)}, or none."
        )
    for name, value in zip(names, (tenant, client), strict=False):
        if not _GUID.fullmatch(value.lower()):
            raise SettingsError(f"{name} is {value!r}; give its GUID, 8-4-4-4-12 digits and a-f.")
    pairs = [pair.strip().rpartition("=") for pair in roles.split(",")]
    if not all(value and role for value, _, role in pairs):
        raise SettingsError(
            "CANDOUR_OIDC_ROLES is not a list of roles; write it like "
            "Candour.HR=hr,Candour.North=board:response-north."
        )
    authority = _origin(environment, "CANDOUR_OIDC_AUTHORITY") or MICROSOFT
    return Tenant(
        tenant.lower(),
        client.lower(),
        secret,
        tuple((value.strip(), role.strip()) for value, _, role in pairs),
        _origin(environment, "CANDOUR_RESULTS_ADDRESS"),
        authority,
    )


def _yes(environment: Mapping[str, str], name: str, default: bool) -> bool:
    found = environment.get(name, "").strip().lower()
    if found not in {"", "yes", "no"}:
        raise SettingsError(f"{name} is {found!r}; it can be yes or no.")
    return found == "yes" if found else default


def _demands_factor(environment: Mapping[str, str], https: bool) -> bool:
    found = environment.get("CANDOUR_SECOND_FACTOR", "").strip().lower()
    if found not in {"", "demanded", "offered"}:
        raise SettingsError(
            f"CANDOUR_SECOND_FACTOR is {found!r}; it can be demanded or offered, and is demanded "
            "where CANDOUR_HTTPS is set and nothing else is said."
        )
    return found == "demanded" if found else https


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
    """The secret in a file of the home; made when there is none, or it was made in part.

    Raises:
        SettingsError: when the file is damaged: a shorter secret could be guessed.
    """
    path = home / "secret_key"
    if not path.exists() or not path.read_bytes().strip():  # made in part when the power went
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32))
    kept = path.read_bytes().strip()
    if len(kept) < LEAST_SECRET or not kept.isascii():
        raise SettingsError(
            f"{path} is damaged; put it back as it was, or remove it, and it is made anew: whoever "
            "is signed in signs in once more, and what was sealed with it is set up again."
        )
    return kept.decode()
