"""Atlassian's tester of the security requirements for Connect apps, from a checkout, against the service.

The service is installed in a simulated Jira. The tester comes as from the internet: by a name, through TLS, with tokens of
nobody. It must find nothing. To see that it looks at all, it is let loose on an app that takes everything, too.
"""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

import connect_security_front as front

BOWLINE, TESTER, OUT = os.environ["BOWLINE"], os.environ["TESTER"], pathlib.Path(os.environ["OUT"])
NAME, CARELESS = "sync.acme.example", "careless.acme.example"
# The descriptor names a webhook, the panel, and four lifecycle calls.
LINKS = 6
# What the tester must find in an app that takes everything.
EXPECTED = {
    "Authentication of Application Resources",
    "Signed Install Authentication",
    "HSTS Validation",
    "Cache Control",
    "Referrer Policy",
    "Session Cookie Configuration",
}

passed = failed = 0


def check(name, good, seen=None):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    print(f"  ok      {name}" if good else f"  FAILED  {name}: {seen}")


def ask(url, body=None, headers=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers={"content-type": "application/json", **(headers or {})})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        return json.loads(answer.read() or b"null")


def started(children, arguments, environment):
    own = {"PATH": os.environ["PATH"], **environment}
    child = subprocess.Popen([BOWLINE, "--json", *arguments], env=own, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    children.append(child)
    line = child.stdout.readline()
    if not line:
        raise RuntimeError(f"bowline {arguments[0]} does not start")
    return json.loads(line)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def careless(method, path, headers, body):
    """An app that takes everything, and is proud of a session."""
    base = f"https://{CARELESS}"
    descriptor = {
        "key": "careless", "name": "Careless", "baseUrl": base, "authentication": {"type": "jwt"},
        "lifecycle": {"installed": "/installed"}, "scopes": ["READ"],
        "modules": {"generalPages": [{"key": "page", "name": {"value": "Page"}, "url": "/page"}]},
    }
    said = json.dumps(descriptor) if path == "/atlassian-connect.json" else "Welcome."
    return 200, [("content-type", "application/json"), ("set-cookie", "JSESSIONID=1; Path=/")], said.encode()


def tested(url, key, authority, tunnel):
    """Runs the tester: what it found, how many links it visited, and its whole log."""
    folder = OUT / key
    shutil.rmtree(folder, ignore_errors=True)
    own = {
        "PATH": os.environ["PATH"], "HOME": str(OUT), "PYTHONDONTWRITEBYTECODE": "1", "OUTBOUND_PROXY": tunnel.url,
        "HTTPS_PROXY": tunnel.url, "HTTP_PROXY": tunnel.url, "TLDEXTRACT_CACHE": str(OUT / "names"),
        "TESTER": TESTER, "AUTHORITY": str(authority),
    }
    here = pathlib.Path(__file__).parent
    command = [sys.executable, str(here / "connect_security_tester.py"), url, f"--out_dir={folder}", "--timeout=20"]
    ran = subprocess.run(command, cwd=TESTER, env=own, capture_output=True, text=True, timeout=600)
    reports = sorted(folder.glob("*.json"))
    check(f"the tester reports on {url}", ran.returncode == 0 and len(reports) == 1, ran.stderr[-3000:])
    if not reports:
        return [], 0
    report = json.loads(reports[0].read_text())
    check(f"it reached every address of {url}", report["errors"] is False, ran.stderr[-3000:])
    visited = [line for line in ran.stderr.splitlines() if "found and visited" in line]
    links = int(visited[0].split("found and visited ")[1].split(" ")[0]) if visited else 0
    return report["vulns"], links


def walk(children, folder):
    atlassian = started(children, ["sim", "atlassian", "--issues", "1"], {})
    site = next(one["url"] for one in atlassian["sites"] if one["name"] == "acme")
    listen = f"127.0.0.1:{free_port()}"
    inside = f"http://{listen}/connect"
    settings = {
        "BOWLINE_DATA__DIR": str(folder / "data"), "BOWLINE_SERVER__LISTEN": listen,
        "BOWLINE_SERVER__PUBLIC_URL": f"https://{NAME}", "BOWLINE_NET__ALLOW": "127.0.0.1",
        "BOWLINE_CONNECT__ENABLED": "true", "BOWLINE_CONNECT__BASE_URL": inside, "BOWLINE_CONNECT__SITE_ORIGINS": site,
        "BOWLINE_CONNECT__INSTALL_KEY_HOSTS": atlassian["listening"],
    }
    started(children, ["serve"], settings)
    made = ask(f"{site}/_sim/connect/install", {"descriptor": f"{inside}/atlassian-connect.json"})["made"]
    check("the site has installed the app", [call["answer"]["status"] for call in made] == [204, 204], made)

    authority, leaf = front.certificates(folder, [NAME, CARELESS])
    apps = {NAME: front.passed_on(f"http://{listen}", (inside, f"https://{NAME}/connect")), CARELESS: careless}
    tunnel = front.Tunnel({NAME, CARELESS}, front.tls(leaf, apps))

    found, links = tested(f"https://{CARELESS}/atlassian-connect.json", "careless", authority, tunnel)
    names = {one["check_name"] for one in found}
    check("the tester finds what is wrong with an app that takes everything", EXPECTED <= names, sorted(names))
    found, links = tested(f"https://{NAME}/connect/atlassian-connect.json", "bowline", authority, tunnel)
    check("it visits every address of ours", links == LINKS, links)
    check("it finds nothing", found == [], [(one["check_name"], one["proof"]) for one in found])

    token = (folder / "data" / "admin.token").read_text().strip()
    seen = ask(f"http://{listen}/api/v1/app/installs", headers={"authorization": f"Bearer {token}"})
    sites = [(one["base_url"], one["state"]) for one in seen["sites"]]
    check("nothing that it sent was taken for an install", sites == [(site, "enabled")], sites)
    refused = {one["call"] for one in seen["refusals"]}
    check("its installs were refused, and are told to the operator", {"installed", "uninstalled"} <= refused, refused)
    page = {"app": "bowline", "method": "GET", "below": "/page/issue?issue=10000"}
    shown = ask(f"{site}/_sim/connect/send", page)["answer"]["status"]
    check("the site's own page is shown as before", shown == 200, shown)


def main():
    children, folder = [], pathlib.Path(tempfile.mkdtemp(prefix="bowline-security-"))
    OUT.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    try:
        walk(children, folder)
    finally:
        for child in children:
            child.kill()
        shutil.rmtree(folder, ignore_errors=True)
    took = time.monotonic() - begun
    print(f"connect-security-req-tester: {passed} checks passed, {failed} failed, in {took:.0f} s")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
