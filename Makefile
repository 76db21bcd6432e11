# make demo   installs what is missing, builds, and shows Outrider stopping a re-enacted agent
# make test   installs what is missing and runs every test
# make check  formatting, warnings, tests: the one gate before a commit
# make bench  how fast it is, each figure beside another program's in the same run
# make build  the optimised program, .build/release/outrider

.PHONY: demo test check bench build setup

setup:
	@scripts/setup

build: setup
	swift build -c release --static-swift-stdlib

demo: build
	@scripts/demo

test: setup
	swift build --build-tests
	@scripts/test

check: setup
	@scripts/check

bench:
	@scripts/setup --bench
	swift build -c release --static-swift-stdlib
	@scripts/bench
