"""Pages that stand in place of an article: challenges for robots, paywalls, and errors of the site."""

from __future__ import annotations

import re

from pipelines.errors import PageUnusableError
from pipelines.pages.document import PageTree
from pipelines.pages.metadata import PageMetadata
from pipelines.pages.similarity import key

CHALLENGE_CHARACTERS = 1_500
"""A challenge says little. A longer page that speaks of captchas is an article about them."""

ARTICLE_CHARACTERS = 180
"""Two sentences. What a challenge says besides its own words («Ray ID», «a few seconds») is shorter."""

SHORTEST_ARTICLE = 40
HEADLINE_WORDS = 5
"""Headlines of news have more words than «Проверка браузера»."""

LONGEST_PROMPT = 240
"""A longer line is a paragraph of the article, whatever words it uses."""

TEASER_CHARACTERS = 900
"""A paywall shows less of an article than this; more is worth reading as it is."""

_CHALLENGE_TITLE = re.compile(
    r"^\W*(?:just a moment|attention required|checking your browser|ddos-guard|access denied|robot check"
    r"|are you a robot|security check|один момент|проверка браузера|доступ (?:ограничен|запрещ[её]н)|вы (?:не )?робот"
    r"|бір сәт)\W*(?:$|[|•·/–—-]|site|www|\S+\.\w{2,}$)",
    re.IGNORECASE,
)
_CHALLENGE_WORDS = re.compile(
    r"checking (?:if the site connection|your browser)|verif(?:y|ying) (?:that )?you are (?:a )?human"
    r"|enable javascript and cookies|ddos protection by|подтвердите, что (?:вы|запросы)|проверяем ваш браузер"
    r"|вы не робот|робот емес",
    re.IGNORECASE,
)
_CHALLENGE_CODE = tuple(
    """
    _cf_chl_opt cf-browser-verification ddos-guard.net/check g-recaptcha h-captcha smartcaptcha
    """.split()  # noqa: SIM905 - signs to read
)
_ERROR_WORDS = (
    r"(?:page |file )?not found|forbidden|access forbidden|bad gateway|gateway time-?out|internal server error"
    r"|service (?:temporarily )?unavailable|(?:this )?(?:web)?site is (?:under maintenance|temporarily unavailable)"
    r"|(?:under )?maintenance(?: mode)?|your access to this site has been (?:limited|blocked)(?: by the site owner)?"
    r"|a potentially unsafe operation has been detected(?: in your request to this site)?"
    r"|(?:запрашиваемая |данная |такая )?(?:страница|запись|новость|статья|материал|публикация)"
    r" (?:не найден[ао]?|не существует|(?:была |был )?удал[её]н[ао]?)|ничего не найдено|внутренняя ошибка сервера"
    r"|сайт (?:временно )?(?:недоступен|не работает|на (?:техническом )?обслуживании)|(?:ведутся )?технические работы"
    r"|(?:сұралған |мұндай )?(?:бет|парақ|парақша|жаңалық|мақала|материал) (?:табылмады|табылған жоқ|жоқ|жойылған)"
    r"|ештеңе табылмады|(?:сайтта )?техникалық жұмыстар(?: жүргізіліп жатыр)?"
    r"|сайт уақытша (?:қолжетімсіз|жұмыс істемейді)"
)
_ERROR_TITLE = re.compile(
    rf"^\W*(?:(?:(?:http )?error|oops|упс|ой|извините|ошибка|кешіріңіз|қате(?:лік)?)\W*)?"
    rf"(?:(?:40[0134]|410|451|50[0234])(?:\W+(?:(?:error|ошибка|қате(?:лік)?)\W*)?(?:{_ERROR_WORDS}))?"
    rf"|(?:error|ошибка|қате(?:лік)?)\W+(?:40[0134]|410|451|50[0234])|{_ERROR_WORDS}(?:\W+(?:40[0134]|410|50[0234]))?)"
    r"\W*?(?:[!\d]*$|[|•·/–—-]\s|site|www|\S+\.\w{2,}$)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{2,}")
