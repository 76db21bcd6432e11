"""What a pane prints, with the times at which it was printed, as an asciicast v2.

As a program it stands at the end of a tmux pipe: tape.py FILE BEGIN writes an event a read, in seconds since BEGIN."""

import codecs
import json
import os
import shlex
import sys
import time
from pathlib import Path


class Tape:
    """Records one agent's pane from before the agent's first byte."""

    def __init__(self, agent):
        self.agent = agent
        self.events = agent.stage.root / f"tape-{agent.repo.name}"
        self.begin = time.time()
        agent.open()
        pipe = [sys.executable, str(Path(__file__).resolve()), str(self.events), str(self.begin)]
        agent.stage.tmux("pipe-pane", "-O", "-t", agent.pane, "exec " + shlex.join(pipe))
        agent.stage.until(self.events.exists, 10, "the recorder")

    def save(self, path, title):
        """Writes the recording as far as it goes."""
        width, height = self.agent.size
        head = {"version": 2, "width": width, "height": height, "timestamp": int(self.begin), "title": title,
                "env": {"TERM": "xterm-256color"}}
        Path(path).write_text(json.dumps(head) + "\n" + self.events.read_text())


def write(path, begin):
    text = codecs.getincrementaldecoder("utf-8")("replace")
    with open(path, "w") as file:
        while data := os.read(0, 65536):
            event = [round(time.time() - begin, 6), "o", text.decode(data)]
            file.write(json.dumps(event, ensure_ascii=False) + "\n")
            file.flush()


if __name__ == "__main__":
    write(sys.argv[1], float(sys.argv[2]))
