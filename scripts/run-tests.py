#!/usr/bin/env python3
"""Runs `swift test` with a limit on its time: what hangs is a failure with a name, not a run without an end.

usage: run-tests.py MINUTES [OPTIONS OF swift test]

With TRIES=N in the environment what failed is run again by itself, N runs in all, and said; what fails each time is
broken, what does not waited too short a time for a busy machine.
"""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time


def descendants(process):
    """The processes below one, itself last."""
    found = []
    try:
        for task in os.listdir(f"/proc/{process}/task"):
            with open(f"/proc/{process}/task/{task}/children") as children:
                for child in children.read().split():
                    found += descendants(int(child))
    except OSError:
        pass
    return found + [process]


def end(process):
    for each in descendants(process):
        try:
            os.kill(each, signal.SIGKILL)
        except ProcessLookupError:
            pass


class Course:
    """What the events of one run tell: which tests began, failed and ended. Suites are left out."""

    def __init__(self, path):
        self.titles, self.unfinished, self.failed, self.begun = {}, {}, {}, {}
        # Something went wrong that is no test's.
        self.has_strays = False
        self.has_ended = False
        with open(path, errors="replace") as lines:
            for line in lines:
                try:
                    self.take(json.loads(line))
                except ValueError:
                    continue  # The last line of a run that was ended.

    def take(self, record):
        payload = record["payload"]
        if record["kind"] == "test":
            if payload["kind"] == "function":
                self.titles[payload["id"]] = payload.get("displayName") or payload["name"]
            return
        self.has_ended = self.has_ended or payload["kind"] == "runEnded"
        test = payload.get("testID")
        if test not in self.titles:
            self.has_strays = self.has_strays or payload["kind"] == "issueRecorded"
        elif payload["kind"] == "testStarted":
            self.begun[test] = self.unfinished[test] = True
        elif payload["kind"] in ("testEnded", "testSkipped"):
            self.begun[test] = True
            self.unfinished.pop(test, None)
        elif payload["kind"] == "issueRecorded" and not payload.get("issue", {}).get("isKnown", False):
            self.failed[test] = True


def run(minutes, options):
    """One run: its exit status, its course, and whether its time was over."""
    with tempfile.TemporaryDirectory() as folder:
        events = os.path.join(folder, "events.jsonl")
        words = ["swift", "test", "--skip-build", "--event-stream-output-path", events, "--event-stream-version", "0"]
        started = subprocess.Popen(words + options)
        is_over = False
        try:
            status = started.wait(timeout=minutes * 60)
        except subprocess.TimeoutExpired:
            is_over = True
            end(started.pid)
            status = started.wait()
        except BaseException:
            end(started.pid)
            raise
        return status, Course(events) if os.path.exists(events) else None, is_over


def main():
    minutes, options = float(sys.argv[1]), sys.argv[2:]
    tries = max(1, int(os.environ.get("TRIES") or 1))
    for attempt in range(1, tries + 1):
        status, course, is_over = run(minutes, options)
        if is_over:
            print(f"\n!! THE TESTS WERE NOT OVER AFTER {minutes:g} MINUTES and were ended.", flush=True)
        if course is None:
            return status or 1
        # Of a run that came to its end they belong to suites that are not for this machine.
        missing = [] if course.has_ended else [test for test in course.titles if test not in course.begun]
        guilty = list(dict.fromkeys([*course.failed, *course.unfinished, *missing]))
        for test in guilty:
            how = "did not end" if test in course.unfinished else "failed" if test in course.failed else "did not begin"
            print(f"!! {how}: {course.titles[test]} ({test})", flush=True)
        if status == 0 and not is_over and not guilty:
            if not course.begun:
                print("!! no test ran: the filter names none", flush=True)
                return 1
            return 0
        if not guilty or course.has_strays or attempt == tries:
            return status or 1
        print(f"!! {len(guilty)} of {len(course.titles)} are run again by themselves.\n", flush=True)
        minutes = minutes if missing else min(minutes, 5)
        options = ["--filter", "|".join("^" + re.escape(test) + "$" for test in guilty)]
    return 1


if __name__ == "__main__":
    started = time.monotonic()
    code = main()
    print(f"run-tests: {time.monotonic() - started:.0f} s", file=sys.stderr)
    sys.exit(code if code >= 0 else 128 - code)
