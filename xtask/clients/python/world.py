"""What the run tells a program (world.json), the keeper's commands, and how a deed is said."""

import json
import subprocess
import sys

from importlib.metadata import version

WORLD = json.load(open(sys.argv[1], encoding="utf-8"))
ISSUER = WORLD["issuer"]
TOKEN = f"{ISSUER}/token"
INTROSPECT = f"{ISSUER}/introspect"
REVOKE = f"{ISSUER}/revoke"
DEVICE = f"{ISSUER}/device_authorization"

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"


def client(name):
    """The id and the secret of a client."""
    return WORLD["clients"][name]["id"], WORLD["clients"][name]["secret"]


def key(name):
    """A private key, as PEM."""
    return open(WORLD["keys"][name], encoding="ascii").read()


def keeper(*words):
    """A command of the keeper."""
    subprocess.run([*WORLD["keeper"], *words], check=True, stdout=subprocess.DEVNULL)


def approve(user_code):
    """The person agrees to a device; the keeper enters it."""
    keeper("device", "approve", user_code, "--user", WORLD["person"])


def teller(package):
    """Says deeds of a library."""
    name = f"{package} {version(package)}"
    return lambda deed: print(f"{name}\t{deed}", flush=True)


def refused(error, wanted, ask):
    """Asks, and insists on being refused by this error code."""
    try:
        answer = ask()
    except error as refusal:
        assert wanted in (refusal.error, str(refusal)), (wanted, refusal)
    else:
        raise AssertionError(f"{wanted} was expected: {answer}")
