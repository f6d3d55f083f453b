# Every target makes the environment it needs on first use: Python 3.11 or newer and make suffice.
PYTHON ?= $(shell command -v python3.11 || command -v python3 || command -v python)
BIN := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
# Stamps: what an edition needs is installed; and these extras of pyproject.toml, too.
READY := .venv/.ready
LAB := .venv/.ready-lab
CLUSTER := .venv/.ready-cluster
ALL := .venv/.ready-lab-cluster-dev
YEARS ?= 2022 2023
LANGS ?= vi,en
# quang-nam:2022 and so on: every year with raw figures, those of invented provinces left out
REAL := $(subst /,:,$(filter-out demo%,$(patsubst data/raw/%,%,$(wildcard data/raw/*/[12][0-9][0-9][0-9]))))
CODE := par_lib par_intake par_press par_demo par_cli.py

# What is compiled is kept: without, every kernel and every worker of the tests compiles anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help report report-all demo test quick coverage lab cluster doctor check bench soak golden docs translations lock notebooks-clean hooks clean

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

report: $(READY) ## Make the editions (YEARS="2022 2023" LANGS=vi,en)
	@$(BIN)/par run $(YEARS) --lang $(LANGS)

report-all: $(READY) ## Make every real edition: each province and year in data/raw
	@$(BIN)/par run $(REAL) --lang $(LANGS)

demo: $(READY) ## Make two invented provinces, with districts and with communes, marked synthetic
	@$(BIN)/par demo
	@$(BIN)/par run demo:2021-2024 demo-today:2025-2026 --lang $(LANGS)

test: $(ALL) ## Run all tests: packages, notebooks, pages in a browser, faults
	@$(BIN)/python -m pytest -q -n 3 --dist loadfile --no-loadscope-reorder --nbval-lax $(CODE) tests notebooks

quick: $(ALL) ## Run what takes no kernel and no browser, within a minute: after every edit
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile -p no:nbval -m "not programs and not long" $(CODE) tests

coverage: $(ALL) ## Run the tests once more, twice as slowly, and tell which lines none of them reaches
	@$(BIN)/python -m pytest -q -n 3 --dist loadfile --no-loadscope-reorder --cov --cov-report= $(CODE) tests
	@$(BIN)/python -m coverage report

lab: $(LAB) ## Open JupyterLab on the notebooks, on this machine only (LAB_LANG=vi)
	@$(BIN)/par lab

cluster: $(CLUSTER) ## Install what runs on several machines need (docs/scale.md)

doctor: $(READY) ## Say what is there: Python, packages, fonts, browser, language, disk, editions
	@$(BIN)/par doctor

check: $(ALL) ## Lint and format check of code and notebooks
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

bench: $(ALL) ## Measure speed into benchmarks/RESULTS.md (PARTS="a c" for some)
	@$(BIN)/python benchmarks/run.py $(PARTS)

soak: $(ALL) ## The tests with large counts, and of documents in LibreOffice: an hour or two
	@PAR_SOAK=1 $(BIN)/python -m pytest -q -s tests/faults tests/par_lib/scoring tests/par_lib/cleaning tests/par_intake \
		tests/notebooks/test_any_tables.py tests/par_press/test_edition_documents.py

golden: $(ALL) ## Run the notebooks and keep the outputs of their headline cells
	@$(BIN)/jupyter nbconvert --to notebook --execute --inplace --log-level=ERROR notebooks/[0-9]*.ipynb
	@$(MAKE) --no-print-directory notebooks-clean

docs: $(ALL) ## Write the pages of docs/ that are rendered from the code
	@$(BIN)/python docs/render.py

translations: $(ALL) ## Bring the catalogs up to date: of the packages in Vietnamese, of notebooks in English
	@$(BIN)/pybabel -q extract -F babel.cfg --no-location --sort-output -k t -k N_ -k say -k language -k self -k words -k Refused -k TableError -k QuantityError -k UnknownUnit -k Conflict -k plural:1,2 -o .messages.pot $(CODE)
	@$(BIN)/pybabel -q update -N --ignore-obsolete -w 100 -i .messages.pot -l vi -o par_lib/language/locale/vi/LC_MESSAGES/par_lib.po
	@$(BIN)/pybabel -q extract -F babel.cfg --no-location --sort-output --ignore-dirs en -o .messages.pot notebooks
	@$(BIN)/pybabel -q update -N --ignore-obsolete -w 100 -i .messages.pot -l en -o par_lib/language/locale/en/LC_MESSAGES/notebooks.po
	@rm .messages.pot

lock: ## Pin the newest packages again (needs uv)
	@uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes --no-header -q --upgrade -o requirements.lock

notebooks-clean: $(ALL) ## Strip the outputs of notebooks, except headline cells
	@$(BIN)/nbstripout --extra-keys="metadata.language_info.version" notebooks/*.ipynb
	@$(BIN)/python .ci/clean_notebooks.py notebooks/*.ipynb

hooks: $(ALL) ## Check commits, and show notebooks in git diff cell by cell (nbdime)
	@$(BIN)/pre-commit install
	@git config diff.jupyternotebook.command "'$(CURDIR)/$(BIN)/git-nbdiffdriver' diff --ignore-outputs"
	@git config merge.jupyternotebook.driver "'$(CURDIR)/$(BIN)/git-nbmergedriver' merge %O %A %B %L %P"
	@git config merge.jupyternotebook.name "notebooks, cell by cell"

clean: ## Remove what is made: outputs and tidy tables
	@find outputs data/processed -mindepth 1 ! -name .gitkeep -delete

# What is taken from the lock is whole, so nothing else is resolved (--no-deps): pip would take a
# newer "coverage[toml]" than the one pinned, and refuse it. Of what pip says (-qq), only errors
# matter. Compiled once, on all cores, but for the tests that packages bring: a kernel that compiles
# pandas again takes three times as long to start.
define install
	@$(BIN)/python .ci/locked.py $(1) > .venv/pins.txt
	@$(BIN)/pip install -qq --disable-pip-version-check --no-compile --require-hashes --no-deps -r .venv/pins.txt
	@$(BIN)/python -m compileall -qq -j 0 -x '[/\\]tests?[/\\]' .venv/lib $(CODE) > /dev/null || true
endef

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -m venv .venv
	@echo "Installing what an edition needs, once; this takes about a minute."
	$(call install)
	@$(BIN)/pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(LAB) $(CLUSTER) $(ALL): .venv/.ready-%: $(READY)
	@echo "Installing what make $(MAKECMDGOALS) adds, once."
	$(call install,$(subst -, ,$*))
	@touch $@
