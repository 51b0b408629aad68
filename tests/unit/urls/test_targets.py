"""Which addresses and links may be fetched."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import UnsafeAddressError
from pipelines.urls import check_address, check_target, is_public_address

NO_HOSTS = frozenset()

PUBLIC = ["8.8.8.8", "93.184.215.14", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1", "2606:4700::1111"]
PUBLIC += ["::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1", "2a00:1450::1"]

NOT_PUBLIC = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::8.8.8.8",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::f7f7:f7f7",
    "2001:0:808:808::80ff:fffe",
    "2001:2::1",
    "2001:10::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:a00:1::1",
    "2002:a9fe:a9fe::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "",
    "localhost",
    "127.1",
]


@pytest.mark.parametrize("ip", PUBLIC)
def test_public_addresses_are_public(ip):
    """Neighbours of reserved networks are ordinary addresses; DNS64 networks see all of IPv4 through NAT64."""
    assert is_public_address(ip)


@pytest.mark.parametrize("ip", NOT_PUBLIC)
def test_other_addresses_are_not(ip):
    """Each of these is a way into somebody's own network."""
    assert not is_public_address(ip)


@given(st.ip_addresses(v=4))
def test_carried_addresses_are_judged_as_they_are(ip: IPv4Address):
    """An IPv4 address is no safer in the clothes of IPv6."""
    public = is_public_address(ip)
    bits = int(ip)
    assert is_public_address(IPv6Address(0xFFFF << 32 | bits)) is public
    assert is_public_address(IPv6Address(0x64FF9B << 96 | bits)) is public
    assert is_public_address(IPv6Address(0x2002 << 112 | bits << 80 | 1)) is public
    teredo = 0x20010000 << 96 | 0x08080808 << 64 | (~bits & 0xFFFFFFFF)
    assert is_public_address(IPv6Address(teredo)) is public


@given(st.ip_addresses())
def test_nothing_is_public_that_python_calls_private(ip):
    """A second opinion: our list is at least as strict as the standard library's, apart from what is carried."""
    carried = ip.version == 6 and (ip.ipv4_mapped or ip.sixtofour or ip in IPv6Network("64:ff9b::/96") or ip.teredo)
    if is_public_address(ip) and not carried:
        assert ip.is_global
        assert not any((ip.is_multicast, ip.is_reserved, ip.is_loopback, ip.is_link_local))


@pytest.mark.parametrize(
    "url",
    [
        "https://example.kz/a?b=1",
        "http://example.kz:8080/",
        "https://пример.қаз:8443/",
        "http://8.8.8.8/",
        "http://localhost/",
    ],
)
def test_web_links_may_be_fetched(url):
    """A name is judged when its addresses are known, not before."""
    assert check_target(url, allowed_hosts=NO_HOSTS).url.isascii()


@pytest.mark.parametrize(
    "url",
    [
        "http://example.kz:22/",
        "http://example.kz:6379/",
        "http://example.kz:9200/",
        "http://example.kz:0/",
        "http://127.0.0.1/",
        "http://169.254.169.254/latest/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::10.0.0.1]/",
        "http://0/",
        "http://good.kz@127.0.0.1/",
        "file:///etc/passwd",
    ],
)
def test_forbidden_links_are_refused(url):
    """What can be known from the link alone is refused before any look-up."""
    with pytest.raises(UnsafeAddressError):
        check_target(url, allowed_hosts=NO_HOSTS)


def test_an_exception_is_for_one_host_and_port():
    """The newsroom lives on loopback; allowing it must not open the rest of the machine."""
    allowed = frozenset({"127.0.0.2:8801", "[::1]:81", "localhost:80"})
    for url in ("http://127.0.0.2:8801/a", "http://[::1]:81/", "http://[0:0::1]:81/", "http://localhost/"):
        target = check_target(url, allowed_hosts=allowed)
        check_address(target, "127.0.0.1", allowed_hosts=allowed)
    for url in ("http://127.0.0.2:8802/", "http://127.0.0.3:8801/", "http://127.0.0.2/", "http://localhost:8801/"):
        with pytest.raises(UnsafeAddressError):
            check_target(url, allowed_hosts=allowed)


def test_addresses_behind_a_name_are_refused_with_a_way_out():
    """An owner of an internal site needs the name of the setting."""
    target = check_target("https://intranet.example.kz/", allowed_hosts=NO_HOSTS)
    with pytest.raises(UnsafeAddressError, match=r"10\.0\.0\.1.*KUZET_ALLOW_HOSTS=intranet\.example\.kz:443"):
        check_address(target, "10.0.0.1", allowed_hosts=NO_HOSTS)
    check_address(target, "8.8.8.8", allowed_hosts=NO_HOSTS)
