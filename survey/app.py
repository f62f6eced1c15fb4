"""The web application: surfaces, templates, static files, headers and error pages, put together."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from datetime import date
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from wsgiref.headers import Headers

from flask import Flask, Request, Response, render_template, request
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader
from werkzeug.exceptions import HTTPException
from whitenoise import WhiteNoise

from survey import languages, resources, security
from survey.config import BOX, ISSUE, RESULTS, Settings
from survey.database import Stores
from survey.errors import BoxError, CandourError, IssuerError, ReleaseError, SettingsError

if TYPE_CHECKING:
    from survey.manage.waves import Wave

ONE_YEAR = 31_536_000
LARGEST_REQUEST = 512 * 1024
"""Bytes; a proxy must hold as many in memory."""
STATEMENT_PREPARED = date(2026, 11, 23)
"""When somebody last compared the statement on accessibility with what is tested."""
UNTRUSTED = (
    "The results cannot be shown: what is stored was tampered with or damaged, and is not what the "
    "release officers signed. Tell whoever runs this service to put back the published Releases."
)


class InMemoryRequest(Request):
    """A request whose files stay in memory: the default puts large ones on the disk."""

    def _get_file_stream(self, *_described: object, **_more: object) -> BytesIO:
        return BytesIO()


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application that serves the surfaces named in `settings`."""
    settings = settings or Settings.from_environment()
    app = _frame(settings)
    app.extensions["candour"] = Stores.open(settings)
    _surfaces(app, settings)
    return app


def create_preview(file: Path) -> Flask:
    """Build the application that shows a questionnaire file to its author, and stores nothing."""
    from survey.collect import preview

    app = _frame(Settings(Path(os.devnull), "", "", "", surfaces=(BOX,)))
    app.extensions[preview.FILE] = file
    app.jinja_env.globals["preview"] = str(file)
    app.register_blueprint(preview.blueprint)
    _accessibility(app, tuple)
    return app


def _frame(settings: Settings) -> Flask:
    """What every page stands in, without a store or an address."""
    app = Flask(__name__, static_folder=None, template_folder=None)
    app.request_class = InMemoryRequest
    # Otherwise `//` leads elsewhere, to an address that is made with whatever `Host` was sent.
    app.url_map.merge_slashes = False
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME=security.cookie_name(settings, "candour"),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_SECURE=settings.https,
        WTF_CSRF_SSL_STRICT=False,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_PARTS=2_000,
    )
    _templates(app, settings)
    languages.install(app)
    _static_files(app, settings)
    security.install(app, settings)
    _error_pages(app)
    return app


def _surfaces(app: Flask, settings: Settings) -> None:
    if ISSUE in settings.surfaces:
        from survey.collect import sealed_pages

        app.register_blueprint(sealed_pages.issue)
    if BOX in settings.surfaces:
        from survey.collect import pages, sealed_pages
        from survey.results import example

        app.register_blueprint(pages.blueprint)
        app.register_blueprint(example.blueprint)
        app.register_blueprint(sealed_pages.ballot_box)
    if RESULTS in settings.surfaces:
        from survey.accounts import pages as account_pages
        from survey.accounts.words import of_commands
        from survey.agreeing import release_pages
        from survey.manage import fixed, log_pages, organisation_pages, sign_in
        from survey.results import all_pages, at_once, file_pages, kept, published
        from survey.results import pages as results_pages
        from survey.results.acts import pages as acts_pages
        from survey.results.acts import public
        from survey.results.paper import serving as paper

        sign_in.install(app, settings)
        app.register_blueprint(account_pages.blueprint)
        organisation_pages.install(app, settings)
        kept.install(app)
        paper.install(app)
        at_once.install(app)
        app.register_blueprint(results_pages.blueprint)
        app.register_blueprint(file_pages.blueprint)
        app.register_blueprint(all_pages.blueprint)
        app.register_blueprint(acts_pages.blueprint)
        app.register_blueprint(public.blueprint)
        app.register_blueprint(published.blueprint)
        log_pages.install(app, of_commands)
        fixed.install(app, app.extensions["candour"])
        app.register_blueprint(release_pages.blueprint)
    if RESULTS in settings.surfaces and {ISSUE, BOX} & set(settings.surfaces):
        from survey.agreeing import wave_pages

        app.register_blueprint(wave_pages.blueprint)
    if {RESULTS, ISSUE} <= set(settings.surfaces):
        from survey.manage import pages as manage_pages
        from survey.planning import pages as planning_pages

        app.register_blueprint(manage_pages.blueprint)
        planning_pages.install(app)
    if {RESULTS, BOX} & set(settings.surfaces):
        from survey.manage import waves

        stores: Stores = app.extensions["candour"]
        _accessibility(
            app, partial(waves.open_waves, stores) if BOX in settings.surfaces else tuple
        )


