"""`kuzet setup accounts` and `analyst` over real TLS, with the files of the real setup, before the real search node.

The accounts themselves are the tests' own proxy, which answers as Elasticsearch's security API is documented to.
"""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from config.settings import Settings
from pipelines.errors import EngineRefusedError, EngineUnavailableError, KuzetError
from tests.support.commands import kuzet
from tests.support.fake_security import AccountsProxy, demanding_accounts
from tests.support.http_server import serving
from worker.cli.setup import commands
from worker.search.engine import SearchEngine
from worker.setup.accounts import sign_in
from worker.setup.certificates import LIFE, issue
from worker.setup.expiry import ending_soon
from worker.setup.vault import open_vault

KUZET = (sys.executable, "-c", "from worker.cli import main; main()")
INDEX = "accounts"


def run_setup(*command: str, **variables: str) -> Result:
    return CliRunner(env={**variables, "COLUMNS": "200"}).invoke(commands, ["setup", *command])


@dataclass(frozen=True)
class Server:
    """A fresh server: secrets made, Elasticsearch up, nothing done yet."""

    secrets: Path
    proxy: AccountsProxy

    def kuzet(self, *command: str, **changes: str) -> Result:
        given = self.secrets / "accounts"
        places = {"KUZET_SEARCH_URL": self.proxy.url, "KUZET_SEARCH_CA": str(given / "ca.crt")}
        names = {"KUZET_SEARCH_USERNAME": "elastic", "KUZET_SECRETS": str(given), "KUZET_SEARCH_INDEX": INDEX}
        return run_setup(*command, **{**places, **names, **changes})

    def done(self, *command: str) -> str:
        ran = self.kuzet(*command)
        assert ran.exit_code == 0, ran.exception
        return ran.stdout

    def said(self, *command: str, **changes: str) -> str:
        """The sentence that a command ends with."""
        error = self.kuzet(*command, **changes).exception
        assert isinstance(error, KuzetError), repr(error)
        return str(error)

    def secret(self, name: str) -> str:
        return (self.secrets / "vault" / name).read_text()

    def engine(self, username: str, password: str) -> SearchEngine:
        """What a service has that signs in as this user."""
        facts = {"search_url": self.proxy.url, "search_ca": self.secrets / "kuzet" / "ca.crt", "search_index": INDEX}
        return SearchEngine.connect(Settings(search_username=username, search_password=password, **facts))


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    folder = tmp_path / "secrets"
    assert run_setup("secrets", str(folder)).exit_code == 0
    return folder


@pytest.fixture
def server(secrets: Path, search_url: str) -> Iterator[Server]:
    with demanding_accounts(search_url, secrets=secrets / "elasticsearch") as proxy:
        yield Server(secrets, proxy)


def test_a_fresh_server_gets_its_accounts(server):
    """Kibana and the services can sign in afterwards, and could not before."""
    with pytest.raises(EngineRefusedError, match="does not accept the user or the password"):
        server.engine("kuzet", server.secret("kuzet")).wait_ready(timeout_s=5)
    assert "are in order" in server.done("accounts")
    accounts = server.proxy.accounts
    assert accounts.users["kibana_system"].password == server.secret("kibana_system")
    assert accounts.users["kuzet"].roles == ["kuzet_workers"]
    assert str(server.engine("kuzet", server.secret("kuzet")).wait_ready(timeout_s=5)) == "Elasticsearch 9.5.0"


def test_the_services_cannot_touch_accounts_or_other_indices(server):
    """A hole in a worker must not be a hole in the cluster."""
    server.done("accounts")
    engine = server.engine("kuzet", server.secret("kuzet"))
    for trespass in (
        lambda: engine.client.security.change_password(username="elastic", password="123456"),
        lambda: engine.client.indices.delete(index="others"),
        lambda: engine.client.search(index="others"),
    ):
        with pytest.raises(Exception, match="unauthorized") as refused:
            trespass()
        assert refused.value.status_code == 403


def test_doing_it_again_is_harmless(server):
    """It runs at every start of the stack."""
    server.done("accounts")
    before = str(server.proxy.accounts)
    server.done("accounts")
    assert str(server.proxy.accounts) == before


def test_rotated_passwords_reach_the_engine(server):
    """The superuser signs in by the password that the engine still knows, and renews that one, too."""
    server.done("accounts")
    for _ in range(2):  # the engine was away the first time
        server.done("secrets", str(server.secrets), "--rotate")
    assert server.proxy.accounts.users["elastic"].password != server.secret("elastic")
    server.done("accounts")
    for name in ("elastic", "kibana_system", "kuzet"):
        assert server.proxy.accounts.users[name].password == server.secret(name)


