"""The two tables of Kazakh endings, for nouns and for verbs, and the sound laws that spell them.

A table is a graph: from a state, an ending leads to the next state; a path to END is a chain of endings. Everything
else, generating and recognising, walks these two graphs.

Endings are written with letters that sound laws resolve, from left to right, against the letters before them:

    А Ы Қ       а е, ы і, қ к by harmony
    Л Н З Д Т   л н д т: plural, genitive, accusative, locative, ablative (ALTERNATIONS)
    Ғ М Б       ғ г қ к, and м б п: dative, instrumental, negation
    (Ы) (А)     only after a consonant; before a vowel a stem's қ к п become ғ г б and its soft sign falls
    (с)         only after a vowel
    Й           й after a vowel, else А
    У           the -у of verbal nouns: қой → қою, оқы → оқу
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

VOWELS = "аәеёоөұүыіэя"
"""The letters after which a suffix is spelled as after a vowel. У, и and ю are glides: қаруы, миы, жоюы."""

ALL_VOWELS = VOWELS + "уию"
BACK, FRONT = "аоұы", "әөүі"
END = ""

Ending = tuple[str, tuple[str, ...]]
"""What takes the place of a stem's last letter, and the marks of the chain."""


class Arc(NamedTuple):
    """`suffix` may follow where `law` holds of the form before it."""

    mark: str
    suffix: str
    to: str
    law: Callable[[str], bool]


def _sound_class(form: str) -> int:
    """Return a column of ALTERNATIONS: vowel, р й у, л, nasal, з ж, or voiceless (with the б в г д of loans)."""
    last = form[-1] if form[-1] != "ь" or len(form) == 1 else form[-2]
    for column, letters in enumerate((VOWELS, "рйуиюь", "л", "мнң", "зж")):
        if last in letters:
            return column
    return 5


#               after: vowel р й у, л, nasal, з ж, voiceless
ALTERNATIONS = {
    "Л": "ллдддт",
    "Н": "нддндт",
    "З": "нддддт",
    "Д": "дддддт",
    "Т": "дддндт",
    "М": "ммммбп",
    "Б": "мммббп",
    "Ғ": "ғғғғғқ",
}
_FRONTED = {"ғ": "г", "қ": "к"}
_VOICED = {"қ": "ғ", "к": "г", "п": "б"}

LAWS: Mapping[str, Callable[[str], bool]] = {
    "always": lambda _: True,
    "after_vowel": lambda form: form[-1] in VOWELS,
    "after_consonant": lambda form: form[-1] not in VOWELS,
    "after_vowel_р_л_й": lambda form: form[-1] in VOWELS + "рлй",
    "after_other": lambda form: form[-1] not in VOWELS + "рлй",
    "near_л": lambda form: "л" in form[-2:],
    "far_from_л": lambda form: "л" not in form[-2:],
}

NOUN = """
noun      .     .         owner
noun      pl    ЛАр       owner
noun      more  (Ы)рАҚ    END      after_consonant
noun      more  рАҚ       END      after_vowel
owner     .     .         case
owner     .     .         locked
owner     his   (с)Ы      his
owner     his   (с)Ы      locked_his
owner     my    (Ы)м      mine
owner     thy   (Ы)ң      mine
owner     our   (Ы)мЫз    case
owner     your  (Ы)ңЫз    case

case      .     .         END
case      gen   НЫң       END
case      dat   ҒА        END
case      acc   ЗЫ        END
case      loc   ДА        END
case      abl   ТАн       END
case      ins   Мен       END
case      at    ДАҒЫ      END
case      own   Нікі      END
mine      .     .         END
mine      gen   НЫң       END
mine      dat   А         END
mine      acc   ЗЫ        END
mine      loc   ДА        END
mine      abl   ТАн       END
mine      ins   Мен       END
mine      at    ДАҒЫ      END
mine      own   Нікі      END
his       .     .         END
his       gen   НЫң       END
his       dat   нА        END
his       acc   н         END
his       loc   ндА       END
his       abl   нАн       END
his       ins   Мен       END
his       at    ндАҒЫ     END
his       own   Нікі      END
his       like  ндАй      END
his       by    ншА       END

locked      like  ДАй     END
locked      at    ДАҒЫ    relative
locked_his  at    ндАҒЫ   relative
relative    .     .       relative_case
relative    pl    ЛАр     relative_owner
relative    his   сЫ      his
relative_owner  .    .    relative_case
relative_owner  his  Ы    his
relative_case   gen  НЫң  END
relative_case   dat  ҒА   END
relative_case   acc  ЗЫ   END
relative_case   loc  ДА   END
relative_case   abl  ТАн  END
relative_case   ins  Мен  END
relative_case   .    .    END
"""
"""Number, possessor and case; -дағы with a second round. `locked`: what goes with no possessor, or with his, alone."""

