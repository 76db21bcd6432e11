"""A scenario file: what a stage is furnished with, what the model does, and what the human types.

    about     a sentence on what it is for
    size      columns and rows; [120, 40] if not given
    files, watched, setup, pushing     see stage.py
    asks      true: the agent asks before it runs something that it finds risky; "auto": in Claude Code's auto mode
    settings  {"claude": {...}, "codex": "..."}: see agent.py
    window    Codex's context window, in tokens
    steps     what the model does, see model.py; `{agent}` and, in a loop, `{n}` are filled in.
              A loop is {"repeat": 3, "steps": [...]}; a step with "for" is only for that agent
    human     what happens to the pane, in order: {"after": ..., "wait": S, "type": "...", "press": [...], "resize": [C, R]}
              waits until the model has begun so many steps, or has said that text, then until the agent is at rest
              unless "busy" is true, then S seconds
    seconds   how long it goes on after the last step; 2 if not given
"""

import json
import time
from pathlib import Path

from model import Steps
from stage import Stage

ASKING = {
    "claude": {"args": ["--permission-mode", "default"]},
    "codex": {"settings": 'approval_policy = "on-request"\nsandbox_mode = "read-only"'},
}


class Scenario:
    def __init__(self, path):
        self.path = Path(path)
        self.told = json.loads(self.path.read_text())

    def stage(self, **more):
        wanted = {key: self.told[key] for key in ("files", "watched", "setup", "pushing") if key in self.told}
        return Stage(**wanted, **more)

    def steps(self, kind):
        """The steps as one flat list."""
        return list(unrolled(self.told["steps"], kind))

    def agent(self, stage, kind, speed=1):
        """The agent that plays it. `speed` shortens the model's thinking."""
        steps = [hastened(step, speed) for step in self.steps(kind)]
        asking = ASKING[kind] if self.told.get("asks") is True else {}
        settings = self.told.get("settings", {}).get(kind, asking.get("settings"))
        return stage.agent(
            kind, Steps(steps), asks=bool(self.told.get("asks")), size=tuple(self.told.get("size", (120, 40))),
            args=asking.get("args", ()), settings=settings, window=self.told.get("window", 200000))

    def play(self, agent, seconds=600):
        """Does what the human does, and waits until the model has nothing more to say."""
        for deed in self.told["human"]:
            agent.until(lambda: has_reached(agent.model, deed.get("after", 0)), seconds, f"the time for {deed}")
            if not deed.get("busy"):
                agent.until(lambda: agent.is_at_rest, seconds, f"rest, for {deed}")
            time.sleep(deed.get("wait", 0))
            if "resize" in deed:
                agent.stage.tmux("resize-window", "-t", agent.pane, "-x", str(deed["resize"][0]), "-y", str(deed["resize"][1]))
            if "type" in deed:
                agent.type(deed["type"], *deed.get("press", []))
            elif "press" in deed:
                agent.press(*deed["press"])
        agent.until(lambda: agent.model.script.is_over, seconds, "the model's last step")
        time.sleep(self.told.get("seconds", 2))

    def thinking(self, kind):
        """How many seconds the model thinks, all in all, if nobody hastens it."""
        return sum(step.get("think", 0) for step in self.steps(kind))


def has_reached(model, point):
    if isinstance(point, int):
        return model.script.taken >= point
    return any(point in turn.step.get("say", "") for turn in model.turns)


def unrolled(steps, kind, number=None):
    for step in steps:
        if step.get("for", kind) != kind:
            continue
        if "repeat" in step:
            for round_number in range(1, step["repeat"] + 1):
                yield from unrolled(step["steps"], kind, round_number)
            continue
        text = json.dumps(step).replace("{agent}", kind)
        yield json.loads(text.replace("{n}", str(number)) if number else text)


def hastened(step, speed):
    step = dict(step)
    if "think" in step:
        step["think"] /= speed
    if "delegate" in step:
        steps = [hastened(inner, speed) for inner in step["delegate"]["steps"]]
        step["delegate"] = step["delegate"] | {"steps": steps}
    return step
