// How far `form-action` reaches in this browser: the facts that `Policy` is built on.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { context, launch } from "./lib/chromium.mjs";
import { serve } from "./lib/server.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

/** A client whose callback shows itself at `/direct` and sends people on from `/further`. */
async function startClient() {
  const text = { "content-type": "text/plain" };
  const beyond = await serve(() => ({ headers: text, body: "beyond" }));
  const client = await serve((request) => request.url === "/direct"
    ? { headers: text, body: "client" }
    : { status: 302, headers: { location: `${beyond.origin}/` } });
  return { client, beyond };
}

/** A service of ours whose forms have this policy and are answered so. */
function startOurs(policy, answer) {
  const form = (action) =>
    `<form method="post" action="${action}"><button>${action}</button></form>`;
  const headers = { "content-type": "text/html", "content-security-policy": policy };
  return serve((request) => request.method === "POST" ? answer(request.url)
    : { headers, body: `<!DOCTYPE html>${form("/direct")}${form("/further")}` });
}

/** What somebody sees half a second after having sent the form. */
async function seen(ours, way) {
  const looking = await context(browser);
  const page = await looking.newPage();
  await page.goto(ours.origin);
  await page.getByRole("button", { name: way }).click();
  await page.waitForTimeout(500);
  const text = await page.evaluate(() => document.body.textContent.trim());
  await looking.close();
  return text;
}

const STAYS = "/direct/further";
const OURS = "default-src 'none'; form-action 'self'";

for (const [title, sources, expected] of [
  ["a redirect to a client that is not named is stopped", () => "", [STAYS, STAYS]],
  ["a client that is named is reached, but not where it redirects to",
    ({ client }) => client.origin, ["client", STAYS]],
  ["only who names all of them gets there",
    ({ client, beyond }) => `${client.origin} ${beyond.origin}`, ["client", "beyond"]],
]) {
  test(title, async () => {
    const { client, beyond } = await startClient();
    const ours = await startOurs(`${OURS} ${sources({ client, beyond })}`,
      (url) => ({ status: 303, headers: { location: `${client.origin}${url}` } }));
    const found = [await seen(ours, "/direct"), await seen(ours, "/further")];
    await Promise.all([ours, client, beyond].map((one) => one.close()));
    assert.deepEqual(found, expected);
  });
}

test("a page that opens the next address by itself reaches every client unnamed", async () => {
  const { client, beyond } = await startClient();
  // The page itself is made by the gallery; here it leads to the client of this test.
  const page = await readFile(join(process.env.GALLERY ?? "gallery", "onward.html"), "utf8");
  const headers = { "content-type": "text/html", "content-security-policy": OURS };
  const ours = await startOurs(OURS, (url) => ({
    headers,
    body: page.replaceAll(/https:\/\/portal\.example\.org\/callback[^"]*/g, client.origin + url),
  }));
  const found = [await seen(ours, "/direct"), await seen(ours, "/further")];
  await Promise.all([ours, client, beyond].map((one) => one.close()));
  assert.deepEqual(found, ["client", "beyond"]);
});
