from __future__ import annotations

import pytest
from fixtures_published import Honest, close_honestly
from fixtures_wave import LiveWave


@pytest.fixture(scope="session")
def honest(opened_once: LiveWave, tmp_path_factory: pytest.TempPathFactory) -> Honest:
    """A wave that forty of sixty answered, closed."""
    return close_honestly(opened_once, tmp_path_factory.mktemp("honest") / "home")