def _accessibility(app: Flask, open_waves: Callable[[], tuple[Wave, ...]]) -> None:
    """The statement that every page's footer links to; it names the support of the open waves."""

    @app.get("/accessibility")
    def accessibility() -> str:
        waves = open_waves()
        languages.offer(code for wave in waves for code in wave.questionnaire.languages)
        return render_template("accessibility.html", waves=waves, prepared=STATEMENT_PREPARED)


def _templates(app: Flask, settings: Settings) -> None:
    app.jinja_loader = ChoiceLoader(
        [
            FileSystemLoader(resources.TEMPLATES),
            PrefixLoader(
                {
                    "govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja"),
                    "govuk_frontend_wtf": PackageLoader("govuk_frontend_wtf"),
                }
            ),
        ]
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["asset"] = asset
    app.jinja_env.globals["surfaces"] = settings.surfaces
    app.jinja_env.globals["issue_address"] = settings.issue_address


@cache
def _asset_names() -> dict[str, str]:
    manifest = resources.ASSETS / "manifest.json"
    names: dict[str, str] = json.loads(manifest.read_text()) if manifest.exists() else {}
    return names


def asset(name: str) -> str:
    """The address of a built asset under its hashed name; `make assets` builds them."""
    return f"/static/{_asset_names().get(name, name)}"


def _static_files(app: Flask, settings: Settings) -> None:
    def add_headers(headers: Headers, _path: str, _url: str) -> None:
        for name, value in security.everywhere(settings).items():
            headers[name] = value
        headers["Content-Security-Policy"] = security.policy("")

    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=resources.ASSETS,
        prefix="/static/",
        max_age=ONE_YEAR,
        immutable_file_test=lambda _path, _url: True,
        add_headers_function=add_headers,
    )


def _error_pages(app: Flask) -> None:
    log = logging.getLogger("candour")

    @app.errorhandler(CandourError)
    def candour_error(error: CandourError) -> tuple[str, int]:
        return render_template("errors/problem.html", sentence=str(error)), 400

    @app.errorhandler(SettingsError)
    def settings_error(error: SettingsError) -> tuple[str, int]:
        log.error("%s", type(error).__name__)  # for whoever runs this, and for nobody who answers
        return render_template("errors/http.html", code=503), 503

    @app.errorhandler(ReleaseError)
    def release_error(error: ReleaseError) -> tuple[str, int]:
        log.error("%s", error)
        return render_template("errors/problem.html", sentence=UNTRUSTED), 500

    @app.errorhandler(BoxError)
    def box_error(error: BoxError) -> tuple[str, int]:
        log.error("%s", type(error).__name__)
        return render_template("errors/problem.html", sentence=str(error)), 503

    @app.errorhandler(IssuerError)
    def issuer_error(error: IssuerError) -> tuple[str, int]:
        return render_template("errors/problem.html", sentence=str(error)), 503

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> ResponseReturnValue:
        code = error.code or 500
        if request_ctx.url_adapter is None:  # a `Host` that is none: no page can hold an address
            return Response(
                "This is not an address of this service.\n", code, mimetype="text/plain"
            )
        return render_template("errors/http.html", code=code), code

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> tuple[str, int]:
        route = request.url_rule.rule if request.url_rule else "no route"
        log.error("%s: %s", route, type(error).__name__)
        return render_template("errors/http.html", code=500), 500
