"""The analyzer for everybody: docs/guide/analyzer.md on an index that kuzet did not make."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import urllib3
from typer.testing import CliRunner

from worker.cli.dictionary import commands

pytestmark = pytest.mark.timeout(300)  # the first dictionary of a machine takes its time

GUIDE = Path(__file__).parents[3] / "docs/guide/analyzer.md"


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory, dictionary: Path) -> Path:
    folder = tmp_path_factory.mktemp("export") / "analyzer"
    result = CliRunner().invoke(commands, ["dictionaries", "export", str(folder)], catch_exceptions=False)
    assert result.exit_code == 0
    return folder


Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def library(search_url: str, exported: Path, install_dictionary: Callable[[Path], str]) -> Iterator[Ask]:
    """A bare index, made of the exported files alone."""
    for folder in (exported / "hunspell").iterdir():
        install_dictionary(folder)
    http, name = urllib3.PoolManager(), f"library-{uuid4().hex[:8]}"

    def ask(method: str, path: str = "", body: Any = None) -> dict[str, Any]:
        answer = http.request(method, f"{search_url}/{name}{path}", json=body)
        assert answer.status < 300, answer.data.decode()
        return dict(answer.json())

    ask("PUT", body=json.loads((exported / "index.json").read_text(encoding="utf-8")))
    yield ask
    ask("DELETE")


def test_the_commands_of_the_guide_find_the_text(library):
    """Somebody who has read ten lines has the analyzer."""
    guide = GUIDE.read_text(encoding="utf-8")
    (document,) = re.findall(r"-d '(\{.*\})'", guide)
    (query,) = re.findall(r"_search\?q=text:(\w+)", guide)
    library("PUT", "/_doc/1?refresh=true", json.loads(document))
    assert library("POST", "/_search", {"query": {"match": {"text": query}}})["hits"]["total"]["value"] == 1


@pytest.mark.parametrize(
    ("field", "query"), [("text", "алаяқтық"), ("text.exact", "күресуде"), ("text.grams", "alaıaqtyq")]
)
def test_each_part_of_the_field_answers(library, field, query):
    """The table of the guide."""
    library("PUT", "/_doc/1?refresh=true", {"text": "Полиция алаяқтықпен күресуде"})
    asked = {"match": {field: {"query": query, "operator": "and"}}}
    assert library("POST", "/_search", {"query": asked})["hits"]["total"]["value"] == 1
