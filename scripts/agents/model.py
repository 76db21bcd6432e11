"""A scripted model on loopback.

It speaks as much of the Anthropic Messages API and of the OpenAI Responses API, streaming, as unmodified
Claude Code and Codex need to work through a script. What the agents send is kept word for word.

A script is a callable that is given a `Request` and returns a step, a dictionary:

    say       prose, streamed word by word
    run       a shell command
    escalate  true: the command asks for approval first (Codex)
    write     {"path": ..., "text": ...}: a file to be written, in the folder where the agent works
    edit      {"path": ..., "old": ..., "new": ...}: a change of a file
    delegate  {"prompt": ..., "steps": [...]}: a sub-agent with a script of its own
    tool      {"name": ..., "input": {...}}: any other tool call, as it is
    think     seconds of silence before the answer, with keep-alives
    tokens    input tokens that the answer claims to have read
    status    an HTTP error in place of an answer: 429, 529, ...; `message` says more
    hang      true: no answer, until the agent or the test goes away
    pace      seconds between two words, 0.01 if not given
"""

import json
import re
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SHELLS = ("Bash", "exec_command", "shell_command", "shell", "local_shell")


@dataclass
class Request:
    """What an agent sent: the whole body, and what is news in it since the model's last answer.

    `prompts` is what somebody typed, `results` what tools gave back, `context` what the agent or its hooks put
    beside them; `first` is all that stands before the model's first answer.
    """

    time: float
    api: str
    body: dict
    tools: list
    prompts: list = field(default_factory=list)
    results: list = field(default_factory=list)
    context: list = field(default_factory=list)
    first: str = ""
    step: dict = None

    @property
    def is_turn(self):
        """Agents also ask for titles and the like; a turn offers a shell."""
        return any(shell in self.tools for shell in SHELLS)

    @property
    def news(self):
        return self.prompts + self.results + self.context

    @property
    def is_compaction(self):
        """Claude Code asks for summaries with all its tools at hand."""
        return any("Respond with plain text only" in text or "conversation to summarize" in text for text in self.news)


class Steps:
    """The usual script: one step a turn, in their order, then "All done."."""

    def __init__(self, steps):
        self.steps = steps
        self.taken = 0

    def __call__(self, request):
        self.taken += 1
        return self.steps[self.taken - 1] if self.taken <= len(self.steps) else {"say": "All done."}

    @property
    def is_over(self):
        return self.taken >= len(self.steps)


class Model:
    """The server, on a free port of the loopback of the thread that makes it."""

    def __init__(self, script, workdir="."):
        self.script = script
        self.workdir = workdir
        self.requests = []
        self.delegates = {}
        self.is_closed = threading.Event()
        self.changed = threading.Condition()
        model = self

        class Handler(Conversation):
            pass

        Handler.model = model
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.1,), daemon=True).start()

    def close(self):
        self.is_closed.set()
        self.server.shutdown()
        self.server.server_close()

    @property
    def turns(self):
        return [request for request in self.requests if request.is_turn]

    def wait(self, condition, seconds):
        """True once `condition(turns)` holds; it is tried whenever an agent has asked something."""
        with self.changed:
            return self.changed.wait_for(lambda: condition(self.turns), seconds)

    def answer(self, request):
        with self.changed:
            if not request.is_turn:
                step = {"say": "Scripted work"}
            elif request.is_compaction:
                step = {"say": "Summary: the work goes on as it was planned."}
            else:
                step = self.script_of(request)(request)
            request.step = step
            if "delegate" in step:
                self.delegates[step["delegate"]["prompt"]] = Steps(step["delegate"]["steps"])
            self.requests.append(request)
            self.changed.notify_all()
        return step

    def script_of(self, request):
        for prompt, script in self.delegates.items():
            if prompt in request.first:
                return script
        return self.script


