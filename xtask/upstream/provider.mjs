// node-oidc-provider as somebody's provider: people log in by any name, and a POST to
// /keys/rotate or /keys/withdraw changes its keys as providers do.
//
// Arguments: the files of its certificate and of the certificate's key. It writes one line of
// JSON when it serves, and ends with its standard input.

import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import Provider from 'oidc-provider';

const [certificate, key] = process.argv.slice(2).map((file) => readFileSync(file));
const back = 'https://here.example/back';
const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'];

// The keys name no algorithm, as is usual: one RSA key is for RS256 and for PS256.
function newKeys() {
  const pairs = [
    generateKeyPairSync('rsa', { modulusLength: 2048 }),
    generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    generateKeyPairSync('ed25519'),
  ];
  return pairs.map(({ privateKey }) => ({ ...privateKey.export({ format: 'jwk' }), use: 'sig' }));
}

function client(id, method, algorithm) {
  return {
    client_id: id,
    client_secret: method === 'none' ? undefined : 's3cret: with %+ and &=',
    redirect_uris: [back],
    token_endpoint_auth_method: method,
    id_token_signed_response_alg: algorithm,
  };
}

function findAccount(_, id) {
  const claims = {
    sub: id,
    name: `The person ${id}`,
    email: `${id}@idp.example`,
    email_verified: id !== 'mallory',
    eppn: `${id}@home.example`,
    entitlements: ['urn:example:one', 'urn:example:two'],
  };
  return { accountId: id, claims: () => claims };
}

function newProvider(issuer, keys) {
  return new Provider(issuer, {
    jwks: { keys },
    cookies: { keys: ['a key for the cookies of a test'] },
    clients: [
      ...algorithms.map((name) => client(`muster-${name}`, 'client_secret_basic', name)),
      client('muster-public', 'none', 'ES256'),
      client('muster-post', 'client_secret_post', 'ES256'),
    ],
    enabledJWA: { idTokenSigningAlgValues: algorithms },
    scopes: ['openid', 'profile', 'email', 'federation'],
    claims: {
      profile: ['name'],
      email: ['email', 'email_verified'],
      federation: ['eppn', 'entitlements'],
    },
    findAccount,
  });
}

let keys = newKeys();
let serve;

// What is done to the keys: the new ones sign; the old ones stay published, or do not.
const changes = {
  '/keys/rotate': () => [...newKeys(), ...keys],
  '/keys/withdraw': () => newKeys(),
};

const server = createServer({ cert: certificate, key }, (request, response) => {
  const change = request.method === 'POST' && changes[request.url];
  if (!change) {
    serve(request, response);
    return;
  }
  keys = change();
  serve = newProvider(issuer(), keys).callback();
  response.writeHead(204).end();
});

const issuer = () => `https://localhost:${server.address().port}`;

server.listen(0, '127.0.0.1', () => {
  serve = newProvider(issuer(), keys).callback();
  process.stdout.write(`${JSON.stringify({ issuer: issuer() })}\n`);
});
process.stdin.on('end', () => process.exit()).resume();
