"""OAuth 1.0a as Bowline signs it, held against the library oauthlib.

Makes requests with hostile encodings, repeated parameters, ports and IPv6 hosts, has `bowline debug oauth1` sign them,
and checks each in three ways: the base string is the one that oauthlib makes of the same request; the signature
verifies in a request as a provider receives it, read from the header alone; and one with a bit changed does not. What
is known to differ stands in `oauth1.toml`, and has to differ just as it says there.
"""

import argparse
import json
import pathlib
import random
import subprocess
import sys
import tomllib
from urllib.parse import quote, quote_plus, urlsplit

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from oauthlib.oauth1 import RequestValidator
from oauthlib.oauth1.rfc5849 import signature
from oauthlib.oauth1.rfc5849.endpoints.base import BaseEndpoint

FORM = "application/x-www-form-urlencoded"
HMAC = {"HMAC-SHA1": signature.verify_hmac_sha1, "HMAC-SHA256": signature.verify_hmac_sha256}
RSA = {"RSA-SHA1": signature.verify_rsa_sha1, "RSA-SHA256": signature.verify_rsa_sha256}
# Text that looks different in every encoding; the last are no UTF-8 on their own and are only ever written escaped.
PIECES = list("abcXYZ019-._~ +&=%?#/\\\"'<>[]{}|^`@:;,!$()*\t\n\r\0") + ["ü", "ß", "日", "😀", "%41", "%2525", "+"]
# What may stand unescaped in a path (RFC 3986, `pchar` and `/`), and in a query that oauthlib reads.
IN_PATH = "abcXYZ019-._~!$&'()*+,;=:@/"
IN_QUERY = "abcXYZ019-._~!$'()*,;:@/?"


