# The one door to this project: every verb a developer, a reviewer or CI uses. `make help` lists them.
# Needs python3 (3.11 or newer) and make; everything else is fetched into .venv from the hashed locks.

PYTHON ?= python3
MODE ?= embedded
SEEDS ?= 10000
JOBS ?= 4
PART ?= standard
PEERS ?=

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet
YANXUN := $(BIN)/python -m deploy.cli
PYTEST := $(BIN)/python -m pytest
# Twice as many processes as a small machine has cores: much of the faults is waiting for a server to die.
DEAL := --dist loadfile --no-loadscope-reorder
# What tries things by chance takes two fifths of all the time: it is for `make test`, and in full for runs of its own.
BY_CHANCE := tests/faults tests/fuzz tests/simulation
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-strip-extras

# A stamp stands for "installed from this very lock"; a newer lock makes the environment anew.
CORE := $(VENV)/core.stamp
TEST := $(VENV)/test.stamp
PEER := $(VENV)/peers.stamp

.DEFAULT_GOAL := help
.PHONY: help run demo test check coverage format faults simulate bench docs pictures lock clean
.PHONY: formatted linted typed walled declared alive

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

run: $(CORE) ## the embedded platform with a demo county, until Ctrl-C
	@exec $(YANXUN) up

demo: $(CORE) ## the main job as a story, ends by itself; MODE=embedded or MODE=county
	@$(YANXUN) demo --mode $(MODE)

test: $(TEST) ## every test, with private PostgreSQL, RabbitMQ and Chromium
	@$(BIN)/python -m tests.prepare
	$(PYTEST) -n $(JOBS) $(DEAL)

check: $(TEST) ## format, lint, types, walls, dependencies, dead code, house rules, tests that leave nothing to chance
	@$(MAKE) --no-print-directory --jobs 2 --output-sync formatted linted typed walled declared alive
	@$(BIN)/python -m tests.prepare
	$(PYTEST) -n $(JOBS) $(DEAL) $(BY_CHANCE:%=--ignore %)

formatted: $(TEST)
	$(BIN)/ruff format --check
linted: $(TEST)
	$(BIN)/ruff check
typed: $(TEST)
	$(BIN)/mypy
walled: $(TEST)
	$(BIN)/lint-imports
declared: $(TEST)
	$(BIN)/deptry .
alive: $(TEST)
	$(BIN)/vulture

coverage: $(TEST) ## every test, and the code none of them reaches
	@$(BIN)/python -m tests.prepare
	$(PYTEST) -n $(JOBS) $(DEAL) --cov

format: $(TEST) ## rewrite the code in the house's format
	$(BIN)/ruff check --fix --quiet || true
	$(BIN)/ruff format

faults: $(TEST) ## every fault, with the full number of trials
	@$(BIN)/python -m tests.prepare
	$(PYTEST) tests/faults --full -n $(JOBS) $(DEAL) --ignore tests/faults/test_replay.py
	$(PYTEST) tests/faults/test_replay.py --full  # by the clock, so it has the machine to itself

simulate: $(TEST) ## the seeded simulation of all services; SEEDS=10000
	$(BIN)/python -m tests.simulation --seeds $(SEEDS) --jobs $(JOBS)

bench: $(TEST) $(if $(PEERS),$(PEER)) ## the product beside limits and peers; PART=short, standard or long; PEERS=1 installs the peers
	@$(BIN)/python -m tests.prepare postgresql rabbitmq-server || true  # without them it measures what it can
	$(BIN)/python -m tests.bench $(if $(filter-out standard,$(PART)),--$(PART))

docs: $(CORE) ## write the generated documents
	@$(YANXUN) docs

pictures: $(TEST) ## take the READMEs' pictures from the running console
	@$(BIN)/python -m tests.prepare
	YANXUN_PICTURES=docs/pictures $(PYTEST) tests/browser/test_pictures.py

lock: $(TEST) ## make the hashed locks again, with the newest releases that fit
	$(LOCK) --upgrade requirements/core.in --output-file requirements/core.txt
	$(LOCK) --upgrade requirements/test.in --output-file requirements/test.txt
	$(LOCK) --upgrade requirements/bench-peers.in --output-file requirements/bench-peers.txt

clean: ## remove what was made here; a county's data stays
	rm -rf $(VENV) build dist *.egg-info .coverage* htmlcov test-results
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache .schemathesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(CORE): requirements/core.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=...")'
	@echo "Making $(VENV) from $< (once, under a minute) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP) install --require-hashes -r $<
	@touch $@

$(TEST): requirements/test.txt $(CORE)
	@echo "Adding $< to $(VENV) (once, under a minute) ..."
	@$(PIP) install --require-hashes -r requirements/core.txt -r $<
	@touch $@

$(PEER): requirements/bench-peers.txt $(TEST)
	@echo "Adding $< to $(VENV) (once, under a minute) ..."
	@$(PIP) install --require-hashes -r requirements/core.txt -r requirements/test.txt -r $<
	@touch $@
