# Each target sets up what it needs: the virtual environment, Java 17 for Spark, a browser for the page's tests.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: help demo test check bench soak pictures clean

help: ## say what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 8

demo: $(READY) ## start a local workspace, the bot, a worker and sample data; prints the address
	@.ci/need java
	@$(BIN)/baton demo

test: $(READY) ## run all tests
	@.ci/need java
	@.ci/need browser || true
	@$(BIN)/pytest -n 4 --dist loadfile

check: $(READY) ## lint, formatting and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(READY) ## measure; the figures are kept in docs/benchmarks.md
	@.ci/need java
	@$(BIN)/python -m tests.bench

soak: $(READY) ## kill the worker at ten points of a run; takes minutes
	@.ci/need java
	@$(BIN)/python -m tests.soak

pictures: $(READY) ## take the README's pictures from the running page
	@.ci/need java && .ci/need browser
	@$(BIN)/python -m tests.pictures

$(READY): pyproject.toml constraints.txt
	@.ci/need python $(PYTHON)
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing packages into .venv …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

clean: ## remove the virtual environment and the demo's state
	rm -rf .venv .baton
