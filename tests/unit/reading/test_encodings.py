"""Bytes become the letters that were meant, whatever header and document declare."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reading.encodings import decode

RUSSIAN = "В Алматы потушили пожар на рынке, пострадавших нет"
KAZAKH = "Қарағандыда көпір құлап, екі адам жарақат алды"
ENCODINGS = ("utf-8", "windows-1251", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic", "kz1048", "utf-16", "utf-16-le")
DECLARED = ("", "utf-8", "iso-8859-1", "windows-1251", "koi8-r")
FEED = (
    '<?xml version="1.0"?><rss><channel><link>https://alatau.example/novosti/</link><title>{}</title></channel></rss>'
)
PAGE = "<html><head><script>{script}</script></head><body><p>{{}}</p></body></html>".format(
    script="var a=run(1);" * 300
)
SITEMAP = "<urlset><url><loc>https://alatau.example/1</loc><news:title><![CDATA[{}]]></news:title></url></urlset>"


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("document", [FEED, PAGE, SITEMAP], ids=["feed", "page", "sitemap"])
def test_no_declaration_makes_mojibake_of_russian(encoding: str, document: str):
    """Header and document name any of five encodings, in 25 pairs: a title read wrong is never found again."""
    text = document.format(RUSSIAN)
    read = {decode(text.encode(encoding), declared=pair).text for pair in product(DECLARED, repeat=2)}
    assert read == {text}


@pytest.mark.parametrize("encoding", ["utf-8", "kz1048", "utf-16-be"])
def test_kazakh_letters_come_back_though_windows_1251_is_declared(encoding: str):
    """KZ-1048 differs from windows-1251 in the Kazakh letters only, and sites call it windows-1251."""
    text = FEED.format(KAZAKH)
    assert decode(text.encode(encoding), declared=["windows-1251", "windows-1251"]).text == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "El ministro visitó la región y anunció más policías según fuentes españolas"),
        ("cp1254", "İstanbul'da çıkan yangında şüpheli gözaltına alındı"),
        ("cp1253", "Η αστυνομία συνέλαβε δύο άτομα στην Αθήνα"),
        ("shift_jis", "警察は東京で二人を逮捕したと発表しました"),
    ],
)
def test_other_alphabets_stay_what_they_are_declared_to_be(encoding: str, text: str):
    """Foreign sources are watched too: the care for Cyrillic must not turn them into it."""
    assert decode(f"<p>{text}</p>".encode(encoding), declared=[encoding]).text == f"<p>{text}</p>"


@pytest.mark.parametrize("word", ["Погода", "курс валют: доллар, евро, рубль"])
def test_a_word_in_windows_1251_is_repaired_inside_utf8(word: str):
    """A widget or one item in another encoding must not make the whole page unreadable."""
    page = f"<p>{KAZAKH}</p><div>".encode() + word.encode("cp1251") + f"</div><p>{RUSSIAN}</p>".encode()
    decoded = decode(page, declared=["utf-8"])
    assert (decoded.encoding, decoded.text) == ("utf-8", f"<p>{KAZAKH}</p><div>{word}</div><p>{RUSSIAN}</p>")


def test_a_foreign_word_inside_a_sentence_is_repaired_too():
    """Agencies paste a quotation from an old system into the middle of a line."""
    line = f"{RUSSIAN}: ".encode() + "пресс-служба".encode("cp1251") + f", {KAZAKH}".encode()
    assert decode(line).text == f"{RUSSIAN}: пресс-служба, {KAZAKH}"


def test_a_sign_of_windows_1252_in_an_english_page_is_that_sign():
    """One byte above 127 is no damaged UTF-8 where there is no UTF-8 at all."""
    assert decode(b"<p>Police said \x97 two men</p>").text == "<p>Police said — two men</p>"


@given(st.binary(max_size=300), st.sampled_from([*ENCODINGS, "hex", "", "gb18030"]))
def test_any_bytes_are_some_text(noise: bytes, declared: str):
    """Decoding never raises: what strangers send must end as a named refusal later, not here."""
    assert isinstance(decode(noise, declared=[declared]).text, str)
