# Each target sets up what it needs; a second run reuses it. Another interpreter: make PYTHON=python3.12 …

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TEST_ARGS ?= -n 2 --dist loadfile
# What cuts the demo's recording is kept beside them, but measures nothing.
BENCHMARKS := $(filter-out benchmarks/cut_%.py,$(wildcard benchmarks/*.py))

.PHONY: setup demo test lint benchmarks clean

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[dev]"
	touch $@

demo: $(STAMP)
	$(BIN)/neuroaffect demo

# One thread each: two workers share two cores.
test: $(STAMP)
	OMP_NUM_THREADS=1 $(BIN)/pytest $(TEST_ARGS)

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

benchmarks: $(STAMP)
	for benchmark in $(BENCHMARKS); do $(BIN)/python "$$benchmark" || exit 1; done

clean:
	rm -rf $(VENV) dist build demo-out
