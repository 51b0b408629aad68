"""Pages, ordinary and hostile, become articles; what cannot be used falls back to the feed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import PageUnusableError
from pipelines.models import Article, Entry, Extraction, Page, PublishedFrom
from pipelines.pages import article_from_entry, extract_article
from pipelines.pages.article import CUT, MAX_BODY_CHARACTERS

NOW = datetime(2026, 9, 25, 12, 0, tzinfo=UTC)
URL = "https://news.example/kk/oqiga/12345-almatyda-ort"
TITLE = "Алматыда көпқабатты үйден өрт шықты"
LEAD = "Алматының Әуезов ауданында тоғыз қабатты тұрғын үйден өрт шығып, он екі адам құтқарылды, деп хабарлады ТЖД."
TEXT = [
    "Өрт таңғы сағат бесте үшінші қабаттағы пәтерден басталған. Оқиға орнына төрт өрт сөндіру есебі жедел жетті.",
    "Департаменттің мәліметінше, құтқарушылар подъезден он екі адамды, оның ішінде үш баланы алып шықты.",
    "Екі адам улы газбен уланып, ауруханаға жеткізілді. Қазір олардың жағдайы тұрақты, дейді дәрігерлер.",
    "Өрттің себебін мамандар анықтап жатыр. Алдын ала болжам бойынша, электр сымы қысқа тұйықталған.",
]
ENTRY = Entry(
    link=URL, title=TITLE, summary=LEAD, published_at=NOW - timedelta(hours=1), image_url="https://i.example/f.jpg"
)


def html(*, head: str = "", lead: str = LEAD, text: list[str] = TEXT, more: str = "", title: str = TITLE) -> str:
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in ([lead] if lead else []) + text)
    menu = "".join(f'<li><a href="/{n}">Бөлім {n}</a></li>' for n in range(20))
    return (
        f'<!doctype html><html lang="kk"><head><title>{title} | News Example</title>{head}</head>'
        f"<body><nav><ul>{menu}</ul></nav><main><article><h1>{title}</h1>{paragraphs}{more}</article></main>"
        f"<aside><ul>{menu}</ul></aside><footer>© 2026 News Example</footer></body></html>"
    )


def page(body: str | bytes, *, content_type: str = "text/html", final_url: str = URL) -> Page:
    raw = body.encode() if isinstance(body, str) else body
    headers = {"content-type": content_type}
    return Page(url=URL, final_url=final_url, status=200, headers=headers, body=raw, fetched_at=NOW)


def extract(body: str | bytes, *, entry: Entry | None = None, content_type: str = "text/html") -> Article:
    return extract_article(page(body, content_type=content_type), entry=entry, observed_at=NOW)


def json_ld(**fields: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **fields})}</script>'


def test_an_ordinary_page_becomes_an_article():
    """The plain case: text without the page around it, the headline without the site, the feed's date and picture."""
    article = extract(html(), entry=ENTRY)
    assert (article.title, article.url, article.extraction) == (TITLE, URL, Extraction.FULL)
    assert [LEAD, *TEXT] == article.body.splitlines()
    assert (article.published_at, article.published_from) == (ENTRY.published_at, PublishedFrom.FEED)
    assert article.language == "kk"
    assert article.kazakh_share > 0.3
    assert article.image_url == "https://i.example/f.jpg"
    assert not article.note


def test_text_is_repaired_once_and_counted():
    """Soft hyphens and Latin look-alikes hide a word from every search; the article is where they are taken out."""
    article = extract(html(text=[TEXT[0].replace("себі", "c\u00adeбi"), *TEXT[1:]], title=TITLE.replace("өрт", "өpт")))
    assert article.title == TITLE
    assert "\u00ad" not in article.body
    assert article.repairs > 0


@pytest.mark.parametrize(
    ("content_type", "meta"),
    [("text/html; charset=windows-1251", ""), ("text/html", '<meta charset="windows-1251">'), ("text/html", "")],
)
def test_windows_1251_is_read_however_it_is_declared(content_type: str, meta: str):
    """Old Russian pages: by the header, by the page, or not at all."""
    text = ["Полиция задержала подозреваемых в краже скота, сообщили в департаменте области. " * 2] * 4
    body = html(head=meta, lead="", text=text, title="Задержаны подозреваемые в краже скота")
    article = extract(
        body.replace("Бөлім", "Раздел").replace("©", "").encode("windows-1251"), content_type=content_type
    )
    assert article.title == "Задержаны подозреваемые в краже скота"
    assert "подозреваемых в краже скота" in article.body
    assert article.language == "ru"


