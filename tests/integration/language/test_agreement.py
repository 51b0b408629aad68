"""The contract between rules and search: Python and the search engine agree on what a word is."""

from __future__ import annotations

import bisect
import json
import random
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import pytest
import urllib3

from config import settings
from pipelines.language.analysis import BEGINNING
from pipelines.language.kazakh import inflect
from pipelines.language.keys import Keys
from pipelines.language.lexicon import parse_core
from pipelines.language.normalise import INVISIBLE, LOOK_ALIKES, fold, repair
from pipelines.language.numbers import spell_numbers
from worker.files.dictionaries import build_dictionaries, read_dictionary, read_related, render_analysis

LEXICON = settings.HERE / "lexicon"
RELATED = read_related(LEXICON)
INDEX = "agreement"
WORDS_AT_ONCE = 5000

OF_ALL_KINDS = """
    ҚЫЛМЫСТАРҒА халқының Ёлка взрывом суда есть жылы басты Назарбаевтың гарварддың Тоқаевқа США АҚШ ІІМ iPhone 5G
    covid19 дроперлер кибершабуылдар шапалақпен өлтірілген лайктаған Қазақстаннан Бішкекте жойқындай 2024
""".split()  # noqa: SIM905 - words to read, not a list to parse


class Analyzer:
    """Asks the node what it makes of words."""

    def __init__(self, url: str, dictionary: str) -> None:
        self._url = url
        self._http = urllib3.PoolManager()
        self._ask("DELETE", f"/{INDEX}?ignore_unavailable=true")
        body = {
            "settings": {
                "analysis": render_analysis(dictionary, LEXICON),
                "index.analyze.max_token_count": 200_000,
            }
        }
        self._ask("PUT", f"/{INDEX}", body)

    def _ask(self, method: str, path: str, body: object = None) -> dict:
        response = self._http.request(method, self._url + path, json=body, timeout=60)
        assert response.status == 200, response.data.decode()
        return json.loads(response.data)

    def tokens(self, words: Sequence[str], *, analyzer: str = "words") -> Iterator[set[str]]:
        """What the node has for each word."""
        for start in range(0, len(words), WORDS_AT_ONCE):
            yield from self._tokens(words[start : start + WORDS_AT_ONCE], analyzer)

    def _tokens(self, words: Sequence[str], analyzer: str) -> list[set[str]]:
        starts = [0]
        for word in words[:-1]:
            starts.append(starts[-1] + len(word) + 1)
        answer = self._ask("POST", f"/{INDEX}/_analyze", {"analyzer": analyzer, "text": "\n".join(words)})
        found: list[set[str]] = [set() for _ in words]
        for token in answer["tokens"]:
            found[bisect.bisect_right(starts, token["start_offset"]) - 1].add(token["token"])
        return found


@pytest.fixture(scope="module")
def dictionary(cache: Path) -> Path:
    folder = cache / "dictionaries"
    return folder / build_dictionaries(folder, lexicons=[LEXICON])


@pytest.fixture(scope="module")
def keys(dictionary: Path) -> Keys:
    return Keys(read_dictionary(dictionary.parent, dictionary.name), related=RELATED)


@pytest.fixture(scope="module")
def analyzer(search_url: str, dictionary: Path, install_dictionary: Callable[[Path], str]) -> Analyzer:
    return Analyzer(search_url, install_dictionary(dictionary))


Disagreements = dict[str, tuple[set[str], set[str]]]
"""Word → what the node has, and what Python has."""


def disagreements(words: Iterable[str], *, keys: Keys, analyzer: Analyzer) -> Disagreements:
    """Words whose keys are not the node's tokens; hyphenated words are compared part by part."""
    parts = sorted({part for word in words for part in repair(word).text.split("-") if part})
    return {
        word: (found, keys.tokens(fold(word)))
        for word, found in zip(parts, analyzer.tokens(parts), strict=True)
        if found != keys.tokens(fold(word))
    }


def typed_disagreements(words: Iterable[str], *, keys: Keys, analyzer: Analyzer) -> Disagreements:
    """Words that a query typed so does not find as a repaired article has them."""
    typed = sorted(words)
    asked = zip(typed, analyzer.tokens(typed, analyzer="typed_words"), strict=True)
    wanted = {word: keys.typed(fold(repair(word).text)) for word in typed}
    return {word: (found, wanted[word]) for word, found in asked if found != wanted[word]}


def disguised(word: str, chance: random.Random) -> str:
    """A word as careless or hostile hands type it: some letters in Latin, something invisible in it, a stress mark."""
    letters = [chance.choice(TWINS[letter] + [letter]) if letter in TWINS else letter for letter in word]
    letters.insert(chance.randrange(len(letters)), chance.choice(INVISIBLE))
    if chance.random() < STRESSED:
        letters.append("\u0301")
    return "".join(letters)


TWINS = {chr(twin): [chr(latin)] for latin, twin in LOOK_ALIKES.items()}
STRESSED = 0.2


def test_words_of_all_kinds_have_the_same_keys(keys, analyzer):
    """Capitals, loans, names, abbreviations, Latin letters, digits, unknown words."""
    assert disagreements(OF_ALL_KINDS, keys=keys, analyzer=analyzer) == {}


