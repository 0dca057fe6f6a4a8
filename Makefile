# Everything that can be done here. `make help` lists it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
# In the virtual environment, so that it goes when that is deleted.
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
INSTALLED_BENCH := $(VENV)/.installed-bench
INSTALLED_CLIENTS := $(VENV)/.installed-clients

.DEFAULT_GOAL := help
.PHONY: help install run import backup restore test soak clients bench lint audit schema clean

help: ## List what can be done
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed; name one with: make PYTHON=/path/to/python3 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(INSTALLED): requirements.txt clients/cli/pyproject.toml | $(VENV)/bin/python
	@echo "Installing what requirements.txt names: a minute, once."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(INSTALLED_DEV): requirements-dev.txt requirements.txt clients/cli/pyproject.toml | $(VENV)/bin/python
	@echo "Installing what requirements-dev.txt names: a minute or two, once."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $(INSTALLED) $@

$(INSTALLED_BENCH): benchmarks/requirements.txt $(INSTALLED_DEV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
	@touch $@

$(INSTALLED_CLIENTS): $(addprefix tests/clients/,requirements.txt package.json package-lock.json) $(INSTALLED_DEV)
	@echo "Installing Node, Java and the generators of clients: a minute or two, once."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/clients/requirements.txt
	PATH="$(abspath $(BIN)):$$PATH" npm ci --prefix tests/clients --silent
	@touch $@

install: $(INSTALLED_DEV) ## Install everything into .venv

run: $(INSTALLED) ## Start the server on PORT (8000); a new database gets an admin and, unless DEMO=0, demo content
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) first_use
	@$(MANAGE) collectstatic --noinput --verbosity 0
	@exec $(BIN)/gunicorn skillmeat_site.wsgi

import: $(INSTALLED) ## Import a project: make import PROJECT=/path/to/project
	@test -n "$(PROJECT)" || { echo "Say which project: make import PROJECT=/path/to/project"; exit 1; }
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) import_project "$(PROJECT)"

backup: $(INSTALLED) ## Write all data into one new file, while the server runs: make backup [FILE=/path/of/backup]
	@$(MANAGE) backup $(if $(FILE),"$(FILE)")

restore: $(INSTALLED) ## Replace all data by a backup; stop the server first: make restore FILE=/path/of/backup
	@test -n "$(FILE)" || { echo "Say which backup: make restore FILE=/path/of/backup"; exit 1; }
	@$(MANAGE) restore "$(FILE)"

test: $(INSTALLED_DEV) ## Run all tests on SQLite, and those that need PostgreSQL if one answers
	@$(BIN)/python -m tests.run

soak: $(INSTALLED_DEV) ## Race, kill, reload, restore and fuzz a real server, alone and behind nginx; nine minutes
	@$(BIN)/python -m tests.soak

clients: $(INSTALLED_CLIENTS) ## Generate clients of openapi.yaml, check their types and drive them against a server; two minutes
	@$(BIN)/python -m pytest -v tests/clients

bench: $(INSTALLED_BENCH) ## Measure speed beside plain DRF and FastAPI, and write benchmarks/results.md; half an hour
	@$(BIN)/python -m benchmarks $(STAGES)

audit: $(INSTALLED_DEV) ## Look the dependencies up in a database of known vulnerabilities; needs the internet
	$(BIN)/python -m pip_audit -r requirements.txt

lint: $(INSTALLED_DEV) ## Check style, types, layers, migrations, deployment settings and openapi.yaml
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports --no-cache
	$(MANAGE) makemigrations --check --dry-run
	HTTPS_ONLY=1 $(MANAGE) check --deploy --fail-level WARNING
	$(MANAGE) spectacular --validate --fail-on-warn --file $(VENV)/openapi.yaml
	@diff -u openapi.yaml $(VENV)/openapi.yaml || { echo "openapi.yaml is out of date: run make schema"; exit 1; }

schema: $(INSTALLED_DEV) ## Write openapi.yaml again
	$(MANAGE) spectacular --validate --fail-on-warn --file openapi.yaml

clean: ## Remove what make, the tests and the server left, but no data
	rm -rf $(VENV) $(addprefix tests/clients/,node_modules generated build) staticfiles .pytest_cache .mypy_cache .ruff_cache .hypothesis .schemathesis .coverage*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
