"""What a story says as a whole."""

from __future__ import annotations

import pytest

from pipelines.stories.joining import Decision
from pipelines.stories.story import build_story, figure_ranges, member_of


def member(name, hour, *, like="", is_reprint=False, **document):
    facts = {"id": name, "url": f"http://{name}", "title": f"Title {name}", "source": name, "family": name,
             "language": "ru", "observed_at": f"2026-03-01T{hour:02}:00:00.000Z"}  # fmt: skip
    decision = Decision(article_id=name, story="a", like=like, is_reprint=is_reprint, reasons=("same numbers: 12",))
    return member_of({**facts, **document}, decision)


def test_figures_are_ranges_with_who_said_which():
    """«Detained: 12 to 15» is true; 12 or 15 alone is half of it."""
    members = [member("a", 1, figures={"detained": [3, 12]}), member("b", 2, figures={"detained": [15]})]
    assert figure_ranges(members)["detained"] == {
        "low": 12,
        "high": 15,
        "said": [{"value": 12, "sources": ["a"]}, {"value": 15, "sources": ["b"]}],
    }


def test_corroboration_counts_families_not_reprints():
    """Ten sites that print one text are one witness."""
    story = build_story("a", [
        member("a", 1), member("b", 2, like="a", is_reprint=True), member("c", 3, like="a", family="a"),
        member("d", 4, like="a"),
    ])  # fmt: skip
    assert (story["articles"], story["reprints"], story["corroboration"]) == (4, 1, 2)


def test_the_timeline_says_what_each_article_added():
    """People who come late read this and nothing else."""
    story = build_story("a", [
        member("a", 1, figures={"killed": [3]}),
        member("d", 4, like="a", figures={"killed": [5]}),
        member("b", 2, like="a", is_reprint=True),
        member("c", 3, like="a", language="kk"),
    ])  # fmt: skip
    assert [event["what"] for event in story["timeline"]] == ["first", "reprint", "twin", "raised"]
    assert story["timeline"][-1]["detail"] == "killed 3 → 5"
    assert story["titles"] == {"ru": "Title a", "kk": "Title c"}


def test_the_highest_severity_counts():
    """A story is as grave as its gravest report."""
    story = build_story("a", [member("a", 1, severity="low"), member("b", 2, severity="high")])
    assert (story["severity"], story["severity_rank"]) == ("high", 3)


def test_the_order_of_members_does_not_matter():
    """Redis returns them in no order."""
    members = [member("a", 1, topics=["drugs"]), member("b", 2, topics=["fraud"]), member("c", 2)]
    assert build_story("a", members) == build_story("a", members[::-1])


def test_a_story_without_articles_is_refused():
    """Its document is deleted instead."""
    with pytest.raises(ValueError, match="no articles"):
        build_story("a", [])
