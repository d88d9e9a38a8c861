// Every page in every state: readable by everybody, quiet, and from nowhere else.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { VIEWS, context, launch, seenAs, watched } from "./lib/chromium.mjs";
import { overhang, picture, violations } from "./lib/reading.mjs";
import { galleryNames, serveGallery } from "./lib/server.mjs";
import { Table } from "./lib/table.mjs";

/** The pages that go to a client by themselves, and how; nothing is sent that far from here. */
const LEAVING = { "form-post": ["POST"], onward: ["GET"] };
const CLIENT = (url) => url.origin === "https://portal.example.org";

const table = new Table(VIEWS.map((view) => view.name));
let browser;
let server;

before(async () => {
  browser = await launch();
  server = await serveGallery();
});

after(async () => {
  await browser?.close();
  await server?.close();
  console.log(`\n${table}\n`);
});

test("every page", async (t) => {
  const looking = await context(browser);
  const names = await galleryNames();
  assert.ok(names.length > 30, "the gallery is there");
  for (const name of names) await t.test(name, () => look(looking, name));
  await looking.close();
});

async function look(looking, name) {
  const { page, complaints } = await watched(looking, [server.host]);
  const sent = [];
  await page.route(CLIENT, (route) => {
    sent.push(route.request().method());
    // The page stays where it is.
    return route.fulfill({ status: 204 });
  });
  // A page that leaves at once is never loaded to its end.
  const leaves = name in LEAVING;
  await page.goto(`${server.origin}/${name}.html`, { waitUntil: leaves ? "commit" : "load" });
  if (leaves) await page.waitForTimeout(500);
  assert.deepEqual(sent, LEAVING[name] ?? []);
  for (const view of VIEWS) {
    table.put(name, view.name, "FAILED");
    await seenAs(page, view);
    await picture(page, `${name}-${view.name}`);
    assert.ok(await overhang(page) <= 0, `${view.name}: nothing hangs over the edge`);
    assert.deepEqual(await violations(page), [], view.name);
    table.put(name, view.name, "ok");
  }
  assert.deepEqual(complaints, []);
  await page.close();
}
