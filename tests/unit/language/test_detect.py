"""Telling languages apart. The sentences are ours."""

import threading

import pytest

from pipelines.language.detect import Detected, _detector, detect

KAZAKH = [
    "Алматыда полиция қару-жарақ саудасымен айналысқан екі адамды ұстады",
    "Жол апаты салдарынан үш адам қаза тапты",
    "Кеше облыстық сот үкім шығарды",
    "Шекарада есірткі тәркіленді",
    "Министр жаңа заң жобасын таныстырды",
    "Теміржолда авария болды",
    "Биыл егін мол",
    "Қостанайда дауыл тұрды",
    "Сенаторлар бюджетті талқылады",
    "Биыл бес мың итті үйге берді деп естідік кеше кешке",
]
RUSSIAN = [
    "В Алматы полиция задержала двух человек, торговавших оружием",
    "Суд вынес приговор бывшему акиму",
    "Пожар потушили",
    "Казахстан и Китай подписали договор",
    "Глава МВД Ержан Саденов выступил в мажилисе",
    "ТОО «Қазақ мыс» оштрафовали на миллион тенге",
    "Землетрясение ощутили жители Талдыкоргана",
]
OTHERS = {
    "en": "Police arrested two men suspected of smuggling weapons across the border",
    "uk": "Поліція затримала підозрюваного у Києві, його звинувачують у крадіжці",
    "ky": "Бишкекте милиция кылмышка шектүү эки кишини кармады, деп билдирди өлкөнүн ички иштер министрлиги жума күнү",
}


@pytest.mark.parametrize("text", KAZAKH)
def test_kazakh(text):
    """Headlines of a few words, some of them without a Kazakh letter."""
    assert detect(text).language == "kk"


@pytest.mark.parametrize("text", RUSSIAN)
def test_russian(text):
    """Russian headlines of Kazakhstan quote Kazakh names."""
    assert detect(text).language == "ru"


@pytest.mark.parametrize(("language", "text"), OTHERS.items())
def test_neither(language, text):
    """A third language is neither, even with Kazakh letters in it."""
    assert detect(text).language == language


def test_a_mixed_text_keeps_its_share():
    """Dashboards show how much of a Russian text is Kazakh."""
    detected = detect("Министр сказал: «Біз бұған жол бермейміз», и вскоре покинул зал заседаний правительства")
    assert detected.language == "ru"
    assert 0.1 < detected.kazakh_share < 0.4


def test_without_words_the_feed_is_believed():
    """A title of digits is in the feed's language."""
    assert detect("2024", hint="kk") == Detected("kk", 0.0)
    assert detect("", hint="").language == ""


def test_nothing_is_downloaded(monkeypatch, tmp_path):
    """The model ships with the package: no socket, no file written."""
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("a connection was tried"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    _detector.cache_clear()
    assert detect("This is a perfectly English sentence about nothing").language == "en"
    assert not list(tmp_path.iterdir())


def test_threads_agree():
    """Worker threads share the model; the first one loads it."""
    _detector.cache_clear()
    found: list[str] = []

    def read() -> None:
        found.append(detect(OTHERS["en"]).language)

    threads = [threading.Thread(target=read, daemon=True) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["en"] * 8
