"""Asks about a token of the demo and revokes it, with unchanged clients of others: the curl
line that the demo prints, as printed, then Authlib at /introspect and /revoke.

Usage: inquire_demo.py MUSTER, the path of the binary.
"""

import json
import re
import subprocess
import sys

from importlib.metadata import version
from urllib.parse import unquote

from authlib.integrations.requests_client import OAuth2Session


def first_curl_line(stream):
    """The first request that the demo prints, its continued lines together."""
    lines = []
    for line in stream:
        if line.startswith("  curl ") or lines:
            lines.append(line)
            if not line.rstrip().endswith("\\"):
                return "".join(lines)
    sys.exit("the demo printed no request")


def main(muster):
    demo = subprocess.Popen([muster, "demo"], stdout=subprocess.PIPE, text=True)
    try:
        line = first_curl_line(demo.stdout)
        told = json.loads(subprocess.check_output(["sh", "-c", line]))
        assert told["user_uid"] == "alice@example.org", told
        curl = subprocess.check_output(["curl", "--version"], text=True).split()[1]
        print(f"curl {curl}\tthe listing, by the line that the demo prints")
        admin, secret = re.search(r"-u '([^:]+):([^']+)'", line).groups()
        token = re.search(r"access_token=(\S+)", line).group(1)
        base = re.search(r"(http://\S+)/token", line).group(1)
        session = OAuth2Session(unquote(admin), secret)
        answer = session.introspect_token(f"{base}/introspect", token=token)
        answer.raise_for_status()
        assert answer.json()["active"] is True, answer.json()
        assert answer.json()["client_id"] == "portal", answer.json()
        session.revoke_token(f"{base}/revoke", token=token).raise_for_status()
        answer = session.introspect_token(f"{base}/introspect", token=token)
        assert answer.json() == {"active": False}, answer.json()
        print(f"Authlib {version('authlib')}\tthe demo's token introspected, revoked, introspected")
    finally:
        demo.terminate()
        demo.wait()


main(sys.argv[1])
