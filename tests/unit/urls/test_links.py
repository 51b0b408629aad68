"""One spelling for each link, and the identity made from it."""

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import UnsafeAddressError
from pipelines.urls import article_id, host_of, normalise_url, parse_link, same_site, twin_id

SPELLINGS = [
    ("HTTP://Example.KZ", "http://example.kz/"),
    ("https://example.kz:443/a", "https://example.kz/a"),
    ("http://example.kz:443/a", "http://example.kz:443/a"),
    ("https://example.kz./a", "https://example.kz/a"),
    ("https://example.kz/a#comments", "https://example.kz/a"),
    ("https://example.kz/a?", "https://example.kz/a"),
    ("https://example.kz?id=1", "https://example.kz/?id=1"),
    ("https://example.kz/a/./b/../c/", "https://example.kz/a/c/"),
    ("https://example.kz/../../a", "https://example.kz/a"),
    ("https://example.kz/a/%2E%2e/b", "https://example.kz/b"),
    ("https://example.kz/a//b", "https://example.kz/a//b"),
    ("https://example.kz/%7Euser/%41%2fb", "https://example.kz/~user/A%2Fb"),
    ("https://example.kz/100%", "https://example.kz/100%25"),
    ("https://example.kz/a b", "https://example.kz/a%20b"),
    ("  https://example.kz/a\n", "https://example.kz/a"),
    ("https://exam\tple.kz/a", "https://example.kz/a"),
    ("https:\\\\example.kz\\a?b=\\", "https://example.kz/a?b=%5C"),
    ("http://good.kz\\@127.0.0.1/", "http://good.kz/@127.0.0.1/"),
    ("https://example.kz/?b=2&a=1&&c", "https://example.kz/?b=2&a=1&c"),
    ("https://example.kz/?a=1&amp;b=2", "https://example.kz/?a=1&b=2"),
    ("https://пример.қаз/жаңалық", "https://xn--e1afmkfd.xn--80ao21a/%D0%B6%D0%B0%D2%A3%D0%B0%D0%BB%D1%8B%D2%9B"),
    ("https://ПРИМЕР.ҚАЗ/", "https://xn--e1afmkfd.xn--80ao21a/"),
    ("https://xn--e1afmkfd.xn--80ao21a/", "https://xn--e1afmkfd.xn--80ao21a/"),
    ("https://%D0%BF%D1%80%D0%B8%D0%BC%D0%B5%D1%80.kz/", "https://xn--e1afmkfd.kz/"),
    ("http://[2001:DB8:0:0::1]:8080/", "http://[2001:db8::1]:8080/"),
    ("http://example.kz/%CF%F0%E8", "http://example.kz/%CF%F0%E8"),
]


@pytest.mark.parametrize(("link", "spelling"), SPELLINGS)
def test_links_have_one_spelling(link, spelling):
    """Two spellings of one link would be two articles."""
    assert normalise_url(link) == spelling


@pytest.mark.parametrize(
    "parameter",
    [
        "utm_source=rss",
        "UTM_Medium=x",
        "fbclid=1",
        "gclid=1",
        "yclid=1",
        "ysclid=l9",
        "_openstat=a;b",
        "mc_cid=1",
        "utm%5Fid=1",
    ],
)
def test_tracking_parameters_do_not_make_another_article(parameter):
    """A feed and a share button name the same page with other parameters."""
    plain = "https://example.kz/news?id=7"
    assert article_id(f"{plain}&{parameter}") == article_id(plain)
    assert article_id(f"https://example.kz/news?{parameter}&id=7") == article_id(plain)


@pytest.mark.parametrize(
    "name",
    ["gallery", "game", "glava", "source_id", "ref", "uid", "cid", "eid", "gid", "pk", "session", "from", "page", "id"],
)
def test_parameters_that_may_name_the_article_stay(name):
    """Dropping one that distinguishes two articles would lose one of them for good."""
    assert article_id(f"https://example.kz/news?{name}=1") != article_id(f"https://example.kz/news?{name}=2")


