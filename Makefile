# run: installs, prepares and serves the demonstration · stop: stops it · test, check: what must pass · bench: measures

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The lists are whole: nothing is to be looked for beside them.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps
WORKERS ?= 2
# What production must be given, for `check --deploy`: nothing connects to that database.
PRODUCTION := RESIDENCE_MODE=production DEBUG=false ALLOWED_HOSTS=residence.example \
	SECRET_KEY=only-here-to-be-checked-and-long-enough-to-please-it-0123456789 \
	DATABASE_URL=postgres://app@localhost/residence DATABASE_OWNER_URL=postgres://owner@localhost/residence

.PHONY: help run stop test check bench format install install-dev requirements
.NOTPARALLEL:

help:
	@sed -n '1s/^# //p' $(MAKEFILE_LIST)

run: install
	@$(BIN)/python -m residence.serve run

stop:
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m residence.serve stop; else echo "Rien ne tournait."; fi

test: install-dev
	@$(BIN)/python manage.py version > /dev/null
	@$(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

check: install-dev
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/djlint --lint --quiet templates
	@$(BIN)/lint-imports --no-cache > $(VENV)/lint-imports.log || { cat $(VENV)/lint-imports.log; exit 1; }
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING
	@echo "make check : rien à redire."

bench: install-dev
	@$(BIN)/python -m bench

format: install-dev
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

install: $(VENV)/.installed

install-dev: $(VENV)/.installed-dev

$(VENV)/.installed: requirements/base.txt requirements/system.py
	@$(PYTHON) requirements/system.py
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	@echo "Installation des paquets Python…"
	@$(INSTALL) -r requirements/base.txt
	@touch $@

# All of base.txt is in dev.txt. pip is slow, a new one less so: it comes first, then what runs is installed beside what
# only tests, of which a module is compiled when it is imported, if ever.
$(VENV)/.installed-dev: requirements/dev.txt requirements/base.txt requirements/system.py
	@$(PYTHON) requirements/system.py
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	@echo "Installation des paquets Python et des outils de développement…"
	@awk '/^[a-z]/ { list = FILENAME ~ /base/ || $$1 in runs ? "" : /^pip==/ ? "pip" : "tools"; runs[$$1] } \
		list { print > ("$(VENV)/" list ".txt") }' requirements/base.txt requirements/dev.txt
	@$(INSTALL) -r $(VENV)/pip.txt
	@$(INSTALL) --no-compile -r $(VENV)/tools.txt & tools=$$!; $(INSTALL) -r requirements/base.txt && wait $$tools
	@touch $(VENV)/.installed $@

# Compiles the pinned, hashed files from pyproject.toml; ARGS=--upgrade takes the latest versions.
COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --strip-extras \
	--allow-unsafe --no-header $(ARGS)
requirements: install-dev
	@$(COMPILE) --output-file requirements/base.txt pyproject.toml
	@$(COMPILE) --extra dev --constraint requirements/base.txt --output-file requirements/dev.txt pyproject.toml