def test_the_whole_lexicon_has_the_same_keys(keys, analyzer):
    """Every word of the core list, and every form of some."""
    core = parse_core((LEXICON / "core.tsv").read_text(encoding="utf-8"))
    lemmas = sorted(core.lemmas | core.closed)
    forms = {form for lemma in lemmas[::40] for form in inflect(lemma)}
    assert disagreements({*lemmas, *forms}, keys=keys, analyzer=analyzer) == {}


@pytest.mark.shared
@pytest.mark.parametrize("name", ["kk_news_types.txt", "morphology/ru_taiga_forms.tsv"])
def test_real_words_have_the_same_keys(keys, analyzer, shared, name):
    """All word types of Kazakh news and of Russian texts: at least 999 of 1000 agree."""
    lines = (shared / "data" / name).read_text(encoding="utf-8").splitlines()
    words = {line.split("\t")[0] for line in lines}
    words = {word for word in words if word.replace("-", "").isalpha() and unicodedata.is_normalized("NFC", word)}
    wrong = disagreements(words, keys=keys, analyzer=analyzer)
    assert len(wrong) <= len(words) / 1000, dict(list(wrong.items())[:20])


def test_a_kibana_query_is_understood_as_typed(analyzer):
    """People type capitals, ё, letters with loose marks, and Latin letters that look the same."""
    typed = ["Ёлка", "Ке\u0308ҢЕС", "Кита\u0438\u0306", "қayiпсiздiк", "МBД", "за\u0301мок", "жəне"]
    wanted = [
        {"елка"},
        {"кеңес", "совет"},
        {"китай", "қытай"},
        {"қауіпсіздік", "безопасность"},
        {"мвд", "іім"},
        {"замок", "замокнуть"},
        {"және"},
    ]
    assert list(analyzer.tokens(typed, analyzer="typed_words")) == wanted


def test_related_words_are_looked_up_alike(keys, analyzer):
    """Kazakh and Russian words with one meaning, and verbs with their -у nouns: what Python says the engine does."""
    typed = {word for group in RELATED for word in group} | {"сотының", "взрывами", "ұстаған", "алаяқтықпен", "суда"}
    assert typed_disagreements(typed, keys=keys, analyzer=analyzer) == {}
    assert {"мошенничество", "алаяқтық"} == keys.typed("алаяқтықпен") == keys.typed("мошенничеством")
    assert "ұста-" in keys.typed("ұстау")


@pytest.mark.shared
def test_beginnings_are_the_first_letters_of_words_as_written(analyzer, shared):
    """Questions are answered by them: every word of Kazakh news, with capitals as well."""
    words = (shared / "data" / "kk_news_types.txt").read_text(encoding="utf-8").split()
    words = [word for word in words if word.isalpha() and unicodedata.is_normalized("NFC", word)]
    typed = [*words, *map(str.upper, words[::10]), *OF_ALL_KINDS]
    assert list(analyzer.tokens(typed, analyzer="beginnings")) == [{fold(word)[:BEGINNING]} for word in typed]


def test_numbers_are_spelled_alike(keys, analyzer):
    """Sums in every way they are written, and 300 at random: the node's tokens are those of Python's spelling."""
    chance = random.Random(20261201)
    sums = [chance.randrange(1, 10**9) * 10 ** chance.randrange(4) for _ in range(300)]
    texts = [
        "2 млн",
        "1,5 млн теңге",
        "50 тыс. человек",
        "12,5 тысячи",
        "10 мың",
        "2 млрд",
        "2000 год",
        "8 701 123 45 67",
    ]
    texts += [text for value in sums for text in (str(value), f"{value:,}".replace(",", " "), f"{value:,}")]
    wanted = [set().union(*map(keys.tokens, _WORDS.findall(fold(spell_numbers(text))))) for text in texts]
    assert list(analyzer.tokens(texts)) == wanted
    assert wanted[texts.index(str(sums[0]))] == wanted[texts.index(f"{sums[0]:,}".replace(",", " "))]


_WORDS = re.compile(r"[0-9]+(?:\.[0-9]+)*|[^\W\d_]+")
"""Words and numbers as the engine's tokenizer has them."""

BRANDS = ["IT-саласы", "Boeing-тың", "Boeingтің", "iPhone", "COVID-19", "café", "H&M", "авс-xyz"]


@pytest.mark.parametrize("word", BRANDS)
def test_brand_names_are_asked_as_they_are_written(analyzer, word):
    """A query for IT must not look for «ІТ»."""
    (typed,), (written,) = analyzer.tokens([word], analyzer="typed_words"), analyzer.tokens([word])
    assert typed == written


@pytest.mark.shared
def test_disguised_words_find_the_repaired_ones(keys, analyzer, shared):
    """Every word of Kazakh news, typed half in Latin: no word is lost to a keyboard."""
    words = (shared / "data" / "kk_news_types.txt").read_text(encoding="utf-8").split()
    chance = random.Random(20261125)
    typed = {disguised(word, chance) for word in words if word.isalpha() and unicodedata.is_normalized("NFC", word)}
    typed = {word for word in typed if repair(word).text != word}
    assert len(typed) > 40_000
    wrong = typed_disagreements(typed, keys=keys, analyzer=analyzer)
    assert len(wrong) <= len(typed) / 1000, dict(list(wrong.items())[:20])
