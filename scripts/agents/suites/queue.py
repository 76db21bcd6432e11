"""What a human queues for an agent is typed when its turn ends: once, in order, word for word."""

import json
import random
import time

from stage import Stage
from suite import case, expect
from suites.hooks import hooked

TEXTS = ["then merge the `dependabot` PRs -- *all* of them, #12 & #13 (please)!", "then pick up issue #7521",
         "then " + "say in so many words what was done, and why " * 12 + "so that all is said"]


def works(request):
    """Works on what is slow until it is let go, and takes anything else for done."""
    if any("slow" in prompt for prompt in request.prompts):
        return {"say": "Looking at CI.", "run": "echo checking; until [ -e ../go ]; do sleep 0.2; done; echo green"}
    return {"say": "Done with it."}


def let_go(agent):
    """Ends what is slow."""
    (agent.repo.parent / "go").touch()


def prompts(agent):
    """What the model was given, a prompt each."""
    return [prompt for turn in agent.model.turns for prompt in turn.prompts]


def words(text):
    return " ".join(text.split())


def waiting(stage):
    status, said = stage.human("queue", "--json")
    expect(status == 0, f"outrider queue ended with {status}: {said}")
    return [json.loads(line) for line in said.splitlines() if line.startswith("{")]


def queue(stage, agent, text, *options):
    status, said = stage.human("queue", agent.pane, text, "-L", stage.name, *options)
    expect(status == 0, f"outrider queue ended with {status}: {said}")
    return said.split()[0]


@case("{}: what is queued is typed when the turn ends, once, in order and word for word", "claude", "codex")
def delivered(report, kind):
    with Stage() as stage:
        agent = stage.agent(kind, works, size=(64, 18))
        agent.start()
        queue(stage, agent, "first of all, before any watch runs")
        stage.ride()
        agent.until(lambda: len(prompts(agent)) == 1, 15, "what was queued without a watch")
        agent.until(lambda: agent.is_at_rest, 10, "the end of the turn")
        agent.type("slow, please")
        agent.until(lambda: not agent.is_at_rest, 5, "the turn")
        for text in TEXTS:
            queue(stage, agent, text)
        shown = stage.human("status")[1]
        expect("queued 'then pick up issue #7521'" in shown, f"the status shows no queue:\n{shown}")
        expect(len(prompts(agent)) == 2 and len(waiting(stage)) == 3, "something was typed before the turn's end")
        let_go(agent)
        agent.until(lambda: len(prompts(agent)) == 5, 30, "all that was queued")
        time.sleep(3)
        found = [words(prompt) for prompt in prompts(agent)]
        wanted = ["first of all, before any watch runs", "slow, please", *map(words, TEXTS)]
        expect(found == wanted, f"the model was given {found}")
        expect(waiting(stage) == [], "something waits still")
        delivered = [alert for alert in stage.alerts if alert["rule"] == "queue-delivered"]
        expect(len(delivered) == 4 == len(stage.alerts), f"alerts: {stage.alerts}")
        report.say("shown by: " + ", ".join(sorted({alert["actions"][0]["result"] for alert in delivered})))


@case("{}, hooks: what is queued is typed once where the hooks tell of the prompt first", "claude", "codex")
def hooks(report, kind):
    with Stage() as stage:
        agent = hooked(stage, kind, works)
        stage.ride()
        agent.start()
        agent.type("slow, please")
        agent.until(lambda: not agent.is_at_rest, 5, "the turn")
        for text in TEXTS[:2]:
            queue(stage, agent, text)
        let_go(agent)
        agent.until(lambda: len(prompts(agent)) == 3, 30, "all that was queued")
        time.sleep(2)
        expect([words(prompt) for prompt in prompts(agent)][1:] == TEXTS[:2], f"the model was given {prompts(agent)}")
        expect(waiting(stage) == [], "something waits still")
        results = [alert["actions"][0]["result"] for alert in stage.alerts]
        expect(results == ["delivered: seen in the transcript"] * 2, f"alerts: {stage.alerts}")


@case("{}: a watch that is killed while it delivers leaves each text sent once, or says that it does not know", "claude", "codex")
def killed(report, kind):
    rounds, lot, unknown = 8, random.Random(6), 0
    with Stage() as stage:
        agent = stage.agent(kind, works)
        agent.start()
        for number in range(rounds):
            text = f"then do number {number} of the list"
            queue(stage, agent, text)
            stage.ride()
            time.sleep(lot.uniform(0.9, 1.7))
            stage.kill_outrider()
            seen = [item["state"] for item in waiting(stage)]
            stage.ride()
            agent.until(lambda: [item["state"] for item in waiting(stage)] in ([], ["unknown"]), 30, "its end")
            agent.until(lambda: agent.is_at_rest, 15, "rest")
            left = waiting(stage)
            sent = [prompt for prompt in prompts(agent) if words(prompt) == text]
            expect(len(sent) == 1 or (left and not sent), f"'{text}' was sent {len(sent)} times; it was {seen} at the kill")
            unknown += len(left)
            for item in left:
                stage.human("queue", "--remove", item["id"])
            report.say(f"killed at {seen[0] if seen else 'its end'}: sent {len(sent)} times{', unknown' if left else ''}")
            stage.kill_outrider()
        expect(len(prompts(agent)) <= rounds, f"the model was given {prompts(agent)}")


@case("{}: what waits goes to the agent that is started anew in the same pane, and to no other", "claude", "codex")
def started_anew(report, kind):
    with Stage() as stage:
        agent, other = stage.agent(kind, works), stage.agent("codex" if kind == "claude" else "claude", works)
        agent.start()
        other.start()
        stage.ride()
        agent.type("slow, please")
        agent.until(lambda: not agent.is_at_rest, 5, "the turn")
        status, said = stage.human("queue", "nobody", "for whom")
        expect(status == 1 and agent.pane in said and other.pane in said, f"it does not say who is there: {said}")
        queue(stage, agent, "then merge the dependabot PRs")
        agent.start()
        agent.until(lambda: "then merge the dependabot PRs" in prompts(agent), 30, "what waited")
        time.sleep(2)
        expect(prompts(agent).count("then merge the dependabot PRs") == 1, f"it was given {prompts(agent)}")
        expect(prompts(other) == [], f"the other one was given {prompts(other)}")


@case("{}: an agent queues nothing, neither for itself nor for another", "claude", "codex")
def by_an_agent(report, kind):
    def queues(request):
        if any("Queue" in prompt for prompt in request.prompts):
            return {"say": "I will.", "run": f"script -qec 'outrider queue {kind} \"then deploy\" -L {name}' /dev/null; true"}
        return {"say": "Done."}

    with Stage() as stage:
        name = stage.name
        agent = stage.agent(kind, queues)
        agent.start()
        # Observing, no rule stands in the way: the sidecar itself has to refuse.
        stage.ride("--observe")
        agent.type("Queue something")
        agent.turns(2)
        told = "\n".join(text for turn in agent.model.turns for text in turn.results)
        expect("an agent's programs queue nothing" in told, f"the agent was told {told!r}")
        expect(waiting(stage) == [], f"it was queued: {waiting(stage)}")
        rules = {alert["rule"] for alert in stage.alerts}
        expect("guard-tamper" in rules, f"no alert: {stage.alerts}")
