"""`kuzet rules …` as somebody meets it who has never written a rule."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from config.settings import HERE
from tests.support.commands import kuzet
from worker.cli.console import FAILED

pytestmark = pytest.mark.timeout(240)

RULE = "rules/fraud.yaml"
ARREST = "Полиция задержала мошенников, выманивших деньги у пенсионерки."
FILM = "Режиссёр снял фильм о мошенниках."


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the rules with one wrong example, one term that finds only itself and one topic less."""
    config = Path(shutil.copytree(HERE, tmp_path_factory.mktemp("config") / "config"))
    rule = config / RULE
    text = rule.read_text(encoding="utf-8").replace("- мошенник\n", "- жуликов\n        - мошенник\n")
    rule.write_text(text + "      - Алаяқтар ұсталды.\n", encoding="utf-8")
    (config / "rules/drugs.yaml").unlink()
    return config


def test_a_wrong_example_fails_and_is_shown_with_its_line(broken: Path):
    """CI fails on it, and the person who changed the rule sees where to look."""
    run = kuzet("rules", "test", "fraud", KUZET_CONFIG=str(broken))
    line = (broken / RULE).read_text(encoding="utf-8").count("\n")
    assert run.returncode == FAILED
    assert f"{RULE}, line {line}: the topic is given" in run.stdout
    precision = next(row for row in run.stdout.splitlines() if row.split()[:1] == ["fraud"]).split()[3]
    assert 0.5 < float(precision) < 1


def test_a_topic_without_a_rule_is_named():
    """A typo in the topic is no green test."""
    run = kuzet("rules", "test", "fraudd")
    assert run.returncode == FAILED
    assert "fraudd: is no topic of these rules. Known: border, " in run.stderr


def test_lint_names_the_line_and_the_way_out(broken: Path):
    """The commonest mistake: a word in another form than the dictionary's."""
    run = kuzet("rules", "lint", KUZET_CONFIG=str(broken))
    assert run.returncode == FAILED
    [finding] = run.stdout.splitlines()
    assert finding.startswith(f"{RULE}, line ")
    assert "this is one form of 'жулик'; write жулик, or =жуликов" in finding


def test_a_text_is_explained(tmp_path: Path):
    """Each word with its term and weight, the score and what was needed, and what silenced a mention."""
    (tmp_path / "news.txt").write_text(f"Арест\n{ARREST}\n", encoding="utf-8")
    run = kuzet("rules", "explain", str(tmp_path / "news.txt"))
    assert run.returncode == 0
    row = next(row for row in run.stdout.splitlines() if row.split()[:1] == ["fraud"])
    score, of, needed = row.split()[1:4]
    assert (of, float(score) >= float(needed) >= 4) == ("of", True)
    assert any({"мошенников", "мошенник", "2"} <= set(row.replace(",", " ").split()) for row in run.stdout.splitlines())


def test_a_silenced_text_is_explained_too(tmp_path: Path):
    """Who misses a topic asks the same command; a saved page will do as well as a text."""
    body = f"<article><h1>Кино</h1><p>{FILM} Премьера пройдёт в мае, билеты уже в кассах.</p></article>"
    (tmp_path / "page.html").write_text(f"<html><body>{body}</body></html>", encoding="utf-8")
    run = kuzet("rules", "explain", str(tmp_path / "page.html"))
    assert run.returncode == 0
    assert "silenced: fiction" in run.stdout


def test_the_explanation_is_there_for_programs(tmp_path: Path):
    """The same facts as in the index, and the topics that fell short besides."""
    (tmp_path / "news.txt").write_text(ARREST, encoding="utf-8")
    [row] = [
        json.loads(line) for line in kuzet("rules", "explain", str(tmp_path / "news.txt"), "--json").stdout.splitlines()
    ]
    [tag] = row["tags"]["topics"]
    assert tag["score"] >= tag["threshold"]
    assert {"term", "weight", "form", "start", "end"} <= tag["spans"][0].keys()
    assert "misses" in row


def test_two_rulesets_are_compared(broken: Path, tmp_path: Path):
    """Before rules go live: which articles gain, which lose."""
    articles = tmp_path / "articles.jsonl"
    rows = [
        {"id": "a", "title": "Изъят героин", "text": "Полиция изъяла героин."},
        {"id": "b", "text": "Светит солнце."},
    ]
    articles.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    run = kuzet("rules", "diff", str(HERE), str(broken), "--on", str(articles))
    assert "Изъят героин -drugs" in run.stdout
    assert "1 of 2 articles change" in run.stdout


def test_sample_documents_become_a_draft(dictionary: Path, cache: Path, tmp_path: Path):
    """Each language in its own part, grouped by known topics, without a word of options."""
    samples = tmp_path / "samples"
    samples.mkdir()
    (samples / "1.txt").write_text("Браконьеры сетями ловили осетра. Браконьеры продали осетра.", encoding="utf-8")
    (samples / "2.txt").write_text("Бекіре балығын аулаған браконьерлер. Бекіре балығы азайды.", encoding="utf-8")
    run = kuzet("rules", "suggest", str(samples), "--topic", "poaching")
    assert run.returncode == 0, run.stderr
    assert "topic: poaching" in run.stdout
    assert "осетр" in run.stdout.partition("  ru:")[2]
    assert "бекіре балық" in run.stdout.partition("  kk:")[2]
    assert "# with no known topic:" in run.stdout


def test_a_folder_without_samples_is_named(tmp_path: Path):
    """An empty draft would look like an answer."""
    run = kuzet("rules", "suggest", str(tmp_path))
    assert run.returncode == FAILED
    assert "holds no .txt or .jsonl" in run.stderr


def test_what_an_article_lacks_is_named(tmp_path: Path):
    """A missing topic is mended by the term that was almost there, or by the context that silenced it."""
    (tmp_path / "news.txt").write_text(f"Новости\nЖители взяли кредит. {FILM}\n", encoding="utf-8")
    run = kuzet("rules", "why-not", str(tmp_path / "news.txt"), "--topic", "fraud")
    assert run.returncode == 0, run.stderr
    assert "fraud is not given: 0 of 6" in run.stdout
    assert "silenced, fiction  мошенниках by мошенник (2)" in run.stdout
    assert "взять кредит ... мошенник|звонок (4): lacks мошенник|звонок" in run.stdout


def test_a_wrong_tag_becomes_an_example(tmp_path: Path):
    """What a reader of the desk notices once is tried for ever; a read-only config folder is no obstacle."""
    news = tmp_path / "news.txt"
    news.write_text("Игрушка\nДети играли с водяным пистолетом во дворе школы.\n", encoding="utf-8")
    data = {"KUZET_DATA": str(tmp_path / "data"), "KUZET_CONFIG": str(read_only(tmp_path / "config"))}
    run = kuzet("rules", "wrong", str(news), "--topic", "weapons", "--not", "--note", "a water pistol", **data)
    assert run.returncode == 0, run.stderr
    assert "Today it has weapons." in run.stdout
    again = kuzet("tag", "wrong", str(news), "--topic", "drugs", "--should", **data)
    assert (again.returncode, "Today it does not have drugs." in again.stdout) == (0, True), again.stderr
    tried = kuzet("rules", "test", "weapons", **data)
    assert tried.returncode == FAILED
    assert "examples/weapons.yaml, line 1: the topic is given" in tried.stdout
    assert "a water pistol" in tried.stdout


def read_only(folder: Path) -> Path:
    """A config folder in which a file is where the examples would go: not even root can write there."""
    shutil.copytree(HERE, folder, ignore=shutil.ignore_patterns("examples"))
    (folder / "examples").touch()
    return folder
