"""Headers on every response, and who may open what.

Respondent routes carry no cookie of any kind: they check `Sec-Fetch-Site` and `Origin` instead of
a CSRF token, because a token in a cookie would itself link a person's requests.
"""

from __future__ import annotations

from flask import Flask, Request, Response, abort, request

RESPONDENT_BLUEPRINTS = frozenset({"respond", "issue", "box"})
"""Blueprints that respondents' browsers talk to."""

_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)


def install(app: Flask) -> None:
    """Add the headers to every response of `app` and refuse cross-site posts to respondents."""
    app.after_request(_headers)
    app.before_request(_refuse_cross_site)


def _headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    response.headers["Cache-Control"] = "no-store"
    if request.blueprint in RESPONDENT_BLUEPRINTS:
        for header in ("Set-Cookie", "ETag", "Last-Modified"):
            response.headers.pop(header, None)
    return response


def _refuse_cross_site() -> None:
    to_respondent = request.blueprint in RESPONDENT_BLUEPRINTS and request.method == "POST"
    if to_respondent and not is_same_origin(request):
        abort(403)


def is_same_origin(received: Request) -> bool:
    """Whether the browser says that one of our own pages sent this request.

    Browsers send `Sec-Fetch-Site`; older ones only `Origin`. A client that sends neither is not a
    browser, so nobody's browser can be made to send for it.
    """
    site = received.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = received.headers.get("Origin")
    return origin is None or origin == received.host_url.rstrip("/")
