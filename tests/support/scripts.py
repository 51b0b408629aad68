"""The scripts of `.ci`, which are no package, as modules."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).parents[2] / ".ci"


def load_script(name: str) -> ModuleType:
    """Import a script by its path; what it does as a program is not run."""
    spec = spec_from_file_location(Path(name).stem, FOLDER / name)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
