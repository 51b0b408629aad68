"""`kuzet setup secrets`: what is made once, for whom, and that no one else gets to see it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from worker.cli.setup import commands
from worker.setup.certificates import Certificate
from worker.setup.deliveries import PASSWORDS, KibanaDoor, deliver, deliveries
from worker.setup.vault import EARLIER_KEPT, Vault, VaultError, open_vault, write_private

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
Run = Callable[..., str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "secrets"


@pytest.fixture
def run(folder: Path) -> Run:
    """The command as compose runs it; gives what it printed."""

    def answer(*options: str) -> str:
        ran = CliRunner(env={"COLUMNS": "200"}).invoke(commands, ["setup", "secrets", str(folder), *options])
        assert ran.exit_code == 0, ran.output
        return ran.output

    return answer


@pytest.fixture
def vault(folder: Path) -> Iterator[Vault]:
    with open_vault(folder / "vault", now=NOW) as vault:
        yield vault


def files_of(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_running_it_again_changes_nothing(run: Run, folder: Path):
    """It runs at every start of the stack; other passwords would lock everybody out."""
    assert "Made:" in run()
    before = files_of(folder)
    assert "All secrets are there." in run()
    assert files_of(folder) == before


def test_only_the_owner_can_read(run: Run, folder: Path):
    """Each volume is mounted into one container, and there its user reads it and no one else."""
    run()
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE((folder / "vault").stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away, as the service setup does")
def test_every_service_owns_its_files(run: Run, folder: Path):
    """The users of the images: the password file of Elasticsearch must be its own, with mode 600."""
    run()
    owners = {"redis": 999, "elasticsearch": 1000, "kibana": 1000, "kuzet": 10001, "desk": 10001}
    owners |= {"accounts": 10001, "vault": 0}
    for name, uid in owners.items():
        assert {file.stat().st_uid for file in (folder / name).iterdir()} == {uid}, name


def test_no_secret_is_printed(run: Run, folder: Path):
    """What a container prints is kept in its log."""
    answer = run() + run() + run("--rotate")
    secrets = [text for name, text in files_of(folder).items() if name.startswith("vault/") and text]
    assert len(secrets) > len(PASSWORDS)
    for secret in secrets:
        for line in secret.decode().split():
            assert line not in answer


def test_every_service_gets_its_own_secrets_only(run: Run, folder: Path):
    """A hole in the worker that reads hostile pages must not give away the superuser's password."""
    run()
    vault = {name: (folder / "vault" / name).read_bytes() for name in PASSWORDS}
    known = {
        service: {name for name, secret in vault.items() if any(secret in data for data in files_of(given).values())}
        for service in ("redis", "elasticsearch", "kibana", "kuzet", "accounts")
        for given in (folder / service,)
    }
    assert known == {
        "redis": {"redis"},
        "elasticsearch": {"elastic"},
        "kibana": {"kibana_system"},
        "kuzet": {"redis", "kuzet"},
        "accounts": {"elastic", "kibana_system", "kuzet", "kuzet_dashboards"},
    }
    assert not any(b"CERTIFICATE" in data and b"PRIVATE" in data for data in files_of(folder).values())
    authority_key = (folder / "vault" / "authority.key").read_bytes()
    holders = [name for name, data in files_of(folder).items() if authority_key in data]
    assert holders == ["vault/authority.key"]


def test_rotating_renews_passwords_and_leaves_the_rest(run: Run, folder: Path):
    """Kibana could not read what it stored under other keys, and certificates have nothing to do with it."""
    run()
    before = files_of(folder / "vault")
    answer = run("--rotate")
    after = files_of(folder / "vault")
    assert {name for name in before if after[name] != before[name]} == set(PASSWORDS)
    assert all(f"password of {name}" in answer for name in PASSWORDS)
    assert (folder / "accounts" / "elastic.earlier").read_bytes() == before["elastic"]


def test_a_few_earlier_passwords_are_kept(vault: Vault):
    """An Elasticsearch that missed some renewals still knows one of them."""
    known = [vault.password("elastic")]
    for _ in range(EARLIER_KEPT + 2):
        vault.renew("elastic")
        known.insert(0, vault.password("elastic"))
    assert [vault.password("elastic"), *vault.earlier("elastic")] == known[: EARLIER_KEPT + 1]
    assert len(set(known)) == len(known)


