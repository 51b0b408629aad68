"""The five sample documents yield what seeds/documents.yaml says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

import seeds
from pipelines.language.normalise import repair
from pipelines.models import Tagging
from pipelines.tagging import Tagger

pytestmark = pytest.mark.shared

DOCUMENTS = yaml.safe_load((Path(seeds.__file__).parent / "documents.yaml").read_text(encoding="utf-8"))["documents"]


@pytest.fixture(params=DOCUMENTS, ids=lambda document: document["file"][:3])
def document(request: pytest.FixtureRequest, shared: Path, tagger: Tagger) -> tuple[dict[str, Any], Tagging]:
    """What a document must yield, and what it does."""
    text = repair((shared / "seeds" / request.param["file"]).read_text(encoding="utf-8")).text
    return request.param["yields"], tagger.tag("", text, language=request.param["language"])


def test_topics(document):
    """The rules were seeded from these texts: their topics are the least they must find."""
    expected, tagging = document
    assert set(expected["topics"]) <= set(tagging.topics)
    assert not set(expected.get("without_topics", [])) & set(tagging.topics)


def test_regions(document):
    """A region too many sends an analyst to the wrong map; none may be missing either."""
    expected, tagging = document
    assert set(tagging.regions) == set(expected["regions"])


def test_figures(document):
    """Counted facts are the reason why these documents were collected."""
    expected, tagging = document
    for figure in expected["figures"]:
        assert any(all(getattr(found, key) == value for key, value in figure.items()) for found in tagging.figures), (
            figure
        )
    assert not {figure.value for figure in tagging.figures} & set(expected.get("without_values", []))
    assert not {figure.kind for figure in tagging.figures} & set(expected.get("without_kinds", []))


def test_no_figure_is_invented(document):
    """More facts would be welcome, wrong ones are not; these texts hold no others than were noted."""
    expected, tagging = document
    noted = {(figure["kind"], figure["value"]) for figure in expected["figures"]}
    assert {(figure.kind, figure.value) for figure in tagging.figures} == noted


def test_names(document):
    """Names are stored in citation form, whatever case the text has them in."""
    expected, tagging = document
    assert set(expected.get("persons", [])) <= set(tagging.persons)
    assert not set(expected.get("without_persons", [])) & set(tagging.persons)
    assert set(expected["organisations"]) <= set(tagging.organisations)


def test_contexts_and_severity(document):
    """An exercise is given as a context, an interview is of low severity."""
    expected, tagging = document
    seen = {(context.topic, context.context) for context in tagging.contexts}
    assert {tuple(pair) for pair in expected.get("contexts", [])} <= seen
    if "severity" in expected:
        assert tagging.severity == expected["severity"]


def test_every_tag_is_explained(document):
    """A stored span shows the words it covers; a tag without one could not be argued with."""
    _, tagging = document
    assert all(tag.spans and tag.score >= tag.threshold for tag in tagging.tags)
    assert all(topic in tagging.why for topic in tagging.topics)
