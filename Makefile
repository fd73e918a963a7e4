# `make` lists the targets. Each target makes what it needs, from nothing but Python 3.11+, git and make.
.DEFAULT_GOAL := help
.PHONY: help demo test lint format lock clean
.DELETE_ON_ERROR:

UV_VERSION := 0.13.9
UV := .build/uv/bin/uv
# The first Python on the PATH that is new enough.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null && command -v $$p && break; done)

# Compiled bytecode makes the first import of Airflow or MLflow about three times as fast.
export UV_COMPILE_BYTECODE := 1
export UV_FROZEN := 1
export UV_PYTHON := $(PYTHON)
export UV_NO_PROGRESS := 1

LOCKED := pyproject.toml jobs/pyproject.toml local_workspace/pyproject.toml uv.lock

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

demo: .venv-airflow/ready .venv-workspace/ready .build/airflow/airflow.db ## Run the whole chain here, from a cluster to an answered prediction (CONF='{"key": …}' ROOT=dir)
	@.venv-airflow/bin/python -m local_stack.demo $${CONF:+--conf "$$CONF"} $${ROOT:+--root "$$ROOT"}

test: lint .venv-airflow/ready .venv-workspace/ready .build/airflow/airflow.db ## Lint, then all tests: fast, Spark, wire and end to end
	@.venv/bin/python -m pytest

lint: .venv/ready ## Check format, style, types and import directions
	@.venv/bin/ruff format --check --quiet . && .venv/bin/ruff check --quiet . && echo "ruff: clean"
	@.venv/bin/mypy
	@.venv/bin/lint-imports

format: .venv/ready ## Format the code
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

lock: $(UV) ## Resolve the dependencies again and write uv.lock
	@UV_FROZEN=0 $(UV) lock

clean: ## Remove the environments and everything that was built
	rm -rf .build .venv .venv-airflow .venv-workspace
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Airflow, the Databricks provider and the SDK, rookery and rookery_jobs; no Spark, no Java.
.venv-airflow/ready: $(LOCKED) | $(UV)
	@echo "Installing the airflow environment (0.6 GB) in .venv-airflow"
	@UV_PROJECT_ENVIRONMENT=.venv-airflow $(UV) sync --quiet --package rookery --no-default-groups
	@touch $@

# Spark, MLflow, Java and the local workspace; neither Airflow nor rookery nor rookery_jobs.
.venv-workspace/ready: $(LOCKED) | $(UV)
	@echo "Installing the workspace environment (1.4 GB, with Spark and Java) in .venv-workspace"
	@UV_PROJECT_ENVIRONMENT=.venv-workspace $(UV) sync --quiet --package local-workspace --no-default-groups
	@echo "Recording Spark's classes (0.2 GB, once), so that clusters start in half the time"
	@.venv-workspace/bin/python -m local_workspace.warm_up || echo "Not recorded: clusters will start slower"
	@touch $@

.venv/ready: $(LOCKED) | $(UV)
	@echo "Installing the developers' environment, which holds both and the tools, in .venv"
	@UV_PROJECT_ENVIRONMENT=.venv $(UV) sync --quiet --all-packages
	@touch $@

$(UV):
	@test -n "$(PYTHON)" || { echo "Rookery needs Python 3.11, 3.12 or 3.13 on the PATH (or: make PYTHON=/path/to/python3)"; exit 2; }
	@echo "Getting uv $(UV_VERSION) from the package index, with $(PYTHON)"
	@$(PYTHON) -m venv .build/uv || { echo "This Python cannot make virtual environments; on Debian and Ubuntu: apt install python3-venv"; rm -rf .build/uv; exit 2; }
	@.build/uv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

# An empty metadata database in Airflow's current schema; each demo starts from a copy.
.build/airflow/airflow.db: .venv-airflow/ready
	@echo "Preparing Airflow's metadata database"
	@mkdir -p .build/airflow && rm -f $@
	@AIRFLOW_HOME=$(CURDIR)/.build/airflow AIRFLOW__CORE__LOAD_EXAMPLES=False \
		.venv-airflow/bin/airflow db migrate > .build/airflow/migrate.log 2>&1 || { cat .build/airflow/migrate.log; exit 1; }
