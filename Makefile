# `make` alone prints the commands. Settings go on the same line: make up GUICHET_PORT=8081
.DEFAULT_GOAL := help
.SUFFIXES:
SHELL := /bin/sh
PY := .venv/bin/python
LOCAL := $(PY) -m local
BOOTSTRAP := deploy/local/bootstrap
PYTEST ?=
BENCH ?=
STRICT := contracts/contracts servicekit/servicekit $(foreach name,identity tenancy subscriptions notifications,services/$(name)/$(name)/domain)

.PHONY: help
help: ## Say what there is
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\n  Settings on the same line, for a second installation for example:\n'
	@printf '  make up DETACH=1 GUICHET_PORT=8081 GUICHET_MAIL_PORT=8026 GUICHET_DATA=.guichet2\n\n'

# Commands that make no sense before the first `make up` say so.
INSTALLED = @test -x $(PY) || { echo "nothing is installed here yet: make up"; exit 1; }

##@ Run it

.PHONY: up
up: ## Everything on this machine, with demo data; in the background with DETACH=1
	@$(BOOTSTRAP) run
	@$(LOCAL) $(if $(DETACH),detach,up)

.PHONY: down
down: ## Stop what runs in the data folder
	$(INSTALLED)
	@$(LOCAL) down

.PHONY: reset
reset: ## Empty the data folder (.guichet, or GUICHET_DATA); refused while it is in use
	@$(BOOTSTRAP) run
	@$(LOCAL) reset

.PHONY: status
status: ## What runs, where, and whether it is ready
	$(INSTALLED)
	@$(LOCAL) status

.PHONY: logs
logs: ## Follow the logs; one part's with PART=identity
	$(INSTALLED)
	@$(LOCAL) logs $(PART)

# In several processes, see tests/shared_out.py; one after another with PYTEST='-n 0'. Hundreds of
# processes start on the way: what the first one compiled is kept, whatever the shell says.
SHARED_OUT = env -u PYTHONDONTWRITEBYTECODE $(PY) -m pytest -n auto --dist loadfile

##@ Work on it

.PHONY: install
install: ## Everything the other commands need, browser included
	@$(BOOTSTRAP) test

.PHONY: test
test: ## Lint, then every test on servers of its own; more for pytest with PYTEST='-k story'
	@$(BOOTSTRAP) test
	@$(MAKE) --no-print-directory lint
	@$(SHARED_OUT) $(PYTEST)

.PHONY: test-unit
test-unit: ## The tests that need no server, in seconds
	@$(BOOTSTRAP) dev
	@$(PY) -m pytest -m unit -n auto --hypothesis-profile=quick -p no:schemathesis $(PYTEST)

.PHONY: lint
lint: ## Style, types, and who may import whom
	@$(BOOTSTRAP) dev
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/mypy --strict $(STRICT)
	@.venv/bin/lint-imports

.PHONY: format
format: ## Put the code into shape
	@$(BOOTSTRAP) dev
	@.venv/bin/ruff check --fix
	@.venv/bin/ruff format

.PHONY: bench
bench: ## Figures for this machine, as in docs/performance.md
	@$(BOOTSTRAP) run
	@$(PY) -m tests.load.bench $(BENCH)

.PHONY: bench-scale
bench-scale: ## Lists at 1,000 people and at 1,000,000, in about ten minutes
	@$(BOOTSTRAP) run
	@$(PY) -m tests.load.scale $(BENCH)

.PHONY: soak
soak: ## Ten minutes of mixed load, with keys rotating and a gateway restarting
	@$(BOOTSTRAP) run
	@$(PY) -m tests.load.soak $(BENCH)

.PHONY: bench-peers
bench-peers: ## Beside OpenStack Keystone and oidc-provider, each in a folder of its own
	@$(BOOTSTRAP) peers
	@$(PY) -m tests.load.bench_peers $(BENCH)

.PHONY: settings
settings: ## Write docs/settings.md from the catalogue of settings
	@$(BOOTSTRAP) dev
	@$(PY) -m servicekit.settings docs > docs/settings.md

.PHONY: clients
clients: ## Write the typed clients from the contracts
	@$(BOOTSTRAP) dev
	@$(PY) -m contracts.generate

.PHONY: snapshot
snapshot: ## These contracts are a release now: later ones are compared with them
	@$(BOOTSTRAP) dev
	@$(PY) -m contracts.compatibility --write
