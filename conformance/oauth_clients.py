"""Two published client libraries complete their OAuth flows against the simulated providers.

`requests-oauthlib` and `Authlib` sign people in, exchange, call, renew and fail, as their authors meant them to, at a
simulated Atlassian (OAuth 2.0 with rotating tokens, service accounts) and a simulated Jira Data Center (OAuth 2.0 with
PKCE, OAuth 1.0a with RSA-SHA1). A person at a browser is played by [`Person`]: pages, forms, redirects, cookies.
"""

import os
import sys
from urllib.parse import parse_qs, urljoin, urlsplit

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # the simulators speak plain HTTP

import requests
from authlib.integrations.requests_client import OAuth1Session as AuthlibOne
from authlib.integrations.requests_client import OAuth2Session as AuthlibTwo
from authlib.integrations.base_client.errors import OAuthError
from bs4 import BeautifulSoup
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from oauthlib.oauth2 import BackendApplicationClient, InvalidGrantError
from requests_oauthlib import OAuth1Session, OAuth2Session
from requests_oauthlib.oauth1_session import TokenRequestDenied

ATLASSIAN = os.environ["ATLASSIAN_URL"]
JIRA = os.environ["JIRA_URL"]
BACK = "http://127.0.0.1:9/authorize/callback"
APP = ("bowline", "secret-bowline")
SERVICE = ("bowline-service", "secret-bowline-service")
CLOUD_SCOPES = ["offline_access", "read:me", "read:jira-user", "read:jira-work", "write:jira-work"]
ISSUE = {"fields": {"project": {"key": "ACME"}, "issuetype": {"name": "Story"}, "summary": "by a foreign client"}}
SERVLET = f"{JIRA}/plugins/servlet/oauth"

passed = failed = 0


def flow(name):
    """Runs a function at once and says how it ended."""

    def run(work):
        global passed, failed
        try:
            work()
            passed += 1
            print(f"  ok      {name}")
        except Exception as error:  # noqa: BLE001: the libraries raise what they like
            failed += 1
            print(f"  FAILED  {name}: {type(error).__name__} {str(error)[:400]}")

    return run


def same(found, wanted):
    assert found == wanted, f"{found!r} is not {wanted!r}"


def refused(kinds, work):
    """What a library raises when the provider says no."""
    try:
        work()
    except kinds as error:
        return error
    raise AssertionError("it was not refused")


class Person:
    """Somebody at a browser: reads pages, fills in forms, and is led away in the end."""

    def __init__(self, **fields):
        self.fields = fields
        self.session = requests.Session()
        self.session.headers["User-Agent"] = "Mozilla/5.0"

    def go(self, address):
        """Where the browser is sent after all pages were answered."""
        answer = self.session.get(address, allow_redirects=False)
        for _ in range(12):
            if answer.is_redirect:
                to = urljoin(answer.url, answer.headers["Location"])
                if to.startswith(BACK):
                    return to
                answer = self.session.get(to, allow_redirects=False)
                continue
            form = BeautifulSoup(answer.text, "html.parser").find("form")
            assert form is not None, f"{answer.status_code} {answer.text[:300]}"
            values = {}
            for field in form.find_all("input"):
                chosen = field.get("type") != "radio" or field.has_attr("checked")
                if chosen and field.get("name"):
                    values[field["name"]] = field.get("value", "")
            for button in form.find_all("button"):
                if button.get("name") and button.get("id") in ("allow", "accept", "approve"):
                    values[button["name"]] = button["value"]
            values.update({name: value for name, value in self.fields.items() if form.find(attrs={"name": name})})
            to = urljoin(answer.url, form["action"])
            answer = self.session.post(to, data=values, allow_redirects=False)
        raise AssertionError("the pages do not end")


def advance(base, period):
    requests.post(f"{base}/_sim/clock", json={"advance": period}, timeout=20).raise_for_status()


def settings(base, change):
    requests.post(f"{base}/_sim/settings", json=change, timeout=20).raise_for_status()


