# Each target is one obvious command; `make check` is what CI runs.
GO      ?= go
BIN     := bin/authdoctor
SOURCES := $(shell find cmd internal playbooks -name '*.go' -o -name '*.yaml' 2>/dev/null) go.mod go.sum
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
# Functions begin where the one before them ends: 2 % of the size, and no speed
# that could be measured.
LDFLAGS := -s -w -funcalign=1 -X github.com/authdoctor/authdoctor/internal/cli.version=$(VERSION)
# golangci-lint is a tool, not a dependency: it is run at this version.
GOLANGCI := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

.PHONY: run build test lint lab soak check cover fuzz size bench load release-check update-golden clean

# Start the wizard; without a terminal, diagnose without asking. What it finds
# is no failure of make.
run: build
	@if [ -t 0 ] && [ -t 2 ]; then $(BIN) diagnose alarmcom; \
	else $(BIN) diagnose alarmcom --no-input --symptom login-rejected; fi; \
	code=$$?; [ $$code -eq 1 ] || [ $$code -eq 3 ] || [ $$code -eq 130 ] || exit $$code

build: $(BIN)

# With the playbooks and signatures compressed; a plain go build holds them as they are.
$(BIN): $(SOURCES)
	$(GO) run playbooks/pack.go playbooks
	CGO_ENABLED=0 $(GO) build -tags packed -trimpath -ldflags '$(LDFLAGS)' -o $@ ./cmd/authdoctor

test:
	$(GO) test -race ./...

lint:
	@test -z "$$(gofmt -l cmd internal playbooks)" || { gofmt -l cmd internal playbooks; echo 'run: gofmt -w cmd internal playbooks'; exit 1; }
	$(GO) vet ./...
	GOOS=windows $(GO) vet ./...
	GOOS=darwin $(GO) vet ./...
	$(GO) mod tidy -diff
	$(GO) run $(GOLANGCI) run
	$(GO) run ./cmd/authdoctor playbook lint

# Real servers on loopback, with faults of their own.
lab:
	AUTHDOCTOR_LAB=required $(GO) test -count=1 -v ./internal/lab

# The lab again and again, JOBS at a time: what fails once in 200 runs is a flake.
SOAK ?= 200
JOBS ?= 4
soak:
	bash .ci/soak $(SOAK) $(JOBS)

check: lint test lab size
	$(GO) run ./cmd/authdoctor playbook test --min-coverage 90

# The binary stays small and starts fast, and a report is there at once; measured without the race detector.
size: build
	$(BIN) playbook lint
	$(GO) test -count=1 -run 'TestBudgets' -v ./cmd/authdoctor -budget $(CURDIR)/$(BIN)
	$(GO) test -count=1 -run 'TestALongSessionIsWrittenAtOnce' -v ./internal/cli

# What everything takes, next to what it may take and to what others take in
# the same run, as testdata/bench/README.md; and how well belief and plan do on
# the networks of others, where their data lies (AUTHDOCTOR_BENCH_DATA).
BENCH_MB ?= 100
bench: build
	{ $(GO) test -count=1 -run TestBench -v ./cmd/authdoctor -measure $(CURDIR)/$(BIN) -mb $(BENCH_MB) && \
	$(GO) test -count=1 -p 1 -run 'TestBench|TestThirdParty' -v ./internal/engine ./internal/playbook ./internal/scenario ./internal/lab -measure && \
	$(GO) test -count=1 -run TestALongSession -v ./internal/cli; } >bin/bench.txt || { cat bin/bench.txt; exit 1; }
	bash .ci/bench-page <bin/bench.txt >testdata/bench/README.md
	cat testdata/bench/README.md

# A release that is not published, and whether a second build of it is the same.
release-check:
	bash .ci/release

# An exporter for 1,000 faulty targets under 200 scrapes at once: none stays
# without an answer, and memory stays as it is.
LOAD ?= 5m
load:
	$(GO) test -count=1 -timeout 20m -run 'TestLoad' -v ./internal/cli -load $(LOAD)

cover:
	$(GO) test -coverprofile=bin/cover.out ./... && $(GO) tool cover -func=bin/cover.out | tail -1

# Each fuzz target for FUZZTIME seconds.
FUZZTIME ?= 30
fuzz:
	bash .ci/fuzz $(FUZZTIME)

# Write what is printed now into the goldens and stories; then read the diff.
update-golden:
	$(GO) test ./internal/report ./internal/wizard ./internal/playbook -update
	$(GO) test ./cmd/authdoctor -update
	$(GO) test ./internal/lab -update

clean:
	rm -rf bin dist
