# waymend: build, run, test. "make help" lists the targets.
SHELL   := /bin/sh
GO      ?= go
VERSION := $(shell sed -n 's/^ *Version = "\(.*\)"/\1/p' FyneApp.toml)
COMMIT  := $(shell git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
BUILT   := $(shell date -u +%Y-%m-%d)
CLI     := github.com/waymend/waymend/app/cli
LDFLAGS := -s -w -X $(CLI).version=$(VERSION) -X $(CLI).commit=$(COMMIT) -X $(CLI).built=$(BUILT)

# DEMO is the sick website that "make run" plays; FUZZTIME is for each fuzz target.
DEMO     ?= nginx-502
FUZZTIME ?= 20s

.PHONY: help run build desktop test long lab window screenshots bench fuzz lint clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' Makefile
	@echo '  make run ADDRESS=https://example.com/   examine that address'
	@echo '  make lab SCENARIO=site.bad-gateway      run one scenario of the laboratory (root)'

run: ## build; open the window (for ADDRESS), or without a desktop do the same in the terminal
ifneq ($(DISPLAY)$(WAYLAND_DISPLAY),)
	@tools/install.sh desktop
	@$(MAKE) --no-print-directory build desktop
	@./waymend-desktop $(if $(ADDRESS),window -- '$(subst ','\'',$(value ADDRESS))')
else
	@tools/install.sh run
	@$(MAKE) --no-print-directory build
ifdef ADDRESS
	@./waymend check -- '$(subst ','\'',$(value ADDRESS))' || : # its exit code is its answer
else
	@./waymend demo
	@echo; echo 'Playing one of them: waymend demo $(DEMO)'; echo
	@./waymend demo $(DEMO) || :
endif
endif

build: ## build the small program, ./waymend
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o waymend .

desktop: ## build the program with the window, ./waymend-desktop (the first time takes minutes)
	CGO_ENABLED=1 $(GO) build -tags migrated_fynedo -trimpath -ldflags '$(LDFLAGS)' -o waymend-desktop .

test: ## install what is missing and run everything
	@tools/install.sh test
	@tools/test.sh

lab: ## run the laboratory, or one SCENARIO of it, as root
	@tools/install.sh lab
	$(GO) test -tags lab ./lab -count=1 -v -timeout 30m -run 'TestScenarios$(if $(SCENARIO),/^$(SCENARIO)$$)'

window: ## test the real window on a display of its own, as root
	@tools/install.sh window
	$(GO) test -tags lab ./lab/window -count=1 -v -timeout 10m

screenshots: ## make the pictures in docs/screenshots anew, as root
	@tools/install.sh window
	@tools/screenshots.sh

long: ## run all rounds of the tests that "make test" shortens, as root (half an hour)
	@tools/install.sh test
	CGO_ENABLED=0 $(GO) test -tags lab ./lab/route -count=1 -v -timeout 30m
	CGO_ENABLED=0 HISTORY_CRASHES=500 HISTORY_DAYS=366 $(GO) test -run 'Crash|Size' ./app/history -count=1 -v -timeout 1h
	CGO_ENABLED=0 CLEAN_CRASHES=200 $(GO) test -tags browsers -run Real ./platform/browser/clean -count=1 -v -timeout 3h

bench: ## print the figures of speed and size, as root
	@tools/install.sh lab
	$(GO) run -tags lab ./bench

fuzz: ## run every fuzz target for FUZZTIME
	@tools/fuzz.sh $(FUZZTIME)

lint: ## run staticcheck and golangci-lint
	@tools/install.sh lint
	@tools/lint.sh

clean: ## remove what was built
	rm -rf waymend waymend-desktop dist
