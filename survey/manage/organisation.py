"""Signing in by the organisation: OpenID Connect with one tenant, by its GUID.

The addresses are Microsoft Entra's, made from the tenant's GUID and never read from a reply, so no
reply can lead elsewhere. Of what the organisation tells, the object id and the roles are kept.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from survey.config import Settings, Tenant
from survey.errors import OrganisationError, SettingsError
from survey.manage.people import OBJECT_ID, expect_role

ALGORITHM = "RS256"
"""The one by which tokens are signed here: a token cannot choose another, nor none."""

SKEW = 60
"""Seconds by which the organisation's clock may differ from ours."""

KEYS_LAST = 24 * 3600
"""Seconds after which its signing keys are asked for again."""

ASK_AGAIN_AFTER = 60
"""Seconds between two requests for keys because a token names one that is not known."""

_PATIENCE = 10.0
_LONGEST_REPLY = 1 << 20


@dataclass(frozen=True)
class Going:
    """What a browser keeps while its user is away at the organisation's page."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def out(cls) -> Going:
        """New random values for one sign-in."""
        return cls(*(secrets.token_urlsafe(48) for _ in range(3)))


@dataclass(frozen=True)
class Claimed:
    """Whom the organisation names: a directory's object id, and one of our roles."""

    object_id: str
    role: str
    command: str | None


@dataclass
class _Keys:
    """The organisation's signing keys, as they were last told."""

    known: KeySet | None = None
    asked: float = -1e12


@dataclass
class Organisation:
    """One tenant, as a relying party sees it."""

    tenant: Tenant
    back: str
    _keys: _Keys = field(default_factory=_Keys)

    @property
    def issuer(self) -> str:
        """Who must have made a token."""
        return f"{self.tenant.authority}/{self.tenant.id}/v2.0"

    def ask(self, going: Going) -> str:
        """The address of the organisation's page on which people sign in."""
        address, _state = self._client().create_authorization_url(
            f"{self.tenant.authority}/{self.tenant.id}/oauth2/v2.0/authorize",
            state=going.state,
            code_verifier=going.verifier,
            nonce=going.nonce,
            response_mode="query",
        )
        return str(address)

    def claimed(self, came_back: str, going: Going, now: datetime) -> Claimed:
        """Who came back, by the address that they came back at.

        Raises:
            OrganisationError: whatever is not as it should be.
        """
        if "#" in came_back:  # Authlib would take a token from there, by another way than ours
            raise OrganisationError("an address with a fragment")
        try:
            told = self._client().fetch_token(
                f"{self.tenant.authority}/{self.tenant.id}/oauth2/v2.0/token",
                authorization_response=came_back,
                state=going.state,
                code_verifier=going.verifier,
            )
            token = told["id_token"]
        except (AuthlibBaseError, OSError, HTTPException, ValueError, KeyError) as error:
            raise OrganisationError(f"no token ({type(error).__name__})") from error
        return self._who(self._checked(str(token), going.nonce, now))

    def _client(self) -> OAuth2Client:
        return OAuth2Client(
            _Wire(),
            client_id=self.tenant.client,
            client_secret=self.tenant.secret,
            token_endpoint_auth_method="client_secret_post",  # noqa: S106  # a method's name
            scope="openid profile",  # without `profile` there is no object id
            redirect_uri=self.back,
            code_challenge_method="S256",
        )

    def _checked(self, token: str, nonce: str, now: datetime) -> Mapping[str, Any]:
        """The claims of a token: signed by the tenant, for us, for this sign-in, and still new."""
        expected = {"iss": self.issuer, "aud": self.tenant.client, "tid": self.tenant.id}
        options = {name: {"essential": True, "value": value} for name, value in expected.items()}
        params = {"nonce": nonce, "client_id": self.tenant.client}
        try:
            read = self._decoded(token, now)
            claims = CodeIDToken(read.claims, read.header, options, params)
            claims.validate(now=int(now.timestamp()), leeway=SKEW)
        except (JoseError, AuthlibBaseError, OSError, HTTPException, ValueError) as error:
            raise OrganisationError(f"a token that is not good ({type(error).__name__})") from error
        if claims["aud"] != self.tenant.client:
            raise OrganisationError("a token for others too")
        return dict(claims)

    def _decoded(self, token: str, now: datetime) -> jwt.Token:
        registry = JWSRegistry(algorithms=[ALGORITHM], strict_check_header=False)
        at = now.timestamp()
        since = at - self._keys.asked  # below nothing where the clock was set back
        if self._keys.known is None or not 0 <= since <= KEYS_LAST:
            self._ask_for_keys(at)
        try:
            return jwt.decode(token, self._known(), registry=registry)
        except InvalidKeyIdError:  # one that is not known may be new
            if 0 <= at - self._keys.asked < ASK_AGAIN_AFTER:
                raise
        self._ask_for_keys(at)
        return jwt.decode(token, self._known(), registry=registry)

    def _known(self) -> KeySet:
        if self._keys.known is None:
            raise OrganisationError("no keys")
        return self._keys.known

    def _ask_for_keys(self, at: float) -> None:
        address = f"{self.tenant.authority}/{self.tenant.id}/discovery/v2.0/keys"
        told = _Wire().fetch(Request(address)).json()  # noqa: S310  # checked to be https
        usable = [key for key in told["keys"] if key.get("kty") == "RSA"]
        self._keys.known, self._keys.asked = KeySet.import_key_set({"keys": usable}), at

    def _who(self, claims: Mapping[str, Any]) -> Claimed:
        """The person, with the one role that the settings give for what the organisation says."""
        object_id = str(claims.get("oid", "")).lower()
        if not OBJECT_ID.fullmatch(object_id):
            raise OrganisationError("no object id")
        roles, groups = _texts(claims.get("roles")), _texts(claims.get("groups"))
        given = {
            role
            for value, role in self.tenant.roles
            # Whoever may name a group could call it like a role: a group counts by its id alone.
            if value in roles
            or (OBJECT_ID.fullmatch(value.lower()) and value.lower() in map(str.lower, groups))
        }
        if len(given) != 1:
            reason = "no role of ours" if not given else "more than one role"
            raise OrganisationError(reason, OrganisationError.NO_ROLE, object_id)
        role, _, command = given.pop().partition(":")
        return Claimed(object_id, role, command or None)


