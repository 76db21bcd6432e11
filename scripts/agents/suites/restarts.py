"""An agent whose model stops answering: the ladder of `frozen`, the restart with its hand-off, the caps."""

import shlex

from agent import Agent
from stage import Stage
from suite import case, expect

# The steps of the shipped rule, faster.
RULE = """
disable: [frozen]
rules:
  - id: frozen
    on: state
    when: state == working
    stalled: {after: 6s, grace: 12s}
    severity: warning
    why: 'Nothing has moved for {lasted}.'
    instead: Say in one sentence what you are waiting for, then go on with the next step.
    do: [[prompt], [interrupt, prompt], [{restart: {handoff: true, within: 25s, cooldown: 10m, grace: 20s}}], [escalate]]
    fires: [working]
    silent: [idle]
"""
HANDOFF = ("The cart is done and committed; the checkout still fails in tests/test_pay.py, since the currency is missing. "
           "Next: give Price a currency, run make test, open the pull request. Do not touch the schema.")
PROJECT = "Read issue #711 before anything else."
# As `outrider install codex` sets it: the context that is left tells thinking from a stall.
SETTINGS = {"claude": None,
            "codex": 'tui.status_line = ["model-with-reasoning", "context-remaining", "current-dir"]'}


class StopsAnswering:
    """Answers until it is told to stop, and then nothing but, if it may, the request for a hand-off."""

    def __init__(self, hands_off):
        self.hands_off = hands_off

    def __call__(self, request):
        news = "\n".join(request.prompts)
        if "this is a new session" in news:
            return {"say": "I go on where the other one stopped."}
        if "Write a hand-off" in news and self.hands_off:
            return {"say": HANDOFF}
        if request.results:
            return {"say": "That is done."}
        if "warm up" in news:
            return {"say": "I look around.", "run": "sleep 0.2; git status --short"}
        return {"hang": True}


def below_a_shell(agent):
    """Starts the agent as people do: by its command line in a shell."""
    words = agent.command
    at = max(index for index, word in enumerate(words) if word in ("claude", "codex"))
    agent.open()
    shell = shlex.join(words[:at] + ["bash", "--norc", "-i"])
    agent.stage.tmux("respawn-pane", "-k", "-t", agent.pane, "-c", str(agent.repo), shell)
    agent.type(shlex.join(words[at:]))
    agent.until(lambda: agent.is_ready, 60, "the prompt box")


def told(agent):
    """The prompt with which a new session was begun, as the model got it."""
    return next((prompt for turn in agent.model.turns for prompt in turn.prompts if "this is a new session" in prompt),
                None)


def steps(alert):
    return {action["do"]: action["result"] for action in alert["actions"]}


def standing(stage, agent):
    """What a test that fails shows."""
    return "\n".join([agent.screen.rstrip()] + [f"{alert['time']} {alert['outcome']} {steps(alert)}" for alert in frozen(stage)])


def frozen(stage):
    return [alert for alert in stage.alerts if alert["rule"] == "frozen"]


