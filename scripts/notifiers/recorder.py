#!/usr/bin/env python3
"""A web server on loopback that writes each request down, for the tests of notifiers.

usage: recorder.py FILE     prints its port; FILE gets one JSON object a request: path, headers, body.

A request to /fail/N is answered 503 the first N times, one to /slow after two seconds, one to /hang never.
"""
import http.server
import json
import sys
import threading
import time

lock = threading.Lock()
failures = {}


class Recorder(http.server.BaseHTTPRequestHandler):
    def record(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode("utf-8", "replace")
        code = 200
        with lock:
            if self.path.startswith("/fail/"):
                failures[self.path] = failures.get(self.path, 0) + 1
                if failures[self.path] <= int(self.path.split("/")[2]):
                    code = 503
            entry = {"path": self.path, "method": self.command, "code": code, "body": body}
            entry["headers"] = {name.lower(): value for name, value in self.headers.items()}
            with open(sys.argv[1], "a", encoding="utf-8") as file:
                file.write(json.dumps(entry) + "\n")
        if self.path.startswith("/slow"):
            time.sleep(2)
        if self.path.startswith("/hang"):
            time.sleep(600)
        self.send_response(code)
        self.end_headers()

    do_GET = do_POST = record

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
server.daemon_threads = True
print(server.server_port, flush=True)
server.serve_forever()
