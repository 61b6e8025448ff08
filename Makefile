# Winnow: every command a developer or a first-time user needs. `make demo` and `make test` set up all they need.

PYTHON ?= python3
# Empty takes torch from the default index (on Linux x86 the CUDA build, some gigabytes); `cpu` takes the small one.
TORCH_BACKEND ?=
DATA ?= ../shared/data

RUNS ?= 1000000
EXAMPLES ?= 5000

BIN := .venv/bin
READY := .venv/.ready
UV := .tools/bin/uv

.PHONY: demo test test-data check bench bench-quality bench-serving fuzz protocol setup constraints generate clean
.DEFAULT_GOAL := help

help: ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: $(READY) ## Set up and run the whole loop on this machine against a simulated SOC (about 8 minutes)
	$(BIN)/winnow demo

test: $(READY) ## Set up and run every test, a short demo included; about 25 minutes
	$(BIN)/pytest -m "not data"

test-data: $(READY) ## Run the tests on real labelled alerts; fails without the folder DATA
	WINNOW_DATA=$(abspath $(DATA)) $(BIN)/pytest -m data tests/data

check: $(READY) ## Lint, types, layers, and that generated files are what their sources say
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m schemas.export --check
	$(BIN)/python -m services.cli.reference --check

bench: $(READY) ## Run the benchmarks but for bench-quality and bench-serving, one after another (results in benchmarks/results)
	WINNOW_DATA=$(abspath $(DATA)) $(BIN)/python -m benchmarks.normalising
	WINNOW_DATA=$(abspath $(DATA)) $(BIN)/python -m benchmarks.rendering
	$(BIN)/python -m benchmarks.end_to_end
	$(BIN)/python -m benchmarks.overload
	$(BIN)/python -m benchmarks.queueing
	$(BIN)/python -m benchmarks.swaps
	$(BIN)/python -m benchmarks.soak
	$(BIN)/python -m benchmarks.scale_out
	$(BIN)/python -m benchmarks.footprint
	$(BIN)/python -m benchmarks.collector
	$(BIN)/python -m benchmarks.importing
	WINNOW_DATA=$(abspath $(DATA)) $(BIN)/python -m benchmarks.poisoning
	$(BIN)/python -m benchmarks.catching_up
	WINNOW_DATA=$(abspath $(DATA)) $(BIN)/python -m benchmarks.frontier
	$(BIN)/python -m benchmarks.training
	$(BIN)/python -m benchmarks.memory

bench-quality: $(READY) ## How well models tell real attacks from noise they have not seen; needs the data folder, takes about three quarters of an hour
	WINNOW_DATA=$(abspath $(DATA)) $(BIN)/python -m benchmarks.quality

bench-serving: $(READY) .venv-mlserver/.ready ## The classifier beside MLServer, a tutorial's agent and bare Faust, in one run; about a quarter of an hour
	WINNOW_DATA=$(abspath $(DATA)) $(BIN)/python -m benchmarks.serving

fuzz: $(READY) ## Fuzz the reading of alerts and verdicts; RUNS=1000000 by default, about 15 minutes
	$(BIN)/python -m tests.fuzz.reading -runs=$(RUNS) -print_final_stats=1

protocol: $(READY) ## Random schedules of the classifier's protocol; EXAMPLES=5000 by default, about 10 minutes
	WINNOW_PROTOCOL_EXAMPLES=$(EXAMPLES) $(BIN)/pytest tests/unit/classifier/test_protocol.py

setup: $(READY) ## Only set up .venv

generate: $(READY) ## Write the generated files anew: JSON Schemas, reference of commands and settings, dashboard
	$(BIN)/python -m schemas.export
	$(BIN)/python -m services.cli.reference
	$(BIN)/python -m deploy.grafana.generate

constraints: $(UV) ## Resolve all dependencies anew into constraints.txt, and MLServer's into its own; pinned, hashed, no host
	$(UV) pip compile --quiet --upgrade --universal --generate-hashes --no-header --python-version 3.11 \
		--extra all --extra dev pyproject.toml --output-file constraints.txt
	$(UV) pip compile --quiet --upgrade --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
		benchmarks/serving/mlserver.in --output-file benchmarks/serving/mlserver.txt

clean: ## Remove what set-up made
	rm -rf .venv .venv-mlserver .tools

$(UV): constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Winnow needs Python 3.11 to 3.14; name one with: make PYTHON=python3.12 ..." >&2; exit 2; }
	$(PYTHON) -m venv .tools
	awk '/^uv==/ {found = 1} found {print} found && !/\\$$/ {exit}' constraints.txt > .tools/uv.txt
	.tools/bin/pip install --quiet --disable-pip-version-check --require-hashes -r .tools/uv.txt
	@touch $(UV)

.venv-mlserver/.ready: benchmarks/serving/mlserver.txt | $(UV)
	$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv-mlserver
	$(UV) pip sync --python .venv-mlserver/bin/python --require-hashes benchmarks/serving/mlserver.txt
	@touch $@

$(READY): pyproject.toml constraints.txt | $(UV)
	@echo "Setting up .venv (the first time this downloads some gigabytes; README.md says what)"
	$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv
ifeq ($(TORCH_BACKEND),)
	$(UV) pip sync --python $(BIN)/python --require-hashes --compile-bytecode constraints.txt
else
	$(UV) pip install --python $(BIN)/python --torch-backend $(TORCH_BACKEND) --no-verify-hashes --compile-bytecode \
		--constraints constraints.txt "winnow-soc[all,dev] @ ."
endif
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $(READY)