def test_a_lost_password_is_reported_with_the_way_out(server):
    """Data of before, secrets of today: somebody deleted one volume of two."""
    server.proxy.accounts.users["elastic"].password = "of-another-time"
    said = server.said("accounts", "--wait", "3")
    assert "it does not accept the password of elastic" in said
    assert "docs/guide/deploy.md" in said


def test_an_analyst_reads_and_gets_the_password_once(server):
    """What `docker compose run --rm accounts kuzet setup analyst` prints is all that a person needs."""
    server.done("accounts")
    server.proxy.accounts.roles["kuzet_analysts"] = {  # made through Kibana's API in `kuzet setup kibana`
        "cluster": [],
        "indices": [{"names": [INDEX, f"{INDEX}-*"], "privileges": ["read", "view_index_metadata"]}],
    }
    password = server.done("analyst").split("password ")[1].split()[0]
    header = "Basic " + base64.b64encode(f"analyst:{password}".encode()).decode()
    assert server.proxy.accounts.who(header) == "analyst"
    assert server.proxy.accounts.may("analyst", "POST", f"/{INDEX}/_search", b"")
    assert not server.proxy.accounts.may("analyst", "DELETE", f"/{INDEX}-000001", b"")
    files = [file for file in server.secrets.rglob("*") if file.is_file()]
    assert all(password not in file.read_text() for file in files)


def test_a_name_is_not_given_twice(server):
    """A mistyped name costs no one else a password; no account of ours can be taken over."""
    first = server.done("analyst", "aigerim")
    assert "Give another password with --renew." in server.said("analyst", "aigerim")
    assert server.done("analyst", "aigerim", "--renew") != first
    server.done("accounts")
    for taken in ("elastic", "kuzet"):
        assert "Choose another name." in server.said("analyst", taken, "--renew")


def test_another_authority_is_not_trusted(server, tmp_path):
    """Somebody between us and the engine has a certificate, too, but not of ours."""
    run_setup("secrets", str(tmp_path / "other"))
    said = server.said("accounts", KUZET_SEARCH_CA=str(tmp_path / "other" / "kuzet" / "ca.crt"))
    assert "its certificate is signed by an authority we do not trust" in said
    assert "KUZET_SEARCH_CA" in said


def test_a_certificate_for_another_name_is_not_trusted(secrets, search_url):
    """Signed by our authority, but for another machine."""
    with open_vault(secrets / "vault", now=datetime.now(UTC)) as vault:
        other = vault.certificate("elsewhere", ["elsewhere.example.kz"])
    (secrets / "elasticsearch" / "elasticsearch.crt").write_bytes(other.pem)
    (secrets / "elasticsearch" / "elasticsearch.key").write_bytes(other.key_pem)
    with demanding_accounts(search_url, secrets=secrets / "elasticsearch") as proxy:
        assert "its certificate is for another name" in Server(secrets, proxy).said("accounts")


@pytest.mark.parametrize("days", [20, 40])
def test_a_certificate_that_ends_soon_is_reported_while_it_is_good(secrets, search_url, days):
    """An engine reads its file at its start and runs for years: only who connects sees what it shows."""
    made_at = datetime.now(UTC) - LIFE + timedelta(days=days)
    with open_vault(secrets / "vault", now=made_at) as vault:
        old = issue(vault.authority(), ["localhost"], now=made_at)
    (secrets / "elasticsearch" / "elasticsearch.crt").write_bytes(old.pem)
    (secrets / "elasticsearch" / "elasticsearch.key").write_bytes(old.key_pem)
    ca = secrets / "kuzet" / "ca.crt"
    with demanding_accounts(search_url, secrets=secrets / "elasticsearch") as proxy:
        settings = Settings(search_url=proxy.url, search_ca=ca, broker_url=f"rediss://localhost:9/0?ssl_ca_certs={ca}")
        said = list(ending_soon(settings, now=datetime.now(UTC)))
    assert len(said) == (days == 20)
    assert all(f"The certificate of the search engine ends on {old.ends_at:%d.%m.%Y}" in one for one in said)


def test_plain_http_is_reported(server, search_url):
    """https:// to a node that was set up without."""
    said = server.said("accounts", KUZET_SEARCH_URL=search_url.replace("http:", "https:"))
    assert "it does not speak TLS" in said


def test_opensearch_is_reported(server, search_url):
    """Its accounts have another API."""
    said = server.said("accounts", KUZET_SEARCH_URL=search_url)
    assert "Accounts are set up on Elasticsearch only." in said