@pytest.mark.parametrize(
    "link",
    [
        "",
        "news/1",
        "/news/1",
        "javascript:void(0)",
        "mailto:info@example.kz",
        "file:///etc/passwd",
        "ftp://example.kz/",
        "http://",
        "http:///news",
        "http://user@example.kz/",
        "http://user:word@example.kz/",
        "http://:@example.kz/",
        "http://exa mple.kz/",
        "http://example..kz/",
        "http://.kz/",
        "http://example.kz:99999/",
        "http://example.kz:port/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://１２７.1/",
        "http://[::1/",
        "http://[fe80::1%25eth0]/",
        "http://" + "a" * 64 + ".kz/",
        "http://" + "a." * 127 + "kz/",
        "http://" + "ж" * 300 + ".kz/",
        "https://example.kz/" + "a" * 5000,
    ],
)
def test_what_is_no_web_link_is_refused(link):
    """Feeds hold all of these; each has to end as a dropped entry, not as a crash."""
    with pytest.raises(UnsafeAddressError) as caught:
        normalise_url(link)
    assert len(str(caught.value)) < 400


def test_links_are_resolved_against_their_base():
    """Feeds with relative links are common."""
    assert normalise_url("../news/1", base="https://example.kz/rss/all.xml") == "https://example.kz/news/1"
    assert normalise_url("//cdn.example.kz/1", base="https://example.kz/") == "https://cdn.example.kz/1"
    assert normalise_url("http://other.kz/1", base="https://example.kz/") == "http://other.kz/1"


def test_fetching_keeps_the_parameters_that_identity_drops():
    """A site may redirect to itself with a tracking parameter; asking without it would go round for ever."""
    assert parse_link("https://example.kz/?utm_source=a").url == "https://example.kz/?utm_source=a"


def test_ids_are_stable():
    """Identities live in Redis and in the index: this very value must come out in ten years."""
    assert article_id("https://Example.kz/news/1?utm_source=rss") == "cd97cce2c3614d07efd6bfc8c7ef847a"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Example.kz/a", "example.kz"),
        ("https://example.kz:443/", "example.kz"),
        ("http://127.0.0.2:8801/a", "127.0.0.2:8801"),
        ("http://[::1]:81/", "[::1]:81"),
    ],
)
def test_host_of_names_the_port_only_where_it_matters(url, host):
    """Spacing is per host; the newsroom's sites differ by address and port."""
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://kaz.nur.kz/a", "https://www.nur.kz/b", True),
        ("http://nur.kz/", "https://nur.kz:8443/", True),
        ("https://www.gov.kz/", "https://gov.kz/x", True),
        ("https://one.com.kz/", "https://two.com.kz/", False),
        ("https://nur.kz/", "https://nur.kz.example.com/", False),
        ("https://пример.қаз/", "https://www.xn--e1afmkfd.xn--80ao21a/", True),
        ("http://127.0.0.2:8801/", "http://127.0.0.2:8801/b", True),
        ("http://127.0.0.2:8801/", "http://127.0.0.3:8801/", False),
        ("http://localhost/", "http://localhost/a", True),
    ],
)
def test_same_site_compares_registrable_domains(one, other, same):
    """A canonical link is believed only on the same site; com.kz is no site."""
    assert same_site(one, other) is same


letters = st.sampled_from(string.ascii_letters + string.digits + "-._~/%?&=+;,!'()*:@[]| абвәғқңөұүһі\\\t")
paths = st.text(letters, max_size=60)
hosts = st.sampled_from(["example.kz", "WWW.Example.KZ", "пример.қаз", "127.0.0.1", "[2001:db8::1]", "a-b.c_d.kz."])
links = st.builds(
    "{}://{}{}/{}".format, st.sampled_from(["http", "HTTPS"]), hosts, st.sampled_from(["", ":80", ":8080"]), paths
)


@given(links)
def test_normalising_twice_changes_nothing(link):
    """Links are normalised wherever they come in; a second pass must not move the identity."""
    once = normalise_url(link)
    assert normalise_url(once) == once
    assert once.isascii()
    assert not set(once) & set(" \t\n\r#\\")


