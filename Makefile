# Candour: `make demo` shows it, `make test` proves it.
VENV    := .venv
BIN     := $(VENV)/bin
STAMP   := $(VENV)/.installed
ASSETS  := survey/static/build/manifest.json
PYTEST  := $(BIN)/python -m pytest
# Tests start Python hundreds of times, and three workers import every test: what is compiled is kept.
unexport PYTHONDONTWRITEBYTECODE
# Makes the demo that many tests read, on both cores.
FIRST   := tests/journeys/test_demo_starts.py
# A file's tests stay with one worker, which makes what they share once; the slow files come first.
# A third worker uses what two cores leave while tests wait for a browser or a server.
SPREAD  := -n 3 --dist loadfile --no-loadscope-reorder

.PHONY: demo test check bench loss link-game attack golden linking simulate screenshots assets clean

demo: $(STAMP) $(ASSETS)
	$(BIN)/candour demo

# Packages come while the machine's own programs do: both wait for the network most of the time.
test:
	$(MAKE) --no-print-directory -j4 programs assets lint audit compiled
	TMPDIR=$$(sh .ci/scratch) && export TMPDIR && trap 'rm -rf "$$TMPDIR"' EXIT && \
	export CANDOUR_TESTS_DEMO="$$TMPDIR/candour-demo" && \
	$(PYTEST) -m "not long" $(FIRST) && \
	$(PYTEST) -m "not long" $(SPREAD) $(addprefix --ignore=,$(FIRST))

# Tracing lines makes the fast tests take twice as long, so it is asked for by itself.
.PHONY: coverage
coverage: $(STAMP) $(ASSETS)
	$(PYTEST) -m "not long" $(SPREAD) --cov --cov-report=term

check:
	$(MAKE) --no-print-directory -j3 assets lint
	$(PYTEST) -m "not long and not slow and not browser and not postgresql and not real_data" $(SPREAD)

# Tests that cannot be imported are told when they are run.
.PHONY: compiled
compiled: $(STAMP) $(ASSETS)
	-$(PYTEST) --collect-only -qq >/dev/null

# What the tests start, where it is missing.
.PHONY: programs
programs:
	bash .ci/browser
	bash .ci/postgresql
	bash .ci/pango
	bash .ci/nginx

# LibreOffice opens exported workbooks: it takes a minute to install, so `make test` leaves it out
# where it is not there.
.PHONY: office
office: $(STAMP)
	bash .ci/office
	$(PYTEST) tests -m office

.PHONY: lint types doors style
lint: types doors style
types: $(STAMP)
	$(BIN)/mypy
doors: $(STAMP)
	$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports
style: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

bench: $(STAMP)
	CANDOUR_GOLDEN=write $(PYTEST) tests/benchmarks -m long --capture=tee-sys

loss: $(STAMP)
	$(PYTEST) tests/benchmarks/test_least_loss.py -m long -s

link-game: $(STAMP) $(ASSETS)
	PYTHONPATH=.:tests:tests/anonymity $(BIN)/python -m game

# Every page that a browser test visits, in its own and in forced colours at three widths by all rules.
.PHONY: accessibility
accessibility: $(STAMP) $(ASSETS)
	CANDOUR_TESTS_EVERY_WIDTH=1 $(PYTEST) tests/browser -m browser -n 2 --dist loadfile

attack: $(STAMP) $(ASSETS)
	PYTHONPATH=.:tests $(BIN)/python -m attacked_demo

golden: $(STAMP) $(ASSETS)
	CANDOUR_GOLDEN=write $(PYTEST) tests/architecture/test_routes.py

linking: $(STAMP)
	$(BIN)/python tests/anonymity/write_linking.py

simulate: $(STAMP)
	PYTHONPATH=.:tests $(BIN)/python tests/simulate_findings.py
	PYTHONPATH=.:tests $(BIN)/python tests/simulated_ladders.py
	PYTHONPATH=.:tests $(BIN)/python tests/simulated_changes.py

.PHONY: docs
docs: $(STAMP)
	PYTHONPATH=. $(BIN)/python docs/write_disclosure_examples.py
	PYTHONPATH=. $(BIN)/python docs/write_library.py

# After a change of what respondents are told: the translations of it, for translators and the program.
.PHONY: catalogue
catalogue: $(STAMP)
	PYTHONPATH=.:tests $(BIN)/python -m catalogue_of_sentences

# After a change of what a Release holds: the board that anybody may look at is made of this one.
.PHONY: invented
invented: $(STAMP)
	$(BIN)/python -m survey.demo.invented

screenshots: $(STAMP) $(ASSETS)
	PYTHONPATH=. $(BIN)/python docs/make_screenshots.py $(DEMO)

assets: $(ASSETS)

# After a change of what pyproject.toml asks for, or with FLAGS=--upgrade for newer versions.
.PHONY: lock
lock:
	sh .ci/lock $(FLAGS)

# Known weaknesses of what is locked; where no service can be asked it says so and is no failure.
.PHONY: audit
audit: $(STAMP)
	$(BIN)/python .ci/audit.py

# Everything that is installed with Candour, as CycloneDX.
.PHONY: sbom
sbom: $(STAMP)
	$(BIN)/python .ci/sbom.py build/candour.cdx.json

$(STAMP): pyproject.toml requirements-dev.txt .ci/environment
	sh .ci/environment $(VENV)
	touch $(STAMP)

$(ASSETS): package.json package-lock.json survey/static/build_assets.py $(wildcard survey/static/source/* survey/static/source/*/*) $(STAMP)
	$(BIN)/python survey/static/build_assets.py

# The package to install on a server; see docs/OPERATIONS.md.
.PHONY: wheel
wheel: $(STAMP) $(ASSETS)
	$(BIN)/python -m hatchling build -t wheel

clean:
	rm -rf $(VENV) survey/static/build node_modules build dist
