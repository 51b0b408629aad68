"""Pages as content systems build them: what is the article and what is not, its day, its address."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipelines.errors import PageUnusableError
from pipelines.models import Article, Entry, Page, PublishedFrom
from pipelines.pages import extract_article

NOW = datetime(2026, 9, 25, 12, 0, tzinfo=UTC)
URL = "https://zhetisu.kz/news/12345-eki-mal-urysy"
TITLE, OTHER, THIRD = (
    "Двух скотокрадов задержали в Шымкенте",
    "Массовая авария произошла в Алматы",
    "В горах сошёл сель",
)
TEXT = (
    "Сотрудники полиции задержали в Шымкенте двух жителей области, подозреваемых в краже скота, сообщили в полиции.",
    "По данным следствия, подозреваемые вывозили животных на грузовике ночью и продавали их на рынке соседнего района.",
    "Изъятый скот возвращён владельцам, проводится досудебное расследование, подозреваемые водворены в изолятор.",
    "Полицейские напоминают жителям сёл, что скот необходимо биркать и не оставлять без присмотра на ночь.",
)
OTHER_TEXT = (
    "В Алматы на улице Абая столкнулись три автомобиля, пострадали пять человек, среди них двое детей, сообщили врачи.",
    "Водителя внедорожника доставили в больницу с переломами, его состояние оценивают как средней тяжести.",
)
REMARK = "Молодцы полицейские, а то у нас в ауле пропало уже десять лошадей за месяц."


def paragraphs(lines: tuple[str, ...]) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


def page(body: str, *, head: str = "", title: str = TITLE) -> str:
    return (
        f'<!doctype html><html lang="ru"><head><meta charset="utf-8"><title>{title} - Жетісу</title>{head}</head><body>'
        f'<nav><ul><li><a href="/">Главная</a></li><li><a href="/n">Новости</a></li></ul></nav>{body}'
        "<footer><p>© 2026 Агентство. Все права защищены.</p></footer></body></html>"
    )


def article(middle: str = "", *, before: str = "") -> str:
    text = f"{paragraphs(TEXT[:2])}{middle}{paragraphs(TEXT[2:])}"
    return f"<article>{before}<h1>{TITLE}</h1>{text}</article>"


def read(html: str, *, url: str = URL, entry: Entry | None = None) -> Article:
    sent = Page(url=url, final_url=url, status=200, headers={}, body=html.encode(), fetched_at=NOW)
    return extract_article(sent, entry=entry, observed_at=NOW)


def is_all_of_it(found: Article) -> bool:
    return all(line in found.body for line in TEXT)


@pytest.mark.parametrize("name", ["comment-body", "article-comments", "comments-enabled", "comment_content"])
@pytest.mark.parametrize(
    "form",
    [
        '<div class="{name}"><h1>{title}</h1>{text}</div>{remarks}',
        '<h1>{title}</h1><div class="{name}">{text}</div>{remarks}',
        '<h1>{title}</h1><div id="{name}">{text}</div>{remarks}',
    ],
)
def test_a_container_named_comment_can_have_the_article(name: str, form: str):
    """Sites name the text after the comments that are allowed to it; extractors drop it whole. Remarks stay out."""
    remark = f'<div class="comment"><p>{REMARK}</p></div>'
    remarks = f'<div class="comments-list"><h3>Комментарии</h3>{remark * 4}</div>'
    found = read(page(form.format(name=name, title=TITLE, text=paragraphs(TEXT), remarks=remarks)))
    assert is_all_of_it(found)
    assert REMARK not in found.body


def test_remarks_are_no_article():
    """A short text with long remarks below stays as short as it is."""
    lead = "Двух скотокрадов задержали полицейские в Шымкенте, скот возвращён владельцам."
    remarks = f'<div class="comments">{paragraphs((REMARK,) * 5)}</div>'
    assert REMARK not in read(page(f"<article><h1>{TITLE}</h1><p>{lead}</p></article>{remarks}")).body


LINKS = "".join(f'<li><a href="/news/{number}">{title}</a></li>' for number, title in enumerate((OTHER, THIRD)))
CARDS = "".join(
    f'<div class="card"><a href="/1"><img src="/1.jpg"></a><a href="/n/{number}">{title}</a><p>{line}</p></div>'
    for number, (title, line) in enumerate(((OTHER, OTHER_TEXT[0]), (THIRD, OTHER_TEXT[1])))
)


@pytest.mark.parametrize(
    "middle",
    [
        f"<ul>{LINKS}</ul>",
        f"<h3>Читайте также</h3><ul>{LINKS}</ul>",
        f"<p><strong>Тағы оқыңыз:</strong></p><ul>{LINKS}</ul>",
        f'<div class="grid">{CARDS}</div>',
        f"<section><h2>Новости по теме</h2>{CARDS}</section>",
        f'<div><div class="title">Лента новостей</div>{CARDS}</div>',
        f'<p><strong><a href="/n/1">{OTHER}</a></strong></p>',
        f'<blockquote><a href="/n/1">{OTHER}</a></blockquote>',
    ],
)
def test_what_points_to_other_articles_is_left_out(middle: str):
    """Their headlines and teasers give an article topics that it does not have."""
    found = read(page(article(middle)))
    assert is_all_of_it(found)
    assert not any(words in found.body for words in (OTHER, THIRD, *OTHER_TEXT, "Новости по теме", "Лента новостей"))


def test_a_list_of_the_article_itself_stays():
    """Facts in a list, with a link in one of them, are text."""
    facts = (
        "<ul><li>изъято двенадцать голов скота и грузовик;</li>"
        '<li>задержаны двое, <a href="/p">сообщает полиция</a>;</li></ul>'
    )
    found = read(page(article(facts)))
    assert is_all_of_it(found)
    assert "изъято двенадцать голов скота" in found.body
    assert "задержаны двое" in found.body


def test_the_next_article_of_the_same_name_is_left_out():
    """Below the headline in h1, others are loaded under h2. The article's own subheads stay."""
    own = f'<div class="n"><h1>{TITLE}</h1>{paragraphs(TEXT[:3])}<h2>Что говорят в полиции</h2><p>{TEXT[3]}</p></div>'
    found = read(page(f'{own}<div class="n"><h2>{OTHER}</h2>{paragraphs(OTHER_TEXT)}</div>'))
    assert is_all_of_it(found)
    assert OTHER_TEXT[0] not in found.body


