// A small server on loopback, for pages that need no Muster behind them.

import { createServer } from "node:http";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

/** Serves with `answer(request, body)`, which gives `{ status, headers, body }`. */
export async function serve(answer) {
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { status = 200, headers = {}, body = "" } =
      await answer(request, Buffer.concat(chunks).toString());
    response.writeHead(status, headers).end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${server.address().port}`;
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { host, origin: `http://${host}`, close };
}

/** Where the gallery is; `cargo xtask browser` says it. */
const GALLERY = process.env.GALLERY ?? "gallery";

/** The names of the gallery's pages. */
export async function galleryNames() {
  const files = await readdir(GALLERY);
  return files.filter((file) => file.endsWith(".html")).map((file) => file.slice(0, -5)).sort();
}

/** Serves the gallery with the headers that pages have, and notes the forms that are sent. */
export async function serveGallery() {
  const sent = [];
  const server = await serve(async (request, body) => {
    const name = new URL(request.url, "http://localhost").pathname.slice(1);
    if (request.method === "POST") {
      sent.push({ path: `/${name}`, form: Object.fromEntries(new URLSearchParams(body)) });
      return page("logged-out");
    }
    const stylesheet = /pages-[0-9a-f]+\.css$/.exec(name)?.[0];
    if (stylesheet) {
      const headers = { "content-type": "text/css; charset=utf-8" };
      return { headers, body: await read(stylesheet) };
    }
    if (/^[a-z-]+\.html$/.test(name)) return page(name.slice(0, -5));
    return { status: 404 };
  });
  return { ...server, sent };
}

async function page(name) {
  return {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": (await read(`${name}.csp`)).toString(),
      "x-content-type-options": "nosniff",
      "referrer-policy": "same-origin",
    },
    body: await read(`${name}.html`),
  };
}

function read(name) {
  return readFile(join(GALLERY, name));
}
