"""requests-oauthlib as a client: client credentials, the device flow, refresh, revocation.

Usage: requests_oauthlib_client.py WORLD.json
"""

import os
import time

# The service is met over plain HTTP on loopback.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"

import requests

from oauthlib.oauth2 import BackendApplicationClient, DeviceClient, OAuth2Error
from requests_oauthlib import OAuth2Session

from world import DEVICE, REVOKE, TOKEN, approve, client, refused, teller

did = teller("requests-oauthlib")


def credentials():
    name, secret = client("robot")
    robot = OAuth2Session(client=BackendApplicationClient(name, scope=["read"]))
    token = robot.fetch_token(TOKEN, client_id=name, client_secret=secret)
    assert token.scope == "read", token
    did("client credentials, client_secret_basic")
    robot = OAuth2Session(client=BackendApplicationClient(name, scope=["read"]))
    robot.fetch_token(TOKEN, client_secret=secret, include_client_id=True)
    did("client credentials, client_secret_post")
    wide = OAuth2Session(client=BackendApplicationClient(name, scope=["admin"]))
    ask = lambda: wide.fetch_token(TOKEN, client_id=name, client_secret=secret)
    refused(OAuth2Error, "invalid_scope", ask)
    did("invalid_scope understood")


def device():
    """A public client: it has no secret, and names itself in the form."""
    tv = OAuth2Session(client=DeviceClient("tv"))
    # The library has no call for the start of the flow.
    form = {"client_id": "tv", "scope": "openid offline_access read"}
    codes = requests.post(DEVICE, data=form, timeout=10).json()
    ask = lambda: tv.fetch_token(
        TOKEN, device_code=codes["device_code"], include_client_id=True
    )
    refused(OAuth2Error, "authorization_pending", ask)
    approve(codes["user_code"])
    time.sleep(codes["interval"])
    token = ask()
    assert token["refresh_token"], token
    did("device flow of a public client: pending, tokens")
    return tv, token


def refresh(tv, token):
    first = token["refresh_token"]
    again = tv.refresh_token(TOKEN, refresh_token=first, client_id="tv")
    assert again["refresh_token"] != first, again
    did("refresh with rotation")
    url, headers, body = DeviceClient("tv").prepare_token_revocation_request(
        REVOKE, again["refresh_token"], "refresh_token", client_id="tv"
    )
    requests.post(url, data=body, headers=headers, timeout=10).raise_for_status()
    ended = lambda: tv.refresh_token(TOKEN, refresh_token=again["refresh_token"], client_id="tv")
    refused(OAuth2Error, "invalid_grant", ended)
    did("revocation of a refresh token ends refreshing")


credentials()
refresh(*device())
