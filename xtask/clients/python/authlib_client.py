"""Authlib as a client: every grant that needs no browser, introspection, revocation.

Usage: authlib_client.py WORLD.json
"""

import os
import time

# The service is met over plain HTTP on loopback.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import JWTBearerGrant, PrivateKeyJWT
from joserfc.jwk import ECKey, RSAKey

from world import (
    ACCESS_TOKEN, DEVICE, DEVICE_CODE, INTROSPECT, ISSUER, JWT_BEARER, REVOKE, TOKEN,
    TOKEN_EXCHANGE, WORLD, approve, client, key, refused, teller,
)

did = teller("Authlib")


def session(name, method="client_secret_basic"):
    return OAuth2Session(*client(name), token_endpoint_auth_method=method)


def is_active(asking, token):
    answer = asking.introspect_token(INTROSPECT, token=token)
    answer.raise_for_status()
    told = answer.json()
    assert told["active"] or told == {"active": False}, told
    return told["active"] and told


def credentials():
    for method in ["client_secret_basic", "client_secret_post"]:
        robot = session("robot", method)
        token = robot.fetch_token(TOKEN, grant_type="client_credentials", scope="read")
        assert token["token_type"] == "Bearer" and token["scope"] == "read", token
        did(f"client credentials, {method}")
    told = is_active(robot, token["access_token"])
    assert told["client_id"] == client("robot")[0] and told["scope"] == "read", told
    robot.revoke_token(REVOKE, token=token["access_token"]).raise_for_status()
    assert not is_active(robot, token["access_token"])
    did("introspection, revocation, introspection")
    wide = lambda: robot.fetch_token(TOKEN, grant_type="client_credentials", scope="admin")
    refused(OAuthError, "invalid_scope", wide)
    liar = OAuth2Session(client("robot")[0], "wrong")
    refused(OAuthError, "invalid_client", lambda: liar.fetch_token(TOKEN, grant_type="client_credentials"))
    did("invalid_scope and invalid_client understood")


def signed():
    # Authlib takes RSA keys as text, others as keys.
    for algorithm, private in [("ES256", ECKey.import_key(key("es256"))), ("RS256", key("rs256"))]:
        # The audience is the issuer, the only one that Muster takes; it may live for five
        # minutes, where Authlib would say an hour.
        claims = {"exp": int(time.time()) + 60}
        method = PrivateKeyJWT(ISSUER, alg=algorithm, claims=claims)
        name = algorithm.lower()
        signer = OAuth2Session(name, private, token_endpoint_auth_method=method)
        token = signer.fetch_token(TOKEN, grant_type="client_credentials")
        assert token["scope"] == "read", token
        did(f"client credentials, private_key_jwt with {algorithm}")


def device():
    """The device flow up to the tokens; impatience is told to slow down."""
    console = session("console")
    # Authlib has no call for the start of the flow, so the request is its session's.
    form = {"scope": "openid offline_access read write", "resource": WORLD["gateway"]}
    answer = console.request("POST", DEVICE, withhold_token=True, data=form, auth=client("console"))
    answer.raise_for_status()
    codes = answer.json()
    ask = lambda: console.fetch_token(
        TOKEN, grant_type=DEVICE_CODE, device_code=codes["device_code"]
    )
    refused(OAuthError, "authorization_pending", ask)
    refused(OAuthError, "slow_down", ask)
    approve(codes["user_code"])
    # Who was told to slow down waits five seconds more (RFC 8628 3.5).
    time.sleep(codes["interval"] + 5)
    token = ask()
    assert token["refresh_token"] and token["id_token"], token
    did("device flow: pending, slow_down, tokens")
    return console, token


def exchange(token):
    gateway = session("gateway")
    got = gateway.fetch_token(
        TOKEN, grant_type=TOKEN_EXCHANGE, subject_token=token["access_token"],
        subject_token_type=ACCESS_TOKEN, scope="read",
    )
    assert got["issued_token_type"] == ACCESS_TOKEN and got["scope"] == "read", got
    told = is_active(gateway, got["access_token"])
    assert told["sub"] == WORLD["person"] and told["client_id"] == "gateway", told
    did("token exchange: impersonation with a narrower scope")
    return gateway, got["access_token"]


def refresh(console, first):
    second = console.refresh_token(TOKEN, refresh_token=first["refresh_token"])
    assert second["refresh_token"] != first["refresh_token"], second
    assert is_active(console, second["access_token"])
    did("refresh with rotation")
    return second


def main():
    credentials()
    signed()
    console, first = device()
    gateway, exchanged = exchange(first)
    second = refresh(console, first)
    again = lambda: console.refresh_token(TOKEN, refresh_token=first["refresh_token"])
    refused(OAuthError, "invalid_grant", again)
    assert not is_active(console, second["access_token"])
    assert not is_active(gateway, exchanged)
    did("a refresh token shown twice ends its family, what was exchanged too")
    assertion = JWTBearerGrant.sign(
        RSAKey.import_key(key("rs256")), issuer=WORLD["trusted"], audience=ISSUER, subject=WORLD["person"],
        header={"alg": "RS256", "kid": "rs256"}, claims={"jti": os.urandom(8).hex()},
    )
    token = session("herald").fetch_token(TOKEN, grant_type=JWT_BEARER, assertion=assertion)
    assert token["access_token"], token
    did("JWT bearer")


main()
