"""The tests, in the order in which they are begun: the long ones first."""

from suites import quiet, restarts, executions, hooks, pane, dialogs  # noqa: F401
