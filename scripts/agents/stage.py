"""A place of its own for real agents: a home, a repository with a remote, programs that are watched, a private
tmux server, Outrider beside it, and a network that ends at its own loopback. Nothing is left when it is closed."""

import json
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from agent import Agent
from network import Network

ROOT = Path(__file__).resolve().parents[2]
AGENTS = Path(os.environ.get("OUTRIDER_AGENTS", ROOT / ".agents")).resolve()
OUTRIDER = Path(os.environ.get("OUTRIDER_BINARY", ROOT / ".build/release/outrider"))

# What ends a record of a watched program, and what parts its words.
END, PART = "\x1e", "\x1f"


# The stages that are open, so that they can be closed when the program is told to end.
OPEN = set()


class Missing(Exception):
    """Something that had to come did not, within its time."""


@dataclass
class Run:
    """A watched program that really started; `ended` is None for one that was stopped before its work was done."""

    program: str
    args: list
    pid: int
    cwd: str
    started: float
    ended: float = None

    @property
    def line(self):
        return shlex.join([self.program, *self.args])


def close_on_signals():
    """Leaves nothing behind when the program is interrupted or told to end."""
    def end(number, _):
        for stage in list(OPEN):
            stage.close()
        os._exit(128 + number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)


class Stage:
    """Use it in a `with` statement.

    watched   programs in the agents' PATH: a name, and the shell text that stands for its work
    files     the repository's files, path to text
    setup     shell text that is run in the repository at the end
    pushing   shell text that stands for the work of the remote while it takes a push
    home      a folder that becomes the agents' home, if it is to have a certain name; it has to be empty
    """

    def __init__(self, *, watched=None, files=None, setup="", pushing="", home=None):
        self.root = Path(tempfile.mkdtemp(prefix="outrider-stage-"))
        self.name = self.root.name
        self.home = Path(home or self.root / "home")
        self.bin = self.home / "bin"
        self.remote = self.home / "shop.git"
        self.agents = []
        self.outrider = None
        self.network = None
        OPEN.add(self)
        try:
            self.network = Network()
            self.furnish(watched or {}, files or {"README.md": "# shop\n"}, setup, pushing)
            self.tmux("-f", "/dev/null", "new-session", "-d", "-s", "work", "-x", "80", "-y", "24", "cat")
            self.tmux("set-option", "-g", "remain-on-exit", "on")
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def furnish(self, watched, files, setup, pushing):
        for folder in (self.home / "shop", self.bin, self.root / "run"):
            folder.mkdir(parents=True, exist_ok=True)
        (self.root / "run").chmod(0o700)
        # Codex runs commands in a login shell, which begins with a PATH of its own.
        (self.home / ".profile").write_text(f"export PATH={shlex.quote(self.env['PATH'])}\n")
        for name, work in watched.items():
            self.watch(self.bin / name, name, work)
        for path, text in files.items():
            file = self.home / "shop" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        self.shell(f"git init -q -b main . && git add -A && git commit -qm 'The shop as it is' "
                   f"&& git init -q --bare -b main {self.remote} && git remote add origin {self.remote} "
                   f"&& git push -q -u origin main")
        self.watch(self.remote / "hooks/update", "git-ref", pushing)
        if setup:
            self.shell(setup)

    def watch(self, path, name, work):
        """Makes a program that notes when it started and when its work was done, each in one write."""
        log = shlex.quote(str(self.root / "ran"))
        path.write_text(f"""#!/usr/bin/env bash
note() {{ local words; printf -v words '%s\\x1f' "$@"; printf '%s\\x1e' "$words" >> {log}; }}
note start $$ "$EPOCHREALTIME" "$PWD" {shlex.quote(name)} "$@"
{work}
status=$?
note end $$ "$EPOCHREALTIME"
exit $status
""")
        path.chmod(0o755)

    @property
    def env(self):
        """What everything on the stage has in its environment, and nothing of the environment outside."""
        identity = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
                    for what, value in (("NAME", "dev"), ("EMAIL", "dev@example.invalid"))}
        return identity | {
            "HOME": str(self.home), "USER": "dev", "SHELL": "/bin/bash", "TERM": "xterm-256color", "LANG": "C.UTF-8",
            "PATH": f"{self.bin}:{AGENTS}/bin:{OUTRIDER.parent}:/usr/local/bin:/usr/bin:/bin",
            "XDG_RUNTIME_DIR": str(self.root / "run"), "TMUX_TMPDIR": str(self.root / "run"),
        }

    def shell(self, text, folder=None):
        subprocess.run(["bash", "-c", text], cwd=folder or self.home / "shop", env=self.env, check=True,
                       stdout=subprocess.DEVNULL)

    def tmux(self, *words):
        done = subprocess.run(["tmux", "-L", self.name, *words], env=self.env, check=True, stdout=subprocess.PIPE)
        return done.stdout.decode(errors="replace")

    def agent(self, kind, script, **settings):
        """One more agent in a window and a checkout of its own, not yet started; see `Agent`."""
        repo = self.home / ("shop" if not self.agents else f"shop-{len(self.agents) + 1}")
        if self.agents:
            self.shell(f"git clone -q {self.remote} {repo}", self.home)
        agent = Agent(self, kind, script, repo, **settings)
        self.agents.append(agent)
        return agent

    def rule(self, text):
        """Adds a rule file of the user's own."""
        folder = self.home / ".config/outrider/rules"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"stage-{len(list(folder.iterdir()))}.yaml").write_text(text)

    # Outrider

    def ride(self, *options):
        """Starts `outrider watch` on this stage's tmux server and waits until it watches."""
        with open(self.root / "said", "wb") as said, open(self.root / "details", "wb") as details:
            self.outrider = subprocess.Popen(
                [OUTRIDER, "watch", "-L", self.name, "--verbose", *options], cwd=self.home, env=self.env,
                stdin=subprocess.DEVNULL, stdout=said, stderr=details)
        self.until(lambda: "watching" in (self.root / "said").read_text(), 10, "outrider's word that it watches")

    def human(self, *words):
        """Runs `outrider` as a human does, at a terminal of its own; returns its exit status and what it printed."""
        done = subprocess.run(["script", "-qec", shlex.join([str(OUTRIDER), *words]), "/dev/null"], cwd=self.home,
                              env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        return done.returncode, done.stdout.decode(errors="replace").replace("\r\n", "\n")

    def kill_outrider(self):
        """As a crash would."""
        self.outrider.kill()
        self.outrider.wait()

    @property
    def alerts(self):
        """Every alert as it stands, in the order in which they were raised."""
        last = {}
        log = self.home / ".local/state/outrider/alerts.jsonl"
        for line in log.read_text().splitlines() if log.exists() else []:
            alert = json.loads(line)
            last[alert["id"]] = alert
        return list(last.values())

    @property
    def details(self):
        """What Outrider tells of itself: facts that it saw, keys that it sent."""
        return (self.root / "details").read_text(errors="replace").splitlines()

    @property
    def keys(self):
        """The lines that tell of something typed or pressed by Outrider."""
        return [line for line in self.details if " key=" in line or " delivery=" in line]

    # What really happened

    @property
    def ran(self):
        """The watched programs that really ran, in the order in which they started."""
        log = self.root / "ran"
        runs, going = [], {}
        for record in log.read_text(errors="replace").split(END)[:-1] if log.exists() else []:
            what, pid, when, *rest = record.split(PART)[:-1]
            if what == "start":
                going[pid] = Run(rest[1], rest[2:], int(pid), rest[0], float(when))
                runs.append(going[pid])
            elif pid in going:
                going.pop(pid).ended = float(when)
        return runs

    def until(self, condition, seconds, what, screen=None):
        """Waits until something is true and returns it; says what the pane showed if it does not come."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if value := condition():
                return value
            time.sleep(0.03)
        shown = f"; the pane shows:\n{screen().rstrip()}" if screen else ""
        raise Missing(f"{what} did not come within {seconds} s{shown}")

    def close(self):
        OPEN.discard(self)
        for agent in self.agents:
            agent.close()
        if self.outrider:
            self.outrider.terminate()
            try:
                self.outrider.wait(5)
            except subprocess.TimeoutExpired:
                self.outrider.kill()
                self.outrider.wait()
        subprocess.run(["tmux", "-L", self.name, "kill-server"], env=self.env, stderr=subprocess.DEVNULL)
        self.end_processes()
        if self.network:
            self.network.close()
        if "OUTRIDER_KEEP_STAGE" in os.environ:
            print(f"kept: {self.root}")
        else:
            shutil.rmtree(self.root, ignore_errors=True)

    def end_processes(self):
        """Ends what still lives in this stage's network: what agents leave in the background goes by itself never."""
        for _ in range(100):
            left = self.network.processes() if self.network else []
            if not left:
                return
            for pid in left:
                try:
                    os.kill(pid, 9)
                except ProcessLookupError:
                    pass
            time.sleep(0.02)
