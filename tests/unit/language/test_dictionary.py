"""The lexicon, the dictionary written from it and read back, and the keys of words."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import settings
from pipelines.errors import ConfigError
from pipelines.language import analysis
from pipelines.language.classes import InflectionClasses
from pipelines.language.hunspell import Dictionary, affix, affixes, render
from pipelines.language.kazakh import inflect
from pipelines.language.keys import Keys
from pipelines.language.lexemes import parse_table, refine, render_table
from pipelines.language.lexicon import parse_core, parse_lexicon
from pipelines.language.unknown import cut_kazakh, cut_russian

TEXTS = {
    "core.tsv": "# words\nқылмыс\tnoun\nхалық\tnoun\nбасты\tadj\nбас\tnoun\nбұл\tclosed\nжаса\tverb\nбас\tverb\n"
    "жолды\tadj\nжылы\tboth\n",
    "lemmas.tsv": "есірткі\tinduced\t9\nжыл\tinduced\t20.0\nжол\tinduced\t20.0\n",
    "chains.tsv": "\t0.6\ngen\t0.1\ndat\t0.1\nhis\t0.1\nacc\t0.1\n",
    "kazakh_only.txt": "жара\n",
    "russian.tsv": "есть\tбыть\n",
}
RUSSIAN = {
    "жара": {"жара", "жары", "жаре"},
    "год": {"год", "года", "лет"},
    "суд": {"суд", "суда"},
    "судно": {"судно", "суда"},
}


@pytest.fixture(scope="module")
def keys():
    kazakh = parse_lexicon(TEXTS).entries()
    russian = {lemma: affixes(lemma, forms) for lemma, forms in RUSSIAN.items()}
    return Keys(Dictionary(render({"kk": kazakh, "ru": russian.items()})))


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("қылмыстарға", ("қылмыс",)),
        ("халқының", ("халық",)),
        ("басты", ("басты",)),
        ("басқа", ("бас",)),
        ("жолды", ("жолды",)),
        ("бұл", ("бұл",)),
        ("жылы", ("жылы",)),
        ("жыл", ("жыл", "жылы")),
        ("жылдың", ("жыл",)),
        ("жасауға", ("жаса-", "жасау")),
        ("жасамады", ("жаса-",)),
        ("жаса", ("жаса-",)),
        ("басып", ("бас-",)),
        ("бас", ("бас", "бас-")),
        ("лет", ("год",)),
        ("суда", ("суд", "судно")),
        ("ҰҚК-нің", ("ұқк",)),
        ("", ()),
        ("—", ()),
    ],
)
def test_forms_meet_in_their_lemma(keys, word, found):
    """Two words find each other when they share a key; adjectives that look like accusatives stay whole."""
    assert keys.keys(word) == found


def test_one_language_can_be_asked_alone(keys):
    """`kuzet stem --language kk` must not be helped by Russian."""
    assert keys.keys("суда", language="ru") == ("суд", "судно")
    assert keys.keys("суда", language="kk") == (cut_kazakh("суда"),)


def test_unknown_words_are_cut_both_ways(keys):
    """A name that no dictionary has is still found in its forms."""
    assert keys.keys("гарварддың") == tuple(sorted({cut_kazakh("гарварддың"), cut_russian("гарварддың")}))


def test_entries_may_come_in_any_order():
    """They are generated as they are needed; the files must not depend on it, for a node compares nothing but names."""
    table = [(lemma, affixes(lemma, forms)) for lemma, forms in RUSSIAN.items()]
    shuffled = [(lemma, sorted(changes, reverse=True)) for lemma, changes in reversed(table)]
    assert render({"kk": [], "ru": iter(shuffled)}) == render({"kk": [], "ru": table})


@given(st.text(alphabet="абвгдежөәіңғүұқһры", min_size=1, max_size=14), st.text(alphabet="абвгдежөәіы", max_size=14))
def test_an_affix_leads_back(lemma, form):
    """The engine undoes what was written down here."""
    strip, add = affix(lemma, form)
    assert lemma.removesuffix(strip) + add == form


@given(st.text(alphabet="аәбғдеіқлмнңоөрстуұыія-", max_size=300))
def test_no_key_is_empty(keys, word):
    """An empty term in the index would be found by everything."""
    assert all(key.strip("-") for key in keys.keys(word))


@pytest.mark.parametrize("word", ["а" * 255, "лар" * 85, "ға" * 127, "ң" * 255, "дағы" * 60])
def test_hostile_words_are_cut_in_no_time(word):
    """The pattern runs inside the search node, where it cannot be interrupted."""
    assert cut_kazakh(word)


@pytest.mark.parametrize(
    ("file", "text", "line"),
    [
        ("core.tsv", "қылмыс\tnoun\nхалық\tnuon\n", 2),
        ("core.tsv", "қылмыс noun\n", 1),
        ("lemmas.tsv", "жол\tinduced\tmuch\n", 1),
        ("lemmas.tsv", "жол\tguessed\t1\n", 1),
        ("lemmas.tsv", "жол\tinduced\n", 1),
    ],
)
def test_a_broken_lexicon_names_file_and_line(file, text, line):
    """People edit core.tsv by hand."""
    with pytest.raises(ConfigError) as raised:
        parse_lexicon({**TEXTS, file: text})
    assert (raised.value.file, raised.value.line) == (file, line)


def test_verbs_of_the_core_list_are_nouns_in_u():
    """The index knows verbs by their -у noun only."""
    core = parse_core("оқы\tverb\nшап\tverb\nқой\tverb\nата-ана\tnoun\n")
    assert core.lemmas == {"оқу", "шабу", "қою"}


def test_the_analysis_is_plain_json_with_the_dictionary_in_it():
    """It goes into the index settings as it is."""
    rendered = json.loads(json.dumps(analysis.render("kk_ru_abc123")))
    assert rendered["filter"]["lemmas"]["locale"] == "kk_ru_abc123"
    assert set(rendered["analyzer"]) == {
        *("words", "exact", "grams", "beginnings"),
        *("typed_words", "typed_exact", "typed_beginnings"),
    }


def test_a_word_with_a_kazakh_letter_has_no_russian_ending():
    """Snowball cut дәрігерлер and other Kazakh words like Russian ones, and gave them the key of another word."""
    assert cut_russian("әрекеттерін") == "әрекеттерін"
    assert cut_russian("гарварда") == "гарвард"


CORE = (Path(settings.HERE) / "lexicon" / "core.tsv").read_text(encoding="utf-8")
NOUNS = sorted(parse_core(CORE).lemmas)[::23]


def test_a_class_gives_each_of_its_words_its_own_forms():
    """Classes are what makes the dictionary quick to build: they must change no form."""
    classes = InflectionClasses(lambda word: ((form, 1.0) for form in inflect(word) - {word}))
    wrong = {}
    for word in NOUNS:
        forms = {*classes.of(word).forms_of(word)}
        changed = {word[: len(word) - len(strip)] + add for strip, add in classes.of(word).affixes}
        if forms != inflect(word) - {word} or changed != forms:
            wrong[word] = forms ^ (inflect(word) - {word}) | (forms ^ changed)
    assert wrong == {}


def test_the_russian_half_is_read_as_it_was_written():
    """It is kept in a file of its own, for building it takes most of the time."""
    table = {lemma: affixes(lemma, forms) for lemma, forms in RUSSIAN.items()} | {"пальто": frozenset()}
    assert parse_table(render_table(table)) == table


@pytest.mark.parametrize("text", ["", "garbage", "а>б\n\nслово", "а>б\n\nслово\tx", "а\n\nслово\t0"])
def test_a_damaged_file_of_the_russian_half_is_not_read(text):
    """A disk that filled up while it was written must not leave a dictionary without words."""
    with pytest.raises((ValueError, IndexError)):
        parse_table(text)


def test_readings_are_taken_from_a_table_and_added_to_it():
    """What Kazakh texts alone use is no Russian word; `есть` is a form of `быть` because the lexicon says so."""
    table = {lemma: affixes(lemma, forms) for lemma, forms in RUSSIAN.items()}
    refined = refine(table, without=frozenset({("суда", "судно"), ("лет", "год")}), extra=frozenset({("лет", "год")}))
    assert refined["судно"] == frozenset()
    assert refined["год"] == table["год"]