_SENTENCE_END = re.compile(r"(?<!\.\.)[.!?»\"”)]\s*\Z")
_PAYWALL_WORDS = re.compile(
    r"(?:доступ\w*|читать|прочитать|продолжени\w*|материал\w*)[^.\n]{0,60}"
    r"(?:по подписке|для подписчиков|только подписчикам|оформ\w+ подписку)"
    r"|(?:жазылушылар\w*|жазылым)[^.\n]{0,40}(?:ғана|арқылы|қолжетімді)"
    r"|subscribe to (?:continue|read|keep)|for subscribers only|this article is for (?:subscribers|members)",
    re.IGNORECASE,
)


def refuse_challenge(tree: PageTree, metadata: PageMetadata, body: str, *, url: str) -> None:
    """Raise PageUnusableError (`challenge`) when the page asks who is reading instead of being an article.

    Ordinary pages behind Cloudflare carry its scripts, comment forms have captchas, and news reports on both: a sign
    counts only where the reader sees little, and where the extractor found no text but the challenge's own.
    """
    text = "\n".join(tree.lines)
    if len(text) > CHALLENGE_CHARACTERS or _has_article(metadata, body):
        return
    if _CHALLENGE_TITLE.match(metadata.title_element) or _CHALLENGE_WORDS.search(text) or _has_challenge_code(tree):
        raise PageUnusableError(url, "the site asks whether a person is reading (challenge page)", reason="challenge")


def refuse_error(metadata: PageMetadata, *, url: str) -> None:
    """Raise PageUnusableError (`error_page`) when the page is called an error of the site, whatever its status says.

    Soft 404s list other articles, so there may be much text. A page that claims a headline is an article.
    """
    called = (metadata.title_element, *metadata.headings[:1])
    if not metadata.claims.headline and any(map(_ERROR_TITLE.match, called)):
        raise PageUnusableError(url, "the site shows an error in place of the article", reason="error_page")


def refuse_teaser(metadata: PageMetadata, body: str, *, lines: list[str], url: str) -> None:
    """Raise PageUnusableError (`paywall`) when only the beginning of the article may be read.

    Publishers mark whole short articles as not free too: then a text of several paragraphs with an end is all of it.
    """
    if len(body) > TEASER_CHARACTERS:
        return
    is_cut = not metadata.claims.free and ("\n" not in body or not _SENTENCE_END.search(body))
    if is_cut or any(_PAYWALL_WORDS.search(line) for line in lines if len(line) <= LONGEST_PROMPT):
        raise PageUnusableError(url, "only subscribers can read the article (paywall)", reason="paywall")


def _has_article(metadata: PageMetadata, body: str) -> bool:
    """True if there are enough sentences that no challenge says, under a title that is no challenge's.

    Under a whole sentence of a headline, which the title repeats, a line of text is enough.
    """
    if _CHALLENGE_TITLE.match(metadata.title_element):
        return False
    is_headed = any(_is_news(heading, metadata.title_element) for heading in metadata.headings)
    if is_headed and len(body) >= SHORTEST_ARTICLE:
        return True
    own = [line for line in body.splitlines() if not _CHALLENGE_WORDS.search(line)]
    return sum(map(len, own)) >= ARTICLE_CHARACTERS


def _is_news(heading: str, title: str) -> bool:
    """True for a heading that challenges do not have: long, repeated in the title, without their words."""
    words = len(_WORD.findall(heading))
    return words >= HEADLINE_WORDS and key(heading) in key(title) and not _CHALLENGE_WORDS.search(heading)


def _has_challenge_code(tree: PageTree) -> bool:
    for element in tree.root.iter("script", "div", "form"):
        code = f"{element.get('src') or ''} {element.get('class') or ''} {element.get('id') or ''} {element.text or ''}"
        if any(sign in code for sign in _CHALLENGE_CODE):
            return True
    return False