class Conversation(BaseHTTPRequestHandler):
    """One connection; the last path component says which API is spoken."""

    protocol_version = "HTTP/1.1"
    model = None

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.reply(200, {})

    def do_GET(self):
        self.reply(200, {"object": "list", "data": [], "models": []})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        path = self.path.partition("?")[0]
        try:
            body = json.loads(body or b"{}")
            if path.endswith("/count_tokens"):
                self.reply(200, {"input_tokens": 1000})
            elif path.endswith("/messages"):
                self.talk(Anthropic(self), body)
            elif path.endswith("/responses"):
                self.talk(OpenAI(self), body)
            else:
                self.reply(404, {"error": {"message": f"{path} is not scripted"}})
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def talk(self, api, body):
        request = api.read(body)
        step = self.model.answer(request)
        if "status" in step:
            return self.reply(step["status"], api.error(step))
        self.begin()
        api.start(step)
        self.think(step, api)
        api.finish(step)

    def think(self, step, api):
        end = time.time() + (86400 if step.get("hang") else step.get("think", 0))
        while (left := end - time.time()) > 0:
            if not step.get("hang"):
                api.keep_alive()
            if self.model.is_closed.wait(min(1, left)):
                raise ConnectionResetError

    def begin(self):
        self.close_connection = True
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()

    def event(self, name, **data):
        self.wfile.write(f"event: {name}\ndata: {json.dumps({'type': name, **data})}\n\n".encode())
        self.wfile.flush()

    def reply(self, code, value):
        body = json.dumps(value).encode()
        self.send_response(code)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def words(step):
    """The prose of a step in pieces, at its pace."""
    for piece in re.findall(r"\S+\s*", step.get("say", "")):
        yield piece
        time.sleep(step.get("pace", 0.01))


class Anthropic:
    """The Messages API, as Claude Code speaks it."""

    def __init__(self, connection):
        self.connection = connection
        self.event = connection.event
        self.number = f"{time.time_ns():x}"

    def read(self, body):
        messages = body.get("messages") or []
        begin = max((at + 1 for at, message in enumerate(messages) if message["role"] == "assistant"), default=0)
        request = Request(time.time(), "anthropic", body, [tool.get("name") for tool in body.get("tools") or []])
        request.first = "\n".join(text for _, text in blocks(messages[:1]))
        for kind, text in blocks(messages[begin:]):
            kept = {"tool_result": request.results, "context": request.context}.get(kind, request.prompts)
            kept.append(text)
        return request

    def error(self, step):
        kind = {429: "rate_limit_error", 529: "overloaded_error"}.get(step["status"], "api_error")
        return {"type": "error", "error": {"type": kind, "message": step.get("message", "Overloaded")}}

    def start(self, step):
        usage = {"input_tokens": step.get("tokens", 3000), "cache_creation_input_tokens": 0,
                 "cache_read_input_tokens": 0, "output_tokens": 1}
        self.event("message_start", message={
            "id": f"msg_{self.number}", "type": "message", "role": "assistant", "model": "scripted", "content": [],
            "stop_reason": None, "stop_sequence": None, "usage": usage})

    def keep_alive(self):
        self.event("ping")

    def finish(self, step):
        index = 0
        if step.get("say"):
            self.event("content_block_start", index=0, content_block={"type": "text", "text": ""})
            for piece in words(step):
                self.event("content_block_delta", index=0, delta={"type": "text_delta", "text": piece})
            self.event("content_block_stop", index=0)
            index = 1
        if call := self.call(step):
            name, given = call
            self.event("content_block_start", index=index, content_block={
                "type": "tool_use", "id": f"toolu_{self.number}", "name": name, "input": {}})
            self.event("content_block_delta", index=index, delta={
                "type": "input_json_delta", "partial_json": json.dumps(given)})
            self.event("content_block_stop", index=index)
        self.event("message_delta", usage={"output_tokens": 50},
                   delta={"stop_reason": "tool_use" if call else "end_turn", "stop_sequence": None})
        self.event("message_stop")

    def call(self, step):
        workdir = self.connection.model.workdir
        if run := step.get("run"):
            return "Bash", {"command": run, "description": step.get("description", "Run the step")}
        if write := step.get("write"):
            return "Write", {"file_path": f"{workdir}/{write['path']}", "content": write["text"]}
        if edit := step.get("edit"):
            return "Edit", {"file_path": f"{workdir}/{edit['path']}", "old_string": edit["old"], "new_string": edit["new"]}
        if delegate := step.get("delegate"):
            return "Agent", {"description": "Part of the work", "prompt": delegate["prompt"],
                             "subagent_type": "general-purpose"}
        if tool := step.get("tool"):
            return tool["name"], tool["input"]
        return None


def blocks(messages):
    """The texts of Anthropic messages, each with its kind."""
    for message in messages:
        content = message.get("content")
        if isinstance(content, str):
            content = [{"type": "text", "text": content}]
        for block in content or []:
            text = block.get("text") if block["type"] == "text" else block.get("content")
            if isinstance(text, list):
                text = "\n".join(part.get("text", "") for part in text)
            if isinstance(text, str):
                beside = message["role"] == "system" or text.startswith("<system-reminder>")
                yield "context" if beside else block["type"], text


