// Chromium, and pages that are watched: what they complain of and whom they ask.

import { chromium } from "playwright-core";

/** The program; `cargo xtask browser` says where it is. */
const PROGRAM = process.env.CHROMIUM ?? "/usr/bin/chromium";

// Nothing but what a test asks for may leave the browser. Root cannot use its sandbox.
const ARGUMENTS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

/** Starts the browser; `close()` ends it. */
export function launch() {
  return chromium.launch({ executablePath: PROGRAM, headless: true, args: ARGUMENTS });
}

/** How a page can be looked at. */
export const VIEWS = ["light", "dark"].flatMap((scheme) =>
  [320, 1280].map((width) => ({ name: `${scheme}-${width}`, scheme, width })));

/** A browser of one's own (cookies and all) that looks in one of the VIEWS. */
export function context(browser, view = VIEWS[1], options = {}) {
  return browser.newContext({
    viewport: { width: view.width, height: 800 },
    colorScheme: view.scheme,
    reducedMotion: "reduce",
    ...options,
  });
}

/** Lets a page be seen in another of the VIEWS. */
export async function seenAs(page, view) {
  await page.setViewportSize({ width: view.width, height: 800 });
  await page.emulateMedia({ colorScheme: view.scheme });
}

/**
 * A page with a list of `complaints`: errors of the console and of scripts, breaches of the
 * policy, and requests to others than `hosts` (names with ports), which are not let through.
 */
export async function watched(context, hosts) {
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") {
      complaints.push(`console: ${message.text()}`);
    }
  });
  page.on("pageerror", (error) => complaints.push(`script: ${error.message}`));
  await page.exposeFunction("tellOfBreach", (text) => complaints.push(`policy: ${text}`));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) =>
      globalThis.tellOfBreach(`${event.effectiveDirective} ${event.blockedURI}`));
  });
  await page.route((url) => !hosts.includes(url.host), (route) => {
    complaints.push(`request: ${route.request().method()} ${route.request().url()}`);
    return route.abort();
  });
  return { page, complaints };
}
