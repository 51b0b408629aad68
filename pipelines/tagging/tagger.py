"""The tagger: one text in, everything the ruleset can say about it out."""

from __future__ import annotations

from pipelines.models import Tagging
from pipelines.tagging.figures import find_figures
from pipelines.tagging.places import find_places
from pipelines.tagging.ruleset import Ruleset
from pipelines.tagging.text import Text
from pipelines.tagging.topics import Found, judge


class Tagger:
    """Tags texts by one ruleset. Build it once per process; of the texts it keeps nothing but a bounded cache of words."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset

    def tag(self, title: str, body: str, *, language: str = "") -> Tagging:
        """Topics with their reasons, severity, figures, places and names of one article.

        A language kuzet has no rules for, or none, means that the rules of all languages are tried.
        """
        texts = (Text(title, field="title"), Text(body))
        found = [Found(text, self.ruleset.matcher.find(text, language=language)) for text in texts]
        verdict = judge(found, self.ruleset)
        return Tagging(
            topics=tuple(tag.topic for tag in verdict.tags),
            tags=verdict.tags,
            contexts=verdict.contexts,
            figures=find_figures(found, self.ruleset.counted, language=language),
            places=find_places(found, self.ruleset.gazetteer),
            ruleset=self.ruleset.version,
        )
