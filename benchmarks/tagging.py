"""Tagging: quality on labelled news, cost compared with extraction and other matchers, growth on hostile input.

KUZET_SHARED names the folder of the development data: KUZET_SHARED=… python -m benchmarks.tagging
Every row has its target and what was measured. Speed is a ratio within this run, in CPU seconds of one core; where a
row says so, the best of some rounds. The row of spaCy needs `pip install spacy` in .venv; it is no dependency.
"""

from __future__ import annotations

import importlib.util
import json
import os
import time
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

import ahocorasick_rs
import trafilatura
from rich.console import Console
from rich.table import Table

from benchmarks.support.labelled import KAZAKH, RUSSIAN, Row, figures_found, load, scores, tag
from benchmarks.support.labelled_names import labelled, precision_and_recall
from benchmarks.support.markup import page_around
from benchmarks.support.misspelt import with_mistakes
from benchmarks.support.mixed import agreement, mixed
from benchmarks.support.reports import reports
from config.settings import HERE, Settings
from pipelines.models import Severity, Tagging
from pipelines.tagging import Tagger
from pipelines.tagging.matching.text import Text
from pipelines.tagging.tagger import LONGEST_TEXT
from pipelines.tagging.workbench.examples import try_examples
from seeds.newsroom import load_stories
from worker.files.reported import read_reported
from worker.files.rules import RuleFiles

ROUNDS = 5
SPANNED = ("title", "body")
THIRDS = ("news_ru_dev3", "news_kk_dev2", "news_kk_dev2_articles", "tag_kinds")
HELD_OUT = Path(__file__).resolve().parents[1] / "tests/data/held_out"


class Line(NamedTuple):
    """A row of the table; `holds` is None where there is no target."""

    what: str
    on: str
    target: str
    measured: str
    holds: bool | None = None


def seconds(work: Callable[[], object], *, rounds: int = 1) -> float:
    """CPU seconds, the best of some rounds."""
    return min(_seconds(work) for _ in range(rounds))


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def quality(tagger: Tagger, shared: Path) -> Iterator[Line]:
    for language, names in (("ru", RUSSIAN), ("kk", KAZAKH)):
        tagged = [(row, tag(tagger, row)) for row in load(shared, names)]
        yield _topics(f"{language} dev, all {len(tagged)}", tagged, has_target=True)
        sure = [(row, tagging) for row, tagging in tagged if not row.get("unsure")]
        yield _topics(f"{language} dev, the sure {len(sure)}", sure, has_target=False)
        yield _regions(language, shared, tagger)
        yield _excluded(language, tagged)
        if language == "ru":
            found, wanted = figures_found(tagged)
            share = found / wanted
            yield Line("figures, value and kind", "ru dev", "0.75", f"{share:.2f} ({found}/{wanted})", share >= 0.75)


def _topics(on: str, tagged: list[tuple[Row, Tagging]], *, has_target: bool) -> Line:
    precision, _, f1 = scores((set(row["topics"]), set(tagging.topics)) for row, tagging in tagged)
    holds = (f1 >= 0.85 and precision >= 0.88) if has_target else None
    target = "0.85 / 0.88" if has_target else "-"
    return Line("topics, micro F1 / precision", on, target, f"{f1:.3f} / {precision:.3f}", holds)


def _regions(language: str, shared: Path, tagger: Tagger) -> Line:
    """Only what has labels: articles with a topic; foreign news has no region at all."""
    names = RUSSIAN[:1] if language == "ru" else KAZAKH
    rows = [row for row in load(shared, names) if row["topics"] or language == "kk"]
    _, _, f1 = scores((set(row["regions"]), set(tag(tagger, row).regions)) for row in rows)
    return Line("regions, micro F1", f"{language} dev, {len(rows)}", "0.90", f"{f1:.3f}", f1 >= 0.90)


def _excluded(language: str, tagged: list[tuple[Row, Tagging]]) -> Line:
    """What a person marked as «the word is there, the matter is not»."""
    marked = [(each, tagging) for row, tagging in tagged for each in row["excluded"]]
    silent = sum(each["topic"] not in tagging.topics for each, tagging in marked)
    return Line("excluded contexts without the topic", f"{language} dev", "-", f"{silent}/{len(marked)}")