def at_cloud(session, who):
    """Reads and writes through the gateway with a library's session."""
    sites = session.get(f"{ATLASSIAN}/oauth/token/accessible-resources").json()
    same([site["name"] for site in sites], ["acme"])
    gateway = f"{ATLASSIAN}/ex/jira/{sites[0]['id']}/rest/api/3"
    same(session.get(f"{gateway}/myself").json()["emailAddress"], f"{who}@example.com")
    same(session.post(f"{gateway}/issue", json=ISSUE).status_code, 201)
    return gateway


@flow("requests-oauthlib, Atlassian: consent, calls, refresh when a token ends, reuse after the leeway")
def _():
    kept = []
    session = OAuth2Session(
        APP[0],
        redirect_uri=BACK,
        scope=CLOUD_SCOPES,
        pkce="S256",
        auto_refresh_url=f"{ATLASSIAN}/oauth/token",
        auto_refresh_kwargs={"client_id": APP[0], "client_secret": APP[1]},
        token_updater=kept.append,
    )
    address, state = session.authorization_url(f"{ATLASSIAN}/authorize", audience="api.atlassian.com", prompt="consent")
    back = Person(account="ada").go(address)
    same(parse_qs(urlsplit(back).query)["state"], [state])
    first = session.fetch_token(
        f"{ATLASSIAN}/oauth/token", authorization_response=back, client_secret=APP[1], include_client_id=True
    )
    same(first["expires_in"], 3600)
    at_cloud(session, "ada")
    session.token = {**first, "expires_in": "-1", "expires_at": 1.0}
    at_cloud(session, "ada")
    same(len(kept), 1)
    assert kept[0]["refresh_token"] != first["refresh_token"], "the refresh token rotates"
    advance(ATLASSIAN, "11m")
    own = {"client_id": APP[0], "client_secret": APP[1]}
    refused(InvalidGrantError, lambda: session.refresh_token(f"{ATLASSIAN}/oauth/token", first["refresh_token"], **own))
    refused(InvalidGrantError, lambda: session.refresh_token(f"{ATLASSIAN}/oauth/token", kept[0]["refresh_token"], **own))


@flow("Authlib, Atlassian: consent, calls, refresh, ninety idle days")
def _():
    session = AuthlibTwo(
        *APP,
        scope=" ".join(CLOUD_SCOPES),
        redirect_uri=BACK,
        token_endpoint_auth_method="client_secret_post",
        code_challenge_method="S256",
        token_endpoint=f"{ATLASSIAN}/oauth/token",
    )
    verifier = "v" * 64
    address, state = session.create_authorization_url(
        f"{ATLASSIAN}/authorize", audience="api.atlassian.com", prompt="consent", code_verifier=verifier
    )
    settings(ATLASSIAN, {"rules": {"pkce": "checked"}})
    back = Person(account="bob").go(address)
    first = session.fetch_token(authorization_response=back, state=state, code_verifier=verifier)
    settings(ATLASSIAN, {"rules": {"pkce": "ignored"}})
    at_cloud(session, "bob")
    second = session.refresh_token(refresh_token=first["refresh_token"])
    at_cloud(session, "bob")
    advance(ATLASSIAN, "90d")
    error = refused(OAuthError, lambda: session.refresh_token(refresh_token=second["refresh_token"]))
    same(error.error, "invalid_grant")


@flow("requests-oauthlib, Atlassian: a service account")
def _():
    session = OAuth2Session(client=BackendApplicationClient(SERVICE[0]))
    token = session.fetch_token(
        f"{ATLASSIAN}/oauth/token", client_id=SERVICE[0], client_secret=SERVICE[1], include_client_id=True
    )
    assert "refresh_token" not in token
    same(len(session.get(f"{ATLASSIAN}/oauth/token/accessible-resources").json()), 2)


@flow("Authlib, Atlassian: a service account")
def _():
    session = AuthlibTwo(*SERVICE, token_endpoint_auth_method="client_secret_post")
    session.fetch_token(f"{ATLASSIAN}/oauth/token", grant_type="client_credentials")
    same(len(session.get(f"{ATLASSIAN}/oauth/token/accessible-resources").json()), 2)


AUTHORIZE, TOKEN = f"{JIRA}/rest/oauth2/latest/authorize", f"{JIRA}/rest/oauth2/latest/token"


def at_jira(session, who="ada"):
    """Reads and writes at the Data Center with a library's session."""
    same(session.get(f"{JIRA}/rest/api/2/myself").json()["name"], who)
    same(session.post(f"{JIRA}/rest/api/2/issue", json=ISSUE).status_code, 201)