@pytest.mark.parametrize(
    ("head", "entry"),
    [
        pytest.param(f'<meta name="description" content="{LEAD}">', None, id="description"),
        pytest.param("", ENTRY, id="feed"),
        pytest.param(json_ld(headline=TITLE, description=LEAD), None, id="json-ld"),
    ],
)
def test_a_lead_outside_the_text_is_taken_back(head: str, entry: Entry | None):
    """The lead says who, what and where; extractors drop it when it is in an element of its own."""
    body = html(head=head, lead="").replace("</h1>", f'</h1><div class="article__description">{LEAD}</div>')
    body = body.replace("<article>", "<div class=top>").replace(TEXT[0], f"{TEXT[0]}").replace("</article>", "</div>")
    lines = extract(body, entry=entry).body.splitlines()
    assert lines[0] == LEAD
    assert lines.count(LEAD) == 1
    assert TEXT[-1] in lines


def test_a_description_that_does_not_stand_on_the_page_is_not_put_into_the_text():
    """Descriptions are often written for search engines: the article says only what a reader sees."""
    invented = "Соңғы жаңалықтар, өрт, Алматы, төтенше жағдай туралы толық ақпарат біздің сайтта оқыңыз және көріңіз."
    assert invented not in extract(html(head=f'<meta name="description" content="{invented}">')).body


@pytest.mark.parametrize(
    "prompt",
    [
        "Telegram-каналымызға жазылыңыз!",
        "Подписывайтесь на наш канал в WhatsApp",
        "Читайте также: В Астане открыли новый мост",
        "Оқи отырыңыз: Астанада жаңа көпір ашылды",
        "Нашли ошибку? Выделите ее и нажмите Ctrl+Enter",
        "Хотите сразу и бесплатно получать самые важные новости?",
        "Фото: Айбек Сейтов",
        "Сурет: ТЖМ баспасөз қызметі",
        "Құтқарушылар жұмыс істеп жатыр. Фото: ТЖД",
        "Фото из архива редакции",
        "Комментарии: 12",
        "Теги: пожар, Алматы, ДЧС",
        "Тегтер",
        "При использовании материалов ссылка на сайт обязательна",
        "Бізге жазыңыз: redaksiya@news.example",
    ],
)
def test_lines_that_stand_under_every_article_are_left_out(prompt: str):
    """They would tag every article of a site with the words of one prompt."""
    assert prompt not in extract(html(more=f"<p>{prompt}</p>")).body


@pytest.mark.parametrize(
    "line",
    [
        "Мошенники просили жертв подписаться на канал в Telegram и перевести деньги на карту, говорят в полиции.",
        "Полиция ұсталғандардың фотосын жариялады, олардың арасында екі шетелдік бар.",
        "Реклама запрещенных препаратов размещалась в мессенджерах, сообщил прокурор.",
        "Комментарии Генпрокуратуры обещали дать на следующей неделе.",
        "По теме Каспия выступили министры пяти стран.",
        "Теги на заборе школы оставили подростки, установила полиция.",
        "В сети распространили видео из автобуса в Актобе.",
        "Тергеушілер ғимараттан видео / аудио жазбаларды алды.",
        "Аудиторы нашли ошибку в отчёте акимата области.",
        "При использовании газового баллона обязательно открывайте окно, напомнили спасатели.",
        "Азаматтың арызы жазылып, іс тіркелді.",
        "Residents can sign up for the course at the police station.",
        "The caller told him to download the app and enter a code.",  # words: a sentence of an article
        "Фото с места аварии изучают эксперты.",
    ],
)
def test_sentences_about_such_things_stay(line: str):
    """A fraud case is about subscriptions and adverts: news must not be eaten with the prompts."""
    assert line in extract(html(more=f"<p>{line}</p>")).body


