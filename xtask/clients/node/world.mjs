// What the run tells a program (world.json), the keeper's commands, and how a deed is said.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

export { assert, sleep };

export const world = JSON.parse(readFileSync(process.argv[2], "utf8"));
export const issuer = new URL(world.issuer);

export const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
export const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
export const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
export const PEOPLE = "openid offline_access read write";

/** The person agrees to a device; the keeper enters it. */
export function approve(userCode) {
  const [muster, ...words] = world.keeper;
  execFileSync(muster, [...words, "device", "approve", userCode, "--user", world.person]);
}

/** A private key as the libraries take it. */
export async function key(name, algorithm) {
  const pem = createPrivateKey(readFileSync(world.keys[name]));
  const pkcs8 = pem.export({ type: "pkcs8", format: "der" });
  return crypto.subtle.importKey("pkcs8", pkcs8, algorithm, false, ["sign"]);
}

export const ES256 = { name: "ECDSA", namedCurve: "P-256" };
export const RS256 = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };

/** Says deeds of a library. */
export function teller(library) {
  const file = new URL(`node_modules/${library}/package.json`, import.meta.url);
  const { version } = JSON.parse(readFileSync(file, "utf8"));
  return (deed) => console.log(`${library} ${version}\t${deed}`);
}

/** Insists on being refused by this error code. */
export async function refused(code, asking) {
  await assert.rejects(asking, (refusal) => {
    assert.equal(refusal.error, code, refusal);
    return true;
  });
}
