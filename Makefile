# `make help` lists every verb. Everything runs from .venv, which the first verb makes.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
JOBS ?= 2
WORKERS ?= 4
LOCK_FLAGS := --universal --generate-hashes --no-emit-index-url --no-header --quiet -p 3.11
STAMP := .venv/.installed

.PHONY: help install demo up test suite test-fast lint words format bench bench-language bench-tagging fuzz sbom \
	bench-search bench-desk bench-pages bench-polling bench-pipeline bench-stories proof proof-faults proof-alerts \
	compose-check lock lock-jars clean

help:  ## list the verbs
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

install: $(STAMP)  ## make .venv with the locked packages (uv when present, else pip)

$(STAMP): requirements.lock pyproject.toml
	@PYTHON="$(PYTHON)" sh .ci/venv
	@touch $@

demo: $(STAMP)  ## the whole chain on this machine: engines, workers, newsroom, search (KEEP=1 stays up)
	@$(BIN)/kuzet demo $(if $(KEEP),--keep)

up: $(STAMP)  ## start the watch on this machine and stay
	@$(BIN)/kuzet up

test: $(STAMP)  ## everything: lint, types, arrows, unit, integration and fault tests, four files at a time (WORKERS=2: two)
	@$(MAKE) --no-print-directory -j $(JOBS) lint suite

# Tests start hundreds of Pythons: they must find bytecode where it is not written otherwise.
suite: export PYTHONDONTWRITEBYTECODE =
suite: $(STAMP)
	@$(BIN)/pytest tests -n $(WORKERS) --dist loadfile --no-loadscope-reorder

test-fast: $(STAMP)  ## unit tests only: no engine, no network
	@$(BIN)/pytest tests/unit -q

lint: $(STAMP)  ## style, types, import arrows, the layout of the rules, plain words
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/kuzet rules format --check
	@$(BIN)/python .ci/words.py

words: $(STAMP)  ## mannered words in code and documents, with plain ones to use
	@$(BIN)/python .ci/words.py

format: $(STAMP)  ## bring code and rules into shape
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .
	@$(BIN)/kuzet rules format

bench: bench-language bench-tagging bench-search bench-pages bench-polling  ## tables of speed and quality, as ratios of one run

bench-language: $(STAMP)  ## words: what is found in Kazakh and Russian, and what it costs
	@$(BIN)/python -m benchmarks.language
	@$(BIN)/python -m benchmarks.latin
	@$(BIN)/python -m benchmarks.analysis

bench-tagging: $(STAMP)  ## topics, regions, figures against labelled news; cost next to extraction
	@$(BIN)/python -m benchmarks.tagging

bench-search: $(STAMP)  ## what searches find against plain analyzers; the price of a bulk
	@$(BIN)/python -m benchmarks.search_quality
	@$(BIN)/python -m benchmarks.spellings
	@$(BIN)/python -m benchmarks.search_bulk

bench-pipeline: $(STAMP)  ## a backlog of pages next to a bare loop, from poll to search, bytes in Redis an article
	@$(BIN)/python -m benchmarks.pipeline
	@$(BIN)/python -m benchmarks.latency
	@$(BIN)/python -m benchmarks.footprint

bench-desk: $(STAMP)  ## the desk over 100,000 articles: first byte, weight, memory
	@$(BIN)/python -m benchmarks.desk

bench-stories: $(STAMP)  ## stories: pairs of news, a corpus in two languages, 100,000 articles in one pass
	@$(BIN)/python -m benchmarks.stories

bench-pages: $(STAMP)  ## extraction next to plain trafilatura
	@$(BIN)/python -m benchmarks.pages

bench-polling: $(STAMP)  ## a year of polling: delays at equal requests, next to fixed intervals and the optimum
	@$(BIN)/python -m benchmarks.polling
	@$(BIN)/python -m benchmarks.polling_speed

sbom: $(STAMP)  ## the bill of materials as CycloneDX: Python packages, jars, images
	@$(BIN)/python .ci/sbom.py

fuzz: $(STAMP)  ## mutated documents for every reader of what strangers write (COUNT=2000 SEED=1)
	@$(BIN)/python -m benchmarks.fuzz --count $(or $(COUNT),2000) --seed $(or $(SEED),1)

proof-alerts: $(STAMP)  ## alerts under fire: none lost, doubled only with the same key; latency and cost (SEEDS=20)
	@$(BIN)/python -m benchmarks.alerts --seeds $(or $(SEEDS),20)

proof: $(STAMP)  ## kill everything while the index is rebuilt: nothing is lost (about 20 minutes)
	@$(BIN)/python -m benchmarks.proof_rebuild

# ARTICLES=10000 FEEDS=200 SITES=60 is the large one; python -m benchmarks.faults --seed 1 --print shows the script.
proof-faults: $(STAMP)  ## every kind of fault on a whole watch: each article is there once (SEEDS="1 2 3"; CONTROLS=1: broken builds)
	@$(BIN)/python -m benchmarks.faults $(if $(CONTROLS),--controls,$(patsubst %,--seed %,$(or $(SEEDS),1 2 3)) \
		$(if $(ARTICLES),--articles $(ARTICLES)) $(if $(FEEDS),--feeds $(FEEDS)) $(if $(SITES),--sites $(SITES)))

compose-check: $(STAMP)  ## docker-compose.yml and the workflows against their schemas, and what they promise
	@$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	@$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@! docker compose version >/dev/null 2>&1 || docker compose -f docker-compose.yml -f docker/demo.yml config --quiet
	@$(BIN)/pytest tests/unit/setup/test_compose_file.py tests/unit/setup/test_workflows.py -q

lock:  ## renew the two lock files (needs uv)
	uv pip compile pyproject.toml --extra local --extra s3 --group dev $(LOCK_FLAGS) -o requirements.lock
	uv pip compile pyproject.toml --extra s3 $(LOCK_FLAGS) -o docker/requirements.lock
	uv pip compile --group browser -c requirements.lock $(LOCK_FLAGS) -o .ci/browser.lock

lock-jars: $(STAMP)  ## renew the list of the search node's jars
	@$(BIN)/python -m worker.local.jar_lock

clean:  ## remove .venv and caches of tools; data and downloads stay
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