def traps(tagger: Tagger) -> Iterator[Line]:
    """Our own traps: every example that must not be tagged, and every sample story."""
    reports = try_examples(tagger)
    examples = sum(not example.positive for rule in tagger.ruleset.rules for example in rule.examples)
    wrong = sum(not trial.example.positive for report in reports for trial in report.wrong)
    yield Line("traps without the topic", "examples", "all", f"{examples - wrong}/{examples}", wrong == 0)
    stories = [(story, story.versions[0]) for story in load_stories()]
    right = 0
    for story, version in stories:
        topics = tagger.tag(version.title, "\n".join(version.paragraphs), language=story.language).topics
        right += set(topics) <= set(story.topics)
    yield Line("stories without a wrong topic", "newsroom", "all", f"{right}/{len(stories)}", right == len(stories))


def reported(tagger: Tagger, settings: Settings) -> Iterator[Line]:
    """What the rules make of the articles in examples/: one row for each topic that has some."""
    reports = try_examples(tagger, more=read_reported(settings.config, settings.data))
    for report in (report for report in reports if report.reported):
        right = sum(not tried.problem for tried in report.reported)
        yield Line("reported articles tagged right", report.topic, "-", f"{right}/{len(report.reported)}")


def thirds(tagger: Tagger, shared: Path) -> Iterator[Line]:
    """Labelled texts of which every third, sorted by id, stays unread: the gap shows what is tuned to the others."""
    for name in THIRDS:
        rows = sorted(load(shared, [name]), key=lambda row: str(row["id"]))
        tagged = [(row, tag(tagger, row)) for row in rows]
        parts = {"unread": tagged[2::3], "read": [each for place, each in enumerate(tagged) if place % 3 != 2]}
        for part, chosen in parts.items():
            yield _topics(f"{name}, {part} {len(chosen)}", chosen, has_target=False)
            yield from _severity(f"{name}, {part}", chosen)


def _severity(on: str, tagged: list[tuple[Row, Tagging]]) -> Iterator[Line]:
    """Count exact severities, and those off by more than one grade, of the articles that have one and got one."""
    labelled = [(Severity(row["severity"]), tagging.severity) for row, tagging in tagged if row.get("severity")]
    pairs = [(wanted, given) for wanted, given in labelled if given]
    if pairs:
        exact = sum(wanted is given for wanted, given in pairs)
        far = sum(abs(wanted.rank - given.rank) > 1 for wanted, given in pairs)
        yield Line("severity, exact / far off", on, "0.70 / -", f"{exact / len(pairs):.3f} / {far} of {len(pairs)}")


def held_out(tagger: Tagger) -> Iterator[Line]:
    """Articles invented for the tests; their README says which halves were read by those who wrote the rules."""
    for corpus in ("ru", "ru2", "kk", "kk2"):
        lines = (HELD_OUT / f"{corpus}.jsonl").read_text(encoding="utf-8").splitlines()
        tagged = [(row, tag(tagger, row)) for row in map(json.loads, lines)]
        for half, rest in (("odd", 1), ("even", 0)):
            chosen = [(row, tagging) for row, tagging in tagged if int(row["id"].split("-")[1]) % 2 == rest]
            yield _topics(f"{corpus} held out, {half} {len(chosen)}", chosen, has_target=False)


def mixed_texts(tagger: Tagger) -> Iterator[Line]:
    """Our held-out news in both languages at once: the whole says what its parts say."""
    articles = list(mixed(*(_held_out_rows(names) for names in (("kk", "kk2"), ("ru", "ru2")))))
    by_kind: dict[str, list[str]] = {}
    for kind, about, f1 in agreement(tagger, articles):
        by_kind.setdefault(kind, []).append(f"{about} {f1:.2f}")
    for kind, measured in by_kind.items():
        yield Line("as its parts, F1", kind, "-", ", ".join(measured))


