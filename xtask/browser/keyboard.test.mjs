// The pages without a mouse: every way can be gone by keyboard alone, and is seen.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { VIEWS, context, launch, seenAs, watched } from "./lib/chromium.mjs";
import { tabStops } from "./lib/reading.mjs";
import { serveGallery } from "./lib/server.mjs";

let browser;
let server;

before(async () => {
  browser = await launch();
  server = await serveGallery();
});

after(async () => {
  await browser?.close();
  await server?.close();
});

async function opened(name) {
  const looking = await context(browser);
  const { page, complaints } = await watched(looking, [server.host]);
  await page.goto(`${server.origin}/${name}.html`);
  return { page, complaints };
}

test("somebody logs in by typing alone", async () => {
  const { page, complaints } = await opened("log-in");
  await page.keyboard.type("alice");
  await page.keyboard.press("Tab");
  await page.keyboard.type("wonderland");
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  const { path, form } = server.sent.at(-1);
  assert.equal(path, "/oauth2/log-in");
  assert.deepEqual(
    { ...form, ticket: form.ticket !== "" },
    { ticket: true, username: "alice", password: "wonderland" });
  assert.deepEqual(complaints, []);
});

test("with a name that came along the cursor stands in the password", async () => {
  const { page } = await opened("log-in-hint");
  assert.equal(await page.evaluate(() => document.activeElement.id), "password");
});

test("a client is denied by keyboard", async () => {
  const { page } = await opened("consent");
  const stops = (await tabStops(page)).map((stop) => stop.name);
  assert.deepEqual(stops, ["Allow", "Do not allow", "Not you? Log out"]);
  await page.getByRole("button", { name: "Do not allow" }).focus();
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  assert.equal(server.sent.at(-1).form.decision, "deny");
});

test("one token is ended by keyboard", async () => {
  const { page } = await opened("me");
  await page.getByRole("button", { name: "End token" }).first().focus();
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  const { end_token: token, ...rest } = server.sent.at(-1).form;
  assert.ok(token);
  assert.deepEqual(Object.keys(rest), ["ticket"]);
});

test("the focus is seen wherever it goes", async () => {
  for (const name of ["log-in-hint", "consent", "device", "me", "end-everything", "landing"]) {
    const { page } = await opened(name);
    for (const view of [VIEWS[0], VIEWS[3]]) {
      await seenAs(page, view);
      const stops = await tabStops(page);
      assert.ok(stops.length > 0, name);
      assert.deepEqual(stops.filter((stop) => !stop.seen), [], `${name} ${view.name}`);
    }
  }
});
