"""Verifies the token profiles by libraries that are not ours: rfc9068 and wlcg by PyJWT and
joserfc, scitokens by SciTokens' own library; an opaque token by introspection alone.

Usage: verify_profiles.py WORLD.json
"""

import jwt
import requests
import scitokens

from joserfc import jwk
from joserfc import jwt as joserfc_jwt

from world import INTROSPECT, ISSUER, TOKEN, client, teller


def issued(name, **form):
    form["grant_type"] = "client_credentials"
    answer = requests.post(TOKEN, data=form, auth=client(name), timeout=10)
    answer.raise_for_status()
    return answer.json()["access_token"]


def by_pyjwt(name, audience, required):
    """The signature by a key of /certs, the type, the issuer, the audience, the claims."""
    text = issued(name)
    assert jwt.get_unverified_header(text)["typ"] == "at+jwt"
    keys = jwt.PyJWKClient(f"{ISSUER}/certs")
    claims = jwt.decode(
        text, keys.get_signing_key_from_jwt(text), algorithms=["ES256"], issuer=ISSUER,
        audience=audience, options={"require": required},
    )
    assert claims["sub"] == claims["client_id"] == client(name)[0], claims
    return text, claims


def by_joserfc(text):
    keys = jwk.KeySet.import_key_set(requests.get(f"{ISSUER}/certs", timeout=10).json())
    token = joserfc_jwt.decode(text, keys, algorithms=["ES256"])
    registry = joserfc_jwt.JWTClaimsRegistry(iss={"essential": True, "value": ISSUER})
    registry.validate(token.claims)


def rfc9068():
    required = ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"]
    text, _ = by_pyjwt("robot", ISSUER, required)
    teller("PyJWT")("rfc9068: an access token verified by /certs")
    by_joserfc(text)
    teller("joserfc")("rfc9068: an access token verified by /certs")


def wlcg():
    """WLCG Common JWT Profiles 1.0: what it requires of an access token."""
    required = ["sub", "exp", "iss", "wlcg.ver", "aud", "iat", "nbf", "jti", "scope"]
    text, claims = by_pyjwt("wlcg", "https://wlcg.cern.ch/jwt/v1/any", required)
    assert claims["wlcg.ver"] == "1.0", claims
    assert set(claims["scope"].split()) == {"storage.read:/data", "compute.read"}, claims
    teller("PyJWT")("wlcg: an access token verified by /certs")
    by_joserfc(text)
    # SciTokens' library enforces this profile as well; its word for everybody must be named.
    token = scitokens.SciToken.deserialize(text, insecure=True)
    everybody = "https://wlcg.cern.ch/jwt/v1/any"
    enforcer = scitokens.Enforcer(ISSUER, audience=["https://storage.example.org", everybody])
    # It refuses claims that it does not know, except in a SciToken 2.0.
    enforcer.add_validator("client_id", lambda value: value == "wlcg")
    enforcer.add_validator("wlcg.ver", lambda value: value == "1.0")
    assert enforcer.test(token, "storage.read", "/data/file"), enforcer.last_failure
    assert not enforcer.test(token, "storage.modify", "/data/file")
    teller("scitokens")("wlcg: storage.read enforced by path")


def scitoken():
    # Keys are fetched over plain HTTP, from loopback.
    token = scitokens.SciToken.deserialize(issued("scitokens"), insecure=True)
    assert token["ver"] == "scitoken:2.0", dict(token.claims())
    enforcer = scitokens.Enforcer(ISSUER, audience="https://storage.example.org")
    assert enforcer.test(token, "read", "/data/file"), enforcer.last_failure
    assert enforcer.test(token, "write", "/data/own/file"), enforcer.last_failure
    assert not enforcer.test(token, "write", "/data/file")
    assert not enforcer.test(token, "read", "/secret")
    teller("scitokens")("scitokens: paths of read and write enforced")


def opaque():
    text = issued("opaque")
    try:
        jwt.get_unverified_header(text)
    except jwt.DecodeError:
        pass
    else:
        raise AssertionError("an opaque token passes for a JWT")
    told = requests.post(INTROSPECT, data={"token": text}, auth=client("opaque"), timeout=10).json()
    assert told["active"] is True and told["iss"] == ISSUER, told
    teller("PyJWT")("opaque: no JWT, and good by introspection")


rfc9068()
wlcg()
scitoken()
opaque()