def long_reports(tagger: Tagger, shared: Path) -> Iterator[Line]:
    """Reports of 200 kB, joined from articles without a topic, with a chance word of some topic in each article."""
    rows = load(shared, ("news_ru_dev", "news_ru_dev2", "news_ru_dev3"))
    found = [tagger.tag("", text, language="ru").topics for text in reports(rows, tagger, random=Random(3))]
    measured = f"{sum(map(len, found))} in {len(found)}"
    yield Line("chance topics", f"{len(found)} reports of 200 kB", "0", measured, not any(found))


def misspelt(tagger: Tagger) -> Iterator[Line]:
    """Our held-out news with one mistake in each long word that a topic was found by; the mistakes are by a seed."""
    for language, files in (("ru", ("ru", "ru2")), ("kk", ("kk", "kk2"))):
        random = Random(7)
        pairs = [_both_topics(tagger, row, language, random) for row in _held_out_rows(files)]
        precision, recall, _ = scores(pairs)
        on = f"{language}, {len(pairs)} held-out articles"
        yield Line("topics kept, precision / recall", on, "-", f"{precision:.3f} / {recall:.3f}")


def _both_topics(tagger: Tagger, row: Row, language: str, random: Random) -> tuple[set[str], set[str]]:
    title, body = row["title"], row["text"]
    right = tagger.tag(title, body, language=language)
    spans = {field: [span for tag in right.tags for span in tag.spans if span.field == field] for field in SPANNED}
    texts = (
        with_mistakes(text, spans[field], language=language, random=random)
        for field, text in zip(SPANNED, (title, body), strict=True)
    )
    return set(right.topics), set(tagger.tag(*texts, language=language).topics)


