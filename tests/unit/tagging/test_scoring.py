"""How mentions become topics: scores, thresholds, contexts per mention, severity, the reason shown."""

from __future__ import annotations

import pytest

from config.settings import HERE
from pipelines.models import Severity
from pipelines.tagging import SHARED_FILES, Tagger, parse_ruleset

DRUGS = """\
topic: drugs
labels: {en: Drugs, kk: Есірткі, ru: Наркотики}
terms:
  ru: {4: [наркобарон], 2: [наркотик], 1: [лаборатория]}
  kk: {2: [есірткі, тыйым емес дәрі]}
near:
  ru:
    - {weight: 6, all: [изъять, гашиш], none: [музей]}
    - {weight: 4, within: 3, all: [партия, опиум]}
    - {weight: 4, within: text, all: [теплица, дурман]}
unless:
  fiction:
  denial:
  figurative: {phrase: {ru: [как наркотик]}}
"""
THEFT = """\
topic: theft
labels: {en: Theft, kk: Ұрлық, ru: Кража}
severity: low
title_weight: 1
terms: {ru: {2: [кража]}}
"""
CONTEXTS = """\
fiction:
  sentence: {ru: [фильм, сериал]}
  overruled: {ru: [арестовать]}
denial:
  after: {kk: [емес]}
"""
EMPTY = {
    "classes.yaml": "none: {ru: [нет]}",
    "places.yaml": "regions: []",
    "organisations.yaml": "organisations: []",
    "names.yaml": "{male: [], female: []}",
    "figures.yaml": "{people: {}, kinds: {}, drugs: {}, currencies: {}, roles: {}}",
    "severity.yaml": "{critical: {}, high: {ru: [арестовать]}, low: {ru: [совещание]}, figures: {}}",
}
PADDING = " ".join(["Погода стояла тёплая и тихая."] * 30)


@pytest.fixture(scope="module")
def small() -> Tagger:
    """Two rules and a few contexts."""
    return Tagger(
        parse_ruleset({**EMPTY, "contexts.yaml": CONTEXTS, "rules/drugs.yaml": DRUGS, "rules/theft.yaml": THEFT})
    )


def topics(tagger: Tagger, body: str, *, title: str = "", language: str = "ru") -> tuple[str, ...]:
    return tagger.tag(title, body, language=language).topics


def test_one_telling_word_tags_a_short_text(small):
    """A sentence is all lead: what it says is what it is about."""
    assert topics(small, "Полиция нашла наркотики.") == ("drugs",)
    assert topics(small, "Есірткі табылды.", language="kk") == ("drugs",)


def test_supporting_words_alone_tell_nothing(small):
    """Laboratories are many; without a telling word there is no topic."""
    assert topics(small, "Лаборатория открыла лабораторию при лаборатории.") == ()


def test_a_passing_mention_in_a_long_text_is_no_topic(small):
    """A word at the end of a long article is background; in the title it is the matter."""
    assert topics(small, f"{PADDING} Вспомнили и наркотики.") == ()
    assert topics(small, f"{PADDING} Вспомнили и наркотики.", title="Наркотики") == ("drugs",)


REPORT = " ".join(["В отчёте сказано о планах на год."] * 400)
"""Two thousand words and more about nothing of ours."""


def test_chance_words_of_a_long_report_are_no_topic(tagger):
    """A report of 200 kB has a word of every topic somewhere; a passage of it may have one all the same."""
    words = ["Изъят героин.", "Нашли кокаин.", "Там конопля.", "Видели закладчика.", "Наркотики."]
    assert topics(tagger, " ".join(f"{word} {REPORT}" for word in words)) == ()
    passage = (
        "Полиция изъяла героин и кокаин у наркоторговца. Наркокурьер хранил наркотики в гараже, закладчик задержан."
    )
    assert topics(tagger, f"{REPORT} {REPORT} {passage} {REPORT}") == ("drugs",)


CORROBORATING = "none: {ru: [нет]}\ncorroborating: {ru: [полиция, наркобарон]}"