class OpenAI:
    """The Responses API, as Codex speaks it."""

    def __init__(self, connection):
        self.connection = connection
        self.event = connection.event
        self.number = f"{time.time_ns():x}"
        self.tools = []

    def read(self, body):
        items = body.get("input") or []
        own = [at + 1 for at, item in enumerate(items)
               if item.get("role") == "assistant" or item.get("type") in ("function_call", "custom_tool_call", "reasoning")]
        self.tools = [tool.get("name") or tool.get("type") for tool in body.get("tools") or []]
        request = Request(time.time(), "openai", body, self.tools)
        request.first = "\n".join(text_of(item) for item in items[:min(own, default=len(items))])
        for item in items[max(own, default=0):]:
            if item.get("type", "message") == "message":
                text = text_of(item)
                beside = item.get("role") != "user" or text.startswith("<environment_context>")
                (request.context if beside else request.prompts).append(text)
            elif item.get("type", "").endswith("_output"):
                request.results.append(text_of(item))
        return request

    def error(self, step):
        kind = {429: "rate_limit_exceeded"}.get(step["status"], "server_error")
        return {"error": {"type": kind, "code": kind, "message": step.get("message", "Overloaded")}}

    def start(self, step):
        self.event("response.created", response={
            "id": f"resp_{self.number}", "object": "response", "status": "in_progress", "output": []})

    def keep_alive(self):
        self.connection.wfile.write(b": keep-alive\n\n")
        self.connection.wfile.flush()

    def finish(self, step):
        output = []
        if step.get("say"):
            item = {"type": "message", "id": f"msg_{self.number}", "role": "assistant", "status": "in_progress", "content": []}
            self.event("response.output_item.added", output_index=0, item=item)
            for piece in words(step):
                self.event("response.output_text.delta", item_id=item["id"], output_index=0, content_index=0, delta=piece)
            item = item | {"status": "completed",
                           "content": [{"type": "output_text", "text": step["say"], "annotations": []}]}
            self.event("response.output_item.done", output_index=0, item=item)
            output.append(item)
        if call := self.call(step):
            call |= {"id": f"fc_{self.number}", "call_id": f"call_{self.number}", "status": "completed"}
            self.event("response.output_item.added", output_index=len(output), item=call)
            self.event("response.output_item.done", output_index=len(output), item=call)
            output.append(call)
        read = step.get("tokens", 3000)
        self.event("response.completed", response={
            "id": f"resp_{self.number}", "object": "response", "status": "completed", "output": output,
            "usage": {"input_tokens": read, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 50,
                      "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": read + 50}})

    def call(self, step):
        if run := step.get("run"):
            shell = next(name for name in SHELLS if name in self.tools)
            given = {"shell_command": {"command": run}, "shell": {"command": ["bash", "-lc", run]}}.get(shell, {"cmd": run})
            if step.get("escalate"):
                given |= {"sandbox_permissions": "require_escalated",
                          "justification": step.get("description", "It needs more than the sandbox grants")}
            return function(shell, given)
        if write := step.get("write"):
            return self.patch("*** Add File: " + write["path"], "".join(f"+{line}\n" for line in write["text"].splitlines()))
        if edit := step.get("edit"):
            return self.patch("*** Update File: " + edit["path"], "@@\n"
                              + "".join(f"-{line}\n" for line in edit["old"].splitlines())
                              + "".join(f"+{line}\n" for line in edit["new"].splitlines()))
        if delegate := step.get("delegate"):
            return function("spawn_agent", {"message": delegate["prompt"], "task_name": "part"})
        if tool := step.get("tool"):
            return function(tool["name"], tool["input"])
        return None

    def patch(self, head, body):
        text = f"*** Begin Patch\n{head}\n{body}*** End Patch\n"
        return {"type": "custom_tool_call", "name": "apply_patch", "input": text}


def function(name, given):
    return {"type": "function_call", "name": name, "arguments": json.dumps(given)}


def text_of(item):
    content = item.get("content", item.get("output"))
    if isinstance(content, list):
        return "\n".join(part.get("text") or "" for part in content)
    return content if isinstance(content, str) else json.dumps(content)
