"""Lines of an extracted text that are not the article: what sites write into every one of them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipelines.pages.similarity import key

LONGEST_PROMPT = 240
"""A longer line is a paragraph of the article, whatever words it uses."""

LONGEST_CAPTION = 180
LONGEST_MENU_LINE = 60
PROSE_SHARE = 0.35
LONGEST_KICKER = 40
KICKER_WORDS = 2

# Imperatives: an article *about* subscriptions says «подписались», a prompt says «подписывайтесь».
_PROMPTS = re.compile(
    r"подпи(?:сывай|ши)тесь|хотите [^.]{0,60}получать [^.]{0,40}новости|следите за (?:нами|нашими|новостями)"
    r"|читайте нас в|присоединяйтесь к нам|поделитесь (?:новостью|с друзьями)|ctrl\s?\+\s?enter"
    r"|(?:нашли|заметили|увидели) (?:ошибку|опечатку)[^.!]{0,30}(?:\?|выдел|нажм|сообщите)|все права защищены"
    r"|при (?:любом )?(?:использовании|перепечатке|цитировании|копировании) [^.]{0,80}(?:ссылк|указани[ея] источника)"
    r"|жазылыңы[зр]|(?:арна|парақша|telegram|instagram|youtube|facebook)[^.]{0,40} жазылып"
    r"|бізге қосылыңыз|бөлісіңіз(?:дер)?$|қате (?:тапсаңыз|байқасаңыз)"
    r"|барлық құқы(?:қ|ғы)\w* қорғалған|(?:сайттан|материалды|ақпаратты) [^.]{0,60}сілтеме [^.]{0,30}(?:міндетті|жасау)"
    r"|subscribe to our|^\W*subscribe to the|\bsign up (?:for|to) (?:our|free|daily|get|receive)|our newsletter"
    r"|a nuestra newsletter|follow us on|all rights reserved|^\W*download (?:the|our) app",
    re.IGNORECASE,
)
_POINTERS = re.compile(
    r"^\W*(?:читайте (?:также|ещ[её]|по теме|материал)|смотрите также|похожие новости|оқи отырыңыз"
    r"|(?:тағы|сондай-ақ) оқыңыз|оқыңыз\s*:|read (?:also|more)|see also|related (?:articles|news))\b"
    r"(?=\s*[:：\"«»]|\s+(?-i:[\"«A-ZА-ЯӘІҢҒҮҰҚӨҺ])|\W*$)",
    re.IGNORECASE,
)
# Nouns begin sentences too («Комментарии МВД не поступили»): alone on a line or before a colon they are labels.
_LABELS = re.compile(
    r"^\W*(?:(?:ещ[её] )?по теме|материалы по теме|тақырып бойынша|поделиться|бөлісу|теги?|тегтер|реклама|жарнама"
    r"|advertisement|комментарии|пікірлер)(?:\s*[:：][^.!?]*|\W*)$",
    re.IGNORECASE,
)
_CREDITED = r"(?:фото|photo|foto|сурет|скриншот|видео|коллаж|иллюстрация)\w{0,3}"
_CREDIT = re.compile(
    rf"(?:^|[.!?…)\]/|»]\s*|\s[–—/|]\s){_CREDITED}\s*(?::|©)[^\n]{{0,90}}$"
    rf"|^\W*{_CREDITED}\s*(?:–|—|/|с сайта|из )[^\n.!?]{{0,90}}$"
    rf"|©[^\n]{{0,60}}$|^{_CREDITED}$",
    re.IGNORECASE,
)
_BYLINE = re.compile(r"\bBy\s+[A-Z][A-Z .,&'-]{8,}$")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")


def without_boilerplate(lines: Iterable[str], *, title: str) -> list[str]:
    """Take out what is not the article, by the line.

    Out go: a line that repeats the headline; short lines that ask to subscribe, follow, share or report an error;
    pointers to other articles; captions that end in a picture credit; first lines that only name the section or the
    date; and a last line with a mail address (how to reach the newsroom).
    """
    wanted = key(title)
    kept = [line for line in lines if line.strip() and not _is_boilerplate(line.strip()) and key(line) != wanted]
    while len(kept) > 1 and _is_kicker(kept[0]):
        kept.pop(0)
    while kept and len(kept[-1]) <= LONGEST_PROMPT and _MAIL.search(kept[-1]) and len(kept) > 1:
        kept.pop()
    return kept


def is_prose(lines: list[str]) -> bool:
    """True if the lines are an article, not a menu: a third of the characters are in lines longer than a menu has."""
    total = sum(map(len, lines))
    prose = sum(
        len(line)
        for line in lines
        if len(line) > LONGEST_MENU_LINE or line.rstrip().endswith(("。", ".", "!", "?", "…", "»"))
    )
    return total > 0 and prose >= PROSE_SHARE * total


def _is_kicker(line: str) -> bool:
    """True if a line is a section's name, with or without a date, and no first sentence."""
    words = [word for word in line.split() if any(letter.isalpha() for letter in word)]
    return (
        len(line) <= LONGEST_KICKER and len(words) <= KICKER_WORDS and not line.rstrip().endswith((".", "!", "?", "…"))
    )


def _is_boilerplate(line: str) -> bool:
    if len(line) > LONGEST_PROMPT:
        return False
    if _PROMPTS.search(line) or _POINTERS.match(line) or _LABELS.match(line):
        return True
    return len(line) <= LONGEST_CAPTION and bool(_CREDIT.search(line) or _BYLINE.search(line))
