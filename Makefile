# Each target first installs what it needs. "make help" lists all targets.

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))
RELEASES := bookworm trixie
HEAVY := lab or system or browser or attack
PYTEST := $(BIN)/python -m pytest
# pip installs only files with the hashes in requirements*.txt.
INSTALL := python -m pip install -q --disable-pip-version-check --require-hashes
OPTIONAL := requirements-mysql.txt requirements-ldap.txt requirements-sentry.txt
UPKEEP := $(VENV)/upkeep
export PYTHON
# Without bytecode files, each process of the tests would compile all modules again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo run test test-fast test-lab test-system test-browser test-attack test-release bench lint format messages lock audit docs clean packages-%

help: ## List all targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

demo: packages-demo $(BIN)/.run node_modules/.installed $(CATALOGUES) ## Run ganetimgr with simulated clusters on port PORT
	@exec $(BIN)/python -m contrib.demo --port $(PORT)

run: packages-demo $(BIN)/.dev node_modules/.installed $(CATALOGUES) ## Run it for development, with reload and DEBUG; FRESH=1 WATCHER=no
	@exec $(BIN)/python -m contrib.demo --develop --port $(PORT) $(if $(FRESH),--fresh) $(if $(filter no,$(WATCHER)),--no-watcher)

ifdef T
test: packages-test $(BIN)/.test node_modules/.installed $(CATALOGUES) ## Run all checks and tests, or only T=path::name
	$(PYTEST) $(T)
else
test: packages-test $(BIN)/.test node_modules/.installed $(CATALOGUES) lint
	@contrib/setup/labs
	$(PYTEST) -n 3 --dist loadgroup
endif

test-lab: ## Run the tests that need the Ganeti lab
test-system: ## Run the tests with real processes and services
test-browser: ## Run the tests in Chromium
test-attack: ## Run the attack tests
test-lab test-system test-browser test-attack: packages-test $(BIN)/.test node_modules/.installed $(CATALOGUES)
	@contrib/setup/labs
	$(PYTEST) -n 3 --dist loadgroup -m $(@:test-%=%)

test-fast: packages-demo $(BIN)/.dev node_modules/.installed $(CATALOGUES) ## Run the tests without external programs
	$(PYTEST) -n auto --hypothesis-profile=quick -m "not ($(HEAVY))"

test-release: packages-release ## Run "make demo" and "make test-fast" in a new Debian 12 and 13
	@contrib/setup/release $(RELEASES)

bench: packages-demo $(BIN)/.dev node_modules/.installed $(CATALOGUES) ## Run the benchmarks of time, memory and requests
	$(BIN)/python -m tests.bench

lint: packages-demo $(BIN)/.dev ## Check formatting, lint rules, import layers, types and templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy .
	$(BIN)/djlint --lint --quiet templates apps

format: $(BIN)/.dev ## Format Python code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

messages: $(BIN)/.run ## Extract translatable strings into locale/
	$(BIN)/python manage.py makemessages --all --no-wrap --add-location file \
		--ignore node_modules --ignore tests --ignore var

lock: packages-demo $(UPKEEP)/.installed ## Generate requirements*.txt from requirements*.in
	@contrib/setup/lock

audit: packages-demo $(UPKEEP)/.installed ## Check the installed packages for known vulnerabilities
	$(BIN)/python contrib/setup/audit.py

docs: packages-docs $(BIN)/.dev ## Build the manual in docs/_build/html
	$(BIN)/sphinx-build -W -q -b html docs docs/_build/html
	@echo "Built: docs/_build/html/index.html"

clean: ## Remove installed and built files except var/
	rm -rf $(VENV) node_modules docs/_build .mypy_cache .ruff_cache .pytest_cache
	rm -f $(CATALOGUES)

packages-%:
	@contrib/setup/packages $*

# The marker files record installations, so a newer requirements file installs again.
$(BIN)/python:
	$(PYTHON) -m venv --clear $(VENV)

$(BIN)/.run: requirements.txt | $(BIN)/python
	$(BIN)/$(INSTALL) -r requirements.txt
	@touch $@

$(BIN)/.dev: requirements-dev.txt $(BIN)/.run
	$(BIN)/$(INSTALL) -r requirements-dev.txt
	@touch $@

$(BIN)/.test: $(OPTIONAL) $(BIN)/.dev
	$(BIN)/$(INSTALL) $(addprefix -r ,$(OPTIONAL))
	@touch $@

# In a separate environment, because the versions of dependencies differ.
$(UPKEEP)/.installed: requirements-upkeep.txt | $(BIN)/python
	$(PYTHON) -m venv --clear $(UPKEEP)
	$(UPKEEP)/bin/$(INSTALL) -r requirements-upkeep.txt
	@touch $@

node_modules/.installed: package.json package-lock.json
	npm ci --silent --no-audit --no-fund
	@touch $@

%.mo: %.po
	msgfmt --check-format -o $@ $<