BROKEN_JSON = (
    '<script type="application/ld+json">{"@type": "Article", "author": Аты, "datePublished": "2026-09-24"}</script>'
)
DAY = datetime(2026, 9, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("head", "more", "expected"),
    [
        (json_ld(headline=TITLE, datePublished="2026-09-24T10:00:00+06:00"), "", DAY.replace(hour=4)),
        ('<meta property="article:published_time" content="2026-09-24T10:00:00">', "", DAY.replace(hour=5)),
        ('<meta property="og:article:published_time" content="24 сентября 2026 года">', "", DAY),
        ("", '<span itemprop="datePublished" content="2026-09-24 10:00"></span>', DAY.replace(hour=5)),
        ("", '<time datetime="2026-09-24T10:00+05:00">бүгін</time>', DAY.replace(hour=5)),
        (BROKEN_JSON, "", DAY),
    ],
)
def test_the_date_comes_from_the_page_when_the_feed_has_none(head: str, more: str, expected: datetime):
    """Latency and every timeline hang on it; a time without a zone is Kazakhstan's."""
    article = extract(html(head=head, more=more))
    assert (article.published_at, article.published_from) == (expected, PublishedFrom.PAGE)


def test_related_news_in_json_ld_do_not_date_the_article():
    """Lists of other articles are on the page too, often before its own."""
    others = "".join(json_ld(headline=f"Басқа хабар {n}", datePublished="2026-01-01") for n in range(3))
    article = extract(html(head=others + json_ld(headline=TITLE, datePublished="2026-09-24")))
    assert article.published_at == DAY


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("14 шіл. 2026 12:53", datetime(2026, 7, 14, 7, 53, tzinfo=UTC)),
        ("08.09.2026, 12:51", datetime(2026, 9, 8, 7, 51, tzinfo=UTC)),
        ("Жұма, 04 Июл 2026, 12:00", datetime(2026, 7, 4, 7, 0, tzinfo=UTC)),
        ("2026 жылғы 14 қыркүйек", datetime(2026, 9, 14, tzinfo=UTC)),
        ("Published September 8, 2026 01:52 PM", datetime(2026, 9, 8, 8, 52, tzinfo=UTC)),
    ],
)
def test_a_date_in_words_under_the_headline_is_read(written: str, expected: datetime):
    """Sites of the country often write nothing but this."""
    article = extract(html().replace("</h1>", f"</h1><div>{written}</div>"))
    assert article.published_at == expected


@pytest.mark.parametrize("claimed", ["2026-09-25T18:00:00+05:00", "2031-01-01", "1970-01-01T00:00:00Z", "сегодня", ""])
def test_an_unbelievable_date_becomes_the_time_it_was_seen(claimed: str):
    """Nothing was published in the future, or before the web."""
    article = extract(html(head=json_ld(headline=TITLE, datePublished=claimed)).replace("© 2026", "©"))
    assert (article.published_at, article.published_from) == (NOW, PublishedFrom.OBSERVED)


def test_today_without_a_time_is_never_ahead():
    """Between midnight in Kazakhstan and midnight in UTC a bare date of today would lie in the future."""
    night = datetime(2026, 9, 24, 20, 30, tzinfo=UTC)
    body = html(head='<meta name="date" content="2026-09-25">')
    article = extract_article(page(body), entry=None, observed_at=night)
    assert (article.published_at, article.published_from) == (night, PublishedFrom.PAGE)


@pytest.mark.parametrize(
    ("canonical", "believed"),
    [
        ("https://news.example/oqiga/12345?utm_source=rss", "https://news.example/oqiga/12345"),
        ("/kk/oqiga/12345", "https://news.example/kk/oqiga/12345"),
        ("https://news.example/", ""),
        ("https://news.example/kk/oqiga/", ""),
        ("https://news.example/lenta", ""),
        ("https://news.example/kk/news/", ""),
        ("https://news.example/index.php", ""),
        ("https://other.example.org/a/1", ""),
        ("javascript:void(0)", ""),
        ("", ""),
    ],
)
def test_a_canonical_address_is_believed_only_when_it_can_be_true(canonical: str, believed: str):
    """A site whose canonical is always its home page would make all of its articles one."""
    assert extract(html(head=f'<link rel="canonical" href="{canonical}">')).canonical_url == believed


