"""Who may open the desk, and under which names it answers."""

from __future__ import annotations

import pytest

from config.settings import Settings
from pipelines.errors import UsageError
from worker.desk.access import Door, Role, host_name


def door(**settings: str) -> Door:
    return Door.of(Settings(**{f"desk_{name}": value for name, value in settings.items()}))


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1", "127.8.8.8"])
def test_on_this_machine_no_account_is_needed(address: str):
    """The first look needs no password."""
    door(address=address).check(has_accounts=False)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.1.5", "desk.example.kz"])
def test_elsewhere_it_does_not_start_open(address: str):
    """An interface that is open to the network by default is found within hours."""
    with pytest.raises(UsageError, match="open to everyone"):
        door(address=address).check(has_accounts=False)
    door(address=address).check(has_accounts=True)


def test_a_proxy_needs_header_and_networks():
    """With the header alone anyone could send it."""
    with pytest.raises(UsageError, match="only together"):
        door(proxy_header="X-User").check(has_accounts=True)
    door(address="0.0.0.0", proxy_header="X-User", proxy_networks="10.0.0.5/32").check(has_accounts=False)


@pytest.mark.parametrize(
    ("peer", "is_trusted"),
    [("10.0.0.5", True), ("10.0.0.6", False), ("::1", False), ("", False), ("testclient", False)],
)
def test_only_the_named_networks_are_trusted(peer: str, is_trusted: object):
    """A name in a header is worth as much as the one who sends it."""
    assert door(proxy_header="X-User", proxy_networks="10.0.0.5/32").trusts(peer) is is_trusted


@pytest.mark.parametrize(
    ("host", "answers"),
    [
        ("localhost:8585", True),
        ("127.0.0.1:8585", True),
        ("[::1]:8585", True),
        ("kuzet.example.kz", False),
        ("127.0.0.1.example.kz:8585", False),
        ("", False),
    ],
)
def test_a_local_desk_answers_to_local_names_only(host: str, answers: object):
    """A page elsewhere can give its own name the address 127.0.0.1, and would read what the desk says."""
    assert door().answers_to(host) is answers


def test_names_of_the_settings_are_answered_to():
    """Behind a proxy the desk is called as people type it."""
    named = door(address="0.0.0.0", names="desk.example.kz, kuzet")
    assert named.answers_to("DESK.example.kz:443")
    assert not named.answers_to("evil.example:443")


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "x-real-ip"])
def test_a_proxy_before_an_open_desk_is_refused(header: str):
    """All of its visitors would be this machine's user."""
    assert door().is_unsafe_proxy({header: "1.2.3.4"}, has_accounts=False)
    assert not door().is_unsafe_proxy({header: "1.2.3.4"}, has_accounts=True)
    assert not door().is_unsafe_proxy({"accept": "*/*"}, has_accounts=False)


def test_roles_cover_what_is_below_them():
    """An admin reads, a reader does not administrate."""
    assert Role.ADMIN.covers(Role.READER)
    assert Role.ANALYST.covers(Role.ANALYST)
    assert not Role.READER.covers(Role.ANALYST)


@pytest.mark.parametrize(
    ("host", "name"), [("[::1]:80", "::1"), ("A.kz:1", "a.kz"), ("a.kz", "a.kz"), ("[::1]", "::1")]
)
def test_the_name_of_a_host_header(host: str, name: str):
    """Ports and brackets are no part of a name."""
    assert host_name(host) == name
