# Two commands matter: `make run` opens FairViz, `make test` checks everything.
# Both need only Debian's make, python3, python3-venv and pip; the rest goes into .venv.

PYTHON ?= python3
CHROMIUM := /usr/bin/chromium
VENV := .venv
BIN := $(VENV)/bin
# Only what is there: a checkout may lack a room.
SOURCES := $(wildcard models fairviz pages app.py tests)

# Idle OpenMP threads that spin instead of sleeping slow a busy machine down a hundredfold.
export OMP_WAIT_POLICY := PASSIVE

.DEFAULT_GOAL := run
.DELETE_ON_ERROR:
.PHONY: run test lint types layers unit browser clean chromium

run: $(VENV)/.installed
	$(BIN)/streamlit run app.py

test: $(VENV)/.installed-dev chromium lint types layers
	OMP_NUM_THREADS=1 $(BIN)/pytest -n 2 --dist loadgroup tests

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed-dev
	$(BIN)/mypy --strict $(SOURCES)

layers: $(VENV)/.installed-dev
	$(BIN)/lint-imports

unit: $(VENV)/.installed-dev
	OMP_NUM_THREADS=1 $(BIN)/pytest -n 2 --dist loadgroup tests --ignore=tests/browser

browser: $(VENV)/.installed-dev chromium
	$(BIN)/pytest tests/browser

# Stamps: a second run installs nothing until a list of requirements changes.
$(VENV)/.installed: requirements.txt | $(BIN)/pip
	$(BIN)/python -m pip install --quiet -r requirements.txt
	touch $@

$(VENV)/.installed-dev: requirements-dev.txt requirements.txt | $(BIN)/pip
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	touch $(VENV)/.installed $@

$(BIN)/pip:
	$(PYTHON) -m venv $(VENV)

chromium:
	@[ -x $(CHROMIUM) ] && exit 0; \
	if [ "$$(id -u)" = 0 ]; then root=; elif command -v sudo >/dev/null; then root=sudo; else root=none; fi; \
	if [ "$$root" != none ] && command -v apt-get >/dev/null \
	   && $$root apt-get update -qq && $$root apt-get install -y -qq --no-install-recommends chromium; then exit 0; fi; \
	echo "The browser tests need $(CHROMIUM), which could not be installed from here." >&2; \
	echo "Install Debian's package \"chromium\" as an administrator, then run make test again;" >&2; \
	echo "make unit runs every other test without it." >&2; \
	exit 1

clean:
	rm -rf $(VENV) static .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
