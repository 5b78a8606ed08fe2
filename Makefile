# Every target is one command; those after "python -m" work without make as well.
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
RUN := $(BIN)/python -m workbench
WHERE := $(if $(REGION),--region $(REGION)) $(if $(YEAR),--year $(YEAR))
READY := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help install report process draft check remarks sample lab test lint calibrate bench faults clean lock

help:  ## show this help
	@echo "Quality workbench for social care. On a fresh machine: make report"
	@echo
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  Choose a region and year:  make report REGION=sample YEAR=2026"
	@echo "  More options of a command: $(RUN) report --help"

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || \
	  { echo "The workbench needs Python 3.11 or newer. Name one: make PYTHON=python3.12 report"; exit 1; }
	@echo "Installing the workbench into .venv (once; a few minutes) ..."
	@$(PYTHON) -m venv .venv || { echo "Could not make .venv; on Debian or Ubuntu: apt install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m ipykernel install --sys-prefix --name workbench --display-name "Workbench" > /dev/null
	@if git rev-parse --git-dir > /dev/null 2>&1; then $(MAKE) --no-print-directory clean-notebooks; fi
	@touch $(READY)

# Notebooks reach git without outputs, and differences are shown as code and text (.gitattributes says for which files).
.PHONY: clean-notebooks
NOISE := metadata.papermill cell.metadata.papermill metadata.language_info.version metadata.language_info.file_extension metadata.language_info.mimetype \
  metadata.language_info.codemirror_mode metadata.language_info.nbconvert_exporter metadata.language_info.pygments_lexer
clean-notebooks:
	@git config filter.nbstripout.clean '"$(BIN)/python" -m nbstripout --keep-id --extra-keys "$(NOISE)"'
	@git config filter.nbstripout.smudge cat
	@git config filter.nbstripout.required true
	@git config diff.ipynb.textconv '"$(BIN)/python" -m nbstripout -t'

install: $(READY)  ## install what is missing into .venv

report: $(READY)  ## process what is new and make all reports (of the fictional region if there is no other)
	@$(RUN) report $(WHERE)

process: $(READY)  ## deliveries -> processed tables, and an account of what was counted
	@$(RUN) process $(WHERE)

check: $(READY)  ## everything that is wrong in the deliveries and the codebook, writing nothing
	@$(RUN) check $(WHERE)

draft: $(READY)  ## propose codebook rows for a new delivery
	@$(RUN) draft $(WHERE)

remarks: $(READY)  ## take the names out of open answers, for a person to release them
	@$(RUN) remarks $(WHERE)

sample: $(READY)  ## write the deliveries and the codebook of the fictional region
	@$(RUN) sample

lab: $(READY)  ## open JupyterLab on the notebooks
	@$(RUN) lab

test: $(READY)  ## run the tests
	@$(RUN) test

lint: $(READY)  ## style and types
	@$(RUN) lint

calibrate: $(READY)  ## try the statistics on simulated regions (a quarter of an hour)
	@$(RUN) calibrate

bench: $(READY)  ## measure speed and memory beside the obvious way
	@$(RUN) bench

faults: $(READY)  ## kill runs at random moments; each must end with a whole release (half an hour)
	@cd tests && ../$(BIN)/python -m faults

clean: $(READY)  ## remove what was made from the deliveries
	@$(RUN) clean $(WHERE)

lock:  ## for developers: pin the newest allowed versions again (needs uv)
	uv pip compile --universal --generate-hashes --python-version 3.11 --no-header --no-annotate \
	  --upgrade --extra dev pyproject.toml -o requirements.lock
