"""Whatever a dialog asks is the human's to answer: Outrider neither answers it nor types into it."""

import time

from stage import Stage
from suite import case, expect

WATCHED = {"kubectl": "sleep 2; echo 'deployment.apps/web configured'", "publish": "sleep 0.2; echo published"}

# What makes each agent ask before it runs something.
ASKING = {
    "claude": {"asks": True, "args": ["--permission-mode", "default"]},
    "codex": {"asks": True, "settings": 'approval_policy = "on-request"\nsandbox_mode = "read-only"'},
}

# A prompt that becomes due by what the agent says.
TESTS_SKIPPED = """rules:
  - id: tests-skipped
    on: said
    match: '\\bskip the tests\\b'
    severity: warning
    why: Tests are run before anything is published here.
    instead: Run them and show what they say.
    do: [prompt]
    fires: ["I will skip the tests this time."]
    silent: ["I will run the tests first."]
"""
CORRECTION = "Tests are run before anything is published here. Instead: Run them and show what they say."

FORBIDDEN = "kubectl apply -f k8s/web.yaml"


def deploys(request):
    """Asks for something forbidden, and sees its mistake when it is told."""
    if any("Deploy" in prompt for prompt in request.prompts):
        return {"say": "Applying the manifest.", "run": FORBIDDEN, "escalate": True}
    if any("Outrider" in prompt for prompt in request.prompts):
        return {"say": "Understood. I will open a pull request."}
    return {"say": "The new version is live."}


def publishes(request):
    """Says what it should not, and asks for something harmless in the same breath."""
    if any("Publish" in prompt for prompt in request.prompts):
        return {"say": "I will skip the tests this time.", "run": "publish --tag v2", "escalate": True}
    if any("Outrider" in prompt for prompt in request.prompts):
        return {"say": "Understood. I will run them."}
    return {"say": "Published."}


def corrections(agent):
    return [prompt for turn in agent.model.turns for prompt in turn.prompts if "Outrider" in prompt]


def is_left_alone(stage, agent, seconds):
    """Checks for some seconds that the dialog stands as it is, and that not one key was sent."""
    before = agent.screen.splitlines()[-8:]
    asked, end = len(agent.model.turns), time.monotonic() + seconds
    while time.monotonic() < end:
        expect(agent.is_asking, f"the dialog was answered; the pane shows:\n{agent.screen}")
        time.sleep(0.1)
    expect(stage.keys == [], f"keys were sent while the dialog was open: {stage.keys}")
    expect(len(agent.model.turns) == asked, "the agent went on while the dialog was open")
    expect(agent.screen.splitlines()[-8:] == before, f"the dialog changed; the pane shows:\n{agent.screen}")


@case("{}: a dialog about a forbidden command is left alone, and the agent is corrected once it is refused", "claude", "codex")
def refused_by_the_human(report, kind):
    with Stage(watched=WATCHED) as stage:
        agent = stage.agent(kind, deploys, **ASKING[kind])
        agent.start()
        stage.ride()
        agent.type("Deploy the web service")
        agent.until(lambda: agent.is_asking, 20, "the dialog")
        agent.until(lambda: stage.alerts, 5, "an alert")
        is_left_alone(stage, agent, 3)
        agent.press("Escape")
        agent.until(lambda: corrections(agent), 10, "the correction in the model's log")
        alert = stage.alerts[0]
        expect(alert["text"] == FORBIDDEN and len(stage.alerts) == 1, f"other alerts than one: {stage.alerts}")
        expect(f"{alert['why']} Instead: {alert['instead']}" in corrections(agent)[0],
               f"the correction is {corrections(agent)}")
        expect(not stage.ran, f"it ran: {stage.ran}")
        agent.until(lambda: stage.alerts[0]["outcome"] != "raised", 10, "the alert's outcome")
        expect(stage.alerts[0]["outcome"] == "denied", f"nothing ran, and the alert says {stage.alerts[0]}")