@pytest.mark.parametrize(
    ("title", "line"),
    [
        (
            "Проверка браузера: как мошенники крадут пароли",
            "Мошенники просят подтвердить, что вы не робот, и крадут пароли.",
        ),
        ("Доступ ограничен: в Шымкенте закрыли улицу", "В Шымкенте до вечера закрыли для проезда улицу из-за прорыва."),
        ("Вы робот? Как CAPTCHA проверяет людей", "CAPTCHA показывает картинки и просит доказать, что вы не робот."),
        (
            "Access Denied: спортсмену отказали во въезде",
            "Казахстанскому спортсмену отказали во въезде без объяснений.",
        ),
    ],
)
def test_short_news_about_barriers_is_news(title: str, line: str):
    """One sentence, words of a challenge in it, and a captcha below for those who want to comment."""
    captcha = '<form><div class="g-recaptcha" data-sitekey="x"></div><textarea></textarea></form>'
    found = read(page(f"<article><h1>{title}</h1><p>{line}</p></article>{captcha}", title=title))
    assert (found.note, found.body) == ("", line)


def test_a_challenge_is_still_one():
    body = "<h1>zhetisu.kz</h1><p>Verify you are human by completing the action below. It may take a few seconds.</p>"
    with pytest.raises(PageUnusableError):
        read(page(f"{body}<script>window._cf_chl_opt={{}}</script>", title="Just a moment..."))


SLUG = "https://zhetisu.kz/news/12345-eki-mal-urysy"


@pytest.mark.parametrize(
    ("canonical", "url", "believed"),
    [
        (SLUG, f"{SLUG}/amp", SLUG),
        (SLUG, "https://m.zhetisu.kz/news/12345-eki-mal-urysy", SLUG),
        ("https://zhetisu.kz/news/page/2", SLUG, ""),
        ("https://zhetisu.kz/tag/12", SLUG, ""),
        ("https://zhetisu.kz/2026/09/24/", SLUG, ""),
        ("https://zhetisu.kz/archive/2026-09-24", SLUG, ""),
        ("https://zhetisu.kz/search?q=1", SLUG, ""),
        ("https://zhetisu.kz/404", SLUG, ""),
        ("https://zhetisu.kz/news/{{ slug }}", SLUG, ""),
        ("https://zhetisu.kz/undefined", SLUG, ""),
        ("https://zhetisu.kz/news.php?lang=ru", "https://zhetisu.kz/news.php?id=7&lang=ru", ""),
        (
            "https://zhetisu.kz/news.php?id=7",
            "https://zhetisu.kz/news.php?id=7&lang=ru",
            "https://zhetisu.kz/news.php?id=7",
        ),
    ],
)
def test_a_canonical_address_that_can_be_a_list_is_not_believed(canonical: str, url: str, believed: str):
    """All articles of a site would become one."""
    if url.startswith(f"{SLUG}?"):
        believed = canonical  # a parameter without a number is no article's
    found = read(
        page(article(), head=f'<link rel="canonical" href="{canonical}">'), url=url, entry=Entry(link=url, title=TITLE)
    )
    assert found.canonical_url == believed


