"""Headers on every response, and who may open what.

Respondent routes carry no cookie of any kind: they check `Sec-Fetch-Site` and `Origin` instead of
a CSRF token, because a token in a cookie would itself link a person's requests.
"""

from __future__ import annotations

from flask import Flask, Request, Response, abort, request

from survey.config import Settings

RESPONDENT_BLUEPRINTS = frozenset({"respond", "example", "said", "issue", "box"})
"""Blueprints that respondents' browsers talk to, and everybody's."""

ISSUER_BLUEPRINT = "issue"
"""The one that pages of another site may ask: of the ballot box's, where that is another host."""


def policy(issue_address: str) -> str:
    """The content security policy; pages connect to their own site, and to the issuer's."""
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            f"connect-src 'self' {issue_address}".rstrip(),
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
    )


def everywhere(settings: Settings) -> dict[str, str]:
    """The headers of every reply, those of files too."""
    headers = {
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    }
    if settings.https:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return headers


def cookie_name(settings: Settings, name: str) -> str:
    """The name of a cookie: over HTTPS with the prefix by which browsers insist on it."""
    return f"__Secure-{name}" if settings.https else name


def install(app: Flask, settings: Settings) -> None:
    """Add the headers to every response of `app` and refuse cross-site posts to respondents."""
    content_policy, box_address = policy(settings.issue_address), settings.box_address

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = content_policy
        response.headers.update(everywhere(settings))
        if box_address and request.blueprint == ISSUER_BLUEPRINT:
            response.headers["Access-Control-Allow-Origin"] = box_address
        return _headers(response)

    @app.before_request
    def refuse_cross_site() -> None:
        to_respondent = request.blueprint in RESPONDENT_BLUEPRINTS and request.method == "POST"
        if to_respondent and not is_same_origin(request, box_address):
            abort(403)


def _headers(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    if request.blueprint in RESPONDENT_BLUEPRINTS:
        for header in ("Set-Cookie", "ETag", "Last-Modified"):
            response.headers.pop(header, None)
    return response


def is_same_origin(received: Request, box_address: str = "") -> bool:
    """Whether the browser says that one of our own pages sent this request.

    Browsers send `Sec-Fetch-Site`; older ones only `Origin`. A client that sends neither is not a
    browser, so nobody's browser can be made to send for it. The issuer's own pages are those of
    `box_address` too, where the ballot box is another host.
    """
    origin = received.headers.get("Origin")
    if box_address and received.blueprint == ISSUER_BLUEPRINT and origin == box_address:
        return True
    site = received.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    return origin is None or origin == received.host_url.rstrip("/")