@pytest.fixture(scope="module")
def doubting() -> Tagger:
    """The same rules, asking a long text for a corroborating word."""
    files = {**EMPTY, "classes.yaml": CORROBORATING, "contexts.yaml": CONTEXTS, "rules/drugs.yaml": DRUGS}
    return Tagger(parse_ruleset(files))


def test_a_lone_mention_needs_corroboration_in_its_sentence(doubting):
    """«Наркобарон» of a comedian's jubilee is alone; that of the police page does not."""
    assert topics(doubting, f"Вспомнили о наркобароне. Полиция молчит. {PADDING}") == ()
    assert topics(doubting, f"Полиция вспомнила о наркобароне. {PADDING}") == ("drugs",)
    assert topics(doubting, "Вспомнили о наркобароне.") == ("drugs",), "a short text is asked for nothing"


def test_the_old_name_of_the_class_is_still_read():
    """A config folder written for 0.1.0 must not lose its corroborating words."""
    files = {**EMPTY, "contexts.yaml": CONTEXTS, "rules/drugs.yaml": DRUGS}
    old = Tagger(parse_ruleset({**files, "classes.yaml": CORROBORATING.replace("corroborating:", "voucher:")}))
    assert topics(old, f"Вспомнили о наркобароне. Полиция молчит. {PADDING}") == ()


def test_a_light_term_or_the_title_replaces_corroboration(doubting):
    """What the headline says, or what two terms say, is no slip of the tongue."""
    assert topics(doubting, f"Вспомнили о наркобароне. Лаборатория пуста. {PADDING}") == ("drugs",)
    assert topics(doubting, PADDING, title="Вспомнили о наркобароне") == ("drugs",)


def test_a_corroborated_mention_counts_further_down(doubting):
    """A story that begins with the weather may still be about the arrest further down."""
    answer = "Полиция искала наркобарона. Лаборатория пуста, лаборатория закрыта."
    assert topics(doubting, f"{PADDING} {answer}") == ("drugs",)
    assert topics(doubting, f"{PADDING} {answer.replace('Полиция', 'Погода')}") == ()


FIRE = """\
topic: emergency
labels: {en: Emergencies, kk: Төтенше жағдай, ru: Чрезвычайные ситуации}
terms:
  fires:
    means: Fires
    kk: {4: [өрт шық-], 2: [өрт, өртен-]}
    ru: {2: [пожар]}
    frame: {kk: [қойма, сөндір-]}
  floods:
    means: Floods
    kk: {2: [тасқын]}
"""


@pytest.fixture(scope="module")
def framed() -> Tagger:
    """A rule whose light Kazakh words for fire need what burns or who puts it out."""
    return Tagger(parse_ruleset({**EMPTY, "contexts.yaml": CONTEXTS, "rules/emergency.yaml": FIRE}))


def test_a_light_term_alone_needs_a_word_of_its_frame(framed):
    """«There is fire in her voice» is no fire, however often it is said; a warehouse on fire is one."""
    assert topics(framed, "Даусында өрт бар.", language="kk") == ()
    assert topics(framed, "Даусында өрт бар, өзі өртенді.", language="kk") == ()
    assert topics(framed, "Даусында не бар.", title="Өрт", language="kk") == ()
    assert topics(framed, "Өрт болды. Қойма бос еді.", language="kk") == ("emergency",)


def test_a_frame_is_asked_of_light_terms_of_its_group_and_language_only(framed):
    """A phrase that means nothing else, a second matter, or a language without a frame needs no more."""
    assert topics(framed, "Кеше өрт шықты.", language="kk") == ("emergency",)
    assert topics(framed, "Алдымен тасқын, сосын өрт.", language="kk") == ("emergency",)
    assert topics(framed, "Пожар в душе.") == ("emergency",)


WAR = "topic: defence\nlabels: {en: Defence}\nterms: {ru: {6: [наступление], 2: [фронт]}}\n"
SHOTS = """\
topic: weapons
labels: {en: Weapons}
terms: {ru: {4: [автомат, пулемёт, обрез], 2: [выстрел]}}
yields:
  - means: Fire in a war is no crime with weapons
    to: [defence]
    kept_by: {ru: [тайник]}
"""


