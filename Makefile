# Everything a person or a machine does with this project. `make help` tells what there is.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check
PYTEST := $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

.PHONY: help
help: ## Tell what there is.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: $(VENV)/.run ## Start the service with a living demo, and say what to open.
	@$(BIN)/milieu demo

# Two processes keep two cores busy: a second thread for matrices would only spin and wait there.
test coverage: export OMP_NUM_THREADS = 1
test coverage: export OPENBLAS_NUM_THREADS = 1

.PHONY: test
test: lint ## Check the code and run the tests on SQLite and PostgreSQL.
	$(PYTEST) -m "not browser and not foreign" --numprocesses=2 --dist=loadfile

.PHONY: coverage
coverage: $(VENV)/.dev ## Run the tests counting the lines and branches they reach; takes twice as long.
	$(PYTEST) -m "not browser and not foreign" --cov --cov-report=term

.PHONY: test-all
test-all: require browser foreign test ## Also what needs Chromium, Node, Apache or Glewlwyd; installs them if it may.
	$(BIN)/hadolint Dockerfile

.PHONY: browser
browser: $(VENV)/.dev ## Run only the tests that need Chromium.
	$(PYTEST) -m browser --numprocesses=2 --dist=load

.PHONY: foreign
foreign: $(VENV)/.dev ## Run only the tests with clients and providers that we did not write.
	$(PYTEST) -m foreign

.PHONY: require
require: $(VENV)/.dev
	$(BIN)/python -m tests.support.require

.PHONY: lint
lint: $(VENV)/.dev ## Check style, types and the arrows between packages.
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: bench
bench: $(VENV)/.dev ## Measure, and print the figures.
	$(BIN)/python -m benchmarks

.PHONY: lock
lock: $(VENV)/.dev ## Choose the newest versions that pyproject.toml allows, and write them down.
	$(BIN)/python -m tests.support.lock

.PHONY: revision
revision: $(VENV)/.dev ## Draft a migration from the changed tables: make revision m="what changes".
	$(BIN)/python -m tests.support.revise $(m)

.PHONY: clean
clean: ## Remove everything that can be made again; the data in .data stay.
	rm -rf $(VENV) .recordings .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis htmlcov
	rm -rf build dist .coverage .coverage.*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment. A stamp is older than what it was made from exactly when something changed.

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo 'Milieu needs Python 3.11 or newer, and "$(PYTHON)" is not.' \
	       'Say where one is: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)' >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) || { rm -rf $(VENV); \
	  echo 'Python cannot make environments here. On Debian: apt-get install python3-venv' >&2; \
	  exit 1; }

$(VENV)/.run: $(BIN)/python requirements.txt requirements-build.txt pyproject.toml
	@echo 'Installing what Milieu needs (once; about a minute) …'
	@$(PIP) install --quiet --require-hashes -r requirements.txt -r requirements-build.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.txt
	@echo 'Installing what the tests need (once; about a minute) …'
	@$(PIP) install --quiet --require-hashes -r requirements-dev.txt
	@touch $@
