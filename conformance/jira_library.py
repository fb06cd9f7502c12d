"""Ordinary work with the library `jira`, on Cloud and Data Center."""

import io

import jira
from calls import IS_CLOUD, SECRET, URL, USER, Calls

call = Calls("jira")
me = jira.JIRA(URL, basic_auth=(USER, SECRET), max_retries=0)


def search(jql):
    """All that a search finds, page by page."""
    return (me.enhanced_search_issues if IS_CLOUD else me.search_issues)(jql, maxResults=False)


def keys(issues):
    return [one.key for one in issues]


call("myself", me.myself, lambda one: one["displayName"] == "Ada Byron")
call("projects", me.projects, lambda all: {"ACME", "OPS"} <= {one.key for one in all})
call("project", lambda: me.project("ACME"), lambda one: one.name == "Acme")
call("components", lambda: me.project_components("ACME"), lambda all: len(all) == 2)
call("versions", lambda: me.project_versions("ACME"), lambda all: len(all) == 2)
call("fields", me.fields, lambda all: "summary" in {one["id"] for one in all})
call("priorities", me.priorities, lambda all: len(all) == 5)
people = call("people", lambda: me.search_users(**{"query" if IS_CLOUD else "user": "ada"}), lambda all: len(all) == 1)
account = people[0].accountId if IS_CLOUD else people[0].name
if IS_CLOUD:
    call("create metadata", me.createmeta, lambda meta: {"ACME", "OPS"} <= {one["key"] for one in meta["projects"]})
else:
    types = call("types of the project", lambda: me.project_issue_types("ACME"), lambda all: len(all) >= 3)
    fields = lambda: me.project_issue_fields("ACME", types[0].id)
    call("fields of a type", fields, lambda all: "summary" in {one.fieldId for one in all})

fields = {"project": "ACME", "issuetype": {"name": "Bug"}, "summary": "Made with jira", "labels": ["client"]}
issue = call("create", lambda: me.create_issue(fields=fields), lambda one: one.key.startswith("ACME-"))
other = call("create in OPS", lambda: me.create_issue(fields=fields | {"project": "OPS"}))
call("create in bulk", lambda: me.create_issues([fields, fields]), lambda all: all[1]["status"] == "Success")
call("edit", lambda: issue.update(summary="Edited", priority={"name": "High"}))
call("read", lambda: me.issue(issue.key).fields, lambda one: (one.summary, one.priority.name) == ("Edited", "High"))
call("edit metadata", lambda: me.editmeta(issue), lambda one: "summary" in one["fields"])
call("assign", lambda: me.assign_issue(issue.key, people[0].displayName if IS_CLOUD else account))
call("unassign", lambda: me.assign_issue(issue.key, None))

if not IS_CLOUD:
    page = lambda: me.search_issues("project = ACME", startAt=5, maxResults=5)
    call("search by offset", page, lambda all: len(all) == 5)
every = lambda all: len(set(keys(all))) == len(all) > 80
call("search page by page", lambda: search("project = ACME ORDER BY key"), every)

steps = call("transitions", lambda: me.transitions(issue), lambda all: len(all) >= 1)
call("transition", lambda: me.transition_issue(issue, steps[0]["name"]))
call("status after it", lambda: me.issue(issue.key).fields.status.name, lambda name: name == steps[0]["to"]["name"])
comment = call("comment", lambda: me.add_comment(issue, "Said with *jira*"))
call("edit the comment", lambda: comment.update(body="Said otherwise"))
call("comments", lambda: me.comments(issue), lambda all: [one.body for one in all] == ["Said otherwise"])

attach = lambda: me.add_attachment(issue, io.BytesIO(b"0123456789"), "ten.txt")
attached = call("attach", attach, lambda one: one.size == 10)
call("read the attachment", lambda: me.attachment(attached.id).get(), lambda content: content == b"0123456789")
call("link", lambda: me.create_issue_link("Blocks", issue.key, other.key))
call("links", lambda: me.issue(issue.key).fields.issuelinks, lambda all: all[0].outwardIssue.key == other.key)
call("remote link", lambda: me.add_simple_link(issue, {"url": "https://example.com", "title": "Example"}))
call("watch", lambda: me.add_watcher(issue.key, account))
call("watchers", lambda: me.watchers(issue), lambda one: one.watchCount >= 1)
call("votes", lambda: me.votes(other), lambda one: one.votes == 0)
call("log work", lambda: me.add_worklog(issue, timeSpent="1h"), lambda one: one.timeSpentSeconds == 3600)

boards = call("boards", me.boards, lambda all: "ACME board" in {one.name for one in all})
board = next(one for one in boards if one.name == "ACME board")
call("sprints", lambda: me.sprints(board.id), lambda all: len(all) >= 3)
sprint = call("create a sprint", lambda: me.create_sprint("With jira", board.id), lambda one: one.state == "future")
call("move into the sprint", lambda: me.add_issues_to_sprint(sprint.id, [issue.key]))
call("issues of the sprint", lambda: search(f"sprint = {sprint.id}"), lambda all: keys(all) == [issue.key])
call("back to the backlog", lambda: me.move_to_backlog([issue.key]))
call("rank", lambda: me.rank(issue.key, next_issue="ACME-1"))
ranked = lambda: search(f"key in (ACME-1, {issue.key}) ORDER BY Rank")
call("order of ranks", ranked, lambda all: keys(all) == [issue.key, "ACME-1"])
call("delete the sprint", sprint.delete)
call("delete", lambda: (issue.delete(), other.delete()))
call.end()
