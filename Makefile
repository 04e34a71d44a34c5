# Needs Python 3.11 or newer and make; everything else is brought along, pinned and verified, on first use.
# Every target is the real command. `make help` lists them.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
UV := .tools/bin/uv
BIN := .venv/bin
ENGINES_HEAVY := browser deploy faults journeys
export UV_PYTHON_DOWNLOADS := never

.PHONY: help setup demo test test-fast test-faults test-containers coverage lint format docs bench images

help:  ## what can be made
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 24

setup: .venv/ready  ## the environment alone; every other target does it first
	@echo "· ready: $(UV) run jobvej --help"

demo: .venv/ready  ## the whole platform on this machine, with demo people; Ctrl-C stops it
	@exec $(BIN)/jobvej demo

test: .venv/ready web-tools  ## all tests, on real PostgreSQL, Kafka and Chromium
	$(BIN)/pytest

test-fast: .venv/ready web  ## the tests that need no whole platform and no browser
	$(BIN)/pytest $(ENGINES_HEAVY:%=--ignore=tests/%)

test-faults: .venv/ready  ## processes and servers killed under load; N=20 for a long run
	$(if $(N),JOBVEJ_FAULT_ROUNDS=$(N)) $(BIN)/pytest tests/faults --capture=no

# Left out is what never asks for these engines: the house's rules, matching, and what starts the embedded platform itself.
test-containers: .venv/ready web-tools images  ## the same suite on the container images
	JOBVEJ_TEST_ENGINES=containers $(BIN)/pytest $(addprefix --ignore=tests/,house browser deploy faults matching)

coverage: .venv/ready web  ## which branches of the rules (model) and of the machinery (shared/messaging) no test takes
	$(BIN)/coverage run -m pytest tests/booking tests/notifications tests/people tests/shared && $(BIN)/coverage report

lint: .venv/ready  ## form, types, architecture, generated docs
	$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy services shared deploy tests && $(BIN)/lint-imports && $(BIN)/python -m deploy.docs --check

format: .venv/ready  ## mend what can be mended: form, import order, generated docs
	$(BIN)/ruff format . && $(BIN)/ruff check --fix . && $(BIN)/python -m deploy.docs

images:  ## a container image per service, and the demo's stand-ins
	@for service in people booking notifications; do docker build --quiet -f deploy/images/Dockerfile --target service --build-arg SERVICE=$$service -t jobvej/$$service .; done
	@docker build --quiet -f deploy/images/Dockerfile --target gateway --build-arg SERVICE=gateway -t jobvej/gateway .
	@# A Docker without BuildKit makes every stage before the wanted one, and those ask for a service.
	@docker build --quiet -f deploy/images/Dockerfile --target outside --build-arg SERVICE=gateway -t jobvej/outside .

docs: .venv/ready  ## the documents that the code writes: table, map, settings
	$(BIN)/python -m deploy.docs

bench: .venv/ready  ## how fast; ONLY=relay for one of them; numbers land in .bench/
	$(BIN)/python -m tests.bench $(ONLY)

# --- the environment: made once, again when its pins change ---------------------------------------------------

.PHONY: web web-tools
web: .venv/ready
	@$(BIN)/python -m deploy.embedded.assets > /dev/null

web-tools: .venv/ready
	@$(BIN)/python -m deploy.embedded.assets --test-tools

.venv/ready: .tools/ready uv.lock pyproject.toml
	@echo "· environment from uv.lock (the first time this downloads some hundred MB)"
	@$(UV) sync --locked --python $(PYTHON) 2>&1 | { grep --line-buffered -v '^ [+~-] ' || true; }
	@touch $@

.tools/ready: deploy/uv-requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Jobvej needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another: make PYTHON=python3.12")'
	@echo "· uv, the tool that brings the rest, into .tools/"
	@$(PYTHON) -m venv .tools
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r $<
	@touch $@
