"""Pages around given texts, as heavy as those of real news sites."""

from __future__ import annotations

import html

ELEMENTS = 720
"""The median of the 25 real pages of the development data; those in Cyrillic have 1,211, and an article 300 words."""

CARD = (
    '<div class="card card--feed js-card" data-id="{0}" data-n="{0}"><a class="card__link" href="/news/{0}/item">'
    '<img class="card__image lazy" src="/static/i/{0}.jpg" width="320" height="180" alt=""><h4 class="card__title">'
    'Ещё новость {0}</h4></a><time class="card__time" datetime="2026-11-25T10:00">10:00</time></div>'
)
ITEM = '<li class="menu__item menu__item--1"><a class="menu__link" href="/rubric/{0}/"><span>Раздел {0}</span></a></li>'
CARD_ELEMENTS, ITEM_ELEMENTS = 5, 3


def page_around(title: str, text: str) -> str:
    """Return a page with the text as its article.

    A quarter of its elements are links (real ones: 21 %), and an element takes 60 bytes (real ones: 130, with scripts):
    it is rather lighter than a real page, so what is compared with its extraction is not flattered.
    """
    paragraphs = "".join(f"<p>{html.escape(part)}</p>" for part in text.split("\n"))
    cards = int(ELEMENTS * 0.7 / CARD_ELEMENTS)
    menu = "".join(ITEM.format(number) for number in range(int(ELEMENTS * 0.3 / ITEM_ELEMENTS)))
    related = "".join(CARD.format(number) for number in range(cards))
    return (
        f"<html><head><title>{html.escape(title)}</title></head><body><nav><ul>{menu}</ul></nav><article>"
        f"<h1>{html.escape(title)}</h1>{paragraphs}</article><aside>{related}</aside><footer>Все права защищены"
        "</footer></body></html>"
    )