@flow("requests-oauthlib, Data Center: PKCE, calls, rotation without leeway")
def _():
    session = OAuth2Session(APP[0], redirect_uri=BACK, scope=["WRITE"], pkce="S256")
    address, _state = session.authorization_url(AUTHORIZE)
    back = Person(os_username="ada", os_password="ada").go(address)
    first = session.fetch_token(TOKEN, authorization_response=back, client_secret=APP[1], include_client_id=True)
    at_jira(session)
    own = {"client_id": APP[0], "client_secret": APP[1], "redirect_uri": BACK}
    session.refresh_token(TOKEN, first["refresh_token"], **own)
    at_jira(session)
    refused(InvalidGrantError, lambda: session.refresh_token(TOKEN, first["refresh_token"], **own))


@flow("Authlib, Data Center: PKCE, calls, rotation, a service account")
def _():
    session = AuthlibTwo(
        *APP,
        scope="WRITE",
        redirect_uri=BACK,
        token_endpoint_auth_method="client_secret_post",
        code_challenge_method="S256",
    )
    verifier = "w" * 64
    address, state = session.create_authorization_url(AUTHORIZE, code_verifier=verifier)
    back = Person(os_username="ada", os_password="ada").go(address)
    first = session.fetch_token(TOKEN, authorization_response=back, state=state, code_verifier=verifier)
    at_jira(session)
    session.refresh_token(TOKEN, first["refresh_token"], redirect_uri=BACK)
    at_jira(session)
    service = AuthlibTwo(*SERVICE, scope="READ WRITE", token_endpoint_auth_method="client_secret_post")
    service.fetch_token(TOKEN, grant_type="client_credentials")
    at_jira(service, "bob")


key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
settings(JIRA, {"oauth1": {"consumer": {"key": "bowline", "name": "Bowline", "public_key": public}}})


@flow("requests-oauthlib, Data Center: OAuth 1.0a from request token to renewal")
def _():
    session = OAuth1Session("bowline", signature_method="RSA-SHA1", rsa_key=private, callback_uri=BACK)
    session.fetch_request_token(f"{SERVLET}/request-token")
    back = Person(os_username="ada", os_password="ada").go(session.authorization_url(f"{SERVLET}/authorize"))
    session.parse_authorization_response(back)
    token = session.fetch_access_token(f"{SERVLET}/access-token")
    same(token["oauth_expires_in"], "157680000")
    at_jira(session)
    found = session.get(f"{JIRA}/rest/api/2/search", params=[("jql", 'summary ~ "a+b & ü"'), ("fields", "a,b c")])
    same(found.status_code, 200)
    renewal = OAuth1Session(
        "bowline", resource_owner_key=token["oauth_token"], signature_method="RSA-SHA1", rsa_key=private
    )
    handle = {"oauth_session_handle": token["oauth_session_handle"]}
    renewed = dict(parse_qs(renewal.post(f"{SERVLET}/access-token", data=handle).text))
    assert renewed["oauth_token"] != [token["oauth_token"]], renewed
    answer = session.get(f"{JIRA}/rest/api/2/myself")
    same((answer.status_code, "token_rejected" in answer.headers["WWW-Authenticate"]), (401, True))
    wrong = OAuth1Session("stranger", signature_method="RSA-SHA1", rsa_key=private, callback_uri=BACK)
    refused(TokenRequestDenied, lambda: wrong.fetch_request_token(f"{SERVLET}/request-token"))


@flow("Authlib, Data Center: OAuth 1.0a from request token to calls")
def _():
    session = AuthlibOne("bowline", redirect_uri=BACK, signature_method="RSA-SHA1", rsa_key=private)
    session.fetch_request_token(f"{SERVLET}/request-token")
    back = Person(os_username="bob", os_password="bob").go(session.create_authorization_url(f"{SERVLET}/authorize"))
    session.parse_authorization_response(back)
    session.fetch_access_token(f"{SERVLET}/access-token")
    at_jira(session, "bob")


print(f"{passed} OAuth flows of requests-oauthlib and Authlib completed")
sys.exit(1 if failed else 0)
