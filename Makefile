# "make demo" and "make test" see to everything they need; "make help" lists the rest.

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))
RELEASES := bookworm trixie
HEAVY := lab or system or browser or attack
PYTEST := $(BIN)/python -m pytest
# A file that isn't one of those in requirements*.txt, by its hash, is not installed.
INSTALL := python -m pip install -q --disable-pip-version-check --require-hashes
OPTIONAL := requirements-mysql.txt requirements-ldap.txt requirements-sentry.txt
UPKEEP := $(VENV)/upkeep
export PYTHON
# pytest and the processes that tests start compile a module once, not each time anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo run test test-fast test-lab test-system test-browser test-attack test-release bench lint format messages lock audit docs clean packages-%

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

demo: packages-demo $(BIN)/.run node_modules/.installed $(CATALOGUES) ## The whole product with simulated clusters, on port PORT
	@exec $(BIN)/python -m contrib.demo --port $(PORT)

run: packages-demo $(BIN)/.dev node_modules/.installed $(CATALOGUES) ## The same to work on: reload, DEBUG, data kept; FRESH=1 WATCHER=no
	@exec $(BIN)/python -m contrib.demo --develop --port $(PORT) $(if $(FRESH),--fresh) $(if $(filter no,$(WATCHER)),--no-watcher)

ifdef T
test: packages-test $(BIN)/.test node_modules/.installed $(CATALOGUES) ## Every check and every test; only T=path::name
	$(PYTEST) $(T)
else
test: packages-test $(BIN)/.test node_modules/.installed $(CATALOGUES) lint
	@contrib/setup/labs
	$(PYTEST) -n 3 --dist loadgroup
endif

test-lab: ## The tests on the real Ganeti lab
test-system: ## The tests with processes and real services
test-browser: ## The tests in Chromium
test-attack: ## The attacks on the whole product
test-lab test-system test-browser test-attack: packages-test $(BIN)/.test node_modules/.installed $(CATALOGUES)
	@contrib/setup/labs
	$(PYTEST) -n 3 --dist loadgroup -m $(@:test-%=%)

test-fast: packages-demo $(BIN)/.dev node_modules/.installed $(CATALOGUES) ## The tests that need nothing but Python
	$(PYTEST) -n auto --hypothesis-profile=quick -m "not ($(HEAVY))"

test-release: packages-release ## "make demo" and "make test-fast" in a new Debian 12 and 13
	@contrib/setup/release $(RELEASES)

bench: packages-demo $(BIN)/.dev node_modules/.installed $(CATALOGUES) ## Times, memory and calls, as one table
	$(BIN)/python -m tests.bench

lint: packages-demo $(BIN)/.dev ## Format, rules, layers, types, templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy .
	$(BIN)/djlint --lint --quiet templates apps

format: $(BIN)/.dev ## Lay out Python
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

messages: $(BIN)/.run ## What is to be translated, from the sources to locale/
	$(BIN)/python manage.py makemessages --all --no-wrap --add-location file \
		--ignore node_modules --ignore tests --ignore var

lock: packages-demo $(UPKEEP)/.installed ## requirements*.txt from requirements*.in
	@contrib/setup/lock

audit: packages-demo $(UPKEEP)/.installed ## Known vulnerabilities of what is installed
	$(BIN)/python contrib/setup/audit.py

docs: packages-docs $(BIN)/.dev ## The manual, in docs/_build/html
	$(BIN)/sphinx-build -W -q -b html docs docs/_build/html
	@echo "Built: docs/_build/html/index.html"

clean: ## Forget what was installed and built; var/ stays
	rm -rf $(VENV) node_modules docs/_build .mypy_cache .ruff_cache .pytest_cache
	rm -f $(CATALOGUES)

packages-%:
	@contrib/setup/packages $*

# What was installed says which file asked for it: a newer file installs again.
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

# Apart from the rest, whose versions they don't share.
$(UPKEEP)/.installed: requirements-upkeep.txt | $(BIN)/python
	$(PYTHON) -m venv --clear $(UPKEEP)
	$(UPKEEP)/bin/$(INSTALL) -r requirements-upkeep.txt
	@touch $@

node_modules/.installed: package.json package-lock.json
	npm ci --silent --no-audit --no-fund
	@touch $@

%.mo: %.po
	msgfmt --check-format -o $@ $<
