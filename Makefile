# Yuanqi 园企. Two commands do everything on a fresh machine: make demo, make test.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test lint bench messages vendor lock clean

$(VENV)/.run: requirements/run.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; set PYTHON=…" >&2; exit 1; }
	@echo "… environment ($(VENV))"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes -r requirements/run.lock
	@$(PIP) install --no-build-isolation --no-deps --no-index -e .
	@touch $@

$(VENV)/.dev: requirements/dev.lock $(VENV)/.run
	@echo "… tools for tests"
	@$(PIP) install --require-hashes -r requirements/dev.lock
	@touch $@

$(VENV)/.bench: requirements/bench.lock $(VENV)/.dev
	@echo "… peers for benchmarks"
	@$(PIP) install --require-hashes -r requirements/bench.lock
	@touch $@

demo: $(VENV)/.run
	@exec $(BIN)/yuanqi demo

lint: $(VENV)/.dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports
	@$(BIN)/mypy

test: lint
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

bench: $(VENV)/.bench
	@$(BIN)/python -m benchmarks

messages: $(VENV)/.dev
	@$(BIN)/python tools/messages.py extract
	@$(BIN)/python tools/messages.py compile

vendor: $(VENV)/.dev
	@$(BIN)/python tools/vendor.py

clean:
	rm -rf $(VENV) var