@pytest.mark.parametrize(
    ("url", "canonical", "believed"),
    [
        ("https://news.example/view.aspx?id=7", "/view.aspx", ""),
        ("https://news.example/?p=7", "/", ""),
        ("https://news.example/news/?id=7", "/news/", ""),
        ("https://news.example/?p=7", "/almatyda-ort-shyqty", "https://news.example/almatyda-ort-shyqty"),
        ("https://news.example/view?id=7&from=main", "/view?id=7", "https://news.example/view?id=7"),
    ],
)
def test_a_canonical_that_loses_the_query_is_believed_only_as_an_article(url: str, canonical: str, believed: str):
    """Old sites name `index.php` as the canonical of every article: all but the first ended as duplicates."""
    body = html(head=f'<link rel="canonical" href="{canonical}">').encode()
    asked = Page(url=url, final_url=url, status=200, headers={}, body=body, fetched_at=NOW)
    assert extract_article(asked, entry=None, observed_at=NOW).canonical_url == believed


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ('<link rel="alternate" hreflang="ru" href="/ru/news/12345-pozhar#top">', ["/ru/news/12345-pozhar"]),
        (f'<link rel="alternate" hreflang="kk-KZ" href="{URL}?utm_source=x">', []),
        ('<link rel="alternate" hreflang="ru" href="https://other.example/ru/news/12345-pozhar">', []),
        ('<link rel="alternate" hreflang="ru" href="/ru/">', []),
        ('<link rel="alternate" hreflang="ru" href="/ru/news">', []),
        ('<link rel="alternate" type="application/rss+xml" href="/ru/news/12345-pozhar.xml">', []),
        ('<link rel="alternate" hreflang="ru" href="http://[">', []),
        ('<link rel="alternate" hreflang="ru" href="">', []),
        (
            (
                '<link rel="alternate" hreflang="ru" href="/ru/news/1-a"><a hreflang="en" href="/en/news/1-b">en</a>'
                '<link rel="alternate" hreflang="ru-RU" href="/ru/news/2-c">'
            ),
            ["/en/news/1-b", "/ru/news/1-a"],
        ),
    ],
)
def test_the_article_in_other_languages_is_an_article_of_the_site(head: str, found: list[str]):
    """A menu of languages leads to home pages and sections: each article would be a translation of all others."""
    assert extract(html(head=head)).translations == tuple(f"https://news.example{path}" for path in found)


def test_a_saved_page_may_name_translations():
    """A file has no site, so none of them is believed, and it is read all the same."""
    page = html(head='<link rel="alternate" hreflang="ru" href="https://news.example/ru/1-a">').encode()
    saved = Page(url="file:///a.html", final_url="file:///a.html", status=200, headers={}, body=page, fetched_at=NOW)
    assert extract_article(saved, entry=None, observed_at=NOW).translations == ()


def test_a_relative_canonical_belongs_to_the_base_of_the_page():
    """Without `<base>` the claim names an address that does not exist."""
    head = '<base href="https://news.example/kk/"><link rel="canonical" href="n/7-ort">'
    assert extract(html(head=head)).canonical_url == "https://news.example/kk/n/7-ort"


CONSENT = (
    "<title>Келісім</title><main><h1>Деректерді өңдеуге келісім</h1><p>Біз және серіктестеріміз cookie файлдарын "
    "пайдаланып, дербес деректеріңізді өңдейміз, құпиялылық саясатын оқыңыз.</p><p>Таңдауыңызды кез келген уақытта "
    "өзгерте аласыз, ол үшін парақтың төменгі жағындағы сілтемені басыңыз.</p></main>"
)
TEASERS = "<title>Бет табылмады</title><main><h1>404</h1>" + "".join(
    f"<p>Шымкентте {number} мектеп оқушысы олимпиадада жеңіске жетіп, жүлде алды, деп хабарлады әкімдік.</p>"
    for number in range(9)
)


@pytest.mark.parametrize(
    ("body", "final_url", "note"),
    [
        pytest.param(CONSENT, URL, "consent", id="consent in place"),
        pytest.param(CONSENT, "https://consent.example/?to=1", "consent", id="consent elsewhere"),
        pytest.param(html().replace("</main>", "").replace(TITLE, "Кіру"), URL, "", id="other headline, same text"),
        pytest.param(TEASERS, URL, "other_page", id="soft 404"),
        pytest.param(TEASERS, "https://news.example/", "other_page", id="home page"),
    ],
)
def test_another_page_in_place_of_the_article_is_not_its_text(body: str, final_url: str, note: str):
    """A consent form was indexed as the full text of every article of a site."""
    article = extract_article(page(body, final_url=final_url), entry=ENTRY, observed_at=NOW)
    assert article.note == note
    assert (article.body == LEAD) is bool(note)


