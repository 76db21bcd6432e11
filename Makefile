# make demo   installs what is missing, builds, and shows Outrider stopping a re-enacted agent
# make test   installs what is missing and runs every test
# make test-agents   Outrider beside the real Claude Code and Codex, without a network; fetches both once
# make record AGENT=claude SCENARIO=scripts/agents/scenarios/scrolled.json   a new recording for fixtures/
# make check  formatting, warnings, tests: the one gate before a commit
# make bench  how fast it is, each figure beside another program's in the same run
# make build  the optimised program, .build/release/outrider
# make install PREFIX=~/.local   the program that was built, its rules, man page and completions; DESTDIR for packagers
# make uninstall PREFIX=~/.local   takes them out again

PREFIX ?= /usr/local

.PHONY: demo test test-agents record check bench build install uninstall setup

setup:
	@scripts/setup

build: setup
	swift build -c release --static-swift-stdlib

install uninstall:
	@PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' scripts/install $@

demo: build
	@scripts/demo

test: setup
	swift build --build-tests
	@scripts/test

test-agents:
	@scripts/setup --agents
	@scripts/agents/install
	swift build -c release --product outrider
	@scripts/agents/test

record:
	@scripts/setup --agents
	@scripts/agents/install
	@scripts/agents/record $(AGENT) $(SCENARIO) $(OUT)

check: setup
	@scripts/check

bench:
	@scripts/setup --bench
	swift build -c release --static-swift-stdlib
	@scripts/bench
