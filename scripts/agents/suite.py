"""What a test of the agents suite is: a function of a name that is a sentence, which is given a `Report`."""

import statistics
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

CASES = []


class Failed(Exception):
    """A test did not find what it has to find."""


class Skipped(Exception):
    """A test cannot be run here; it says why."""


@dataclass
class Report:
    """What a test measured: lines that are printed with its result."""

    lines: list = field(default_factory=list)

    def say(self, line):
        self.lines.append(line)

    def times(self, what, seconds):
        """Adds a line with the least, median and greatest of some durations, in milliseconds."""
        if seconds:
            low, middle, high = (1000 * value for value in (min(seconds), statistics.median(seconds), max(seconds)))
            self.say(f"{what}: {middle:.0f} ms (from {low:.0f} to {high:.0f})")


@dataclass
class Case:
    name: str
    run: callable
    arguments: tuple


def case(name, *variants):
    """Makes a test of a function, or several: one for each of `variants`, put into the name in place of {}."""
    def register(function):
        for variant in variants or (None,):
            arguments = () if variant is None else (variant,)
            CASES.append(Case(name.format(*arguments), function, arguments))
        return function
    return register


def expect(condition, message):
    if not condition:
        raise Failed(message)


def run(cases, at_once, verbose=False):
    """Runs tests, so many at a time, prints each as it ends, and returns which passed, failed, were skipped."""
    printing = threading.Lock()
    outcomes = {"passed": [], "failed": [], "skipped": []}

    def one(case):
        report, began, details = Report(), time.monotonic(), ""
        try:
            case.run(report, *case.arguments)
            outcome = "passed"
        except Skipped as reason:
            outcome, details = "skipped", str(reason)
        except Exception as error:
            outcome, details = "failed", str(error) if isinstance(error, Failed) else traceback.format_exc()
        with printing:
            outcomes[outcome].append(case)
            print(f"{outcome:8}{time.monotonic() - began:6.1f} s  {case.name}", flush=True)
            for line in report.lines + details.splitlines():
                print(f"{'':18}{line}", flush=True)

    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(one, cases))
    return outcomes
