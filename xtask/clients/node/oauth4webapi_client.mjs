// oauth4webapi: client credentials, the device flow by hand, DPoP, and the resource
// server's side: access tokens (RFC 9068) and proofs verified by its own validator.
//
// Usage: oauth4webapi_client.mjs WORLD.json

import * as oauth from "oauth4webapi";

import {
  ES256, PEOPLE, approve, assert, issuer, key, refused, sleep, teller, world,
} from "./world.mjs";

const did = teller("oauth4webapi");
// The service is met over plain HTTP on loopback.
const plain = { [oauth.allowInsecureRequests]: true };
const robot = { client_id: world.clients.robot.id };
const robotProof = oauth.ClientSecretBasic(world.clients.robot.secret);

async function discovery(algorithm) {
  const response = await oauth.discoveryRequest(issuer, { algorithm, ...plain });
  return oauth.processDiscoveryResponse(issuer, response);
}

async function clientCredentials(server) {
  for (const [name, proof] of [
    ["client_secret_basic", robotProof],
    ["client_secret_post", oauth.ClientSecretPost(world.clients.robot.secret)],
  ]) {
    const response = await oauth.clientCredentialsGrantRequest(
      server, robot, proof, { scope: "read" }, plain);
    await oauth.processClientCredentialsResponse(server, robot, response);
    did(`client credentials, ${name}`);
  }
  const signer = { client_id: "es256" };
  const proof = oauth.PrivateKeyJwt({ key: await key("es256", ES256), kid: "es256" });
  const response = await oauth.clientCredentialsGrantRequest(server, signer, proof, {}, plain);
  await oauth.processClientCredentialsResponse(server, signer, response);
  did("client credentials, private_key_jwt with ES256");
}

async function introspection(server) {
  const issued = await oauth.processClientCredentialsResponse(server, robot,
    await oauth.clientCredentialsGrantRequest(server, robot, robotProof, {}, plain));
  const token = issued.access_token;
  const ask = async (options) => {
    const response = await oauth.introspectionRequest(
      server, robot, robotProof, token, { ...plain, ...options });
    return [response, await oauth.processIntrospectionResponse(server, robot, response)];
  };
  const [response, signed] = await ask({ requestJwtResponse: true });
  await oauth.validateApplicationLevelSignature(server, response, plain);
  assert.ok(signed.active);
  did("introspection as a signed JWT (RFC 9701), its signature verified");
  const revoked = await oauth.revocationRequest(server, robot, robotProof, token, plain);
  await oauth.processRevocationResponse(revoked);
  const [, told] = await ask();
  assert.deepEqual(told, { active: false });
  did("introspection, revocation, introspection");
}

async function device(server) {
  const tv = { client_id: "tv" };
  const none = oauth.None();
  const started = await oauth.deviceAuthorizationRequest(
    server, tv, none, { scope: PEOPLE }, plain);
  const codes = await oauth.processDeviceAuthorizationResponse(server, tv, started);
  const ask = async () => oauth.processDeviceCodeResponse(server, tv,
    await oauth.deviceCodeGrantRequest(server, tv, none, codes.device_code, plain));
  await refused("authorization_pending", ask());
  await refused("slow_down", ask());
  approve(codes.user_code);
  // Who was told to slow down waits five seconds more (RFC 8628 3.5).
  await sleep((codes.interval + 5) * 1000);
  const tokens = await ask();
  assert.equal(oauth.getValidatedIdTokenClaims(tokens).sub, world.person);
  did("device flow: pending, slow_down, tokens");
  const response = await oauth.refreshTokenGrantRequest(
    server, tv, none, tokens.refresh_token, plain);
  const renewed = await oauth.processRefreshTokenResponse(server, tv, response);
  assert.notEqual(renewed.refresh_token, tokens.refresh_token);
  did("refresh with rotation");
}

/** The request that a resource server would get, as the library sends it. */
async function requestWith(token, DPoP) {
  let sent;
  const customFetch = async (url, options) => {
    sent = new Request(url, { method: options.method, headers: options.headers });
    return new Response();
  };
  const at = new URL("https://storage.example.org/data");
  const options = { DPoP, [oauth.customFetch]: customFetch };
  await oauth.protectedResourceRequest(token, "GET", at, new Headers(), null, options);
  return sent;
}

async function resourceServer(server) {
  const bound = { client_id: "bound" };
  const secret = oauth.ClientSecretBasic(world.clients.bound.secret);
  const DPoP = oauth.DPoP(bound, await oauth.generateKeyPair("ES256"));
  const response = await oauth.clientCredentialsGrantRequest(
    server, bound, secret, { scope: "read", resource: world.gateway }, { DPoP, ...plain });
  const { access_token: token, token_type: type } =
    await oauth.processClientCredentialsResponse(server, bound, response);
  assert.equal(type, "dpop");
  did("client credentials with DPoP");
  const request = await requestWith(token, DPoP);
  const claims = await oauth.validateJwtAccessToken(server, request, world.gateway, plain);
  assert.equal(claims.cnf.jkt, await DPoP.calculateThumbprint());
  assert.equal(claims.client_id, "bound");
  did("rfc9068: an access token and its DPoP proof verified as a resource server");
}

assert.equal((await discovery("oidc")).issuer, world.issuer);
const server = await discovery("oauth2");
did("discovery, OpenID Connect and RFC 8414");
await clientCredentials(server);
await introspection(server);
await device(server);
await resourceServer(server);
