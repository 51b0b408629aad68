"""Tag one article: its text in, everything that the ruleset finds in it out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from pipelines.language.detect import in_latin_kazakh
from pipelines.language.latin import LatinReader
from pipelines.models import Severity, Tag, Tagging, Yielded
from pipelines.reading.indicators import find_indicators
from pipelines.tagging.figures.figures import find_figures, without_unreal
from pipelines.tagging.latin import as_written
from pipelines.tagging.matching.matcher import Found
from pipelines.tagging.matching.text import Text
from pipelines.tagging.names.organisations import find_organisations
from pipelines.tagging.names.persons import find_persons
from pipelines.tagging.names.places import find_places
from pipelines.tagging.names.watchlists import find_watched
from pipelines.tagging.ruleset import Ruleset
from pipelines.tagging.topics.scoring import judge
from pipelines.tagging.topics.severity import Assessment, assess

LONGEST_TEXT = 1_000_000
"""Characters of a body that are read; no article is longer, and memory stays flat."""

IN_LATIN = frozenset({"", "kk"})
"""Languages of a text that may be Kazakh in Latin letters."""

SHOWN_FORMS = 4
LONGEST_FORM = 60


class Tagger:
    """Tags texts by one ruleset. Build it once per process; it keeps nothing of a text but a bounded cache of words.

    latin: gives the reader of Kazakh in Latin letters; asked when the first such text comes. Without it they are
    tagged as they are.
    """

    def __init__(self, ruleset: Ruleset, *, latin: Callable[[], LatinReader] | None = None) -> None:
        self.ruleset = ruleset
        self._latin = latin
        self._severities = {rule.topic: rule.severity for rule in ruleset.rules}

    def tag(self, title: str, body: str, *, language: str = "") -> Tagging:
        """Find topics with their reasons, severity, figures, places and names of one article.

        language: of most of the article; sentences and quotations in the other of Kazakh and Russian are read by its
        rules. A language without rules, or none, means that the rules of all languages are tried. Kazakh in Latin
        letters is read into Cyrillic first; spans point into the texts as they were given.
        """
        if self._latin and language in IN_LATIN and in_latin_kazakh(f"{title}\n{body}"):
            reader = self._latin()
            alphabet = reader.alphabet_of(f"{title}\n{body}")
            readings = {"title": reader.read(title, alphabet), "body": reader.read(body[:LONGEST_TEXT], alphabet)}
            tagging = self._tag(readings["title"].text, readings["body"].text, language="kk")
            return as_written(tagging, readings, {"title": title, "body": body})
        return self._tag(title, body, language=language)

    def _tag(self, title: str, body: str, *, language: str) -> Tagging:
        rules = self.ruleset
        texts = (Text(title, field="title", language=language), Text(body[:LONGEST_TEXT], language=language))
        found = [Found(text, rules.matcher.find(text)) for text in texts]
        verdict = judge(found, rules.topics)
        figures = find_figures(found, rules.counted)
        figures = without_unreal(figures, verdict.contexts, texts=texts)
        persons = find_persons(found, rules.names, gazetteer=rules.gazetteer)
        indicators = find_indicators(title, body[:LONGEST_TEXT])
        assessment = assess(found, verdict.tags, figures, gravity=rules.gravity, base=self._base(verdict.tags))
        return Tagging(
            topics=tuple(tag.topic for tag in verdict.tags),
            severity=assessment.severity if assessment else None,
            severity_reason=assessment.reason if assessment else "",
            tags=verdict.tags,
            misses=verdict.misses,
            yielded=verdict.yielded,
            contexts=verdict.contexts,
            figures=figures,
            places=find_places(found, rules.gazetteer),
            persons=persons,
            organisations=find_organisations(found, rules.organisations, gazetteer=rules.gazetteer),
            indicators=indicators,
            watch=find_watched(found, rules.watchlists, persons=persons, indicators=indicators),
            ruleset=rules.version,
            why=explain(verdict.tags, assessment, yielded=verdict.yielded),
        )

    def _base(self, tags: tuple[Tag, ...]) -> Severity:
        return self._severities[tags[0].topic] if tags else Severity.MEDIUM


def explain(tags: tuple[Tag, ...], assessment: Assessment | None, *, yielded: tuple[Yielded, ...] = ()) -> str:
    """Return in one line the words behind each topic: «fraud: мошенников ×3, обманули; severity high: задержан».

    A topic that gave way is named with the stronger one: «weapons yields to defence».
    """
    parts = [f"{tag.topic}: {_forms(tag)}" for tag in tags]
    parts += [f"{each.tag.topic} yields to {each.to}" for each in yielded]
    if assessment and assessment.reason:
        parts.append(f"severity {assessment.severity}: {assessment.reason}")
    return "; ".join(parts)


def _forms(tag: Tag) -> str:
    counts = Counter(_shortened(span.form.lower()) for span in tag.spans)
    shown = [f"{form} ×{count}" if count > 1 else form for form, count in counts.most_common(SHOWN_FORMS)]
    return ", ".join(shown)


def _shortened(form: str) -> str:
    flat = " ".join(form.split())
    return flat if len(flat) <= LONGEST_FORM else f"{flat[:LONGEST_FORM]}…"
