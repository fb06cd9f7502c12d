"""Ordinary work with `atlassian-python-api`: its Server client on Data Center, its Cloud clients on Cloud."""

import io

import atlassian.jira as library
from calls import IS_CLOUD, SECRET, URL, USER, Calls

call = Calls("atlassian-python-api")
login = {"username": USER, "password": SECRET}


def key_of(answer):
    return answer["key"].startswith("ACME-")


def data_center():
    me = library.Jira(URL, cloud=False, **login)
    call("myself", me.myself, lambda one: one["name"] == "ada")
    call("projects", me.projects, lambda all: {one["key"] for one in all} >= {"ACME", "OPS"})
    call("project", lambda: me.project("ACME"), lambda one: one["name"] == "Acme")
    call("create metadata", lambda: me.issue_createmeta_issuetypes("ACME"), lambda page: page["values"])
    fields = {"project": {"key": "ACME"}, "issuetype": {"name": "Task"}, "summary": "Made with atlassian"}
    key = call("create", lambda: me.create_issue(fields=fields), key_of)["key"]
    other = call("create another", lambda: me.create_issue(fields=fields), key_of)["key"]
    call("edit", lambda: me.update_issue_field(key, {"summary": "Edited"}))
    call("read", lambda: me.issue(key), lambda one: one["fields"]["summary"] == "Edited")
    call("assign", lambda: me.assign_issue(key, "bob"))
    page = lambda start: me.jql("project = ACME ORDER BY key", fields="summary", start=start, limit=30)
    call("search", lambda: page(0), lambda found: len(found["issues"]) == 30 and found["total"] > 80)
    call("search further", lambda: page(60), lambda found: found["startAt"] == 60 and found["issues"])
    call("transitions", lambda: me.get_issue_transitions(key), lambda all: all[0]["to"] == "In Progress")
    call("transition", lambda: me.issue_transition(key, "In Progress"))
    call("comment", lambda: me.issue_add_comment(key, "Said with atlassian"), lambda one: one["id"])
    call("comments", lambda: me.issue_get_comments(key), lambda found: found["total"] == 1)
    call("attach", lambda: me.add_attachment_object(key, io.BytesIO(b"0123456789")), lambda all: all[0]["size"] == 10)
    call("link types", me.get_issue_link_types, lambda all: "Blocks" in {one["name"] for one in all})
    ends = {"inwardIssue": {"key": key}, "outwardIssue": {"key": other}}
    call("link", lambda: me.create_issue_link({"type": {"name": "Blocks"}} | ends))
    call("log work", lambda: me.issue_worklog(key, "2026-01-01T10:00:00.000+0000", 3600))
    boards = call("boards", me.get_all_agile_boards, lambda found: found["values"][0]["name"] == "ACME board")
    board = boards["values"][0]["id"]
    call("sprints", lambda: me.get_all_sprints_from_board(board), lambda found: len(found["values"]) >= 3)
    sprint = call("create a sprint", lambda: me.create_sprint("With atlassian", board), lambda one: one["id"])["id"]
    call("move into the sprint", lambda: me.add_issues_to_sprint(sprint, [key]))
    inside = lambda: me.get_all_issues_for_sprint_in_board(board, sprint, fields="summary")
    call("issues of the sprint", inside, lambda found: [one["key"] for one in found["issues"]] == [key])
    call("issues of the board", lambda: me.get_issues_for_board(board, jql="", limit=10), lambda found: found["issues"])
    call("delete", lambda: me.delete_issue(key))


def cloud():
    me, boards = library.JiraCloud(URL, **login), library.JiraSoftware(URL, **login)
    call("myself", me.get_current_user, lambda one: one["displayName"] == "Ada Byron")
    call("projects", me.search_projects, lambda page: {one["key"] for one in page["values"]} >= {"ACME", "OPS"})
    call("project", lambda: me.get_project("ACME"), lambda one: one["name"] == "Acme")
    fields = {"project": {"key": "ACME"}, "issuetype": {"name": "Task"}, "summary": "Made with atlassian"}
    key = call("create", lambda: me.create_issue(data={"fields": fields}), key_of)["key"]
    other = call("create another", lambda: me.create_issue(data={"fields": fields}), key_of)["key"]
    call("edit", lambda: me.edit_issue(key, data={"fields": {"summary": "Edited"}}))
    call("read", lambda: me.get_issue(key), lambda one: one["fields"]["summary"] == "Edited")
    account = me.get_current_user()["accountId"]
    call("assign", lambda: me.assign_issue(key, data={"accountId": account}))
    page = lambda token: me.enhanced_jql("project = ACME ORDER BY key", fields="summary", nextPageToken=token, limit=30)
    first = call("search", lambda: page(None), lambda found: len(found["issues"]) == 30 and not found["isLast"])
    call("search further", lambda: page(first["nextPageToken"]), lambda found: found["issues"] != first["issues"])
    every = lambda: me.enhanced_jql_get_list_of_tickets("project = ACME", fields="summary")
    call("search page by page", every, lambda all: len({one["key"] for one in all}) == len(all) > 80)
    found = call("transitions", lambda: me.get_transitions(key), lambda found: found["transitions"])
    call("transition", lambda: me.do_transition(key, data={"transition": {"id": found["transitions"][0]["id"]}}))
    text = [{"type": "paragraph", "content": [{"type": "text", "text": "Said with atlassian"}]}]
    body = {"body": {"type": "doc", "version": 1, "content": text}}
    comment = call("comment", lambda: me.add_comment(key, data=body), lambda one: one["body"]["type"] == "doc")
    call("edit the comment", lambda: me.update_comment(key, comment["id"], data=body))
    call("comments", lambda: me.get_comments(key), lambda found: found["total"] == 1)
    named = lambda found: "Blocks" in {one["name"] for one in found["issueLinkTypes"]}
    call("link types", me.get_issue_link_types, named)
    ends = {"inwardIssue": {"key": key}, "outwardIssue": {"key": other}}
    call("link", lambda: me.link_issues(data={"type": {"name": "Blocks"}} | ends))
    headers = {"X-Atlassian-Token": "no-check", "Accept": "application/json"}
    file = {"file": ("ten.txt", io.BytesIO(b"0123456789"))}
    attach = lambda: me.add_attachment(key, files=file, headers=headers)
    call("attach", attach, lambda all: all[0]["size"] == 10)
    found = call("boards", boards.get_all_boards, lambda page: page["values"][0]["name"] == "ACME board")
    board = found["values"][0]["id"]
    call("sprints", lambda: boards.get_all_sprints(board), lambda page: len(page["values"]) >= 3)
    wanted = {"name": "With atlassian", "originBoardId": board}
    sprint = call("create a sprint", lambda: boards.create_sprint(data=wanted), lambda one: one["id"])["id"]
    call("move into the sprint", lambda: boards.move_issues_to_sprint_and_rank(sprint, data={"issues": [key]}))
    inside = lambda: boards.get_issues_for_sprint(sprint)
    call("issues of the sprint", inside, lambda found: [one["key"] for one in found["issues"]] == [key])
    call("issues of the board", lambda: boards.get_issues_for_board(board), lambda found: found["issues"])
    call("delete", lambda: me.delete_issue(key))


cloud() if IS_CLOUD else data_center()
call.end()