@pytest.fixture(scope="module")
def neighbours() -> Tagger:
    """Weapons yield to a war."""
    files = {**EMPTY, "contexts.yaml": CONTEXTS, "rules/defence.yaml": WAR, "rules/weapons.yaml": SHOTS}
    return Tagger(parse_ruleset(files))


def test_a_topic_yields_to_a_stronger_neighbour_and_says_so(neighbours):
    """A reader of the reasons must see why a topic that reached its threshold is not there."""
    tagging = neighbours.tag("", "Наступление шло, слышались автоматы.", language="ru")
    assert tagging.topics == ("defence",)
    assert [(each.tag.topic, each.to) for each in tagging.yielded] == [("weapons", "defence")]
    assert "weapons yields to defence" in tagging.why


def test_a_topic_keeps_its_place_by_its_title_its_words_or_its_strength(neighbours):
    """A cache of arms found during an offensive is both."""
    assert "weapons" in topics(neighbours, "Наступление шло.", title="Автомат под снегом")
    assert "weapons" in topics(neighbours, "Наступление шло, в тайнике были автоматы.")
    assert topics(neighbours, "На фронте и за фронтом автоматы, автоматы и выстрелы.")[0] == "weapons"
    assert topics(neighbours, "Слышались автоматы.") == ("weapons",)
    assert "weapons" in topics(neighbours, "Наступление шло, наступление. Есть автоматы, пулемёты, обрезы.")


def test_a_decisive_meeting_counts_anywhere(small):
    """One full sentence of a digest carries its topic; what must be absent spoils it."""
    assert topics(small, f"{PADDING} В посёлке изъяли партию гашиша.") == ("drugs",)
    assert topics(small, f"{PADDING} Музей показал, как изъяли партию гашиша.") == ()


def test_terms_meet_within_their_distance(small):
    """«Within three words» means the nearest two, wherever else in the sentence the first word stood before."""
    assert topics(small, "Партия тихо и мирно голосовала, а партию опиума нашли.") == ("drugs",)
    assert topics(small, "Партия тихо и мирно голосовала в день, когда нашли опиум.") == ()


def test_terms_may_meet_anywhere_in_a_text(small):
    """Some matters take two sentences."""
    assert topics(small, "В теплице горел свет. Рос там дурман.") == ("drugs",)
    assert topics(small, "Рос там дурман.") == ()


def test_a_rule_says_what_its_title_is_worth(small):
    """A title made of one word weighs twice, unless the rule says otherwise."""
    assert topics(small, "Светит солнце.", title="Наркотики") == ("drugs",)
    assert topics(small, "Светит солнце.", title="Кража") == ()


def test_a_topic_that_falls_short_is_reported_to_the_writer_of_rules(small):
    """Who misses a topic sees how far it was from its threshold, and by which words."""
    (miss,) = small.tag("", f"{PADDING} Вспомнили и наркотики.", language="ru").misses
    assert (miss.topic, miss.score, miss.spans[0].weight) == ("drugs", 2.0, 2.0)
    assert miss.score < miss.threshold


def test_a_cue_next_to_a_phrase_is_not_a_cue_inside_it(small):
    """A term may hold the word «емес» itself; «есірткі емес» is a denial."""
    assert topics(small, "Тыйым емес дәрі табылды.", language="kk") == ("drugs",)
    assert topics(small, "Бұл есірткі емес.", language="kk") == ()


def test_a_context_silences_its_own_mention_only(small):
    """One film review in a digest must not silence a real arrest below it."""
    tagging = small.tag("", "Фильм о наркобаронах вышел в прокат. В городе нашли наркотики.", language="ru")
    assert tagging.topics == ("drugs",)
    assert [(context.context, context.spans[0].form) for context in tagging.contexts] == [("fiction", "наркобаронах")]


