from __future__ import annotations

from collections.abc import Iterator

import pytest
from fixtures_planning import MANAGER, add_draft, planning_site
from fixtures_results import Site
from flask.testing import FlaskClient


@pytest.fixture(scope="module")
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A site for each file, with a draft of the questionnaire that the file calls `DRAFT`."""
    with pytest.MonkeyPatch.context() as patch:
        made = planning_site(tmp_path_factory.mktemp("site") / "home", patch)
        if draft := getattr(request.module, "DRAFT", ""):
            add_draft(made, "autumn", draft)
        yield made


@pytest.fixture(scope="module")
def client(site: Site) -> FlaskClient:
    return site.client(MANAGER)
