"""Whether two articles report one event: the cases that a merge must get right."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from config.settings import HERE
from pipelines.errors import ConfigError
from pipelines.stories.features import features_of, from_record, picture_of, shingles_of, site_of, to_record
from pipelines.stories.frequencies import FREQUENCIES_FILE, parse_frequencies
from pipelines.stories.rule import STORIES_FILE, ReactionWords, parse_story_rules
from pipelines.stories.scoring import compare

FILE = (HERE / STORIES_FILE).read_text(encoding="utf-8")
RULES = parse_story_rules(FILE)
WORDS = parse_frequencies((HERE / FREQUENCIES_FILE).read_text(encoding="utf-8"))
FIRE = (
    "Пожар на рынке в Шымкенте: эвакуированы 120 человек",
    (
        "В Шымкенте ночью загорелся рынок, огонь охватил 740 квадратных метров. Спасатели вывели "
        "120 человек, 14 пострадавших "
        "доставили в больницу. Причину пожара выясняют эксперты, сообщил начальник департамента Серик Ахметов."
    ),
)
FIRE_RETOLD = (
    "14 человек попали в больницу после пожара на рынке Шымкента",
    (
        "Площадь возгорания составила 740 квадратных метров, рассказали в департаменте по "
        "чрезвычайным ситуациям. Из торговых "
        "рядов успели выйти 120 человек. По словам Серика Ахметова, огонь ликвидировали к утру."
    ),
)
FIRE_KAZAKH = (
    "Шымкентте базар өртенді: 120 адам көшірілді",
    (
        "Түнде болған өрт 740 шаршы метр аумақты шарпыды. Құтқарушылар 120 адамды алып шықты, "
        "зардап шеккен 14 адам ауруханаға "
        "жеткізілді. Департамент басшысы Серік Ахметов өрттің себебі анықталып жатқанын айтты."
    ),
)
OTHER_FIRE = (
    "Пожар на складе в Шымкенте: эвакуированы 35 человек",
    (
        "В Шымкенте загорелся склад, огонь охватил 210 квадратных метров. Спасатели вывели 35 человек, 28 пострадавших "
        "доставили в больницу. Причину пожара выясняют эксперты, сообщил начальник департамента Данияр Жумабаев."
    ),
)
SPORT = (
    "Хоккейный клуб выиграл третий матч подряд",
    "Команда из Караганды победила со счётом 4:1, шайбы забросили три игрока. Тренер доволен обороной.",
)


def made(text, *, language="ru", source="verst", at="2026-03-01T10:00:00Z", **more):
    title, body = text
    document = {"id": title, "title": title, "body": body, "language": language, "source": source, "published_at": at}
    return features_of({**document, **more}, WORDS, RULES.reactions)


PLACED = {"places": ["Shymkent (city)"]}


def test_a_report_in_other_words_is_one_event():
    """Sites rewrite each other; an alert for each of them is what people switch off."""
    match = compare(made(FIRE), made(FIRE_RETOLD, source="polyn"), rules=RULES, explain=True)
    assert match.score >= RULES.join_from
    assert any(reason.startswith("same numbers: 120, 14, 740") for reason in match.reasons), match.reasons


def test_kazakh_and_russian_meet_in_numbers_and_names():
    """The two reports share no word, and readers of one language miss what the other knows."""
    kazakh = made(FIRE_KAZAKH, language="kk", source="ukili", **PLACED)
    match = compare(made(FIRE, **PLACED), kazakh, rules=RULES, explain=True)
    assert match.score >= RULES.join_from
    assert "same place: Shymkent (city)" in match.reasons
    assert any(reason.startswith("same names") for reason in match.reasons), match.reasons


@pytest.mark.parametrize(
    ("one", "other"), [(FIRE, OTHER_FIRE), (FIRE, SPORT), (FIRE_RETOLD, SPORT)], ids=["fire", "sport", "retold"]
)
def test_another_event_is_another_story(one, other):
    """Two fires in one city are two fires."""
    assert compare(made(one), made(other, source="polyn"), rules=RULES).score < RULES.join_from


def test_a_reprint_with_an_edit_is_the_same_text():
    """Editors change a headline and cut the last sentence; it is no second source."""
    _title, body = FIRE
    reprint = ("Крупный пожар в Шымкенте", f"{body} Об этом сообщило агентство.")
    match = compare(made(FIRE), made(reprint, source="polyn"), rules=RULES)
    assert match.score == 1.0
    assert match.likeness >= RULES.reprint_from


def test_the_same_sentences_with_other_numbers_are_no_reprint():
    """Monthly statistics repeat their sentences word for word."""
    month = (
        "Преступность за март",
        "За месяц зарегистрировано 812 преступлений, раскрыто 340 из них, краж стало 95, угонов 17.",
    )
    next_month = (
        month[0],
        month[1].replace("812", "655").replace("340", "401").replace("95", "71").replace("17", "22"),
    )
    assert compare(made(month), made(next_month), rules=RULES).score < RULES.join_from


def test_articles_far_apart_in_time_are_never_one_event():
    """A story of last week with the same words is an anniversary, a trial, or an archive page."""
    late = made(FIRE_RETOLD, source="polyn", at="2026-03-09T10:00:00Z")
    assert compare(made(FIRE), late, rules=RULES).score == 0.0


@pytest.mark.parametrize("least", [0.0, 0.1, RULES.join_from, 0.9, 1.0])
def test_a_comparison_that_ends_early_says_the_same(least):
    """Most candidates are another event; what is saved on them must not cost a story."""
    texts = [made(text, **PLACED) for text in (FIRE, FIRE_RETOLD, OTHER_FIRE, SPORT)]
    texts += [made(FIRE_KAZAKH, language="kk", **PLACED), made(FIRE_KAZAKH, language="kk", source="ukili")]
    for one in texts:
        for other in texts:
            exact = compare(one, other, rules=RULES).score
            assert compare(one, other, rules=RULES, least=least).score == (exact if exact >= least else 0.0)


def test_features_survive_being_written_down():
    """After a restart the window is read from Redis; anything lost there would change decisions."""
    links = {
        "url": "https://a.kz/kk/1-ort",
        "translations": ["https://a.kz/ru/1-pozhar"],
        "image_url": "https://a.kz/1.jpg",
    }
    features = made(FIRE, places=["Shymkent (city)"], figures={"evacuated": [120.0]}, organisations=["ДЧС"], **links)
    assert from_record(json.loads(json.dumps(to_record(features)))) == features


def test_features_of_nothing_join_nothing():
    """A headline without a text, or a page without letters, must not be like every other one."""
    empty = made(("", ""))
    assert compare(empty, replace(empty, article_id="b"), rules=RULES).score < RULES.join_from
    assert compare(empty, made(FIRE), rules=RULES).score < RULES.join_from


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://www.tengrinews.kz/a", "tengrinews"),
        ("http://novorosinform.com/1", "novorosinform"),
        ("", ""),
        ("x", ""),
    ],
)
def test_a_site_is_known_by_its_name(url, site):
    """One publisher has .org and .com; two articles of one site are seldom one event."""
    assert site_of(url) == site


def test_long_texts_keep_the_same_shingles():
    """Of a long text only some shingles are kept; a reprint must keep the same ones."""
    words = [f"слово{number}" for number in range(3000)]
    assert len(shingles_of(words) & shingles_of([*words[:-5], "другое"])) > 390


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("window_hours: 72\n", 1),
        ("same_language: {constant: -1, worsd: 2}\n", 1),
        (FILE.replace("join_from: 0.45", "join_from: 45"), FILE.partition("join_from")[0].count("\n") + 1),
    ],
)
def test_a_mistake_in_the_file_is_named(text, line):
    """Analysts edit it; a typing error must not silently change what is one story."""
    with pytest.raises(ConfigError) as raised:
        parse_story_rules(text)
    assert raised.value.line == line


def test_a_broken_share_is_named_by_its_line():
    """The list of words is written by a program, and edited by people."""
    with pytest.raises(ConfigError, match="line 2"):
        parse_frequencies("слово\t0.5\nдругое\tмного\n")


def test_a_comment_on_an_event_is_another_event():
    """The words are the same, and a reader of the event does not want each opinion on it."""
    facts = " Фракция исключила депутатов Анну Скрипку и Антона Поляну за голосование против закона о земле."
    event = ("Фракция исключила Скрипку и Поляну", f"Решение принято на заседании в пятницу.{facts}")
    again = ("Скрипку и Поляну исключили из фракции", f"За это проголосовали двести депутатов.{facts}")
    comment = (
        "Поляна раскритиковал исключение из фракции",
        "Антон Поляна считает, что устав нарушен, и обратится в суд. Ранее фракция исключила его и Анну Скрипку.",
    )
    scores = [compare(made(event), made(each, source="polyn"), rules=RULES).score for each in (again, comment)]
    assert scores[0] >= RULES.join_from > scores[1]
    match = compare(made(event), made(comment, source="polyn"), rules=RULES, explain=True)
    assert "but one is what somebody says of it" in match.reasons


def test_features_of_an_earlier_version_are_read():
    """After an upgrade the window in Redis has records without the newest features."""
    record = to_record(made(FIRE))
    for name in ("title", "rare", "is_reaction", "address", "translations", "picture"):
        del record[name]
    record["image"] = "https://a.kz/1.jpg"
    assert compare(from_record(record), made(FIRE_RETOLD, source="polyn"), rules=RULES).score > 0


def test_reaction_words_have_any_ending_or_none():
    """«Оценил» is an opinion; «ущерб оценили» is news."""
    words = ReactionWords.of(["Заявил*", "оценил"])
    assert [words.are_in([form]) for form in ("заявила", "оценил", "оценили", "сказал")] == [True, True, False, False]
    assert not ReactionWords().are_in(["заявил"])


KAZAKH, RUSSIAN = "https://verst.kz/kk/news/17-alym", "https://verst.kz/ru/news/17-vstrecha"
MEETING = ("Встреча прошла в Астане", "Стороны обсудили сотрудничество и договорились продолжить работу.")
MEETING_KAZAKH = ("Астанада кездесу өтті", "Тараптар ынтымақтастықты талқылап, жұмысты жалғастыруға уағдаласты.")


def meeting(*, first=(), second=(), number=""):
    """Compare two reports that share a number at most; first, second: what the page of each calls its translations."""
    texts = [(title, f"{body} {number}") for title, body in (MEETING, MEETING_KAZAKH)]
    russian = made(texts[0], url=RUSSIAN, translations=list(first))
    kazakh = made(texts[1], language="kk", url=KAZAKH, translations=list(second))
    return compare(russian, kazakh, rules=RULES, explain=True)


def test_pages_that_name_each_other_are_one_event():
    """Their site knows, whatever words and numbers say; a translation is no reprint, for its words are its own."""
    match = meeting(first=[KAZAKH], second=[f"{RUSSIAN}/".replace("https://", "http://www.")])
    assert (match.score, match.is_translation, match.is_reprint) == (1.0, True, False)
    assert match.reasons == ("each page names the other as its translation",)


def test_a_page_that_names_the_other_alone_needs_something_more():
    """The first of the two was published before the other; and a menu of languages may lead to the wrong article."""
    assert meeting(number="4").score < RULES.join_from
    assert meeting(second=[RUSSIAN]).score < RULES.join_from
    match = meeting(second=[RUSSIAN], number="4")
    assert match.score >= RULES.join_from
    assert "one page names the other as its translation" in match.reasons


def test_the_same_picture_speaks_for_one_event():
    """A bilingual site has one picture for both reports, often in two sizes."""
    pictures = ("https://verst.kz/i/2026/alym.jpg?w=900", "https://www.verst.kz/i/2026/alym-1024x768.jpg")
    one, other = (
        made(text, language=language, image_url=picture, places=["Astana (city)"])
        for text, language, picture in zip((MEETING, MEETING_KAZAKH), ("ru", "kk"), pictures, strict=True)
    )
    match = compare(one, other, rules=RULES, explain=True)
    assert match.score > compare(one, replace(other, picture=""), rules=RULES).score
    assert "same picture" in match.reasons


@pytest.mark.parametrize(
    ("url", "picture"),
    [
        ("https://www.a.kz/i/fire-1024x768.jpg?ver=2", "a.kz/i/fire.jpg"),
        ("https://a.kz/600x400/fire.webp", "a.kz/fire.webp"),
        ("https://a.kz/image.php?id=7", "a.kz/image.php?id=7"),
        ("https://a.kz/static/logo.png", ""),
        ("https://a.kz/static/site_logo_og.png", ""),
        ("https://a.kz/img/no-image.png", ""),
        ("https://a.kz/i/logovo-volka.jpg", ""),
        ("https://a.kz/i/default-na-rynke.jpg", ""),
        ("", ""),
        ("fire.jpg", ""),
    ],
)
def test_a_picture_is_known_in_any_size(url, picture):
    """What a site shows where an article has no picture joins nothing; its own name gives it away."""
    assert picture_of(url) == picture
