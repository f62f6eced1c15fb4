"""A process that serves results gets ready by itself: whoever comes first need not wait for it.

Opening a Release takes about a second, since all of it is checked, and a template is compiled once.
Both are done in a thread while nobody asks; who asks meanwhile waits for what is under way and does
nothing twice.
"""

from __future__ import annotations

import logging
from threading import Thread

from flask import Flask

from survey.config import RESULTS
from survey.database import Stores
from survey.results import store

_TEMPLATES = "results/"


def begin(app: Flask) -> Thread | None:
    """Get `app` ready in a thread; None where it serves no results."""
    stores: Stores = app.extensions["candour"]
    if RESULTS not in stores.settings.surfaces:
        return None
    thread = Thread(target=_ready, args=(app, stores), daemon=True)
    thread.start()
    return thread


def _ready(app: Flask, stores: Stores) -> None:
    try:
        store.in_force(stores)
        for name in app.jinja_env.list_templates(["html"]):
            if name.startswith(_TEMPLATES):
                app.jinja_env.get_template(name)
    except Exception as error:  # whoever asks for a page is told what is wrong
        logging.getLogger("candour").error("getting ready: %s", type(error).__name__)