@pytest.mark.parametrize(
    "title",
    [
        "404", "404 Not Found", "Error 404 (Not Found)!!1", "Ошибка 404: страница не найдена | News Example",
        "Страница не найдена – News Example", "Бет табылмады", "Қате 404", "403 Forbidden", "502 Bad Gateway",
        "Новость не найдена", "Сайт временно недоступен", "Ведутся технические работы", "Site is under maintenance",
        "A potentially unsafe operation has been detected in your request to this site",
        "Your access to this site has been limited by the site owner", "Извините, страница была удалена",
    ],
)  # fmt: skip
def test_an_error_of_the_site_is_no_article(title: str):
    """Without a feed (`kuzet import`, a list of links) there is no title to compare with: the page's own has to do."""
    body = html().replace(f"{TITLE} | News Example", title).replace(f"<h1>{TITLE}</h1>", f"<h1>{title}</h1>")
    with pytest.raises(PageUnusableError) as caught:
        extract(body)
    assert caught.value.reason == "error_page"
    assert extract(body, entry=ENTRY).note == ""  # its text is the announced article's


@pytest.mark.parametrize(
    "title",
    [
        "404 человека заразились за сутки", "Технические работы на портале eGov: что не будет работать",
        "Ошибка 404 в жизни и на сайте: колонка", "Страница не найдена: как блокируют сайты в Казахстане",
        "Бет табылмады деген жазу неге шығады", "500 теңгелік монета шығарылды", "Сайт не работает у пяти банков",
    ],
)  # fmt: skip
def test_a_headline_that_begins_like_an_error_is_news(title: str):
    body = html().replace(f"{TITLE} | News Example", title).replace(f"<h1>{TITLE}</h1>", f"<h1>{title}</h1>")
    assert extract(body).title == title


NEXT = "".join(
    f"<p>Ақтауда аспаздар байқауы өтіп, {number} адам қатысты, жеңімпаздарға сыйлық берілді.</p>"
    for number in range(30)
)


@pytest.mark.parametrize(
    "below",
    [
        f"<article><h1>Үздік аспаздар анықталды</h1>{NEXT}</article>",
        f"<article><header><h2>Үздік аспаздар анықталды</h2></header><div>{NEXT}</div></article>",
        f"<div class='post'><div><h1>Үздік аспаздар анықталды</h1></div>{NEXT}</div>",
    ],
    ids=["article", "article with h2", "div"],
)
def test_the_next_article_below_is_not_in_the_text(below: str):
    """Sites load the next news while the reader scrolls; its words would tag this one."""
    article = extract(html().replace("</main>", f"{below}</main>"))
    assert all(line in article.body for line in TEXT)
    assert "аспаз" not in article.body


def test_headings_inside_an_article_do_not_end_it():
    """Some editors write their subheadings as `h1`."""
    more = f"<h1>Себебі қандай</h1><p>{TEXT[0]} Бұл туралы кейін айтылды.</p>"
    assert "Бұл туралы кейін айтылды." in extract(html(more=more)).body


@pytest.mark.parametrize("name", ["comment-article", "b-comments__content", "commentary"])
def test_a_container_named_like_comments_keeps_its_article(name: str):
    """Columns of opinion lie in such containers, and an extractor throws them away."""
    body = html().replace("<article>", f"<div class='{name}'>").replace("</article>", "</div>")
    assert all(line in extract(body).body for line in TEXT)


CAPTCHA = "<form action='/c'><textarea></textarea><div class='g-recaptcha' data-sitekey='x'></div></form>"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(html(text=TEXT[:2], more=CAPTCHA), id="captcha of the comments"),
        pytest.param(
            html(text=[*TEXT[:2], "Бетте «робот емес екеніңізді растаңыз» деп сұрайды."]), id="about captchas"
        ),
        pytest.param(
            html(title="Доступ ограничен: закрыт сайт букмекера", text=TEXT[:2]), id="headline of a challenge"
        ),
        pytest.param(
            html(head=json_ld(headline=TITLE, isAccessibleForFree=False), text=TEXT[:2]), id="whole, not free"
        ),
        pytest.param(
            html(text=TEXT[:2], more="<div class='g-recaptcha'></div>")
            .replace("<body>", "<body><form id='aspnetForm'>")
            .replace("</body>", "</form></body>"),
            id="a page in a form",
        ),
    ],
)
def test_a_short_article_beside_a_barrier_is_an_article(body: str):
    """Captchas stand in comment forms, and are news themselves: the extractor is asked first."""
    article = extract(body)
    assert (article.extraction, article.note) == (Extraction.FULL, "")
    assert TEXT[0] in article.body