def climb(report, kind, start, hands_off):
    """One agent up the whole ladder, twice; the second restart falls into the cool-down."""
    files = {"README.md": "# shop\n", ".outrider/restart.md": PROJECT + "\n"}
    with Stage(files=files) as stage:
        stage.rule(RULE)
        agent = stage.agent(kind, StopsAnswering(hands_off), settings=SETTINGS[kind])
        start(agent)
        stage.ride()
        agent.type("warm up")
        agent.until(lambda: agent.is_at_rest and len(agent.model.turns) >= 2, 30, "the end of the first turn")
        agent.type("do the work")
        stage.until(lambda: told(agent), 120, "the new session", lambda: standing(stage, agent))
        agent.until(lambda: agent.is_at_rest, 30, "the answer of the new session")
        ladder = stage.until(lambda: (found := frozen(stage)) and len(found) == 3
                             and found[2]["outcome"] == "resolved" and found, 20, "the alert's last word",
                             lambda: standing(stage, agent))
        for alert in ladder:
            report.say(", ".join(f"{action['do']}: {action['result']} ({action.get('ms', 0):.0f} ms)"
                                 for action in alert["actions"]))
        expect([list(steps(alert))[:1] for alert in ladder[:2]] == [["prompt"], ["interrupt"]], f"{ladder[:2]}")
        for number, alert in enumerate(ladder[1:], 2):
            proof = f"step {number} of 4: step {number - 1} "
            expect(any(line.startswith(proof) and "no clock has moved since" in line for line in alert["evidence"]),
                   f"no proof that the step before had no effect: {alert['evidence']}")
        done = steps(ladder[2])
        expect(done["restart"] == "done" and done["tell"] == "delivered", f"{done}")
        expect(done["hand-off"].startswith("by the agent" if hands_off else "by Outrider, since none came"), f"{done}")
        text = told(agent)
        expect("ArgoCD watches" in text, f"the policy is missing: {text}")
        expect(text.strip().endswith(PROJECT), f"the project's words are missing: {text}")
        wanted = f"Hand-off of the session before: {HANDOFF} {PROJECT}" if hands_off else "\"do the work\""
        expect(wanted in text, f"the hand-off is not word for word: {text}")
        first = [turn for turn in agent.model.turns if any("this is a new session" in prompt for prompt in turn.prompts)]
        expect("I look around." not in str(first[0].body), "the session was not a fresh one")
        again(report, stage, agent)


def again(report, stage, agent):
    """The new session hangs as well."""
    agent.type("do the work once more")
    stage.until(lambda: len(frozen(stage)) >= 6 and frozen(stage)[5]["outcome"] == "escalated", 120,
                "the end of the second ladder", lambda: standing(stage, agent))
    withheld = frozen(stage)[5]
    report.say(steps(withheld)["restart"])
    expect("not within 10m" in steps(withheld)["restart"] and "escalate" in steps(withheld), f"{withheld}")
    starts = [line for line in stage.details if line.endswith("[Sidecar] start")]
    expect(len(starts) == 1, f"it was started {len(starts)} times")
    ended = [alert["text"] for alert in stage.alerts if alert["rule"] == "agent-exited"]
    expect(not ended, f"what Outrider ended itself is no alert: {ended}")


@case("Claude Code below a shell, whose model stops answering: nudge, interrupt, restart with its hand-off, human")
def claude_hands_off(report):
    climb(report, "claude", below_a_shell, True)


@case("Codex as the pane's own program, whose model stops answering: nudge, interrupt, restart with its hand-off, human")
def codex_hands_off(report):
    climb(report, "codex", Agent.start, True)


@case("Codex below a shell, which gives no hand-off: Outrider writes it")
def codex_is_silent(report):
    climb(report, "codex", below_a_shell, False)


@case("Claude Code as the pane's own program, which gives no hand-off: Outrider writes it")
def claude_is_silent(report):
    climb(report, "claude", Agent.start, False)


@case("Codex that shows no context: asked what it waits for, then the human is called, never interrupted nor restarted")
def codex_is_spared(report):
    with Stage(files={"README.md": "# shop\n"}) as stage:
        stage.rule(RULE)
        agent = stage.agent("codex", StopsAnswering(True))
        agent.start()
        stage.ride()
        agent.type("warm up")
        agent.until(lambda: agent.is_at_rest and len(agent.model.turns) >= 2, 30, "the end of the first turn")
        agent.type("do the work")
        stage.until(lambda: len(frozen(stage)) >= 4, 120, "the ladder's end", lambda: standing(stage, agent))
        done = [list(steps(alert)) for alert in frozen(stage)]
        report.say(str(done))
        expect(done[:3] == [["prompt"], ["prompt"], ["escalate"]], f"{done}")
        expect(not {"interrupt", "restart"} & {step for each in done for step in each}, f"{done}")
        spared = "thinking cannot be told from a stall"
        expect(any(spared in line for line in frozen(stage)[1]["evidence"]), f"{frozen(stage)[1]['evidence']}")
        expect("Escape" not in stage.keys, f"{stage.keys}")