@case("{}: what the human approves in a dialog runs to its end, and the agent is not told off for it", "claude", "codex")
def approved_by_the_human(report, kind):
    with Stage(watched=WATCHED) as stage:
        agent = stage.agent(kind, deploys, **ASKING[kind])
        agent.start()
        stage.ride("--no-executions")
        agent.type("Deploy the web service")
        agent.until(lambda: agent.is_asking, 20, "the dialog")
        agent.until(lambda: stage.alerts, 5, "an alert")
        is_left_alone(stage, agent, 2)
        agent.press("Enter")
        agent.until(lambda: stage.ran, 5, "the command that the human approved")
        agent.until(lambda: stage.alerts[0]["outcome"] != "raised", 20, "the alert's outcome")
        agent.until(lambda: agent.is_at_rest, 10, "rest")
        time.sleep(1)
        expect(stage.ran[0].ended, "the command that the human approved was interrupted")
        expect([alert["outcome"] for alert in stage.alerts] == ["resolved"], f"the alert says {stage.alerts}")
        expect(not corrections(agent), f"the agent was told off for what the human approved: {corrections(agent)}")


@case("{}: what the human approves in a dialog is held all the same when it is executed",
      "claude", "codex")
def approved_and_held(report, kind):
    with Stage(watched=WATCHED) as stage:
        agent = stage.agent(kind, deploys, **ASKING[kind])
        agent.start()
        stage.ride()
        agent.until(lambda: any(line.endswith(" follows") for line in stage.details), 10,
                    "Outrider's word that it follows the agent's programs")
        agent.type("Deploy the web service")
        agent.until(lambda: agent.is_asking, 20, "the dialog")
        is_left_alone(stage, agent, 1)
        agent.press("Enter")
        agent.until(lambda: any(alert["outcome"] == "held" for alert in stage.alerts), 10, "the hold")
        agent.until(lambda: corrections(agent), 10, "the correction in the model's log")
        agent.until(lambda: agent.is_at_rest, 10, "rest")
        expect(not stage.ran, f"it ran: {stage.ran}")
        expect(FORBIDDEN in corrections(agent)[0], f"the correction is {corrections(agent)}")


@case("{}: a prompt that is due while a dialog is open waits until the human has answered it", "claude", "codex")
def due_while_asking(report, kind):
    with Stage(watched=WATCHED) as stage:
        stage.rule(TESTS_SKIPPED)
        agent = stage.agent(kind, publishes, **ASKING[kind])
        agent.start()
        stage.ride()
        agent.type("Publish version 2")
        agent.until(lambda: agent.is_asking, 20, "the dialog")
        agent.until(lambda: stage.alerts, 5, "an alert")
        is_left_alone(stage, agent, 3)
        expect(not stage.ran, f"it ran without the human's word: {stage.ran}")
        agent.press("Enter")
        agent.until(lambda: corrections(agent), 15, "the correction in the model's log")
        expect(CORRECTION in corrections(agent)[0], f"the correction is {corrections(agent)[0]!r}")
        expect([run.ended is not None for run in stage.ran] == [True],
               f"what the human approved has to run, once, to its end: {stage.ran}")
        expect(len(stage.alerts) == 1, f"other alerts than one: {stage.alerts}")


@case("claude: the dialogs of its auto mode are left alone as well")
def auto_mode(report):
    with Stage(watched=WATCHED) as stage:
        stage.rule(TESTS_SKIPPED)
        agent = stage.agent("claude", publishes, asks=True)
        agent.start()
        stage.ride()
        agent.type("Publish version 2")
        agent.until(lambda: agent.is_asking, 20, "the first dialog")
        agent.until(lambda: stage.alerts, 5, "an alert")
        is_left_alone(stage, agent, 3)
        agent.press("Enter")
        agent.until(lambda: "❯ No" in agent.screen, 5, "the second dialog")
        is_left_alone(stage, agent, 3)
        agent.press("Down", "Enter")
        agent.until(lambda: corrections(agent), 15, "the correction in the model's log")
        expect(CORRECTION in corrections(agent)[0], f"the correction is {corrections(agent)[0]!r}")
        expect([run.ended is not None for run in stage.ran] == [True], f"what ran: {stage.ran}")