CLOCK = "<header><time datetime='2026-09-24T09:00:00+05:00'>бүгін</time></header>"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            html(lead="").replace("<nav>", f"{CLOCK}<nav>").replace("</h1>", "</h1><div>20 қыркүйек 2026, 12:30</div>"),
            datetime(2026, 9, 20, 7, 30, tzinfo=UTC),
            id="a clock in the header",
        ),
        pytest.param(
            html()
            .replace("<h1>", "<header><time datetime='2026-09-20T12:30'></time><h1>")
            .replace("</h1>", "</h1></header>"),
            datetime(2026, 9, 20, 7, 30, tzinfo=UTC),
            id="the header of the article",
        ),
        pytest.param(
            html(
                head=json_ld(headline="Басқа", datePublished="2026-09-01")
                + json_ld(headline="Өзге", datePublished="2026-09-02")
            ).replace("</h1>", "</h1><div>20.09.2026</div>"),
            datetime(2026, 9, 20, tzinfo=UTC),
            id="claims about other articles",
        ),
    ],
)
def test_the_date_is_the_articles_own(body: str, expected: datetime):
    """Clocks, and lists of other news, have dates too."""
    assert extract(body).published_at == expected


def test_a_page_about_something_else_has_no_say_in_its_identity():
    """A dead link that leads to another article must not swallow the entry that was asked for."""
    other = Entry(link=URL, title="Шымкентте мектеп оқушылары олимпиадада жеңді", published_at=NOW)
    head = '<link rel="canonical" href="https://news.example/kk/oqiga/12345">'
    assert extract(html(head=head), entry=other).canonical_url == ""


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        (f"{TITLE} | News Example", TITLE),
        (f"{TITLE} - news.example", TITLE),
        (f"{TITLE} – Соңғы жаңалықтар – News Example", TITLE),
        ("Өрт - Алматыда - үш адам", "Өрт - Алматыда - үш адам"),
    ],
)
def test_the_sites_name_is_taken_off_the_headline(title: str, expected: str):
    """A site's name in every title is found by every search for it."""
    head = '<meta property="og:site_name" content="News Example">'
    body = html(head=head).replace(f"{TITLE} | News Example", title).replace(f"<h1>{TITLE}</h1>", "")
    assert extract(body).title == expected


CLOUDFLARE = "<html><head><title>Just a moment...</title></head><body><div>Enable JavaScript</div></body></html>"
PAYWALL = html(head=json_ld(headline=TITLE, isAccessibleForFree=False), text=[], more="<p>Оқу үшін жазылыңыз.</p>")


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        pytest.param(CLOUDFLARE, "text/html", "challenge", id="cloudflare"),
        pytest.param(
            "<title>x</title><p>Подтвердите, что запросы отправляли вы, а не робот</p>",
            "text/html",
            "challenge",
            id="robot check",
        ),
        pytest.param(PAYWALL, "text/html", "paywall", id="paywall"),
        pytest.param(
            html(text=[], lead="Материал доступен только по подписке."),
            "text/html",
            "paywall",
            id="paywall in the lead",
        ),
        pytest.param("<p>" + "<b>x</b>" * 16_000, "text/html", "too_many_elements", id="16000 elements"),
        pytest.param("<p " + " ".join(f"a{n}=b" for n in range(9000)) + ">", "text/html", "bomb", id="9000 attributes"),
        pytest.param(b"%PDF-1.7 ...", "application/pdf", "not_html", id="pdf"),
        pytest.param(b"\x89PNG\r\n", "text/html", "not_html", id="png"),
        pytest.param("", "text/html", "no_text", id="nothing"),
        pytest.param("<html><body><img src=a.jpg></body></html>", "text/html", "no_text", id="only an image"),
    ],
)
def test_an_unusable_page_falls_back_to_the_feed_and_says_why(body: str | bytes, content_type: str, reason: str):
    """An article is never lost because its page cannot be had; without a feed the reason is raised."""
    article = extract(body, entry=ENTRY, content_type=content_type)
    assert (article.title, article.body, article.extraction) == (TITLE, LEAD, Extraction.SUMMARY)
    assert article.note in {reason, ""}
    with pytest.raises(PageUnusableError) as caught:
        extract(body, content_type=content_type)
    assert caught.value.reason == reason


