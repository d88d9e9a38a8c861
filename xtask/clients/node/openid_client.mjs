// openid-client: discovery, every grant without a browser, introspection plain and signed,
// revocation, private_key_jwt, DPoP.
//
// Usage: openid_client.mjs WORLD.json

import * as client from "openid-client";
import { SignJWT } from "jose";

import {
  ACCESS_TOKEN, ES256, JWT_BEARER, PEOPLE, RS256, TOKEN_EXCHANGE, approve, assert, issuer, key,
  refused, teller, world,
} from "./world.mjs";

const did = teller("openid-client");

/** Discovery, each time; the service is met over plain HTTP on loopback. */
async function discovered(name, authentication, metadata, algorithm = "oidc") {
  const { id, secret } = world.clients[name];
  const proof = authentication?.(secret) ?? client.ClientSecretBasic(secret);
  const options = { execute: [client.allowInsecureRequests], algorithm };
  return client.discovery(issuer, id, metadata, proof, options);
}

async function clientCredentials() {
  for (const algorithm of ["oidc", "oauth2"]) {
    const { token_endpoint: endpoint } =
      (await discovered("robot", undefined, undefined, algorithm)).serverMetadata();
    assert.equal(endpoint, `${world.issuer}/token`);
    did(`discovery, ${algorithm === "oidc" ? "OpenID Connect" : "RFC 8414"}`);
  }
  for (const [name, method] of [
    ["client_secret_basic", client.ClientSecretBasic],
    ["client_secret_post", client.ClientSecretPost],
  ]) {
    const robot = await discovered("robot", method);
    const token = await client.clientCredentialsGrant(robot, { scope: "read" });
    assert.equal(token.scope, "read");
    did(`client credentials, ${name}`);
  }
  for (const [name, algorithm] of [["es256", ES256], ["rs256", RS256]]) {
    const signing = await key(name, algorithm);
    const signer = await discovered(name, () => client.PrivateKeyJwt(signing));
    await client.clientCredentialsGrant(signer);
    did(`client credentials, private_key_jwt with ${name.toUpperCase()}`);
  }
}

async function introspection() {
  const robot = await discovered("robot");
  const { access_token: token } = await client.clientCredentialsGrant(robot);
  const told = await client.tokenIntrospection(robot, token);
  assert.ok(told.active);
  assert.equal(told.client_id, world.clients.robot.id);
  const signed = await discovered("robot", undefined, {
    introspection_signed_response_alg: "ES256",
  });
  client.enableNonRepudiationChecks(signed);
  assert.ok((await client.tokenIntrospection(signed, token)).active);
  did("introspection as a signed JWT (RFC 9701), its signature verified");
  await client.tokenRevocation(robot, token);
  assert.deepEqual(await client.tokenIntrospection(robot, token), { active: false });
  did("introspection, revocation, introspection");
}

/** The device flow as the library does it: it polls, is told to wait, polls again. */
async function device(config, parameters = {}, options = undefined) {
  const asked = { scope: PEOPLE, resource: world.gateway, ...parameters };
  const codes = await client.initiateDeviceAuthorization(config, asked);
  setTimeout(() => approve(codes.user_code), 1500);
  return client.pollDeviceAuthorizationGrant(config, codes, undefined, options);
}

async function ofAPerson() {
  const console = await discovered("console");
  client.enableNonRepudiationChecks(console);
  const first = await device(console);
  assert.equal(first.claims().sub, world.person);
  did("device flow with polling, its ID token verified");
  const gateway = await discovered("gateway");
  const exchanged = await client.genericGrantRequest(gateway, TOKEN_EXCHANGE, {
    subject_token: first.access_token, subject_token_type: ACCESS_TOKEN, scope: "read",
  });
  assert.equal(exchanged.issued_token_type, ACCESS_TOKEN);
  assert.equal(exchanged.scope, "read");
  const told = await client.tokenIntrospection(gateway, exchanged.access_token);
  assert.equal(told.sub, world.person);
  did("token exchange: impersonation with a narrower scope");
  const second = await client.refreshTokenGrant(console, first.refresh_token);
  assert.notEqual(second.refresh_token, first.refresh_token);
  did("refresh with rotation");
  await refused("invalid_grant", client.refreshTokenGrant(console, first.refresh_token));
  await refused("invalid_grant", client.refreshTokenGrant(console, second.refresh_token));
  const after = await client.tokenIntrospection(gateway, exchanged.access_token);
  assert.deepEqual(after, { active: false });
  did("a refresh token shown twice ends its family, what was exchanged too");
}

async function assertion() {
  const signed = await new SignJWT({ jti: client.randomState() })
    .setProtectedHeader({ alg: "RS256", kid: "rs256" })
    .setIssuer(world.trusted).setAudience(world.issuer).setSubject(world.person)
    .setIssuedAt().setExpirationTime("1m")
    .sign(await key("rs256", RS256));
  const herald = await discovered("herald");
  await client.genericGrantRequest(herald, JWT_BEARER, { assertion: signed });
  did("JWT bearer");
}

/** A key that the library makes: every token of the client is bound to it. */
async function dpop() {
  const bound = await discovered("bound");
  const handle = client.getDPoPHandle(bound, await client.randomDPoPKeyPair("ES256"));
  const token = await client.clientCredentialsGrant(bound, {}, { DPoP: handle });
  assert.equal(token.token_type, "dpop");
  const told = await client.tokenIntrospection(bound, token.access_token);
  assert.equal(told.cnf.jkt, await handle.calculateThumbprint());
  await refused("invalid_dpop_proof", client.clientCredentialsGrant(bound));
  did("client credentials with DPoP");
  const tv = await discovered("tv", () => client.None());
  const own = client.getDPoPHandle(tv, await client.randomDPoPKeyPair("EdDSA"));
  const first = await device(tv, {}, { DPoP: own });
  assert.equal(first.token_type, "dpop");
  const thief = client.getDPoPHandle(tv, await client.randomDPoPKeyPair());
  const stolen = client.refreshTokenGrant(tv, first.refresh_token, {}, { DPoP: thief });
  await refused("invalid_dpop_proof", stolen);
  const second = await client.refreshTokenGrant(tv, first.refresh_token, {}, { DPoP: own });
  assert.equal(second.token_type, "dpop");
  did("device flow and refresh with DPoP, another key refused");
}

await clientCredentials();
await introspection();
await ofAPerson();
await assertion();
await dpop();