VERB = """
verb      .      .        polarity
verb      pass   (Ы)л     polarity    far_from_л
verb      pass   (Ы)н     polarity    near_л
verb      recip  (Ы)с     polarity
verb      caus   т        caused      after_vowel_р_л_й
verb      caus   ДЫр      caused      after_other
common    .      .        polarity
common    pass   (Ы)л     polarity    far_from_л
common    pass   (Ы)н     polarity    near_л
caused    .      .        polarity
caused    pass   (Ы)л     polarity

polarity  .      .        tense
polarity  .      .        affirmed
polarity  neg    БА       tense
polarity  neg    БА       denied

affirmed  conv   (Ы)п     END
affirmed  conv   Й        END
affirmed  aor    (А)р     person
affirmed  plan   БАҚ      person
affirmed  plan   БАҚшЫ    person
affirmed  state  УлЫ      END
denied    conv   й        END
denied    conv   стАн     END
denied    aor    с        person

tense     past   ДЫ       past_person
tense     if     сА       past_person
tense     pres   ЙдЫ      END
tense     pres   Й        present_person
tense     hear   (Ы)птЫ   END
tense     hear   (Ы)п     heard_person
tense     part   ҒАн      person
tense     part   ҒАн      deed
tense     fact   ҒАндЫҚ   fact
tense     hab    ЙтЫн     person
tense     hab    ЙтЫн     deed
tense     noun   У        deed
tense     to     ҒАлЫ     END
tense     until  ҒАншА    END
tense     wish   ҒАй      END
tense     want   ҒЫсЫ     END
tense     let    сЫн      END
tense     let    (А)йЫн   END
tense     let    (А)йЫҚ   END
tense     let    (Ы)ңЫз   END
tense     let    (Ы)ңдАр  END

person    .      .        END
person    1      МЫн      END
person    2      сЫң      END
person    2      сЫз      END
person    1pl    БЫз      END
person    2pl    сЫңдАр   END
person    2pl    сЫздАр   END
present_person  1    мЫн     END
present_person  2    сЫң     END
present_person  2    сЫз     END
present_person  1pl  мЫз     END
present_person  2pl  сЫздАр  END
heard_person    1    пЫн     END
heard_person    2    сЫз     END
heard_person    1pl  пЫз     END
past_person     .    .       END
past_person     1    м       END
past_person     2    ң       END
past_person     2    ңЫз     END
past_person     1pl  Қ       END
past_person     2pl  ңдАр    END
past_person     2pl  ңЫздАр  END

deed      .     .         deed_owner
deed      pl    ЛАр       deed_owner
deed      like  ДАй       END
deed_owner  .    .        case
deed_owner  his  (с)Ы     his
fact      abl   тАн       END
fact      his   Ы         his
"""
"""Voice, negation, tense and mood with person; participles, converbs and -у with the cases of nouns.

`common` leaves out what the index need not know: two men hitting each other, somebody made to hit.
The bare stem is not a form here: as an imperative it hardly occurs in news, and it often is a noun (ат, бас, тұтқында).
"""