def keys():
    """A private key in both forms, and its public half."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    forms = PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL
    private = [key.private_bytes(Encoding.PEM, form, NoEncryption()).decode() for form in forms]
    return private, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


class Maker:
    """Makes requests. The same seed makes the same ones, but for the keys."""

    def __init__(self, seed, private):
        self.dice = random.Random(seed)
        self.private = private

    def text(self, longest=6):
        return "".join(self.dice.choice(PIECES) for _ in range(self.dice.randint(0, longest)))

    def escaped(self, text):
        """One of the ways in which programs write a text into a query."""
        every = "".join(f"%{byte:02x}" for byte in text.encode())
        raw = self.dice.choice(["%ff", "%E2%82", "%c3%28", "%00"])
        ways = [quote_plus(text), quote(text, safe=""), quote(text, safe=IN_QUERY), every, every.upper(), raw]
        return self.dice.choice(ways)

    def form(self):
        pairs = []
        for _ in range(self.dice.randint(0, 6)):
            name = self.escaped(self.text())
            # oauthlib decodes what begins so twice: `oauth1.toml`.
            if name.lower().replace("%6f", "o").startswith("oauth"):
                continue
            pairs.append(self.dice.choice([name, f"{name}=", f"{name}={self.escaped(self.text())}", ""]))
        pairs += [self.dice.choice(pairs)] if pairs and self.dice.random() < 0.4 else []
        return "&".join(pairs)

    def host(self):
        def word():
            return format(self.dice.choice([0, 0, 1, 0xDB8, self.dice.getrandbits(16)]), self.dice.choice(["x", "X", "04x"]))

        long = ":".join(["2001"] + [word() for _ in range(7)])
        names = ["Jira.Example.COM", "a", "localhost", "xn--bcher-kva.example", "under_score.example.", "192.0.2.7"]
        return self.dice.choice(names + [f"[{long}]", "[::1]", "[2001:DB8::A]", "[fe80::1:0:0:1]", "[::]"])

    def path(self):
        if self.dice.random() < 0.1:
            return ""
        pieces = [c for c in IN_PATH] + ["%2F", "%2f", "%c3%bc", "%C3%BC", "%25", "%20", "%00", "..", "."]
        path = "/" + "".join(self.dice.choice(pieces) for _ in range(self.dice.randint(0, 12)))
        # An empty parameter at the end is lost by oauthlib: `oauth1.toml`.
        return path.rstrip(";")

    def url(self):
        port = self.dice.choice(["", "", ":80", ":443", ":8080", ":65535", f":{self.dice.randint(1, 65535)}"])
        query = self.form()
        query = self.dice.choice(["", "?"]) if not query else f"?{query}"
        fragment = self.dice.choice(["", "", "", "#part?x=1"])
        scheme = self.dice.choice(["http", "https", "HTTP", "hTTps"])
        return f"{scheme}://{self.host()}{port}{self.path()}{query}{fragment}"

    def request(self):
        kind, body = self.dice.choice(
            [
                (None, None),
                (FORM, self.form()),
                (f"{FORM}; charset=UTF-8", self.form()),
                ("application/json", json.dumps({"a=b&c": self.text()})),
                ("multipart/form-data; boundary=x", "--x\r\n\r\na=b\r\n--x--"),
            ]
        )
        method = self.dice.choice(list(HMAC) + list(RSA))
        optional = lambda value: self.dice.choice([value, value, None])
        token = optional(self.text(12))
        return {
            "method": self.dice.choice(["GET", "POST", "put", "Delete", "PATCH", "PROPFIND", "X-A~1", "M!#$%&'*+"]),
            "url": self.url(),
            "content_type": kind,
            "body": body,
            "consumer_key": self.text(12),
            "consumer_secret": optional(self.text(12)),
            "token": token,
            "token_secret": optional(self.text(12)) if token else None,
            "signature_method": method,
            "timestamp": str(self.dice.randint(1, 4102444800)),
            "nonce": self.text(20),
            "include_version": self.dice.random() < 0.5,
            "realm": optional("".join(c for c in self.text(8) if " " <= c <= "~")),
            "private_key_pem": self.dice.choice(self.private) if method in RSA else None,
        }


def is_form(request):
    return (request["content_type"] or "").startswith(FORM)


def base_string(request):
    """What oauthlib makes of the request as it was described."""
    body = request["body"] if is_form(request) else None
    parameters = signature.collect_parameters(urlsplit(request["url"]).query, body=body)
    names = {"consumer_key": "consumer_key", "nonce": "nonce", "timestamp": "timestamp"}
    parameters += [(f"oauth_{name}", request[field]) for name, field in names.items()]
    parameters.append(("oauth_signature_method", request["signature_method"]))
    parameters += [("oauth_token", request["token"])] if request["token"] else []
    parameters += [("oauth_version", "1.0")] if request["include_version"] else []
    address = signature.base_string_uri(request["url"])
    return signature.signature_base_string(request["method"], address, signature.normalize_parameters(parameters))


def accepts(request, authorization, public):
    """Whether a provider that has only the request and its header accepts it."""
    headers = {"Authorization": authorization}
    if request["content_type"]:
        headers["Content-Type"] = request["content_type"]
    received = BaseEndpoint(RequestValidator())._create_request(
        request["url"], request["method"], request["body"] or "", headers
    )
    received.params = list(received.params)
    verify = HMAC.get(request["signature_method"])
    if verify:
        return verify(received, request["consumer_secret"], request["token_secret"])
    return RSA[request["signature_method"]](received, public)


def changed(authorization, dice):
    """The same header with one character of its signature changed."""
    before, rest = authorization.split('oauth_signature="')
    # Not the last one: some of its bits mean nothing.
    place = dice.randrange(max(1, len(rest.split("%")[0].split('"')[0]) - 1))
    letter = next(c for c in "AB" if c != rest[place])
    return f'{before}oauth_signature="{rest[:place]}{letter}{rest[place + 1:]}'


def signed(bowline, requests):
    """What `bowline debug oauth1` answers to each."""
    lines = "".join(json.dumps(request) + "\n" for request in requests)
    done = subprocess.run([bowline, "debug", "oauth1"], input=lines, capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(requests), f"{len(answers)} answers to {len(requests)} requests"
    return answers


def judged(request, answer, public, dice):
    """What is wrong with an answer; nothing if it is right."""
    if "error" in answer:
        return f"refused: {answer['error']}"
    if (theirs := base_string(request)) != answer["base_string"]:
        return f"base string\n  ours   {answer['base_string']}\n  theirs {theirs}"
    if not accepts(request, answer["authorization"], public):
        return f"not accepted: {answer['authorization']}"
    if accepts(request, changed(answer["authorization"], dice), public):
        return "a changed signature is accepted as well"
    return None


def differences(bowline, private, public):
    """What is wrong with the list of what is known to differ."""
    listed = tomllib.loads((pathlib.Path(__file__).parent / "oauth1.toml").read_text())["difference"]
    maker = Maker(0, private)
    plain = maker.request() | {
        "method": "GET", "content_type": None, "body": None, "signature_method": "HMAC-SHA1", "private_key_pem": None
    }
    wrong = []
    for one, answer in zip(listed, signed(bowline, [plain | {"url": one["url"]} for one in listed])):
        try:
            theirs = base_string(plain | {"url": one["url"]})
        except ValueError:
            theirs = "refused"
        ours = answer.get("base_string", "refused")
        for who, said in ("ours", ours), ("theirs", theirs):
            if (one[who] == "refused") != (said == "refused") or (said != "refused" and one[who] not in said):
                wrong.append(f"{one['name']}: {who} is {said}, not {one[who]}")
        if ours == theirs:
            wrong.append(f"{one['name']}: no difference any more")
    return len(listed), wrong


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--bowline", required=True)
    arguments.add_argument("--count", type=int, default=2000)
    arguments.add_argument("--seed", type=int, default=1)
    asked = arguments.parse_args()
    private, public = keys()
    maker = Maker(asked.seed, private)
    requests = [maker.request() for _ in range(asked.count)]
    wrong = []
    for number, (request, answer) in enumerate(zip(requests, signed(asked.bowline, requests))):
        if reason := judged(request, answer, public, maker.dice):
            shown = {name: value for name, value in request.items() if name != "private_key_pem"}
            wrong.append(f"request {number}: {json.dumps(shown)}\n  {reason}")
    listed, stale = differences(asked.bowline, private, public)
    for line in wrong[:20] + stale:
        print(line, file=sys.stderr)
    if wrong or stale:
        sys.exit(f"{len(wrong)} of {asked.count} requests from seed {asked.seed} differ; {len(stale)} of the list is wrong")
    kinds = ", ".join(f"{sum(r['signature_method'] == m for r in requests)} {m}" for m in list(HMAC) + list(RSA))
    print(f"{asked.count} requests from seed {asked.seed} agree with oauthlib ({kinds}); {listed} known differences are as listed")


main()