def test_certificates_are_renewed_in_time(folder: Path, vault: Vault):
    """The same setup, run much later."""
    first = vault.certificate("redis", ["redis"])
    in_a_year, in_two = (Vault(vault.folder, now=NOW + timedelta(days=days)) for days in (365, 700))
    assert in_a_year.certificate("redis", ["redis"]).pem == first.pem
    assert in_two.certificate("redis", ["redis"]).pem != first.pem
    assert in_two.made == ["certificate of redis"]
    in_ten = Vault(vault.folder, now=NOW + timedelta(days=3500))
    in_ten.certificate("redis", ["redis"])
    assert in_ten.made == ["certificate of authority", "certificate of redis"]


def test_other_names_of_kibana_make_another_certificate(vault: Vault):
    """Somebody publishes it under a name of his own, later."""
    vault.certificate("kibana", ["kibana"])
    assert vault.certificate("kibana", ["kibana", "watch.example.kz"]).names == {"kibana", "watch.example.kz"}


def test_kibana_reads_everything_from_one_file(vault: Vault):
    """Its image turns variables into arguments, which `ps` shows."""
    door = KibanaDoor(protocol="https", url="https://watch.example.kz/", names=("watch.example.kz",))
    [given] = [one for one in deliveries(vault, kibana=door) if one.to == "kibana"]
    settings = yaml.safe_load(given.files["kibana.yml"])
    assert settings["server.publicBaseUrl"] == "https://watch.example.kz"
    assert settings["server.ssl.enabled"] is True
    assert settings["elasticsearch.password"] == vault.password("kibana_system")
    keys = [value for name, value in settings.items() if name.endswith("encryptionKey")]
    assert len(set(keys)) == 3
    assert min(map(len, keys)) >= 32


def test_compose_says_how_kibana_is_reached(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch):
    """By variables, so that a command run by hand in the same service makes the same files."""
    monkeypatch.setenv("KUZET_KIBANA_PROTOCOL", "https")
    monkeypatch.setenv("KUZET_KIBANA_PUBLIC_URL", "https://watch.example.kz")
    monkeypatch.setenv("KUZET_KIBANA_NAMES", "watch.example.kz, kibana.example.kz")
    run("--rotate")
    settings = yaml.safe_load((folder / "kibana" / "kibana.yml").read_text())
    assert (settings["server.ssl.enabled"], settings["server.publicBaseUrl"]) == (True, "https://watch.example.kz")
    pair = Certificate(*((folder / "kibana" / f"kibana.{end}").read_bytes() for end in ("crt", "key")))
    assert {"kibana", "watch.example.kz", "kibana.example.kz"} <= pair.names


def test_redis_has_no_door_without_tls_and_password(vault: Vault):
    """Its port without TLS is closed, not only unused."""
    [given] = [one for one in deliveries(vault, kibana=KibanaDoor()) if one.to == "redis"]
    options = dict(line.split(" ", 1) for line in given.files["redis.conf"].decode().splitlines())
    assert (options["port"], options["tls-port"]) == ("0", "6379")
    assert options["requirepass"] == vault.password("redis")


def test_an_empty_secret_is_reported_and_not_replaced(run: Run, folder: Path):
    """A disk that was full: a new password would lock out the engine that knows the old one."""
    run()
    (folder / "vault" / "elastic").write_text("")
    with pytest.raises(VaultError, match=r"vault/elastic: it is empty\. Bring it back, or delete it"):
        CliRunner().invoke(commands, ["setup", "secrets", str(folder)], catch_exceptions=False)


def test_a_folder_that_cannot_be_written_is_reported(tmp_path: Path):
    """A volume that is mounted read-only."""
    (tmp_path / "file").touch()
    with (
        pytest.raises(VaultError, match="it cannot be written"),
        open_vault(tmp_path / "file" / "vault", now=NOW),
    ):
        pass


def test_a_secret_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A setup that is killed in the middle leaves the old file, and its draft does not stop the next one."""
    file = tmp_path / "password"
    write_private(file, b"old")
    with monkeypatch.context() as killed:
        killed.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(VaultError, match="No space left"):
            write_private(file, b"new and longer")
    assert file.read_bytes() == b"old"
    write_private(file, b"new")
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("password", b"new")]


def test_a_delivery_replaces_what_was_there(tmp_path: Path, vault: Vault):
    """A container that runs sees the new file under the old name: the folder is mounted, not the file."""
    for wanted in deliveries(vault, kibana=KibanaDoor()):
        deliver(wanted, below=tmp_path)
        deliver(wanted, below=tmp_path)
        assert {file.name for file in (tmp_path / wanted.to).iterdir()} == set(wanted.files)
