# Make only forwards: each target is one command of the course, run in an environment made on first use.
# README.md gives the same commands without make.

VENV ?= .venv
# The first Python that answers and is new enough; `make demo PYTHON=/path/to/python3.12` chooses another.
ifndef PYTHON
PYTHON := $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 \
	&& echo $$python && break; done)
endif

bin := $(if $(filter /%,$(VENV)),$(VENV),$(CURDIR)/$(VENV))/bin
ready := $(VENV)/.ready
# nbgrader starts other programs of the environment by name, so its bin is on PATH, activated or not.
export PATH := $(bin):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help install wheel demo lab site release test test-slow test-browser test-pyodide test-hub pictures attacks notebooks lint types format lock clean

help:  ## Show this list
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|' 2>/dev/null \
		|| grep -E '^[a-z-]+:.*## ' Makefile

install: $(ready)  ## Make the environment in .venv (the targets below do it themselves)

wheel: $(ready)  ## Build the package, notebooks included, into dist/
	rm -rf build/lib build/bdist.* dist
	python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .

demo: $(ready)  ## Grade a class of sample submissions, start to finish
	cs-conv demo

lab: $(ready)  ## Open JupyterLab on your copies of the assignments, in mine/
	cs-conv lab

site: $(ready)  ## Make the course's website in build/site, with Pyodide from npm and all notebooks in it
	cs-conv site --pyodide build/pyodide --lite

release: $(ready)  ## Make assignments/ anew from solutions/
	cs-conv release

test: $(ready)  ## Run the quick tests
	pytest -n auto --dist worksteal

test-slow: $(ready)  ## Run the slow tests: hundreds of seeds, whole classes
	pytest -n auto --dist worksteal -m "slow and not notebooks"

test-browser: $(ready)  ## Work in JupyterLab in a headless Chromium
	pytest -m browser

test-pyodide: $(ready)  ## Run the checks and the notebooks in Pyodide, under node and in a headless Chromium
	pytest -m pyodide

test-hub: $(ready)  ## Set up a JupyterHub as docs/machines says, and teach a lesson in it (needs root)
	pytest -m hub

pictures: test-browser  ## Make README's pictures anew
	cp build/screenshots/check.png build/screenshots/report.png docs

attacks: $(ready)  ## Grade the attack corpus, by ours and by stock nbgrader, and print the table
	python -m tests.attacks.bench --stock

notebooks: $(ready)  ## Execute every notebook through nbgrader, answers and release, into build/notebooks
	pytest -m notebooks

lint: $(ready)  ## Check style
	ruff check .
	ruff format --check .

types: $(ready)  ## Check types
	mypy

format: $(ready)  ## Rewrite sources to the style
	ruff check --fix .
	ruff format .

lock:  ## Pin the dependencies anew (needs uv)
	uv pip compile --upgrade --universal --python-version 3.11 --generate-hashes pyproject.toml --extra dev \
		-o requirements.lock
	uv pip compile --upgrade --universal --python-version 3.11 --generate-hashes pyproject.toml --extra hub \
		--constraint requirements.lock -o deploy/requirements.lock

clean:  ## Remove the environment and everything that was built
	rm -rf $(VENV) build demo

$(ready): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "The course needs Python 3.11 or newer, and found none." \
		"Name yours: make $(MAKECMDGOALS) PYTHON=/path/to/python3.12"; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make environments:" \
		"its venv module is not installed. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "Making the environment in $(VENV) with $(PYTHON); this happens once and takes about a minute."
	@"$(PYTHON)" -m venv "$(VENV)"
	@"$(bin)/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@"$(bin)/python" -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch "$(ready)"