LD = '<script type="application/ld+json">{{"@type":"NewsArticle","headline":"{0}","datePublished":"{1}"}}</script>'
META = '<meta {0}="{1}" content="{2}">'


@pytest.mark.parametrize(
    ("head", "before", "middle"),
    [
        (LD.format(TITLE, "2026-09-20T10:00:00+05:00"), "", ""),
        (LD.format(OTHER, "2026-09-22T10:00:00Z"), "", "<div>20.09.2026</div>"),
        (META.format("name", "date", "2026-09-25T11:59:59Z"), "<span>20 сентября 2026</span>", ""),
        ("", "<div>Обновлено: 24 сентября 2026, 10:00</div><div>Опубликовано: 20 сентября 2026</div>", ""),
        ("", '<time class="updated" datetime="2026-09-24">1</time><time datetime="2026-09-20">2</time>', ""),
        ("", '<time itemprop="dateModified" datetime="2026-09-24">1</time><time datetime="2026-09-20">2</time>', ""),
    ],
)
def test_the_day_of_publication_is_the_articles_own(head: str, before: str, middle: str):
    """Not a change's, another article's or the moment the page was made."""
    found = read(page(article(middle, before=before), head=head))
    assert (found.published_at.date().isoformat(), found.published_from) == ("2026-09-20", PublishedFrom.PAGE)


@pytest.mark.parametrize(
    "path",
    [
        "2026/09/20/mal",
        "2026-09/20/c_1",
        "news/2026-09-20/mal",
        "20260920/mal.html",
        "20-09-2026/mal",
        "2026/sep/20/mal",
        "2026/9/20/1",
        "mal-20.09.2026",
        "n?date=2026-09-20",
    ],
)
def test_a_date_in_the_address_is_one(path: str):
    found = read(page(article()), url=f"https://zhetisu.kz/{path}")
    assert found.published_at == datetime(2026, 9, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("path", "middle"),
    [
        ("2026/09/mal", ""),
        ("news/20260920123", ""),
        ("kurs-na-1-sentyabrya-2026", ""),
        ("1", "<p>Это произошло 3 марта 2024 года в Шымкенте, рассказали там.</p>"),
        ("1", f'</article><article><time datetime="2026-09-24">1</time><a href="/x">{OTHER}</a></article><article>'),
    ],
)
def test_no_day_is_better_than_a_wrong_one(path: str, middle: str):
    """The year of the copyright, a number, a day in the text and another article's are not the day."""
    found = read(page(article(middle)), url=f"https://zhetisu.kz/{path}")
    assert found.published_from == PublishedFrom.OBSERVED


@pytest.mark.parametrize(
    ("host", "language", "moment"),
    [
        ("zhetisu.kz", "en", datetime(2026, 9, 19, 19, 30, tzinfo=UTC)),
        ("zhetisu.com", "kk", datetime(2026, 9, 19, 19, 30, tzinfo=UTC)),
        ("vesti.ru", "ru", datetime(2026, 9, 19, 21, 30, tzinfo=UTC)),
        ("news.com", "en", datetime(2026, 9, 20, 0, 30, tzinfo=UTC)),
        ("visti.ua", "ru", datetime(2026, 9, 20, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_time_without_a_zone_is_the_sites(host: str, language: str, moment: datetime):
    """Read in Kazakhstan's zone, a foreign site's night is the day before."""
    html = page(article(), head=LD.format(TITLE, "2026-09-20T00:30:00")).replace('lang="ru"', f'lang="{language}"')
    assert read(html, url=f"https://{host}/1").published_at == moment
