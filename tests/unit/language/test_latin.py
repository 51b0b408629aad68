"""Kazakh in Latin letters: recognised among its neighbours, and read into Cyrillic. The sentences are ours."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.support.latin import ALPHABETS, in_latin
from config.settings import HERE
from pipelines.errors import ConfigError
from pipelines.language.detect import Detected, detect, in_latin_kazakh
from pipelines.language.latin import LatinReader, is_kazakh_in_latin, parse_alphabets
from pipelines.language.latin.alphabets import alphabet_of
from pipelines.language.normalise import fold
from worker.files.latin import read_latin

KAZAKH = [
    "Алматыда полиция қару-жарақ саудасымен айналысқан екі адамды ұстады, деп хабарлайды облыстық департамент.",
    "Кеше облыстық сот жемқорлық үшін бұрынғы әкімге жеті жылға бас бостандығынан айыру туралы үкім шығарды.",
    "Шекарада жиырма келі есірткі тәркіленіп, қылмыстық іс қозғалды, бірақ күдіктілер әлі табылған жоқ.",
    "Өскеменде газ жарылып, үш адам ауруханаға түсті; төтенше жағдайлар министрлігі оқиғаны растады.",
    "Қазақстан мен Өзбекстан президенттері шекаралас аймақтардағы су мәселесін және жаңа жобаларды талқылады.",
]
OTHERS = {
    "tr": "Emniyet güçleri İstanbul'da düzenlenen baskında on iki kişiyi gözaltına aldı, silah ve para ele geçirildi.",
    "uz": "Toshkentda ichki ishlar xodimlari qurol savdosi bilan shug‘ullangan ikki kishini ushladi, deb xabar berdi.",
    "az": "Bakıda polis əməkdaşları silah alveri ilə məşğul olan iki nəfəri saxlayıb, bu barədə nazirlik xəbər verib.",
    "tk": "Aşgabatda polisiýa işgärleri ýarag satýan iki adamy tutdy, bu barada içeri işler ministrligi habar berdi.",
    "kaa": "Nókiste polisiya xızmetkerleri qural satqan eki adamdı usladı, dep xabarlaydı ministrliktiń xızmeti.",
    "tt": "Qazanda politsiyä qoral satqan ike keşene totqan, dip xäbär itä respublikanıñ eçke eşlär ministrlığı bügen.",
    "de": "Die Polizei hat in Hamburg zwei Männer festgenommen, die mit Waffen gehandelt haben sollen, hieß es.",
    "en": "Police in Kazakhstan arrested two men who had been selling guns, the Almaty department said Monday.",
    "pl": "Policja zatrzymała w Krakowie dwóch mężczyzn, którzy sprzedawali broń; czynności były prowadzone przez rok.",
    "cs": "Policie v Brně zadržela dva muže, kteří prodávali zbraně; případ byl předán soudu, obviněný je ve vazbě.",
}


@pytest.fixture(scope="module")
def reader() -> LatinReader:
    return read_latin([HERE / "lexicon"])


def words_of(text: str) -> list[str]:
    return [fold(word) for word in text.replace("-", " ").split()]


@pytest.mark.parametrize("alphabet", ALPHABETS)
@pytest.mark.parametrize("text", KAZAKH, ids=range(len(KAZAKH)))
def test_kazakh_is_recognised_in_every_alphabet(text, alphabet):
    """An article that is called Turkish gets no tags and is found by no one."""
    assert detect(in_latin(text, alphabet)) == Detected("kk", 0.0, "latin")


@pytest.mark.parametrize(("language", "text"), OTHERS.items())
def test_neighbours_are_not_taken_for_it(language, text):
    """Turkmen has its vowels, Uzbek its consonants, Karakalpak its words; none has all three."""
    assert not in_latin_kazakh(text)
    assert detect(text).language != "kk"


def test_a_short_text_needs_two_signs():
    assert is_kazakh_in_latin(["qylmys"])
    assert not is_kazakh_in_latin(["qatar"])
    assert not is_kazakh_in_latin([])


@pytest.mark.parametrize("alphabet", ALPHABETS)
def test_most_words_are_read_back(reader, alphabet):
    """With marks nearly every word; without them one in twenty may be a word of other letters."""
    wrong = total = 0
    for text in KAZAKH:
        read = reader.read(in_latin(text, alphabet)).text
        pairs = [*zip(words_of(text), words_of(read), strict=True)]
        wrong += sum(one != other for one, other in pairs)
        total += len(pairs)
    assert wrong / total <= (0.07 if alphabet == "plain" else 0.015)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("AQSh prezıdenti", "АҚШ президенті"),
        ("Iran men Qytaı", "Иран мен Қытай"),
        ("medıtsınalyq fılm", "медициналық фильм"),
        ("saıası ıadrolyq aıla", "саяси ядролық айла"),
        ("mıllıon", "миллион"),
        ("S. Mýsın, Á. Ospan", "С. Мусин, Ә. Оспан"),
        ("XXI ǵasyr", "XXI ғасыр"),
        ("Facebook pen Telegram jáne WhatsApp", "Facebook пен Telegram және WhatsApp"),
        ("Алматы qalasynda", "Алматы қаласында"),
        ("www.Qarjy.kz/saıt jáne police@qarjy.kz", "www.Qarjy.kz/saıt және police@qarjy.kz"),
        ("qarjy-bank.com saıtyn @qylmys jasady", "qarjy-bank.com сайтын @qylmys жасады"),
        ("CVE-2026-1234 pen a3f9c1 faıly", "CVE-2026-1234 пен a3f9c1 файлы"),
        ("20 km jerde", "20 км жерде"),
        ("2026 jyldyń 5 mamyrynda", "2026 жылдың 5 мамырында"),
    ],
)
def test_loans_capitals_and_foreign_names(reader, written, read):
    """What the letters alone do not say, the lexicon does."""
    assert reader.read(written).text == read


def test_a_span_leads_back_to_whole_words(reader):
    """A mark on the page must cover the word as it was published."""
    written = "Ońtústikte qaýipti «qylmyskerler» ustaldy"
    reading = reader.read(written)
    start = reading.text.index("қылмыскер")
    first, last = reading.written_span(start, start + len("қылмыс"))
    assert written[first:last] == "qylmyskerler"
    assert reading.written_span(0, len(reading.text)) == (0, len(written))


@settings(max_examples=60)
@given(text=st.text(alphabet="aqyńıŞsh -«.1Жw\n", max_size=30))
def test_a_reading_keeps_all_but_the_letters(reader, text):
    """Blanks, digits and punctuation are where they were, and pieces lie one after the other."""
    reading = reader.read(text)
    for piece in reading.pieces:
        assert reading.written_span(piece.start, piece.end) == (piece.written_start, piece.written_end)
    others = [character for character in text if not character.isalpha()]
    assert [character for character in reading.text if not character.isalpha()] == others


def test_the_alphabet_is_the_one_whose_letters_are_seen():
    alphabets = parse_alphabets((HERE / "lexicon/latin.tsv").read_text(encoding="utf-8"))
    assert [alphabet_of(text, alphabets).name for text in ("qaýip", "qauıp, jäne", "qauip")] == [
        "2018",
        "2021",
        "plain",
    ]


@pytest.mark.parametrize(
    "text", ["a\tа\n", "a\tа\tplain\nb\t\tplain\n", "á\tә\t2018\n"], ids=["columns", "empty", "plain"]
)
def test_a_broken_table_is_named(text):
    with pytest.raises(ConfigError):
        parse_alphabets(text)


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "text", ["_" * 200_000, "q.a" * 60_000, "a@" * 100_000, "a-" * 100_000], ids=["_", ".", "@", "-"]
)
def test_a_hostile_text_takes_no_time(reader, text):
    """A search for addresses that begins anew at each letter takes minutes."""
    assert reader.read(text).text
