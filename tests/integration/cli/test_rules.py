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
    text = rule.read_text(encoding="utf-8").replace("2: [мошенник,", "2: [жуликов, мошенник,")
    rule.write_text(text + "      - Мошенника задержали.\n", encoding="utf-8")
    (config / "rules/drugs.yaml").unlink()
    return config


def test_a_wrong_example_fails_and_is_shown_with_its_line(broken: Path):
    """CI fails on it, and the person who changed the rule sees where to look."""
    answer = kuzet("rules", "test", "fraud", KUZET_CONFIG=str(broken))
    line = (broken / RULE).read_text(encoding="utf-8").count("\n")
    assert answer.returncode == FAILED
    assert f"{RULE}, line {line}: the topic is given" in answer.stdout
    precision = next(row for row in answer.stdout.splitlines() if row.split()[:1] == ["fraud"]).split()[2]
    assert 0.5 < float(precision) < 1


def test_a_topic_without_a_rule_is_reported():
    """A typo in the topic is no green test."""
    answer = kuzet("rules", "test", "fraudd")
    assert answer.returncode == FAILED
    assert "fraudd: is no topic of these rules. Known: border, " in answer.stderr


def test_lint_names_the_line_and_the_way_out(broken: Path):
    """The commonest mistake: a word in another form than the dictionary's."""
    answer = kuzet("rules", "lint", KUZET_CONFIG=str(broken))
    assert answer.returncode == FAILED
    [finding] = answer.stdout.splitlines()
    assert finding.startswith(f"{RULE}, line ")
    assert "this is one form of 'жулик'; write жулик, or =жуликов" in finding


def test_a_text_is_explained(tmp_path: Path):
    """Each word with its term and weight, the score with what was needed, and what silenced a mention."""
    (tmp_path / "news.txt").write_text(f"Арест\n{ARREST}\n", encoding="utf-8")
    answer = kuzet("rules", "explain", str(tmp_path / "news.txt"))
    assert answer.returncode == 0
    row = next(row for row in answer.stdout.splitlines() if row.split()[:1] == ["fraud"])
    score, of, needed = row.split()[1:4]
    assert (of, float(score) >= float(needed) >= 4) == ("of", True)
    assert any(
        {"мошенников", "мошенник", "2"} <= set(row.replace(",", " ").split()) for row in answer.stdout.splitlines()
    )


def test_a_silenced_text_is_explained_too(tmp_path: Path):
    """Who misses a topic asks the same command; a saved page will do as well as a text."""
    body = f"<article><h1>Кино</h1><p>{FILM} Премьера пройдёт в мае, билеты уже в кассах.</p></article>"
    (tmp_path / "page.html").write_text(f"<html><body>{body}</body></html>", encoding="utf-8")
    answer = kuzet("rules", "explain", str(tmp_path / "page.html"))
    assert answer.returncode == 0
    assert "silenced: fiction" in answer.stdout


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
    answer = kuzet("rules", "diff", str(HERE), str(broken), "--on", str(articles))
    assert "Изъят героин -drugs" in answer.stdout
    assert "1 of 2 articles change" in answer.stdout


def test_sample_documents_become_a_draft(dictionary: Path, cache: Path, tmp_path: Path):
    """Each language in its own part, grouped by known topics, without a word of options."""
    samples = tmp_path / "samples"
    samples.mkdir()
    (samples / "1.txt").write_text("Браконьеры сетями ловили осетра. Браконьеры продали осетра.", encoding="utf-8")
    (samples / "2.txt").write_text("Бекіре балығын аулаған браконьерлер. Бекіре балығы азайды.", encoding="utf-8")
    answer = kuzet("rules", "suggest", str(samples), "--topic", "poaching")
    assert answer.returncode == 0, answer.stderr
    assert "topic: poaching" in answer.stdout
    assert "осетр" in answer.stdout.partition("  ru:")[2]
    assert "бекіре балық" in answer.stdout.partition("  kk:")[2]
    assert "# beside no known topic:" in answer.stdout


def test_a_folder_without_samples_is_reported(tmp_path: Path):
    """An empty draft would look like an answer."""
    answer = kuzet("rules", "suggest", str(tmp_path))
    assert answer.returncode == FAILED
    assert "holds no .txt or .jsonl" in answer.stderr
