"""Lines of an extracted text that are not the article: what sites write into every one of them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipelines.language.letters import UPPER
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
    r"|(?:нашли|заметили|увидели) (?:ошибку|опечатку)|все права защищены"
    r"|при (?:любом )?(?:использовании|перепечатке|цитировании|копировании) [^.]{0,80}(?:ссылка|обязательн)"
    r"|жазылыңы[зр]|жазылып, |бізге қосылыңыз|бөлісіңіз(?:дер)?$|қате (?:тапсаңыз|байқасаңыз)"
    r"|барлық құқы(?:қ|ғы)\w* қорғалған|(?:сайттан|материалды|ақпаратты) [^.]{0,60}сілтеме [^.]{0,30}(?:міндетті|жасау)"
    r"|subscribe to (?:our|the)|sign up (?:for|to) |our newsletter|a nuestra newsletter|follow us on"
    r"|all rights reserved|download (?:the|our) app",
    re.IGNORECASE,
)
_POINTERS = re.compile(
    r"^\W*(?:читайте (?:также|ещ[её]|по теме|материал)|смотрите также|по теме|ещ[её] по теме|материалы по теме"
    r"|похожие новости|оқи отырыңыз|(?:тағы|сондай-ақ) оқыңыз|тақырып бойынша|оқыңыз\s*:|read (?:also|more)|see also"
    r"|related (?:articles|news)|поделиться|бөлісу|теги?|тегтер|реклама|жарнама|advertisement|комментарии|пікірлер)\b"
    rf"(?=\s*[:：\"«»]|\s+(?-i:[\"«A-Z{UPPER}])|\W*$)",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"(?:^|[\s(.])(?:фото|photo|foto|сурет|скриншот|видео|коллаж|иллюстрация)\w{0,3}"
    r"\s*(?::|©|–|—|/|с сайта|из )[^\n]{0,90}$"
    r"|©[^\n]{0,60}$|^(?:фото|сурет|видео)\w{0,3}$",
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
    """Tell an article from a menu: at least a third of its characters stand in lines longer than a menu has."""
    total = sum(map(len, lines))
    prose = sum(
        len(line)
        for line in lines
        if len(line) > LONGEST_MENU_LINE or line.rstrip().endswith(("。", ".", "!", "?", "…", "»"))
    )
    return total > 0 and prose >= PROSE_SHARE * total


def _is_kicker(line: str) -> bool:
    """Tell a section's name, with or without a date, from a first sentence."""
    words = [word for word in line.split() if any(letter.isalpha() for letter in word)]
    return (
        len(line) <= LONGEST_KICKER and len(words) <= KICKER_WORDS and not line.rstrip().endswith((".", "!", "?", "…"))
    )


def _is_boilerplate(line: str) -> bool:
    if len(line) > LONGEST_PROMPT:
        return False
    if _PROMPTS.search(line) or _POINTERS.match(line):
        return True
    return len(line) <= LONGEST_CAPTION and bool(_CREDIT.search(line) or _BYLINE.search(line))
