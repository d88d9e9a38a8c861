// What is asked of any page: that everybody can read it, that it fits, and how it looks.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import axe from "axe-core";

/** Where pictures go; `cargo xtask browser` says it. */
const PICTURES = process.env.PICTURES ?? "pictures";

/** What axe-core finds wrong, one sentence each; the rule on the size of targets included. */
export async function violations(page) {
  // By the debugger's way in, which the page's policy does not govern.
  if (!await page.evaluate(() => "axe" in globalThis)) await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const rules = { "target-size": { enabled: true } };
    const told = await globalThis.axe.run(document, { rules, resultTypes: ["violations"] });
    return told.violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.html.slice(0, 200)}: ${node.failureSummary}`));
  });
}

/** How many pixels the page is wider than what is seen of it. */
export function overhang(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - globalThis.innerWidth);
}

/** Takes a picture of the whole page. */
export async function picture(page, name) {
  await mkdir(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

/**
 * Presses Tab until it comes round, and says where it stopped: the name of each element, and
 * whether one sees that it has the focus.
 */
export async function tabStops(page) {
  const stops = [];
  await page.evaluate(() => {
    document.activeElement?.blur();
    for (const element of document.querySelectorAll("[data-tabbed]")) delete element.dataset.tabbed;
  });
  for (let pressed = 0; pressed < 200; pressed += 1) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return undefined;
      const style = getComputedStyle(element);
      const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
      const name = element.labels?.[0]?.textContent ?? element.textContent;
      const first = element.dataset.tabbed === undefined;
      element.dataset.tabbed = "";
      return { name: name.trim(), seen, first };
    });
    if (!stop?.first) break;
    stops.push({ name: stop.name, seen: stop.seen });
  }
  return stops;
}