def _parse(table: str) -> dict[str, tuple[Arc, ...]]:
    arcs: dict[str, list[Arc]] = {}
    for state, mark, suffix, to, *law in map(str.split, filter(None, table.splitlines())):
        arc = Arc(
            mark.strip("."), suffix if suffix != "." else "", to if to != "END" else END, LAWS[(law or ["always"])[0]]
        )
        arcs.setdefault(state, []).append(arc)
    return {state: tuple(found) for state, found in arcs.items()}


GRAPH = _parse(NOUN + VERB)


def endings(stem: str, state: str, *, back: bool) -> Iterator[Ending]:
    """Walk a table from `state` after a stem: what takes the place of the stem's last letter, and the marks.

    The stem alone is among the results where the table lets it end; spellings may repeat with other marks.
    """
    if state in _WIDE:
        return _walk(_tail(stem), state, back=back)
    return iter(_few_endings(_tail(stem), state, back=back))


_WIDE = {"verb", "common", "caused"}
"""States with thousands of paths: walked anew each time, while all the others are remembered."""


def _tail(form: str) -> str:
    """Shorten a form to the two letters that the sound laws look at, the first of them to its kind."""
    before, last = form[-2:-1], form[-1]
    if last == "ь":
        return before + last
    return ("а" if before and before in ALL_VOWELS else before if before == "л" else "р") + last


@functools.cache
def _few_endings(tail: str, state: str, *, back: bool) -> tuple[Ending, ...]:
    return tuple(_walk(tail, state, back=back))


def _walk(tail: str, state: str, *, back: bool) -> Iterator[Ending]:
    for arc in GRAPH[state]:
        if not arc.law(tail):
            continue
        form = attach(tail, arc.suffix, back=back)
        mark = (arc.mark,) if arc.mark else ()
        if arc.to == END:
            yield form[1:], mark
        else:
            yield from ((form[1:-1] + rest, mark + marks) for rest, marks in endings(form, arc.to, back=back))


def attach(form: str, suffix: str, *, back: bool) -> str:
    """Spell a suffix after a form."""
    if suffix.startswith("("):
        fits = (form[-1] in VOWELS) == (suffix[1] == "с")
        suffix = suffix[1] * fits + suffix[3:]
    if suffix.startswith("Й"):
        suffix = ("й" if form[-1] in VOWELS else "А") + suffix[1:]
    if suffix.startswith(("А", "Ы", "У")) and form[-1] not in VOWELS:
        form = _before_vowel(form)
    for letter in suffix:
        form = _join(form, _resolve(letter, form, back=back))
    return form


def _before_vowel(form: str) -> str:
    """Voice a final қ к п after a vowel; drop a soft sign."""
    if form[-1] == "ь":
        return form[:-1]
    return form[:-1] + _VOICED.get(form[-1], form[-1]) if form[-2:-1] and form[-2] in ALL_VOWELS else form


def _resolve(letter: str, form: str, *, back: bool) -> str:
    if letter in ALTERNATIONS:
        letter = ALTERNATIONS[letter][_sound_class(form)]
        return letter if back else _FRONTED.get(letter, letter)
    match letter:
        case "А":
            return "а" if back else "е"
        case "Ы":
            return "ы" if back else "і"
        case "Қ":
            return "қ" if back else "к"
        case _:
            return letter


def _join(form: str, letter: str) -> str:
    """Add a letter as Kazakh spells it: ый → и, йа → я, йу → ю, and -у takes the place of ы."""
    last = form[-1]
    if letter == "й" and last in "ыі":
        return form[:-1] + "и"
    if letter == "а" and last == "й":
        return form[:-1] + "я"
    if letter == "У":
        return form[:-1] + {"й": "ю", "ы": "у", "і": "у"}.get(last, last + ("ю" if last == "и" else "у"))
    return form + letter
