# `make demo`   set up, then run the main job on the sample table
# `make test`   set up, then every check there is; what CI runs
# `make quick`  the part for the day: style, types and the fast tests
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
export TF_CPP_MIN_LOG_LEVEL := 3

.PHONY: demo test quick style docs lock clean

demo: $(READY)
	$(BIN)/dataaudit run pipelines/credit.yaml

test: $(READY) style
	sh tests/install_browser.sh
	sh tests/install_java.sh
	$(BIN)/python -m pytest -n 2 --dist loadgroup

quick: $(READY) style
	$(BIN)/python -m pytest -n 2 -m "not slow and not browser and not spark" --ignore dataaudit/proof

style: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

docs: $(READY)
	$(BIN)/python docs/make.py

lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	    --extra keras --extra spark --extra test pyproject.toml -o requirements.lock

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $(READY)

clean:
	rm -rf .venv build dist out .mypy_cache .ruff_cache .pytest_cache