def test_what_the_first_sentences_say_holds_for_the_title(small):
    """A headline quotes the rumour, the first sentence takes it back."""
    assert topics(small, "Это фильм, сообщила студия.", title="Наркобарон в городе") == ()
    assert topics(small, "Его арестовали у кинотеатра после фильма.", title="Наркобарон в городе") == ("drugs",)


def test_a_text_that_goes_on_about_a_film_is_about_a_film(small):
    """A review names the film twice and its hero in between; a digest names it once."""
    review = "Фильм вышел вчера. Наркобарон в нём смешон. Такие фильмы редки. Наркотики в нём из сахара."
    assert topics(small, review) == ()
    assert topics(small, review.replace("Такие фильмы редки. ", "")) == ("drugs",)


def test_a_word_in_quotation_marks_is_irony_and_a_name_is_none(small):
    """«Наркобарон» of sweets is no arrest; a code name in quotation marks is no joke."""
    tagging = small.tag("", "Кондитера зовут «наркобарон» пончиков.", language="ru")
    assert (tagging.topics, tagging.contexts[0].context) == ((), "figurative")
    assert topics(small, "Операция «Наркобарон» завершена.") == ("drugs",)


def test_a_rule_may_overrule_cues_for_itself_alone(small):
    """What makes a cue void for one topic must not make it void for all."""
    sure = "  denial: {overruled: {ru: [весы]}}\n  fiction: {overruled: {ru: [весы]}}\n"
    own = DRUGS.replace("  fiction:\n  denial:\n", sure)
    other = THEFT + "unless: {fiction: }\n"
    rules = {"contexts.yaml": CONTEXTS, "rules/drugs.yaml": own, "rules/theft.yaml": other}
    text = "В фильме весы, наркотики и кража."
    assert Tagger(parse_ruleset({**EMPTY, **rules})).tag("", text, language="ru").topics == ("drugs",)


def test_a_silenced_topic_says_why(small):
    """An analyst who misses a topic finds the reason stored."""
    tagging = small.tag("", "Сериал о наркобаронах снимут летом.", language="ru")
    assert tagging.topics == ()
    assert {(context.topic, context.context) for context in tagging.contexts} == {("drugs", "fiction")}


def test_a_real_arrest_overrules_a_cue(small):
    """The director of a film who is arrested is no fiction."""
    assert topics(small, "Режиссёра фильма арестовали за наркотики.") == ("drugs",)


def test_a_figure_of_speech_covers_its_words(small):
    """«Как наркотик» is no drug."""
    assert topics(small, "Сахар действует как наркотик.") == ()


def test_negated_mentions_are_denials(small):
    """«Есірткі емес» denies what it names."""
    tagging = small.tag("", "Бұл есірткі емес.", language="kk")
    assert (tagging.topics, tagging.contexts[0].context) == ((), "denial")


def test_severity_follows_cues_and_topic(small):
    """An arrest raises, a meeting lowers, else the topic says."""
    assert small.tag("", "За наркотики арестовали троих.", language="ru").severity is Severity.HIGH
    assert small.tag("", "Прошло совещание о наркотиках.", language="ru").severity is Severity.LOW
    assert small.tag("", "Нашли наркотики.", language="ru").severity is Severity.MEDIUM
    assert small.tag("", "Произошла кража.", language="ru").severity is Severity.LOW
    assert small.tag("", "Светит солнце.", language="ru").severity is None


def test_the_reason_is_reported_in_one_line(small):
    """Kibana shows one line: topic, words with counts, what raised the severity."""
    tagging = small.tag("", "Наркотики! Арестовали за наркотики.", language="ru")
    assert tagging.why == "drugs: наркотики ×2; severity high: Арестовали"
    span = tagging.tags[0].spans[0]
    assert (span.field, span.start, span.end, span.form, span.term) == ("body", 0, 9, "Наркотики", "наркотик")


def test_every_file_of_a_ruleset_is_in_the_config_folder():
    """A process that starts from the config folder must find all it needs."""
    assert all((HERE / name).exists() for name in SHARED_FILES)
