"""Verifies access tokens by /certs with every algorithm that Muster signs with, by PyJWT and
joserfc, while the keeper rotates from one to the next.

Usage: verify_algorithms.py MUSTER, the path of the binary. It starts services of its own,
since one that runs hears of a rotation within a minute.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time

from importlib.metadata import version

import jwt
import requests

from joserfc import jwk
from joserfc import jwt as joserfc_jwt

MUSTER = os.path.abspath(sys.argv[1])


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def settings(folder, port):
    return os.environ | {
        "MUSTER__HTTP__LISTEN": f"127.0.0.1:{port}",
        "MUSTER__MANAGEMENT__LISTEN": "127.0.0.1:0",
        "MUSTER__ISSUER__URL": f"http://localhost:{port}/oauth2",
        "MUSTER__DATABASE__URL": f"sqlite:{folder}/muster.db",
        "MUSTER__TELEMETRY__LEVEL": "warn",
    }


def keeper(environment, *words):
    command = [MUSTER, "--config", "/dev/null", "--json", *words]
    return json.loads(subprocess.check_output(command, env=environment))


@contextlib.contextmanager
def serving(environment, certs):
    """The service while it is wanted."""
    command = [MUSTER, "--config", "/dev/null", "serve"]
    service = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with contextlib.suppress(requests.ConnectionError):
                requests.get(certs, timeout=10)
                break
            time.sleep(0.1)
        yield
    finally:
        service.kill()
        service.wait()


def issued(issuer, robot):
    form = {"grant_type": "client_credentials"}
    auth = (robot["id"], robot["secret"])
    answer = requests.post(f"{issuer}/token", data=form, auth=auth, timeout=10)
    answer.raise_for_status()
    return answer.json()["access_token"]


def verify(issuer, text, algorithm):
    certs = f"{issuer}/certs"
    assert jwt.get_unverified_header(text)["alg"] == algorithm, algorithm
    key = jwt.PyJWKClient(certs).get_signing_key_from_jwt(text)
    jwt.decode(text, key, algorithms=[algorithm], issuer=issuer, audience=issuer)
    keys = jwk.KeySet.import_key_set(requests.get(certs, timeout=10).json())
    token = joserfc_jwt.decode(text, keys, algorithms=[algorithm])
    assert token.claims["iss"] == issuer, token.claims


def main(folder):
    port = free_port()
    environment = settings(folder, port)
    issuer = environment["MUSTER__ISSUER__URL"]
    with serving(environment, f"{issuer}/certs"):
        robot = keeper(environment, "client", "add", "robot", "--grant", "client_credentials")
    tokens = []
    for algorithm in ["ES256", "RS256", "PS256", "EdDSA"]:
        keeper(environment, "keys", "rotate", "--algorithm", algorithm)
        with serving(environment, f"{issuer}/certs"):
            tokens.append((issued(issuer, robot), algorithm))
            # What was signed before the rotation verifies still.
            for text, signed_with in tokens:
                verify(issuer, text, signed_with)
    for package in ["PyJWT", "joserfc"]:
        deed = "tokens signed with ES256, RS256, PS256, EdDSA, over the rotations between"
        print(f"{package} {version(package)}\t{deed}")


with tempfile.TemporaryDirectory() as temporary:
    main(temporary)
