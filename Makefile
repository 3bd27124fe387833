# Two targets do everything: `make serve` and `make test`. The first run of either sets up .venv from the locked dependencies.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export HOST ?= 127.0.0.1
export PORT ?= 8000
# The tests of a file run in one process, in order; so many files at once.
PROCESSES ?= 2

.PHONY: serve test fuzz check evaluate bench bench-growth bench-peers lock clean

serve: $(VENV)/installed
	@$(BIN)/zhicheng serve

test: $(VENV)/installed-test
	@$(BIN)/python -m pytest -q -n $(PROCESSES) --dist loadfile $(ARGS)

# The property tests with new examples, EXAMPLES of each.
fuzz: $(VENV)/installed-test
	@ZHICHENG_EXAMPLES=$(or $(EXAMPLES),300) $(BIN)/python -m pytest -q tests/test_eligibility_properties.py $(ARGS)

check: $(VENV)/installed
	@$(BIN)/zhicheng check

# How well questions are answered, on the sets of tests/answers/ (or SETS="file …").
evaluate: $(VENV)/installed-test
	@$(BIN)/python tests/answers/evaluate.py $(SETS) $(ARGS)

# How fast questions are answered, and the service starts.
bench: $(VENV)/installed-test
	@$(BIN)/python tests/benchmarks/ask.py $(ARGS)

# How the queries of the catalogue bear growth, up to 5 million triples (about 2 GB of memory).
bench-growth: $(VENV)/installed-test
	@$(BIN)/python tests/benchmarks/growth.py $(ARGS)

# One title's level and post grades, and /sparql, beside other servers of the same data, which are installed apart.
bench-peers: $(VENV)/installed-test
	@$(BIN)/python tests/benchmarks/peers.py $(ARGS)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "zhicheng needs Python 3.11 or newer; name one with PYTHON=…")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/installed: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Setting up $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@$(BIN)/zhicheng models || echo "Going on without language models: fewer questions are understood; \`$(BIN)/zhicheng models\` fetches them later." >&2
	@touch $@

$(VENV)/installed-test: requirements-test.lock $(VENV)/installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	@touch $@

# Renew the locks after pyproject.toml changed; needs uv.
lock:
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header pyproject.toml --group test -c requirements.lock -o requirements-test.lock

clean:
	rm -rf $(VENV) build dist
