"""Verifies the JWTs that `muster demo` shows with PyJWT, a library that is not ours.

Usage: verify_demo.py MUSTER, the path of the binary. Exit code 1 if a token does not verify.
"""

import json
import socket
import subprocess
import sys

from importlib.metadata import version

import jwt


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def listings(stream, count):
    """The first listings that the demo tells: JSON values, on one line or on several."""
    text = ""
    while count:
        line = stream.readline()
        if not line:
            sys.exit(f"the demo ended with: {text}")
        text += line
        try:
            told = json.loads(text)
        except ValueError:
            continue
        text, count = "", count - 1
        yield told["listing"]


def access_tokens(listing):
    for client in listing["clients"]:
        for transaction in client["transactions"]:
            for element in transaction["tokens"]:
                token = element.get("access_token")
                if token and (token["token"] or "").startswith("ey"):
                    yield client["client_id"], token


def verify(client, token, keys, issuer):
    """The signature, the issuer, the type, the identifier, and the time."""
    text = token["token"]
    header = jwt.get_unverified_header(text)
    assert header["typ"] == "at+jwt", header
    key = keys.get_signing_key_from_jwt(text)
    expired = False
    options = {"verify_aud": False, "require": ["iss", "sub", "aud", "exp", "iat", "jti", "client_id"]}
    arguments = {"algorithms": ["ES256"], "issuer": issuer}
    try:
        claims = jwt.decode(text, key, options=options, **arguments)
    except jwt.ExpiredSignatureError:
        expired = True
        claims = jwt.decode(text, key, options={**options, "verify_exp": False}, **arguments)
    assert claims["jti"] == token["jti"], (claims["jti"], token["jti"])
    assert claims["client_id"] == client, claims
    # What has expired is not valid; what has not may have been revoked.
    assert not (expired and token["is_valid"]), token
    print(f"verified  {client:<14} {'expired' if expired else 'good':<8} {claims['jti']}")


def main(muster):
    port = free_port()
    demo = subprocess.Popen(
        [muster, "--json", "demo", "--port", str(port)], stdout=subprocess.PIPE, text=True
    )
    try:
        everything = list(listings(demo.stdout, 2))[1]
        keys = jwt.PyJWKClient(f"http://127.0.0.1:{port}/oauth2/certs")
        tokens = list(access_tokens(everything))
        assert {client for client, _ in tokens} >= {"notebook", "data-mover"}, tokens
        for client, token in tokens:
            verify(client, token, keys, f"http://localhost:{port}/oauth2")
        print(f"PyJWT {version('PyJWT')}\tevery JWT that the demo shows")
    finally:
        demo.terminate()
        demo.wait()


main(sys.argv[1])