def test_missing_secrets_are_reported(server):
    """Run by hand, on another machine."""
    assert "KUZET_SECRETS: it is not set" in server.said(
        "accounts", KUZET_SECRETS="", KUZET_SEARCH_PASSWORD=server.secret("elastic")
    )
    (server.secrets / "accounts" / "kuzet").unlink()
    assert "Run `kuzet setup secrets` first" in server.said("accounts")


def test_an_engine_that_never_comes_is_given_up():
    """With a sentence, after the time it was given."""
    settings = Settings(search_url="https://127.0.0.1:9", search_index=INDEX)
    with pytest.raises(EngineUnavailableError, match="nothing listens there"):
        sign_in(settings, wait_s=0.3)


def test_an_engine_that_starts_is_waited_for(server):
    """«All shards failed», «no master yet»: it says 503 for some seconds."""
    answers = iter([(503, b'{"error":{"type":"x","reason":"starting"},"status":503}')] * 3)

    def answer(method: str, target: str, headers: object, body: bytes) -> tuple[int, bytes]:
        return next(answers, None) or server.proxy.reply(method, target, headers, body)

    with serving(answer, headers={"x-elastic-product": "Elasticsearch", "content-type": "application/json"}) as port:
        ran = server.kuzet("accounts", KUZET_SEARCH_URL=f"http://127.0.0.1:{port}")
    assert ran.exit_code == 0, ran.exception


def test_a_right_password_that_is_refused_at_first_is_tried_again(server):
    """After a restart Elasticsearch refuses every password until it has read its index of users."""
    refused = (
        401,
        b'{"error":{"type":"security_exception","reason":"unable to authenticate user [elastic]"},"status":401}',
    )
    answers = iter([refused] * 3)

    def answer(method: str, target: str, headers: object, body: bytes) -> tuple[int, bytes]:
        return next(answers, None) or server.proxy.reply(method, target, headers, body)

    with serving(answer, headers={"x-elastic-product": "Elasticsearch", "content-type": "application/json"}) as port:
        ran = server.kuzet("accounts", KUZET_SEARCH_URL=f"http://127.0.0.1:{port}")
    assert ran.exit_code == 0, ran.exception


def test_a_red_cluster_is_waited_for(server):
    """Elasticsearch answers 408 to a wait for health while it is red: not yet, which is no refusal."""
    red = iter([(408, b'{"cluster_name":"kuzet","status":"red","timed_out":true}')] * 3)

    def answer(method: str, target: str, headers: object, body: bytes) -> tuple[int, bytes]:
        is_health = target.startswith("/_cluster/health")
        return (next(red, None) if is_health else None) or server.proxy.reply(method, target, headers, body)

    with serving(answer, headers={"x-elastic-product": "Elasticsearch", "content-type": "application/json"}) as port:
        ran = server.kuzet("accounts", KUZET_SEARCH_URL=f"http://127.0.0.1:{port}")
    assert ran.exit_code == 0, ran.exception


def test_two_setups_at_once_make_one_set_of_secrets(tmp_path):
    """`docker compose up` and `docker compose run setup` in two terminals."""
    with ThreadPoolExecutor() as pool:
        ran = list(pool.map(lambda _: kuzet("setup", "secrets", str(tmp_path / "secrets")), range(3)))
    assert [one.returncode for one in ran] == [0, 0, 0]
    assert sum("Made:" in one.stdout for one in ran) == 1
    vault, kibana = tmp_path / "secrets" / "vault", tmp_path / "secrets" / "kibana" / "kibana.yml"
    assert (vault / "kibana_system").read_text() in kibana.read_text()


@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("setpriv"), reason="only root can show what root is left with"
)
def test_root_with_one_right_is_enough(tmp_path):
    """As the service `setup` runs: it gives files to others, again and again, and cannot read them afterwards."""
    folder = tmp_path / "secrets"
    folder.mkdir()
    one_right = ("setpriv", "--bounding-set=-all,+chown", "--inh-caps=-all,+chown", "--no-new-privs")
    for options in ((), (), ("--rotate",)):
        command = (*one_right, *KUZET, "setup", "secrets", str(folder), *options)
        subprocess.run(command, check=True, capture_output=True, timeout=60)
    redis = folder / "redis" / "password"
    assert redis.stat().st_uid == 999
    assert redis.read_text() == (folder / "vault" / "redis").read_text()
    assert subprocess.run((*one_right, "cat", str(redis)), capture_output=True, check=False).returncode != 0