def test_an_article_about_challenges_and_subscriptions_is_an_article():
    """Cloudflare's scripts are on ordinary pages too, and captchas are news."""
    head = "<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script><script>_cf_chl_opt={}</script>"
    text = [*TEXT, *TEXT, "Хакеры обходили проверку «вы не робот», писали о ней на форумах. " * 10]
    assert extract(html(head=head, text=text)).extraction == Extraction.FULL


def test_a_menu_is_no_article():
    """On galleries the extractor returns the site's menu: fifty towns would each get a story."""
    towns = "".join(f"<div><a href='/{n}'>Қала {n}</a></div>" for n in range(150))
    body = f"<html><head><title>{TITLE}</title></head><body><div><h1>{TITLE}</h1></div><div>{towns}</div></body></html>"
    article = extract(body, entry=ENTRY)
    assert (article.body, article.extraction) == (LEAD, Extraction.SUMMARY)
    assert extract(body).extraction == Extraction.TITLE


def test_the_body_of_json_ld_is_used_when_the_page_shows_none():
    """Pages built by scripts hold their text only there."""
    body = (
        "<html><head><title>x</title>"
        + json_ld(headline=TITLE, articleBody="\n".join(TEXT))
        + "</head><body><div id=app></div>"
    )
    article = extract(body + "</body></html>")
    assert (article.title, article.body.splitlines(), article.extraction) == (TITLE, TEXT, Extraction.FULL)


def test_the_whole_article_in_the_feed_beats_a_stump_on_the_page():
    """Some sites cut the page for visitors without a cookie, and send everything by feed."""
    entry = Entry(link=URL, title=TITLE, content="\n".join([LEAD, *TEXT] * 3), published_at=NOW)
    assert extract(html(text=TEXT[:1]), entry=entry).body.count(LEAD) == 3


def test_without_a_page_the_feeds_best_text_is_the_article():
    """Content, else summary, else the title alone, each under its name."""
    whole = Entry(link=URL, title=TITLE, summary=LEAD, content="\n".join(TEXT))
    bare = Entry(link=URL, title=TITLE)
    nameless = Entry(link=URL, title="", summary=LEAD)
    made = [article_from_entry(entry, url=URL, observed_at=NOW, note="http_404") for entry in (whole, bare, nameless)]
    assert [article.extraction for article in made] == [Extraction.FULL, Extraction.TITLE, Extraction.SUMMARY]
    assert (made[1].body, made[1].published_from, made[1].note) == ("", PublishedFrom.OBSERVED, "http_404")
    assert LEAD.startswith(made[2].title.rstrip("…"))


def test_an_entry_without_words_makes_no_article():
    """The only case in which there is nothing to say."""
    with pytest.raises(PageUnusableError):
        article_from_entry(Entry(link=URL, title=""), url=URL, observed_at=NOW)


def test_a_text_without_end_is_cut_and_says_so():
    """A page of a gigabyte of words must not become a document the index refuses."""
    article = extract(html(text=[f"Сот {number} бойынша үкім шығарды. {TEXT[0]}" for number in range(1700)]))
    assert MAX_BODY_CHARACTERS * 0.9 < len(article.body) <= MAX_BODY_CHARACTERS
    assert article.note == CUT


@given(st.binary(max_size=300))
@settings(max_examples=20, deadline=None)
def test_arbitrary_bytes_never_raise_anything_unexpected(noise: bytes):
    """A page is whatever a stranger's server sends: with an entry there is always an article."""
    for body in (noise, b"<html><head><script type='application/ld+json'>" + noise, html().encode()[:900] + noise):
        article = extract(body, entry=ENTRY)
        assert article.title
        assert article.published_at <= NOW