def _texts(claim: object) -> list[str]:
    return [one for one in claim if isinstance(one, str)] if isinstance(claim, list) else []


def expect_roles(settings: Settings) -> None:
    """Refuse roles in the settings that there are not.

    Raises:
        SettingsError: names the first.
    """
    for value, given in settings.tenant.roles if settings.tenant else ():
        role, _, command = given.partition(":")
        try:
            expect_role(role, command or None)
        except SettingsError as error:
            raise SettingsError(f"CANDOUR_OIDC_ROLES, {value}={given}: {error}") from None


@dataclass(frozen=True)
class _Reply:
    """A reply, as Authlib asks it."""

    status_code: int
    content: bytes

    def json(self) -> Any:
        """What it says; ValueError when that is no JSON."""
        return json.loads(self.content)

    def raise_for_status(self) -> None:
        """Refuse what is not a success."""
        if self.status_code >= 400:
            raise OSError(self.status_code)


class _NoRedirect(HTTPRedirectHandler):
    """Follows nothing: secrets and keys come from the address that was asked, or not at all."""

    def redirect_request(self, *_asked: object) -> None:
        """None, so that a redirect is a failure."""


class _Wire:
    """The one way to the organisation, as a session that Authlib posts by."""

    def post(self, url: str, data: Mapping[str, str], headers: dict[str, str], auth: Any) -> _Reply:
        """Post a form."""
        url, headers, body = auth.prepare("POST", url, dict(headers), urlencode(data))
        return self.fetch(Request(url, body.encode(), headers))  # noqa: S310  # checked to be https

    def fetch(self, request: Request) -> _Reply:
        """Ask, and wait a little."""
        try:
            with build_opener(_NoRedirect).open(request, timeout=_PATIENCE) as reply:
                return _Reply(reply.status, reply.read(_LONGEST_REPLY))
        except HTTPError as error:
            return _Reply(error.code, error.read(_LONGEST_REPLY))
