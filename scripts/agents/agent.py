"""One real agent on a stage: its settings, its model, its pane."""

import json
import shlex
import time

from model import Model

KEY = "scripted-key-scripted"


class Agent:
    """An unmodified Claude Code or Codex in a tmux window of its own.

    kind      "claude" or "codex"
    script    what its model does; see model.py
    asks      whether it asks before it runs something that it finds risky
    size      columns and rows
    args      more arguments
    settings  Claude Code's settings.json, Codex's config.toml, beyond what makes them run here
    window    the context window, in tokens, that Codex believes in
    trusting  whether Codex runs hooks that nobody has reviewed
    """

    def __init__(self, stage, kind, script, repo, *, asks=False, size=(120, 40), args=(), settings=None, window=200000,
                 trusting=False):
        self.stage = stage
        self.kind = kind
        self.repo = repo
        self.size = size
        self.asks = asks
        self.args = list(args)
        self.trusting = trusting
        self.model = stage.network.inside(lambda: Model(script, str(repo)))
        self.pane = None
        configure = self.configure_claude if kind == "claude" else self.configure_codex
        configure(settings, window)

    def configure_claude(self, settings, _):
        self.write(".claude.json", json.dumps({
            "hasCompletedOnboarding": True, "theme": "dark", "bypassPermissionsModeAccepted": True, "autoUpdates": False,
            "customApiKeyResponses": {"approved": [KEY[-20:]], "rejected": []},
            "projects": {str(self.repo): {"hasTrustDialogAccepted": True, "hasCompletedProjectOnboarding": True}},
        }))
        if settings:
            self.write(".claude/settings.json", json.dumps(settings, indent=2))

    def configure_codex(self, settings, window):
        self.write(".codex/config.toml", f"""model = "gpt-5.5-codex"
model_provider = "scripted"
model_context_window = {window}
check_for_update_on_startup = false
{settings or ""}

[model_providers.scripted]
name = "scripted"
base_url = "http://127.0.0.1:{self.model.port}/v1"
env_key = "SCRIPTED_KEY"
wire_api = "responses"

[analytics]
enabled = false

[projects.{json.dumps(str(self.repo))}]
trust_level = "trusted"
""")

    def write(self, path, text):
        file = self.stage.home / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)

    @property
    def command(self):
        env = {"SCRIPTED_KEY": KEY}
        if self.kind == "claude":
            words = ["claude"] + ([] if self.asks else ["--dangerously-skip-permissions"])
            env = {
                "ANTHROPIC_BASE_URL": f"http://127.0.0.1:{self.model.port}", "ANTHROPIC_API_KEY": KEY,
                "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "DISABLE_AUTOUPDATER": "1", "DISABLE_TELEMETRY": "1",
                "DISABLE_ERROR_REPORTING": "1",
                # Without it Claude Code does not let root skip its permissions.
                "IS_SANDBOX": "1",
            }
        else:
            words = ["codex", "--no-daemon"] + ([] if self.asks else ["--dangerously-bypass-approvals-and-sandbox"])
            words += ["--dangerously-bypass-hook-trust"] if self.trusting else []
        network = ["nsenter", f"--net={self.stage.network.path}", "env"]
        return network + [f"{name}={value}" for name, value in env.items()] + words + self.args

    def open(self):
        """Opens the pane, in which nothing runs yet but `cat`."""
        width, height = map(str, self.size)
        self.pane = self.stage.tmux(
            "new-session", "-d", "-P", "-F", "#{pane_id}", "-s", self.repo.name, "-x", width, "-y", height,
            "-c", str(self.repo), "cat").strip()

    def start(self, seconds=60):
        """Starts the agent in its pane and waits for its prompt box."""
        if not self.pane:
            self.open()
        self.stage.tmux("respawn-pane", "-k", "-t", self.pane, "-c", str(self.repo), shlex.join(self.command))
        self.until(lambda: self.is_ready, seconds, "the prompt box")

    @property
    def screen(self):
        return self.stage.tmux("capture-pane", "-p", "-t", self.pane)

    @property
    def is_ready(self):
        """Whether an empty prompt box is shown, and no dialog."""
        lines = self.screen.splitlines()
        return any(self.is_empty_box(line) for line in lines) and not self.is_asking

    @property
    def is_at_rest(self):
        """Whether it waits for a prompt and does nothing else."""
        return self.is_ready and "esc to interrupt" not in self.screen

    def is_empty_box(self, line):
        if self.kind == "codex":
            return line.startswith("› Ask Codex")
        return line.startswith("❯\u00a0") and (not line[2:].strip() or line[2:].startswith("Try "))

    @property
    def is_asking(self):
        """Whether a dialog waits for an answer."""
        return any("to confirm" in line or "Esc to cancel" in line for line in self.screen.splitlines())

    def type(self, text, *keys):
        """Types text, and then presses keys by their tmux names: Enter if none are given."""
        self.stage.tmux("send-keys", "-t", self.pane, "-l", text)
        # An Enter that is read together with text is taken for a part of it.
        time.sleep(0.15)
        self.press(*(keys or ("Enter",)))

    def press(self, *keys):
        self.stage.tmux("send-keys", "-t", self.pane, *keys)

    def until(self, condition, seconds, what):
        return self.stage.until(condition, seconds, f"{self.kind}: {what}", lambda: self.screen)

    def turns(self, count, seconds=20):
        """Waits until the model has been asked `count` times, and returns what it was asked."""
        if not self.model.wait(lambda turns: len(turns) >= count, seconds):
            self.until(lambda: False, 0, f"request {count} (there were {len(self.model.turns)})")
        return self.model.turns

    def close(self):
        self.model.close()