def _held_out_rows(names: Iterable[str]) -> Iterator[Row]:
    for name in names:
        lines = (HELD_OUT / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        yield from (row for row in map(json.loads, lines) if row.get("title"))


NAMES = {
    "persons": {"ru": (0.97, 0.92), "kk": (0.97, 0.90)},
    "organisations": {"ru": (0.85, 0.50), "kk": (0.85, 0.50)},
}
"""Kind of name → language → precision and recall to reach."""


def names(tagger: Tagger, shared: Path) -> Iterator[Line]:
    """Names that a reader listed, in the read texts and in every third that stays unread."""
    for kind, targets in NAMES.items():
        texts = list(labelled(kind, shared))
        found = {each.id: getattr(tagger.tag(each.title, each.text, language=each.language), kind) for each in texts}
        for language, (precise, complete) in targets.items():
            for part in ("read", "unread"):
                chosen = [each for each in texts if (each.language, each.part) == (language, part)]
                precision, recall, wanted = precision_and_recall((each.names, found[each.id]) for each in chosen)
                measured = f"{precision:.3f} / {recall:.3f}"
                on = f"{language}, {part}: {wanted} in {len(chosen)} texts"
                holds = precision >= precise and recall >= complete
                yield Line(f"{kind}, precision / recall", on, f"{precise} / {complete}", measured, holds)


def cost(shared: Path) -> Iterator[Line]:
    """Everything on. Cold: a fresh ruleset that has seen no word; warm: the same texts again."""
    rows = load(shared, RUSSIAN)
    articles = [(row["title"], row["text"]) for row in rows]
    pages = [page_around(title, text) for title, text in articles]
    extraction = seconds(lambda: [trafilatura.bare_extraction(page) for page in pages])
    fresh = Tagger(RuleFiles(HERE).ruleset())
    cold = seconds(lambda: _tag_all(fresh, articles))
    warm = seconds(lambda: _tag_all(fresh, articles), rounds=ROUNDS)
    terms = len(fresh.ruleset.matcher.patterns)
    for name, took in (("cold", cold), ("warm", warm)):
        yield _against_extraction(
            f"tagging, {name}, {terms} terms", f"{len(rows)} dev texts in pages like real ones", took, extraction
        )
    yield from _on_real_pages(fresh, shared)


def _on_real_pages(tagger: Tagger, shared: Path) -> Iterator[Line]:
    pages = [file.read_bytes() for file in sorted((shared / "data/pages/files").glob("*.html"))]
    extraction = seconds(lambda: [trafilatura.bare_extraction(page) for page in pages])
    texts = [("", trafilatura.extract(page) or "") for page in pages]
    took = seconds(lambda: _tag_all(tagger, texts), rounds=ROUNDS)
    yield _against_extraction("tagging, warm", f"{len(pages)} real pages, their own texts", took, extraction)


def _tag_all(tagger: Tagger, articles: list[tuple[str, str]]) -> None:
    for title, text in articles:
        tagger.tag(title, text, language="ru")


def _against_extraction(what: str, on: str, took: float, extraction: float) -> Line:
    share = took / extraction
    return Line(what, on, "≤ 0.33 of trafilatura", f"{share:.2f}", share <= 1 / 3)


def matching(tagger: Tagger, shared: Path) -> Iterator[Line]:
    """Our matching finds phrases, gaps and negation too, and cuts the text; raw Aho-Corasick finds only strings."""
    matcher = tagger.ruleset.matcher
    forms = sorted(matcher.forms("ru"))
    raw = ahocorasick_rs.AhoCorasick(forms)
    texts = [row["text"] for row in load(shared, RUSSIAN)]
    ours = seconds(lambda: [matcher.find(Text(text, language="ru")) for text in texts], rounds=ROUNDS)
    theirs = seconds(
        lambda: [raw.find_matches_as_indexes(text.lower(), overlapping=True) for text in texts], rounds=ROUNDS
    )
    on = f"{len(forms)} Russian forms"
    share = theirs / ours
    yield Line("term matching against raw ahocorasick_rs", on, "≥ 0.125 ×", f"{share:.2f} ×", share >= 1 / 8)
    if importlib.util.find_spec("spacy") is None:
        yield Line("term matching against spaCy", "-", "≥ 10 ×", "not run: .venv/bin/pip install spacy")
        return
    yield from _beside_spacy(forms, texts, ours, lemmas=_one_word_terms(tagger))


def _one_word_terms(tagger: Tagger) -> list[str]:
    patterns = tagger.ruleset.matcher.patterns
    return sorted({term.text for term in patterns if term.is_word and term.language == "ru" and term.text.isalpha()})


def _beside_spacy(forms: list[str], texts: list[str], ours: float, *, lemmas: list[str]) -> Iterator[Line]:
    """PhraseMatcher as it finds inflected words: by lemma. And as it is fastest: by all the forms we make."""
    import spacy  # noqa: PLC0415 - measured where it is installed
    from spacy.matcher import PhraseMatcher  # noqa: PLC0415

    plain = spacy.blank("ru")
    by_form = PhraseMatcher(plain.vocab, attr="LOWER")
    by_form.add("term", [plain.make_doc(form) for form in forms])
    forms_took = seconds(lambda: [by_form(plain.make_doc(text)) for text in texts], rounds=ROUNDS)
    reading = spacy.blank("ru")
    reading.add_pipe("lemmatizer", config={"mode": "pymorphy3"})
    reading.initialize()
    by_lemma = PhraseMatcher(reading.vocab, attr="LEMMA")
    by_lemma.add("term", [reading(lemma) for lemma in lemmas])
    lemma_took = seconds(lambda: [by_lemma(reading(text)) for text in texts])
    ratio = lemma_took / ours
    yield Line("against spaCy PhraseMatcher by lemma", f"{len(lemmas)} terms", "≥ 10 ×", f"{ratio:.0f} ×", ratio >= 10)
    yield Line("the same given all our forms", f"{len(forms)} forms", "-", f"{forms_took / ours:.1f} ×")


NEWS = "В Актобе задержаны 12 человек, изъято 5 кг гашиша. "
HOSTILE: dict[str, Callable[[int], str]] = {
    "news, 0.8 / 1.6 MB": lambda half: NEWS * (9_000 * half),
    "50,000 / 100,000 terms": lambda half: "теракт " * (50_000 * half),
    "a token of 0.5 / 1 MB": lambda half: "б" * (250_000 * half),
    "one sentence of counts, 0.7 / 1.4 MB": lambda half: "убиты 3 человека и ранены 5 детей " * (12_000 * half),
    "clauses without a verb, 0.5 / 1 MB": lambda half: "12 человек, " * (25_000 * half),
    "dots, 0.25 / 0.5 MB": lambda half: "." * (250_000 * half),
    "digits, 0.25 / 0.5 MB": lambda half: "1 " * (125_000 * half),
    "names, 0.9 / 1.8 MB": lambda half: "Иван Иванов " * (40_000 * half),
    "capitals, 0.5 / 1 MB": lambda half: "Абв Где " * (35_000 * half),
    "places, 0.9 / 1.8 MB": lambda half: "Абай Алматы Жамбыл " * (25_000 * half),
    "questions, 0.8 / 1.6 MB": lambda half: "теракт?\n" * (60_000 * half),
    "new words, 0.5 / 1 MB": lambda half: " ".join(f"слово{number:x}" for number in range(25_000 * half)),
}


def hostile(tagger: Tagger) -> Iterator[Line]:
    """All but the last stay below the length that is read, so that the whole is twice the work."""
    for name, make in HOSTILE.items():
        half, whole = make(1), make(2)
        assert len(whole) <= LONGEST_TEXT, name
        took = [seconds(lambda text=text: tagger.tag("", text, language="ru"), rounds=3) for text in (half, whole)]
        ratio = took[1] / max(took[0], 0.01)
        measured = f"{ratio:.2f} × ({took[0]:.2f} → {took[1]:.2f} s)"
        yield Line("worst case", name, "≤ 2.3 ×", measured, ratio <= 2.3)
    yield from _memory(tagger)


def _memory(tagger: Tagger) -> Iterator[Line]:
    """One article of 5 MB: what is over a million characters is not read, so time and memory stay where they are."""
    peaks = []
    for text in (NEWS * 27_000, NEWS * 54_000):
        tracemalloc.start()
        tagger.tag("", text, language="ru")
        peaks.append(tracemalloc.get_traced_memory()[1] / 1e6)
        tracemalloc.stop()
    measured = f"{peaks[0]:.0f} → {peaks[1]:.0f} MB"
    yield Line("memory", "an article of 2.5 / 5 MB", "flat", measured, peaks[1] <= 1.1 * peaks[0])
    five = seconds(lambda: tagger.tag("", NEWS * 54_000, language="ru"))
    yield Line("time", "an article of 5 MB", "-", f"{five:.1f} s")


def show(console: Console, title: str, lines: Iterator[Line]) -> None:
    table = Table(title=title)
    for column in ("what", "on", "target", "measured", ""):
        table.add_column(column, no_wrap=column in {"target", "measured"})
    for line in lines:
        verdict = "" if line.holds is None else ("holds" if line.holds else "[bold red]missed")
        table.add_row(line.what, line.on, line.target, line.measured, verdict)
    console.print(table)


def main() -> None:
    console = Console(width=132)
    start = time.process_time()
    tagger = RuleFiles(HERE).tagger()
    console.print(f"Ruleset {tagger.ruleset.version} compiled in {time.process_time() - start:.1f} s of CPU")
    show(console, "Our own traps", traps(tagger))
    show(console, "Articles that people reported (kuzet rules wrong)", reported(tagger, Settings()))
    show(console, "Invented news that the rules were not written from", held_out(tagger))
    show(console, "Articles in two languages", mixed_texts(tagger))
    show(console, "A mistake in each long key word", misspelt(tagger))
    if shared := os.environ.get("KUZET_SHARED"):
        show(console, "Names", names(tagger, Path(shared)))
        show(console, "Long reports about nothing of ours", long_reports(tagger, Path(shared)))
        show(console, "Quality on labelled news", quality(tagger, Path(shared)))
        show(console, "Labelled texts by thirds: read, and never read", thirds(tagger, Path(shared)))
        show(console, "Cost on one core", cost(Path(shared)))
        show(console, "Term matching alone", matching(tagger, Path(shared)))
    else:
        console.print("KUZET_SHARED does not name the development data: quality and cost are left out")
    show(console, "Worst cases: twice the input", hostile(tagger))


if __name__ == "__main__":
    main()
