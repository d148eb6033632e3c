# Everything a fresh machine needs is Python 3.11 or 3.12 and make. `make demo` and `make test` set the rest up.
PYTHON ?= $(shell for p in python3.11 python3.12 python3; do $$p -c 'import sys; sys.exit(not (3,11) <= sys.version_info[:2] <= (3,12))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TESTS ?= tests
WORKERS ?= 2
SYSTEM ?= ai-storybook

.PHONY: help setup demo test check format bench soak chaos proofs lock clean

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements/dev.txt
	@test -n "$(PYTHON)" || { echo "Muster needs Python 3.11 or 3.12: install one, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --require-hashes -r requirements/uv.txt
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip sync --quiet --compile-bytecode --require-hashes requirements/dev.txt requirements/uv.txt
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --offline --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q bot chaos commands compiler demo incident sandbox
	@touch $@

setup: $(READY) ## Make the virtual environment with every locked dependency

demo: $(READY) ## Play an incident: a Slack workspace in a box, a patient and the bot; STORY=1 plays it by itself
	@$(BIN)/python -m bot demo --system $(SYSTEM) $(if $(STORY),--story --json)

test: $(READY) ## Run the tests against real parts
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(TESTS)

check: $(READY) ## Lint, types, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(READY) ## Put the code in its form
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format --quiet .

bench: $(READY) ## Measure; one JSON object on stdout; INCIDENTS=100000 EVENTS=5000000 for years of them, which takes long
	@$(BIN)/python -m bench $(INCIDENTS) $(EVENTS)

soak: $(READY) ## Watch the memory under 200 alerts a second for half an hour, or MINUTES=; one JSON object on stdout
	@$(BIN)/python -m bench.soak $(MINUTES)

chaos: $(READY) ## Let everything fail at once; one JSON object on stdout; SECONDS=, KILLS= and FIRST= for more or less of it
	@exec $(BIN)/python -m chaos $(if $(SECONDS),--seconds $(SECONDS)) $(if $(KILLS),--kills $(KILLS)) $(if $(FIRST),--first $(FIRST))

proofs: $(READY) ## Judge labelled commands; COMMANDS=FILE, RUNBOOKS=FILE SEEDS=FOLDER add your own; one JSON object on stdout
	@$(BIN)/python -m bench.proofs $(if $(COMMANDS),--commands $(COMMANDS)) $(if $(RUNBOOKS),--runbooks $(RUNBOOKS)) $(if $(SEEDS),--seeds $(SEEDS))

lock: ## Choose the dependencies anew and lock them with their hashes
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --upgrade --custom-compile-command 'make lock' pyproject.toml --extra aws --extra github --extra nats --extra otel --extra pagerduty --extra redis --extra s3 --extra sns --extra ssh -o requirements/run.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --upgrade --custom-compile-command 'make lock' -c requirements/run.txt pyproject.toml --extra aws --extra demo --extra github --extra nats --extra otel --extra pagerduty --extra redis --extra s3 --extra sns --extra ssh --group dev -o requirements/dev.txt
	@echo uv | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --upgrade --custom-compile-command 'make lock' - -o requirements/uv.txt

clean: ## Remove what was set up and what was written
	rm -rf $(VENV) .muster .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
