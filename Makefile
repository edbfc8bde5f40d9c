# Each target does its own set-up and repeats cheaply. `make help` lists them.
# The path of a checkout may hold spaces: every command is relative and quoted.

PYTHON ?= python3
SETUP = @"$(PYTHON)" -m skyportal.embedded.bootstrap
DO = @.venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help run test lint format bench shell reset

help:    ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

run:     ## the whole site with a demo sky on http://localhost:8000 (PORT=8100 DATA=/a/folder: another instance)
	$(SETUP) --steps 6
	$(DO) -m skyportal.embedded.supervise

test:    ## every test (ARGS="tests/web -k health": some of them)
	$(SETUP) --dev
	$(DO) -m pytest -n 2 $(ARGS)

lint:    ## style, types, imports, templates, Django's checks; all of them run, all failures are named
	$(SETUP) --dev
	$(DO) -m skyportal.embedded.checks

format:  ## let ruff and djlint rewrite what they can
	$(SETUP) --dev
	$(DO) -m ruff check --fix-only --quiet .
	$(DO) -m ruff format .
	@.venv/bin/python -m djlint --reformat --quiet templates || true  # it counts changed files as an error

bench:   ## fill a database of its own and time requests (ARGS="--help": its options)
	$(SETUP) --dev
	$(DO) -m bench $(ARGS)

shell:   ## a Python prompt with the models loaded
	$(SETUP)
	$(DO) manage.py shell

reset:   ## stop the instance and delete its data, after asking (FORCE=1: without asking)
	$(SETUP)
	$(DO) -m skyportal.embedded.reset
