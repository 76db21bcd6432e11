#!/usr/bin/env python3
"""Each pattern in turn over each line: what one writes first.

usage: bench-loop.py PATTERNS TEXT
"""
import re
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    patterns = [re.compile(line.rstrip("\n")) for line in file if line.strip()]
found = 0
with open(sys.argv[2], encoding="utf-8") as file:
    for line in file:
        for pattern in patterns:
            if pattern.search(line):
                found += 1
print(found)
