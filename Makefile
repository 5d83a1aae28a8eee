.DEFAULT_GOAL := help
.PHONY: help run test test-fresh test-model test-encoder check eval bench lock clean
SHELL := /bin/bash
BIN := .venv/bin
CODE := companion infra bot workers scheduler cli lab nuanyu.py
PYTEST := $(BIN)/python -m pytest
# Quick tests share the processors; those that start servers run one after another.
QUICK := tests/unit tests/conversations tests/house
STORE := tests/store tests/edges
WHOLE := tests/e2e tests/browser tests/encoder
export PYTHON

help:  ## Show what can be made
	@sed -nE 's/^([a-z-]+): .*## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | while IFS=$$'\t' read -r name text; \
	    do printf '  make %-11s %s\n' "$$name" "$$text"; done

run: .env-run  ## Start Nuanyu: the chat opens at http://127.0.0.1:8080/chat; Ctrl-C stops it
	@exec $(BIN)/nuanyu up

test: .env-dev  ## Run all tests, the fast ones first
	$(PYTEST) -n auto $(QUICK)
	$(PYTEST) -n auto --dist loadfile $(STORE)
	$(PYTEST) $(WHOLE)

test-model: .env-model  ## Try a real, small model server on the wire (about 130 MB more)
	NUANYU_TEST_REQUIRE=$${NUANYU_TEST_REQUIRE:-model} $(PYTEST) -m model tests

test-encoder: .env-encoder  ## Train, export and serve tiny encoders (torch: some 3 GB more)
	NUANYU_TEST_REQUIRE=$${NUANYU_TEST_REQUIRE:-encoder} $(PYTEST) -m encoder tests/encoder

test-fresh:  ## Clone, start and stop as on a fresh machine, and tell how long it took
	@tests/e2e/fresh_clone.sh

check: .env-dev  ## Check format, lint, types, import contracts, house rules and the floors of screening
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports --no-logo
	$(PYTEST) -q tests/house
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m lab floors

eval: .env-encoder  ## Measure the recognisers against baselines (some minutes; torch: some 3 GB more)
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m lab eval

bench: .env-dev  ## Measure speed and memory
	$(BIN)/nuanyu bench

lock: .env-dev  ## Write the lock files anew (make lock NEWEST=1 takes the newest versions)
	requirements/lock.sh $(if $(NEWEST),--upgrade)

clean:  ## Remove the environment and all caches, never the data
	rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -not -path './data/*' -prune -exec rm -rf {} +

.PHONY: .env-run .env-dev .env-model .env-encoder
.env-run .env-dev .env-model .env-encoder: .env-%:
	@requirements/environment.sh $*
