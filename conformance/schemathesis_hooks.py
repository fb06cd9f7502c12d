"""Gives each operation the same world: whatever was done to the one before is undone when the next one begins."""

import os
import urllib.request

import schemathesis

CONTROL = os.environ["JIRA_URL"]
last = None


@schemathesis.hook
def before_call(context, case, kwargs):
    global last
    if case.operation.label != last:
        last = case.operation.label
        request = urllib.request.Request(f"{CONTROL}/_sim/snapshots/start/restore", method="POST")
        urllib.request.urlopen(request).close()
