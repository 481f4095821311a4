# Every command a developer needs. `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ROOMS := libs/common libs/cli libs/sandbox services/registry services/connections services/sync-worker services/matching services/console services/embedded
WORKERS ?= 2
SUITE ?= crash
SEEDS ?= 50
SEED_FROM ?= 1
.DEFAULT_GOAL := help
.PHONY: help install run sandbox stack migrate test check format lint types soak bench shots lock env-example clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

install: $(VENV)/.product ## the environment that running needs, in .venv

run: $(VENV)/.product ## everything in one process on 127.0.0.1:8080 (PORT=8090 for another port), data in ./data; at first with a demo (DEMO=0: without)
	@$(if $(PORT),SYNCLINE_PORT=$(PORT)) SYNCLINE_DEMO=$(or $(DEMO),$${SYNCLINE_DEMO:-1}) exec $(BIN)/python -m syncline_embedded

sandbox: $(VENV)/.product ## simulated vendors on 127.0.0.1 from port 9401 on; prints what to type in
	@exec $(BIN)/python -m syncline_sandbox $(ARGS)

stack: $(VENV)/.product ## the same as separate processes: PostgreSQL, RabbitMQ, nginx, WORKERS=2 workers
	@exec $(BIN)/python deploy/stack/stack.py --workers $(WORKERS) $(if $(PORT),--port $(PORT))

migrate: $(VENV)/.product ## tables and queues of every service, once; `run` and `stack` do it by themselves
	@$(BIN)/python -m syncline_embedded migrate

test: $(VENV)/.develop ## every test, on both databases and both transports
	@exports="$$($(BIN)/python tests/backing/ensure.py)" && eval "$$exports" && exec $(BIN)/python -m pytest -n 5 --dist worksteal $(ARGS)

check: format test ## format, lint, types, imports, house rules, tests (the last five are all tests)

format: $(VENV)/.develop ## put the code into the house's form
	@$(BIN)/ruff format -q . && $(BIN)/ruff check -q --fix .

lint: $(VENV)/.develop ## ruff and the import contracts
	@$(BIN)/ruff check . && $(BIN)/ruff format --check -q . && $(BIN)/lint-imports

types: $(VENV)/.develop ## mypy, strict
	@$(BIN)/mypy libs services tests benchmarks deploy

soak: $(VENV)/.develop ## long runs: SUITE=crash (or kill, matrix, broker, database, simulation) SEEDS=50 SEED_FROM=1; the last line says how many failed
	@exports="$$($(BIN)/python tests/backing/ensure.py)" && eval "$$exports" && \
	PYTHONPATH=tests exec $(BIN)/python -m chaos.soak --suite $(SUITE) --seeds $(SEEDS) --seed-from $(SEED_FROM)

bench: $(VENV)/.develop ## every figure, beside a floor or a peer measured in the same run
	@exports="$$($(BIN)/python tests/backing/ensure.py)" && eval "$$exports" && exec $(BIN)/python -m benchmarks $(ARGS)

shots: $(VENV)/.develop ## pictures of every page of the console, light, dark and on a phone, in ./shots
	@exports="$$($(BIN)/python tests/backing/ensure.py)" && eval "$$exports" && PYTHONPATH=tests exec $(BIN)/python -m browser.shots

lock: $(VENV)/.develop ## new hash-pinned locks from requirements/*.in (needs uv)
	@for name in product otel develop; do \
		uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --upgrade \
			requirements/$$name.in -o requirements/$$name.txt; done

env-example: $(VENV)/.product ## write .env.example from the settings
	@$(BIN)/python -m syncline_common.settings_file > .env.example

clean: ## remove the environment and all caches; ./data stays
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(VENV)/.product: requirements/product.txt
	@$(call fill,product)

$(VENV)/.develop: requirements/develop.txt requirements/product.txt
	@$(call fill,develop)
	@touch $(VENV)/.product

define fill
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is %s. Set PYTHON=." % sys.version.split()[0])'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "On Debian: apt-get install python3-venv"; exit 1; }
	echo "Installing what requirements/$(1).txt pins (once, about 20 seconds) ..." >&2
	if command -v uv >/dev/null 2>&1; then \
		uv pip install -q --python $(BIN)/python --require-hashes -r requirements/$(1).txt; \
	else \
		$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/$(1).txt; fi
	printf '%s\n' $(ROOMS:%=$(CURDIR)/%) > "$$($(BIN)/python -c 'import site; print(site.getsitepackages()[0])')/syncline.pth"
	printf '#!/bin/sh\nexec "%s" -m syncline_cli "$$@"\n' "$(CURDIR)/$(BIN)/python" > $(BIN)/syncline && chmod 755 $(BIN)/syncline
	touch $@
endef
