"""`kuzet lexicon build` from files to files."""

from worker.files.dictionaries import read_lexicon
from worker.files.lexicons import build_lexicon

CORE = "# words\nадам\tnoun\nбұл\tclosed\nұста\tverb\n"
COUNTS = """\
дроппер\t9
дропперлер\t4
дропперге\t3
дроппердің\t5
адамдар\t7
бұл\t90
контрабанда\t8
контрабандаға\t3
контрабандасы\t4
жәдігер\t5
жәдігерлер\t2
жәдігердің\t2
"""


def test_a_lexicon_is_built_and_read_back(tmp_path):
    """Words of core list, counts, rules and places come together; forms in rules do not become lemmas."""
    lexicon, config, counts = tmp_path / "lexicon", tmp_path / "config", tmp_path / "counts.tsv"
    lexicon.mkdir()
    (config / "rules").mkdir(parents=True)
    (lexicon / "core.tsv").write_text(CORE, encoding="utf-8")
    (lexicon / "russian.tsv").write_text("млн\tмиллион\n", encoding="utf-8")
    counts.write_text(COUNTS, encoding="utf-8")
    (config / "places.yaml").write_text("regions:\n  - {name: Aktobe, kk: Ақтөбе, ru: Актюбинск}\n", encoding="utf-8")
    (config / "rules" / "drugs.yaml").write_text("terms:\n  kk:\n    4: [ұсталды, ұста-, кокс]\n", encoding="utf-8")
    (config / "names.yaml").write_text("male: [Ерлан]\nfemale: [Айгүл]\n", encoding="utf-8")
    for name in ("contexts.yaml", "classes.yaml"):
        (config / name).write_text("{}", encoding="utf-8")

    built = build_lexicon(lexicon, counts=[counts], config=config)

    read = read_lexicon(lexicon)
    assert built.sources["place"] == 1
    assert built.sources["name"] == 2
    assert {"ерлан", "ақтөбе", "дроппер", "адам", "кокс", "ұстау"} <= read.lemmas
    assert not {"ұсталды", "актюбинск"} & read.lemmas
    assert read.lemmas_of("ақтөбеде") == {"ақтөбе"}
