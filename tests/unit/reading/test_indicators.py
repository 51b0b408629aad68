"""Technical indicators: found in one spelling, also when they are defanged, and not where it only looks so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reading.indicators import Kind, find_indicators, indicator, kind_of, refang

FOUND = [
    ("слали ссылки hxxps://Kaspi-Bank[.]top/Login, а", ("https://kaspi-bank.top/Login", "kaspi-bank.top")),
    ("сайт bad[dot]kz и bad (точка) com", ("bad.kz", "bad.com")),
    ("на сайте полиция.рф.", ("полиция.рф",)),
    ("зашли наpolisia.kz, корреспондентTengrinews.kz.По данным", ("polisia.kz", "tengrinews.kz")),
    ("сайтыegov.kzарқылы, почтаinfo@mail.kzсообщила", ("egov.kz", "info@mail.kz")),
    ("подделка kаspi.kz и сberbank.ru", ("kаspi.kz", "сberbank.ru")),
    ("почта info(at)bad[.]kz, Press@Gov.kz", ("info@bad.kz", "press@gov.kz")),
    ("серверы 45.9.148[.]3 и 2A02:6B8::2:242", ("45.9.148.3", "2a02:6b8::2:242")),
    ("уязвимость cve-2025-12345", ("CVE-2025-12345",)),
    ("файл 44D88612FEA8A8F36DE82E1278ABB02F", ("44d88612fea8a8f36de82e1278abb02f",)),
    ("на 0x52908400098527886E0F7030069857D2E4169EE7", ("0x52908400098527886e0f7030069857d2e4169ee7",)),
    ("на TJRabPrwbZy45sbavfcjinPJC18kjpRTv8", ("TJRabPrwbZy45sbavfcjinPJC18kjpRTv8",)),
    ("на bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", ("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",)),
    ("с номера 8 (701) 123-45-67 и +7 7172 74 12 34", ("+77011234567", "+77172741234")),
    ("87011234567 нөмірінен, +44 20 7946 0958", ("+77011234567", "+442079460958")),
]
NOT_FOUND = [
    "Ущерб 8 701 123 456 тенге, штраф 70 112 345 678 тенге.",
    "т.к. см. readme.txt и e.g. это",
    "версия 192.168.1.1 и 127.0.0.1, счёт 10.0.0.300",
    "TJRabPrwbZy45sbavfcjinPJC18kjpRTv9 и bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdr",
    "в 12:30:45 и 01:02, ИИН 870112345678",
    "12345678901234567890123456789012",
    "CVE-25-1 и 1234-5678-9012-3456",
    "Слово.Далее без пробела.",
]


@pytest.mark.parametrize(("text", "found"), FOUND, ids=[str(number) for number in range(len(FOUND))])
def test_an_indicator_has_one_spelling(text, found):
    """Reports defang addresses in ten ways; a search and a watchlist need one."""
    assert find_indicators(text) == found
    assert all(kind_of(value) for value in found)


@pytest.mark.parametrize("text", NOT_FOUND, ids=[str(number) for number in range(len(NOT_FOUND))])
def test_what_only_looks_like_one_is_left_out(text):
    """Sums of money, times, local addresses and wrong checksums would fill the field with noise."""
    assert find_indicators(text) == ()


def test_a_value_is_read_as_what_it_is_said_to_be():
    """A watchlist names kinds: a phone among the domains is a mistake that must be seen."""
    assert indicator(Kind.PHONE, "8-701-123-45-67") == "+77011234567"
    assert indicator(Kind.DOMAIN, "www.Bad[.]KZ") == "bad.kz"
    assert indicator(Kind.DOMAIN, "8-701-123-45-67") == ""
    assert kind_of("bad.kz") is Kind.DOMAIN
    assert kind_of("слово") is None


@given(st.text(alphabet="abхк019.:@/[]()+-_ \n1T", max_size=300))
def test_any_text_is_read(text):
    """Texts are strangers': nothing is raised, and what is found is found again in its own spelling."""
    assert refang(refang(text)) is not None
    for value in find_indicators(text):
        assert value in find_indicators(value)
