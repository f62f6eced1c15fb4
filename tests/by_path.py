"""Programs that are no part of a package, such as those in `.ci`, as modules."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


def load(path: str) -> Any:
    """The module that a file of the checkout is."""
    file = ROOT / path
    spec = spec_from_file_location(f"candour_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
