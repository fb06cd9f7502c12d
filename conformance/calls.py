"""Calls of a client library, a line for each. What Jira itself refuses stands in refusals.json, with its source."""

import json
import os
import pathlib
import sys

URL = os.environ["JIRA_URL"]
DEPLOYMENT = os.environ["JIRA_DEPLOYMENT"]
IS_CLOUD = DEPLOYMENT == "cloud"
# The simulator's people and their credentials are in the README of crates/sim.
USER, SECRET = ("ada@example.com", "token-ada") if IS_CLOUD else ("ada", "ada")


class Calls:
    """Makes calls and counts those that end otherwise than they should."""

    def __init__(self, client):
        every = json.loads((pathlib.Path(__file__).parent / "refusals.json").read_text())
        own = [one for one in every if one["client"] == client and one["deployment"] == DEPLOYMENT]
        self.refused = {one["call"]: one for one in own}
        self.seen = set()
        self.failed = 0

    def __call__(self, name, work, check=lambda value: True):
        """Does `work`; its value must satisfy `check`. Gives the value, or nothing after a refusal."""
        self.seen.add(name)
        refusal = self.refused.get(name)
        value = None
        try:
            value = work()
            if refusal:
                self._fail(name, "succeeded, though Jira refuses it")
            elif check(value):
                print(f"  ok                   {name}")
            else:
                self._fail(name, f"answered {str(value)[:300]}")
        except Exception as error:  # noqa: BLE001: the libraries raise what they like
            status = getattr(error, "status_code", None)
            status = getattr(getattr(error, "response", None), "status_code", status)
            if refusal and status == refusal["status"]:
                print(f"  refused, as by Jira  {name}: {refusal['reason']}")
            else:
                self._fail(name, f"{type(error).__name__} {status or ''} {str(error).splitlines()[:2]}")
        return value

    def _fail(self, name, why):
        self.failed += 1
        print(f"  FAILED               {name}: {why}")

    def end(self):
        """Ends the program, with 1 if any call failed or a listed refusal was not met."""
        for name in set(self.refused) - self.seen:
            self._fail(name, "is listed in refusals.json, but no call has this name")
        sys.exit(1 if self.failed else 0)
