"""The closed lists of both languages: endings after a hyphen, and words that only hold a sentence together.

These are grammar, not vocabulary: code depends on each of them, so they are kept here. The words that an analyst may
add to are in config/lexicon.
"""

from __future__ import annotations


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text, which reads better than a list of quoted ones."""
    return frozenset(text.split())


HYPHENATED_ENDINGS = word_set(
    """
    ның нің дың дің тың тің ға ге қа ке на не ны ні ды ді ты ті да де та те нан нен дан ден тан тен мен бен пен
    дағы дегі тағы тегі нікі дікі тікі лар лер дар дер тар тер сы сі ы і н нда нде нна ндағы ндегі
    """
)
"""Kazakh endings written after a hyphen: ҰҚК-нің, Boeing-тың, ҰҚК-нікі. A term, a key and a query lose them alike."""

QUERY_FUNCTION_WORDS = word_set(
    """
    в во на с со к ко у о об обо и а но или по из изо за от ото до для при без под подо над про через между перед
    же ли бы не ни что как это то так также
    мен бен пен және да де та те ма ме ба бе па пе үшін туралы жайлы бойынша арқылы дейін немесе әрі ғой бұл осы сол
    """
)
"""Words typed between the words that are searched for: an article need not have them."""

QUESTION_WORDS = word_set(
    """
    қандай қалай қалайша қанша қаншама неше нешінші не нені неге ненің неден немен кім кімді кімге кімнің кімнен кіммен
    кімдер кімдерді кімдерге кімдердің қай қайсы қайсысы қайда қашан қайдан неліктен ме екен
    кто кого кому кем ком чего чему чем какой какая какое какие каких каким какую каком какими сколько где куда откуда
    когда почему зачем который которая которое которые которых чей чья чье чьи насколько ли
    """
)
"""Words that ask: an answer need not have them either."""

QUERY_FILLERS = QUERY_FUNCTION_WORDS | QUESTION_WORDS

COMPOUND_BEGINNINGS = tuple(
    sorted(
        word_set("кибер интернет онлайн видео аудио медиа веб авиа агро био гео гидро нарко радио теле техно фото эко")
    )
)
"""First parts of compounds that are written in one word, with a hyphen or in two: кибершабуыл, кибер-шабуыл."""

KAZAKH_HINT_WORDS = word_set(
    """
    да де та те мен бен пен ма ме ба бе па пе ал бар бойынша туралы болды болып емес екен алды сол осы жыл жылы жол
    сот тура бас баста басты адам жас жаман сондай бала балалар ана ата ай айтты айды аса ала алдын тек дейін кейін
    орта алып салып барып болса жатыр отыр туры басшысы азамат биыл бес он жер су саны кеше егер соң
    """
)
"""Common Kazakh words without a Kazakh letter: what shows the language of a short text."""

RUSSIAN_HINT_WORDS = word_set(
    """
    и в во на с со по за из о об от до для к ко что как не ни при у его ее их он она они это этот эта эти был была
    было были или но а то же бы ли так уже еще все всех под над без через после перед между также более около где
    когда который которые которая мы вы я ты свой своего
    """
)
"""Common Russian function words, for the same."""

KAZAKH_LATIN_WORDS = word_set(
    """
    және үшін бойынша туралы болды болып болған болады деген дейін кейін сондай осы бұл деп жылы оның олар барлық екен
    емес бірақ тағы жатыр отыр жоқ көп ретінде арқылы күні биыл бүгін республикасы облысы облыстық қаласы қаласында
    ауданы ұлттық мемлекеттік мемлекет халықаралық министрлігі мәлімдеді хабарлайды айтты жаңа қазіргі қазақ бірі
    кезінде жөнінде қарсы арасында негізінде енді мүмкін қажет өзінің біздің төрағасы қызметі жұмыс еліміз халық халқы
    ақпарат басшысы орынбасары жүргізілді тілшісі айыпталушы полиция қылмыс қылмыстық адамды адамның теңге мың
    сотта үкім
    """
)
"""Common Kazakh words that neighbours do not share: what shows Kazakh in Latin letters."""
