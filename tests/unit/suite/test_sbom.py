"""The bill of materials is valid CycloneDX and names what the lock files pin."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def bill() -> str:
    text: str = runpy.run_path(str(ROOT / ".ci" / "sbom.py"))["bill"]()
    return text


def test_it_is_valid(bill: str) -> None:
    """Scanners refuse what the schema does not allow."""
    from cyclonedx.validation.json import JsonStrictValidator  # noqa: PLC0415  # two seconds, see support/schemas.py

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill) is None


def test_it_names_all_that_is_pinned(bill: str) -> None:
    """A package that is missing is one whose weakness stays unknown."""
    parts = json.loads(bill)["components"]
    kinds = [part["purl"].partition(":")[2].partition("/")[0] for part in parts]
    pinned = re.findall(r"^[\w.-]+==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    jars = re.findall(r"^[^#\s]+:", (ROOT / "config/search/opensearch.lock").read_text(), re.MULTILINE)
    assert (kinds.count("pypi"), kinds.count("maven"), kinds.count("docker")) == (len(pinned), len(jars), 3)
    assert all(part["hashes"] for part in parts if "docker" not in part["purl"])
