# make demo shows what tianbao does; make test proves it. Everything is installed into .venv, nothing beside it.
.POSIX:
.PHONY: help demo test test-all lint schema bench fuzz clean

PYTHON ?= python3
PIP = .venv/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
# make test REQUIRE_REAL=1: a program that is missing fails its tests instead of skipping them
REQUIRE_REAL ?=
# make test ARGS="tests/rules -k caret": arguments for pytest
ARGS ?=

help:
	@echo "make demo      what tianbao does, from a blank form to a report, into out/"
	@echo "make test      source checks and all tests (REQUIRE_REAL=1: nothing skipped for a missing program)"
	@echo "make test-all  the same with the slow tests and ten times as many random examples"
	@echo "make lint      only the source checks"
	@echo "make schema    the files generated from the definitions: schema/, docs/rule-book.md"
	@echo "make bench     how fast it is"
	@echo "make fuzz      20,000 damaged files: no traceback, no hang, no growth"
	@echo "make clean     removes what these made, but for .venv"

demo: .venv/run
	@.venv/bin/python tools/demo.py

test: .venv/ok
	@sh -c 'tools/system-packages.sh || echo "going on without them"'
	@$(MAKE) lint
	@.venv/bin/python tools/run_tests.py $${REQUIRE_REAL:+--require-real} $(ARGS)

test-all: .venv/ok
	@$(MAKE) test REQUIRE_REAL="$(REQUIRE_REAL)" ARGS="--all $(ARGS)"

lint: .venv/ok
	@.venv/bin/ruff format --check --output-format=concise .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports

schema: .venv/ok
	@.venv/bin/python tools/update_generated.py

bench: .venv/ok
	@.venv/bin/python -m bench $(ARGS)

fuzz: .venv/ok
	@.venv/bin/python tools/fuzz.py $(ARGS)

clean:
	rm -rf out dist .coverage .pytest_cache .hypothesis .mypy_cache .ruff_cache .import_linter_cache
	find src tests tools bench -name __pycache__ -type d -prune -exec rm -rf {} +

# The first Python that is new enough.
.venv/bin/python:
	@for python in "$(PYTHON)" python3.11 python3.12 python3.13 python3.14; do \
	  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    [ "$$python" = "$(PYTHON)" ] || echo "$(PYTHON) is older than Python 3.11 or absent: taking $$python"; \
	    exec "$$python" -m venv .venv; \
	  fi; \
	done; \
	echo "tianbao needs Python 3.11 or newer, and $(PYTHON) is older or absent: make PYTHON=/path/to/python3.11" >&2; \
	exit 1

# What running needs, and then what testing needs; each again when a list of packages changes.
.venv/run: .venv/bin/python pyproject.toml constraints.txt
	@echo "Installing tianbao into .venv ..."
	@$(PIP) -e '.[all]'
	@touch .venv/run

.venv/ok: .venv/run requirements-dev.txt
	@echo "Installing the test tools into .venv ..."
	@$(PIP) -r requirements-dev.txt
	@touch .venv/ok
