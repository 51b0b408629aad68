"""The matcher: every form of every term, found once, at its place."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipelines.reading.marked_yaml import read_yaml
from pipelines.tagging.matching.matcher import Hit, Matcher
from pipelines.tagging.matching.text import Text
from pipelines.tagging.matching.vocabulary import CACHED_WORDS, Vocabulary
from pipelines.tagging.matching.word_forms import WordForms
from pipelines.tagging.rules.patterns import parse_pattern


def matcher_of(*terms: str, language: str = "ru") -> Matcher:
    matcher = Matcher()
    for term in terms:
        matcher.add(parse_pattern(read_yaml("a.yaml", f'"{term}"'), language=language, classes={}))
    return matcher


def forms(matcher: Matcher, source: str, *, language: str = "ru") -> list[str]:
    text = Text(source, language=language)
    return [text.between(hit.first, hit.last) for hit in matcher.find(text)]


def test_every_form_is_found():
    """A pattern of the bare word finds one form of twelve: the mistake this project exists to avoid."""
    assert forms(matcher_of("взрыв"), "Взрыв, взрывы, после взрывов, о взрыве") == [
        "Взрыв",
        "взрывы",
        "взрывов",
        "взрыве",
    ]
    assert forms(matcher_of("ұрлық", language="kk"), "ұрлықтың ұрлығы", language="kk") == ["ұрлықтың", "ұрлығы"]


def test_kazakh_loans_lose_their_last_letter():
    """«террористер» is how everybody writes the plural of террорист."""
    assert forms(matcher_of("террорист", language="kk"), "террористер террористің", language="kk") == [
        "террористер",
        "террористің",
    ]


def test_phrases_allow_forms_and_gaps():
    """«изъяли у него оружие» is «изъять ... оружие», five words apart is not."""
    matcher = matcher_of("изъять ... оружие")
    assert forms(matcher, "У него изъяли много нового оружия.") == ["изъяли много нового оружия"]
    assert forms(matcher, "Изъяли у него дома в посёлке оружие.") == []


def test_phrases_end_with_the_sentence():
    """Words of two sentences are no phrase."""
    assert forms(matcher_of("изъять оружие"), "Товар изъяли. Оружие не нашли.") == []


def test_alternatives_prefixes_and_exact_forms():
    """What the pattern language offers besides inflection."""
    assert forms(matcher_of("убить|ранить человека"), "ранили человека") == ["ранили человека"]
    assert forms(matcher_of("нарко*"), "наркосбытчики и нарколог") == ["наркосбытчики", "нарколог"]
    assert forms(matcher_of("=сума"), "сума суму") == ["сума"]
    assert forms(matcher_of("193?"), "в 1937 году 193 человека") == ["1937"]


def test_negation_is_kept():
    """A negated deed did not happen: contexts need to know."""
    text = Text("Он не убил, а спас", language="ru")
    assert [hit.negated for hit in matcher_of("убить").find(text)] == [True]
    text = Text("өлтірмеген", language="kk")
    assert [hit.negated for hit in matcher_of("өлтір-", language="kk").find(text)] == [True]


def test_languages_are_kept_apart_unless_unknown():
    """A Kazakh term does not fire in a Russian text by chance; an unknown language gets all rules."""
    matcher = matcher_of("наша", language="kk")
    assert forms(matcher, "наша школа", language="ru") == []
    assert forms(matcher, "наша школа", language="") == ["наша"]


def test_a_pattern_has_one_number():
    """Rules share patterns: each is compiled and matched once."""
    matcher = matcher_of("взрыв", "взрыв")
    assert len(matcher.patterns) == 1
    assert matcher.find(Text("взрыв", language="ru")) == [Hit(0, 0, 0, negated=False)]


def test_glued_words_come_apart():
    """Sites drop blanks around links: «вАкмолинской» holds a place; «КазМунайГаз» is one name."""
    assert Text("вАкмолинской области").words == ["в", "акмолинской", "области"]
    assert Text("ВАтырау и КазМунайГаз").words == ["в", "атырау", "и", "казмунайгаз"]


def test_hash_tags_are_no_text():
    """A line of hash tags names the site's themes."""
    assert Text("#война #митинги\nТекст").words == ["текст"]


def test_remembered_words_are_bounded():
    """A stream of new words must not grow a worker's memory."""
    vocabulary = Vocabulary("ru", WordForms())
    for number in range(CACHED_WORDS + 10):
        vocabulary.lookup(str(number))
    assert len(vocabulary.answers) <= CACHED_WORDS


@given(st.text(max_size=300))
def test_spans_show_what_is_there(source: str):
    """Whatever the text, every word lies where the source has it."""
    text = Text(source)
    assert all(start < end for start, end in zip(text.starts, text.ends, strict=True))
    assert text.starts == sorted(text.starts)
    assert all(0 <= text.sentence_at(place) <= len(text.sentence_ends) for place in range(len(text)))
