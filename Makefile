# Youshi. `make run` sets up and starts everything, `make test` sets up and runs all tests; neither needs anything typed before it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
export UV_PYTHON_DOWNLOADS ?= automatic
export RASA_TELEMETRY_ENABLED := false
export TF_CPP_MIN_LOG_LEVEL := 3
export SQLALCHEMY_SILENCE_UBER_WARNING := 1
unexport PYTHONDONTWRITEBYTECODE  # where it is set, every run compiles all tests anew: ten seconds on each core
UV := .tools/bin/uv
APP := .venv/bin
say = @printf '\033[1m%s\033[0m\n'

.PHONY: help setup run demo test storm check bench clean frontend model migrations system-packages

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

setup: .venv/.ready bot/.venv/.ready frontend model ## install both environments and train the model when needed

run: setup ## start everything (Ctrl-C stops it)
	@exec $(APP)/youshi run

demo: ## play the whole story against the running system
	@exec $(APP)/youshi demo

test: setup system-packages ## every test: rules, storage, the assistant, browser, journeys on real processes, killed programs
	@exec tests/run

check: .venv/.ready bot/.venv/.ready ## format, lint, types, import contracts, migrations, fast tests (about a minute)
	$(say) "format and lint"
	$(APP)/ruff format --check .
	$(APP)/ruff check .
	$(say) "types"
	$(APP)/mypy
	$(say) "import contracts"
	$(APP)/lint-imports
	$(say) "migrations"
	$(APP)/python -m tests.check_migrations
	$(say) "fast tests"
	$(APP)/pytest tests/unit -q -n 2 --dist loadgroup

storm: setup ## the last part of the tests alone: dialogues while every program, and a database, is killed in turn
	@exec $(APP)/pytest -q tests/chaos

bench: setup ## speed, as ratios against baselines in the same run
	@exec $(APP)/python -m tests.bench

frontend:
	@frontend/build

model: bot/.venv/.ready
	@bot/train.sh

migrations: .venv/.ready ## write a new revision: make migrations name="what changes"
	$(APP)/youshi make-migration "$(name)"

system-packages: ## Chromium with Chinese fonts and Kannel, for the tests
	@tests/system-packages

clean: ## remove environments, models and state
	rm -rf .venv .tools bot/.venv bot/models .rasa bot/.rasa var frontend/node_modules backend/console/static/vendor .mypy_cache .ruff_cache .pytest_cache .hypothesis

.tools/bin/uv:
	$(say) "installing uv"
	@python3 -m venv .tools || { echo "python3 with the venv module is missing (Debian: apt-get install python3-venv)"; exit 1; }
	@.tools/bin/python -m pip install --quiet uv

.venv/.ready: .tools/bin/uv pyproject.toml uv.lock
	$(say) "installing the app environment (Python 3.12)"
	@$(UV) sync --locked
	@touch $@

bot/.venv/.ready: .tools/bin/uv bot/pyproject.toml bot/uv.lock
	$(say) "installing the assistant's environment (Python 3.10, Rasa; 1.7 GB, once)"
	@$(UV) sync --locked --project bot
	@touch $@
