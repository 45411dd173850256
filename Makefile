# How to build, test and try GoldenDie; `make help` lists what there is.

# Everything is one release build, so that the tests run what the users run and nothing is built twice.
CONFIGURATION := -c release
SOURCES := Sources Tests Package.swift

.DEFAULT_GOAL := help
.PHONY: help setup build test fuzz soak troubles demo bench bench-peers lint format clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /make \1	/p' $(MAKEFILE_LIST)

setup: ## check the Swift toolchain, and install the system libraries that are missing
	@.ci/timed setup .ci/setup

build: setup ## build the product
	@.ci/timed build swift build $(CONFIGURATION)

test: setup ## check the style, then build and run every test
	@.ci/timed lint $(MAKE) --no-print-directory lint
	@.ci/timed build swift build $(CONFIGURATION) --build-tests
	@.ci/timed test swift test $(CONFIGURATION) --skip-build --disable-xctest --parallel

FUZZ_SECONDS := 3600
fuzz: setup ## feed every reader of files with damaged ones for FUZZ_SECONDS of processor time each (an hour); what ends it lies in goldendie-fuzz of TMPDIR
	@swift build $(CONFIGURATION) --build-tests
	@GOLDENDIE_FUZZ_SECONDS=$(FUZZ_SECONDS) GOLDENDIE_FUZZ_SEED=$$(date +%s) \
	  swift test $(CONFIGURATION) --skip-build --disable-xctest --filter FuzzTests

SOAK_SCANS := 2000
SOAK_KILLS := 50
soak: setup ## drop SOAK_SCANS scans (2000) on a service that is killed SOAK_KILLS times (50)
	@swift build $(CONFIGURATION) --build-tests
	@GOLDENDIE_SOAK_SCANS=$(SOAK_SCANS) GOLDENDIE_SOAK_KILLS=$(SOAK_KILLS) \
	  swift test $(CONFIGURATION) --skip-build --disable-xctest --filter SoakTests

troubles: build ## make a service meet a full disk, a read-only output, damaged records and the like, and mend them
	@.ci/troubles

demo: build ## inspect the wafer that comes with the project, into Reports/demo
	@.ci/timed demo .build/release/goldendie inspect Datasets/demo/scans/*.png \
	  --recipe Datasets/demo/recipe.yaml --output Reports/demo

bench: build ## time the networks and explanations
	@for task in inference fast training convolutions peak; do for precision in float32 bfloat16; do \
	  echo "$$task $$precision" && .build/release/bench $$task $$precision; done; done
	@for task in relevance reports; do echo "$$task down3" && .build/release/bench $$task down3; done

# PyTorch, ONNX Runtime and zennit-crp are needed here and nowhere else; they are kept in a Python environment of their own.
PEERS := .build/peers
$(PEERS)/ready: Makefile
	@python3 -m venv $(PEERS)
	@$(PEERS)/bin/pip install --quiet --extra-index-url https://download.pytorch.org/whl/cpu \
	  torch onnx onnxruntime onnxscript numpy tqdm pillow click \
	  klayout gdstk opencv-python-headless pyvips pyvips-binary
	@$(PEERS)/bin/pip install --quiet --no-deps zennit==0.4.6 zennit-crp==0.6.0
	@touch $@

# A folder of layouts; the five largest are read.
LAYOUTS := ../shared/data/openebl-2024-02/layouts
bench-peers: build $(PEERS)/ready ## time networks, explanations, layouts and pictures beside their peers, into Reports/bench
	@mkdir -p Reports/bench
	@$(PEERS)/bin/python Sources/bench/peers/compare.py .build/release/bench Reports/bench/networks.json
	@$(PEERS)/bin/python Sources/bench/peers/layouts.py .build/release/bench $(LAYOUTS) Reports/bench/layouts.json
	@$(PEERS)/bin/python Sources/bench/peers/images.py .build/release/bench .build/windows.tif Reports/bench/images.json
	@$(PEERS)/bin/python Sources/bench/peers/matching.py .build/release/bench Reports/bench/matching.json

lint: ## check the style
	@swift format lint --strict --recursive --parallel --configuration .swift-format $(SOURCES)

format: ## bring the sources into style
	@swift format --in-place --recursive --parallel --configuration .swift-format $(SOURCES)

clean: ## remove what was built, and the demo's report
	@rm -rf .build Reports/demo
