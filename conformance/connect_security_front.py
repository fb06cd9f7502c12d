"""What stands in front of an app on the internet: a name, a certificate, and a proxy that passes everything on.

The names are of no real domain. Whoever calls them goes through `Tunnel`, which knows where they are and reaches nothing else.
"""

import datetime
import socket
import ssl
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

# Headers of one connection, which a proxy does not pass on (RFC 9110, section 7.6.1).
HOPS = {"connection", "keep-alive", "transfer-encoding", "content-length", "host", "proxy-connection"}


def certificates(folder, names):
    """An authority's certificate, and one of it for these names with its key: the paths."""
    key, own = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    subject = lambda text: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
    begin = datetime.datetime.utcnow() - datetime.timedelta(days=1)

    def made(name, public, extensions):
        builder = x509.CertificateBuilder().subject_name(subject(name)).issuer_name(subject("An authority of this run"))
        builder = builder.public_key(public).serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(begin).not_valid_after(begin + datetime.timedelta(days=30))
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical=critical)
        return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    authority = made("An authority of this run", key.public_key(), [(x509.BasicConstraints(ca=True, path_length=0), True)])
    alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    constraints = x509.BasicConstraints(ca=False, path_length=None)
    leaf = made(names[0], own.public_key(), [(alternatives, False), (constraints, True)])
    unencrypted = serialization.NoEncryption()
    pem = own.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, unencrypted)
    (folder / "authority.pem").write_bytes(authority)
    (folder / "leaf.pem").write_bytes(leaf + pem)
    return folder / "authority.pem", folder / "leaf.pem"


class Handler(BaseHTTPRequestHandler):
    """Answers for the name that was asked for: `apps` maps a name to a function of method, path, headers and body."""

    protocol_version = "HTTP/1.1"
    apps = {}

    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        name = self.headers.get("host", "").split(":")[0]
        status, headers, said = self.apps[name](self.command, self.path, dict(self.headers), body)
        self.send_response_only(status)
        for header, value in headers:
            self.send_header(header, value)
        self.send_header("content-length", str(len(said)))
        # One call each: a connection that is about to close must not be taken for one that is kept.
        self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(said)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


def tls(certificate, apps):
    """Serves the apps encrypted, on a port that is given back."""
    Handler.apps = apps
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate)
    # Whoever probes protocols breaks off many handshakes: each is done by its own thread, and none is told of.
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.handle_error = lambda *_: None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


class Tunnel(threading.Thread):
    """An HTTP proxy that leads to our names and to nowhere else."""

    def __init__(self, names, port):
        super().__init__(daemon=True)
        self.names, self.port = names, port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.start()

    def run(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        asked = b""
        while b"\r\n\r\n" not in asked:
            more = client.recv(4096)
            if not more:
                return client.close()
            asked += more
        words = asked.split(b"\r\n")[0].decode().split(" ")
        if words[0] != "CONNECT" or words[1].rsplit(":", 1)[0] not in self.names:
            client.sendall(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            return client.close()
        server = socket.create_connection(("127.0.0.1", self.port))
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        for one, other in ((client, server), (server, client)):
            threading.Thread(target=pour, args=(one, other), daemon=True).start()


def pour(one, other):
    try:
        while data := one.recv(65536):
            other.sendall(data)
    except OSError:
        pass
    for end in (one, other):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


class Unfollowed(urllib.request.HTTPRedirectHandler):
    """Redirects are the caller's to follow."""

    def redirect_request(self, *_):
        return None


def passed_on(to, replace):
    """An app at another address; `replace` is what its descriptor calls itself, and what it is called outside."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), Unfollowed)

    def app(method, path, headers, body):
        kept = {name: value for name, value in headers.items() if name.lower() not in HOPS}
        request = urllib.request.Request(to + path, data=body if method == "POST" else None, headers=kept, method=method)
        try:
            answer = opener.open(request)
        except urllib.error.HTTPError as refused:
            answer = refused
        said = answer.read()
        if path.endswith("/atlassian-connect.json"):
            said = said.replace(replace[0].encode(), replace[1].encode())
        return answer.status, [pair for pair in answer.getheaders() if pair[0].lower() not in HOPS], said

    return app