@given(st.text(max_size=80))
def test_any_text_is_a_link_or_an_unsafe_address(text):
    """What strangers put into <link> must not raise anything else."""
    for link in (text, f"http://{text}", f"http://example.kz/{text}"):
        try:
            once = normalise_url(link)
        except UnsafeAddressError:
            continue
        assert normalise_url(once) == once


@given(st.text(st.sampled_from("абвгдеёжзийклмнопрстуфхцчшщъыьэюяәғқңөұүһіABC abc/-0123"), max_size=40))
def test_raw_and_encoded_paths_are_one_article(path):
    """Feeds write Cyrillic paths raw, encoded in capitals or in small letters."""
    small = "".join(c if c in "/-" else "".join(f"%{byte:02x}" for byte in c.encode()) for c in path)
    spellings = [f"https://example.kz/n/{spelt}x?q={spelt}x" for spelt in (path, small, small.upper())]
    assert len(set(map(normalise_url, spellings))) == 1


names = st.text(st.sampled_from("abcdefgh"), min_size=1, max_size=5)
parameters = st.lists(st.tuples(names, names).map("=".join), max_size=4)
tracking = st.lists(
    st.sampled_from(["utm_source=x", "utm_campaign=жаңа", "fbclid=Iw", "ysclid=1", "_ga=2.1"]), max_size=3
)


@given(parameters, tracking, st.randoms())
def test_ids_do_not_move_with_tracking(kept, noise, random):
    """Wherever tracking parameters are put among the others, the article is the same."""
    mixed = list(kept)
    for parameter in noise:
        mixed.insert(random.randint(0, len(mixed)), parameter)
    assert article_id("https://example.kz/n?" + "&".join(mixed)) == article_id("https://example.kz/n?" + "&".join(kept))


@pytest.mark.shared
def test_catalogue_links_normalise_to_themselves(shared):
    """The addresses of the catalogue are usable as they are; the measured spelling must not be damaged."""
    lines = (shared / "data" / "feeds" / "expected.jsonl").read_text().splitlines()
    links = [json.loads(line).get("feedparser", {}).get("first_link") for line in lines]
    web = [link for link in links if link and link.startswith("http")]
    assert web
    for link in web:
        assert normalise_url(normalise_url(link)) == normalise_url(link)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://alatau.example/#/press/1", "https://alatau.example/#/press/2", False),
        ("https://alatau.example/#!news7", "https://alatau.example/#!news8", False),
        ("https://alatau.example/7#comments", "https://alatau.example/7", True),
        ("https://alatau.example/7;jsessionid=0A1B", "https://alatau.example/7", True),
        ("https://alatau.example/7?PHPSESSID=ab&id=1", "https://alatau.example/7?id=1", True),
        ("https://alatau.example/7?sid=1", "https://alatau.example/7?sid=2", False),
    ],
)
def test_routes_count_and_sessions_do_not(one: str, other: str, *, same: bool):
    """A site that is one program names its pages behind `#/`; a session is of the reader, not of the article."""
    assert (article_id(one) == article_id(other)) is same


@pytest.mark.parametrize(
    "twin",
    [
        "http://alatau.kz/news/7",
        "https://www.alatau.kz/news/7",
        "https://alatau.kz/news/7/",
        "http://www.alatau.kz/news/7/?utm_source=rss",
    ],
)
def test_twins_have_one_name_in_common_and_ids_of_their_own(twin: str):
    """They are one article nearly always: a claim, that a second title can withdraw, and no identity."""
    link = "https://alatau.kz/news/7"
    assert twin_id(twin) == twin_id(link) == article_id(link)
    assert article_id(twin) != article_id(link)


def test_other_ports_and_hosts_are_no_twins():
    """`m.` and a port of its own may be another site."""
    names = ("https://alatau.kz/7", "https://alatau.kz:8443/7", "https://m.alatau.kz/7", "https://alatau.kz/7?a=1")
    assert len(set(map(twin_id, names))) == len(names)
    assert twin_id("http://127.0.0.1:8080/7/") == twin_id("http://127.0.0.1:8080/7")
