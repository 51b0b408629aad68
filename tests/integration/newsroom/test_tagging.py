"""Our sample news, tagged without the pipeline around it: every trap stays a trap."""

from __future__ import annotations

import pytest

from pipelines.tagging import Tagger
from seeds.newsroom.stories import Story, load_stories

STORIES = load_stories()


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.id)
def test_a_story_gets_its_topics(tagger: Tagger, story: Story):
    """A film, a match, an anniversary or a drill is never an attack; a real one is never missed."""
    first = story.versions[0]
    tagging = tagger.tag(first.title, "\n".join(first.paragraphs), language=story.language)
    assert set(tagging.topics) == set(story.topics), tagging.why
    assert set(story.contexts) <= {context.context for context in tagging.contexts}


def test_regions_of_the_stories(tagger: Tagger):
    """Nine of ten regions are those a person noted."""
    right = found = wanted = 0
    for story in (story for story in STORIES if story.topics):
        first = story.versions[0]
        regions = set(tagger.tag(first.title, "\n".join(first.paragraphs), language=story.language).regions)
        right, found, wanted = (
            right + len(regions & set(story.regions)),
            found + len(regions),
            wanted + len(story.regions),
        )
    assert 2 * right / (found + wanted) >= 0.9


def test_figures_of_the_stories(tagger: Tagger):
    """Nine of ten figures are found with their value and kind."""
    hits = wanted = 0
    for story in STORIES:
        first = story.versions[0]
        tagging = tagger.tag(first.title, "\n".join(first.paragraphs), language=story.language)
        known = {(figure.kind, figure.value) for figure in tagging.figures}
        known |= {(f"{figure.role}_{figure.unit}".lower(), figure.value) for figure in tagging.figures}
        expected = [(kind, value) for kind, values in first.figures.items() for value in values]
        wanted += len(expected)
        hits += sum(each in known for each in expected)
    assert hits / wanted >= 0.9
