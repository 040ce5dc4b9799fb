# kadian: `make run` shows a living neighbourhood, `make test` proves it. Both begin from a bare clone.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SECONDS ?= 1200
PAGES := collector/api/pages/index.html
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

.PHONY: install run test lint bench soak pages lock clean parts

install: $(VENV)/.installed $(PAGES)

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "需要 Python 3.11 或更新。kadian needs Python 3.11 or newer; point to one: make PYTHON=python3.12 …"; exit 1; }
	@started=$$SECONDS; $(PYTHON) -m venv $(VENV) && touch $@ && echo "make: environment $$((SECONDS-started)) s"

$(VENV)/.installed: $(VENV)/.python requirements/build.txt requirements/run.txt pyproject.toml
	@echo "安装依赖… installing packages"; started=$$SECONDS; \
	  $(BIN)/pip install -q --require-hashes -r requirements/build.txt && \
	  $(BIN)/pip install -q --require-hashes -r requirements/run.txt && \
	  $(BIN)/pip install -q --no-deps --no-build-isolation -e . && touch $@ && echo "make: install $$((SECONDS-started)) s"

$(VENV)/.node: $(VENV)/.python requirements/pages.txt
	@$(BIN)/pip install -q --require-hashes -r requirements/pages.txt && touch $@

$(PAGES): $(VENV)/.node $(shell find dashboard -type f -not -path '*/node_modules/*' 2>/dev/null)
	@echo "生成网页… building the pages"; started=$$SECONDS; cd dashboard && export PATH="$(CURDIR)/$(BIN):$$PATH" && \
	  npm ci --silent --no-audit --no-fund && npm run --silent build && touch ../$(PAGES) && echo "make: pages $$((SECONDS-started)) s"

pages: $(PAGES)

run: install
	@exec $(BIN)/kadian demo

$(VENV)/.tests: $(VENV)/.installed requirements/dev.txt
	@echo "安装测试依赖… installing what the tests need"; $(BIN)/pip install -q --require-hashes -r requirements/dev.txt && touch $@

parts: $(VENV)/.tests
	@tests/parts.sh

lint: $(VENV)/.tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: install parts lint
	@PYTHON=$(BIN)/python tests/all.sh

$(VENV)/.bench: $(VENV)/.installed requirements/bench.txt
	@echo "安装测量依赖… installing what the measurements need"; $(BIN)/pip install -q --require-hashes -r requirements/bench.txt && touch $@

bench: install $(VENV)/.bench
	$(BIN)/python -m bench

soak: install $(VENV)/.tests parts
	KADIAN_SOAK_SECONDS=$(SECONDS) $(BIN)/python -m bench soak

lock:
	requirements/lock.sh

clean:
	rm -rf $(VENV) dashboard/node_modules collector/api/pages
