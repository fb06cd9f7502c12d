"""Reads all issues of a Jira with the library `jira`, page by page, for `cargo xtask bench client`."""

import json
import resource
import sys
import time

import jira

PAGE = 100
me = jira.JIRA(sys.argv[1], token_auth="pat-ada", max_retries=0)
issues = numbers = letters = 0
start = time.monotonic()
while True:
    # Page after page, as somebody does who cannot keep all of them; the library would gather them in one list.
    page = me.search_issues("", startAt=issues, maxResults=PAGE)
    for issue in page:
        issues += 1
        numbers += int(issue.key.split("-")[1])
        letters += len(issue.fields.summary)
    if not page or issues >= page.total:
        break
seconds = time.monotonic() - start
# Linux tells it in kibibytes.
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"issues": issues, "sums": [numbers, letters], "seconds": seconds, "peak": peak}))
