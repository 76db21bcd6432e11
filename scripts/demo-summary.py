#!/usr/bin/env python3
"""What `make demo` says at its end, read from the stand-in agent's log and the alert log.

usage: demo-summary.py AGENT.jsonl ALERTS.jsonl
"""
import json
import sys


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


agent, alerts = lines(sys.argv[1]), lines(sys.argv[2])
last = {}
for alert in alerts:
    last[alert["id"]] = alert
keys = [r for r in agent if r["what"] == "key" and r["key"] == "Escape"]
pastes = [r for r in agent if r["what"] == "paste"]
sent = [r for r in agent if r["what"] == "submitted"]
approved = [r for r in agent if r["what"] == "approved"]
shown = [r for r in agent if r["what"] == "write"]

print(f"{len(last)} alert{'' if len(last) == 1 else 's'}:")
for alert in last.values():
    deeds = ", ".join(
        f"{d['do']} {d['result']}" + (f" after {d['ms']:.0f} ms" if d.get("ms") is not None else "") for d in alert["actions"])
    print(f"  {alert['outcome']:9} {alert['rule']}: {alert['text']}  ({deeds})")
if keys and shown:
    before = [r for r in shown if r["t"] <= keys[0]["t"]]
    if before:
        ms = (keys[0]["t"] - before[-1]["t"]) / 1e6
        print(f"Escape was read by the agent {ms:.2f} ms after it had begun to write the frame that showed the command.")
print(f"The correction arrived {'whole' if pastes and pastes[0].get('whole') else 'NOT whole'} and was sent off {len(sent)} time(s).")
print(f"Dialogs answered by Outrider: {len(approved)}.")
ok = last and keys and pastes and sent and not approved and any(a["outcome"] == "stopped" for a in last.values())
print("The forbidden command was stopped." if ok else "The forbidden command was NOT stopped: see above.")
sys.exit(0 if ok else 1)
