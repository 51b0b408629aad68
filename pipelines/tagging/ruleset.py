"""Everything the tagger knows, compiled: read once per process, replaced as a whole when a file changes."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.errors import ConfigError
from pipelines.language.kazakh_words import LEXICON, KazakhWords
from pipelines.reading.marked_yaml import read_yaml
from pipelines.tagging.figures.counted_words import CountedWords
from pipelines.tagging.figures.number_words import NumberWords
from pipelines.tagging.matching.matcher import Matcher
from pipelines.tagging.matching.word_forms import WordForms
from pipelines.tagging.matching.word_lists import parse_lists
from pipelines.tagging.names.gazetteer import Gazetteer
from pipelines.tagging.names.name_words import NameWords
from pipelines.tagging.names.organisations import Organisations
from pipelines.tagging.names.persons import Names
from pipelines.tagging.names.watchlists import FOLDER, Watchlists
from pipelines.tagging.rules.patterns import Classes, parse_classes
from pipelines.tagging.rules.rule import check_topics, parse_contexts, parse_rule, rule_files, version_of
from pipelines.tagging.topics.severity import Gravity
from pipelines.tagging.topics.topic_rules import TopicRules

SHARED_FILES = (
    "classes.yaml",
    "contexts.yaml",
    "places.yaml",
    "organisations.yaml",
    "names.yaml",
    "figures.yaml",
    "severity.yaml",
)
"""The files next to the folder rules/ that belong to a ruleset."""

WORD_FILES = ("numbers.yaml", "name_words.yaml", LEXICON)
"""The words around numbers and names, and Kazakh words that are no names.

Config folders written for 0.1.0 lack these files: then the lists are empty.
"""


class Ruleset:
    """What each finder knows, compiled from its file with one matcher. `version` changes with any of the files."""

    def __init__(self, texts: Mapping[str, str], *, word_forms: WordForms) -> None:
        self.version = version_of(texts)
        kazakh = KazakhWords(texts.get(LEXICON, ""))
        self.matcher = Matcher(word_forms, kazakh=kazakh)
        text = {file: file_text(texts, file) for file in SHARED_FILES} | {
            file: texts.get(file, "") for file in WORD_FILES
        }
        self.classes: Classes = parse_classes(read_yaml("classes.yaml", text["classes.yaml"]))
        self.rules = tuple(parse_rule(file, rule, classes=self.classes) for file, rule in rule_files(texts).items())
        check_topics(self.rules)
        self.shared_cues = parse_contexts("contexts.yaml", text["contexts.yaml"], classes=self.classes)
        self.topics = TopicRules(self.rules, self.shared_cues, classes=self.classes, matcher=self.matcher)
        numbers = parse_lists(NumberWords, "numbers.yaml", text["numbers.yaml"])
        around = parse_lists(NameWords, "name_words.yaml", text["name_words.yaml"])
        self.counted = CountedWords(
            "figures.yaml", text["figures.yaml"], words=numbers, matcher=self.matcher, classes=self.classes
        )
        self.gazetteer = Gazetteer("places.yaml", text["places.yaml"], words=around, matcher=self.matcher)
        self.gravity = Gravity("severity.yaml", text["severity.yaml"], matcher=self.matcher, classes=self.classes)
        self.organisations = Organisations("organisations.yaml", text["organisations.yaml"], matcher=self.matcher)
        lists = {file: one for file, one in texts.items() if file.startswith(f"{FOLDER}/")}
        self.watchlists = Watchlists(lists, matcher=self.matcher)
        self.names = Names("names.yaml", text["names.yaml"], around=around, word_forms=word_forms, kazakh=kazakh)


def file_text(texts: Mapping[str, str], file: str) -> str:
    if file not in texts:
        raise ConfigError(file, "the file is missing")
    return texts[file]


def parse_ruleset(texts: Mapping[str, str], *, word_forms: WordForms | None = None) -> Ruleset:
    """Compile the files of the config folder, given as path within it → text (`rules/drugs.yaml`, `contexts.yaml` …).

    `word_forms` saves the seconds that expanding its words takes. Raises ConfigError, which names file, line and key;
    there is no half-read ruleset.
    """
    return Ruleset(texts, word_forms=word_forms or WordForms())
