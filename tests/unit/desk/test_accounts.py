"""Accounts: who is there, and what a password opens."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.errors import ConfigError, UsageError
from worker.desk.access import Role
from worker.desk.accounts import Accounts

PASSWORD = "tumar-7-kitap"


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    """One analyst."""
    found = Accounts(tmp_path / "desk")
    found.add("aigerim", PASSWORD, role=Role.ANALYST)
    return found


def test_only_the_right_password_of_a_known_name_opens(accounts: Accounts):
    """An unknown name must not be found out, and must not get in."""
    assert accounts.matches("aigerim", PASSWORD)
    assert not accounts.matches("aigerim", PASSWORD + "x")
    assert not accounts.matches("askar", PASSWORD)


def test_passwords_are_not_in_the_file(accounts: Accounts):
    """The file is in every backup of the data folder."""
    text = accounts.file.read_text()
    assert PASSWORD not in text
    assert "$argon2id$" in text
    assert accounts.file.stat().st_mode & 0o777 == 0o600


def test_another_process_sees_a_change(accounts: Accounts, tmp_path: Path):
    """`kuzet desk user remove` takes effect in a desk that runs."""
    other = Accounts(tmp_path / "desk")
    assert other.get("aigerim")
    accounts.remove("aigerim")
    assert not other.all()


@pytest.mark.parametrize("change", ["password", "role"])
def test_a_change_ends_the_sessions_of_an_account(accounts: Accounts, change: str):
    """A password is changed because someone else knows it."""
    before = accounts.all()["aigerim"].epoch
    if change == "password":
        accounts.set_password("aigerim", "another-" + PASSWORD)
    else:
        accounts.set_role("aigerim", Role.READER)
    assert accounts.all()["aigerim"].epoch != before


@pytest.mark.parametrize(
    ("name", "password"), [("aigerim", PASSWORD), ("a b", PASSWORD), ("", PASSWORD), ("askar", "short")]
)
def test_what_is_no_account_is_refused(accounts: Accounts, name: str, password: str):
    """A name that is taken keeps its password."""
    with pytest.raises(UsageError):
        accounts.add(name, password, role=Role.ADMIN)


def test_a_damaged_file_lets_no_one_in(accounts: Accounts):
    """An empty list of accounts would open the desk to everyone."""
    accounts.file.write_text("{]")
    with pytest.raises(ConfigError):
        accounts.matches("aigerim", PASSWORD)
