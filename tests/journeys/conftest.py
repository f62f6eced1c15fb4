"""The demo, made once for the files that read it."""

from __future__ import annotations

import fixtures_demo
import pytest
from fixtures_demo import Demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo as the command makes it, and what the command printed."""
    return fixtures_demo.made(fixtures_demo.folder_of_the_demo(tmp_path_factory.mktemp("journey")))
