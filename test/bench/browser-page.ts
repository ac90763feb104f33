import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "../support/browser.ts";

/** What a visitor has filled in when she chooses her file. */
export interface Visit {
  readonly site: string;
  readonly bundle: string;
  readonly userId: string;
  readonly endpoints: readonly string[];
  readonly registry: string;
  /** What her clock says, in milliseconds since 1970. */
  readonly now: number;
}

export interface VisitTimes {
  /** From choosing the file to all steps on the screen. */
  readonly firstCheckMs: number;
  /** From the button to the steps of every proof. */
  readonly everythingMs: number;
  /** The longest time for which the page's own thread could not answer meanwhile; 50 where it never took as long as that. */
  readonly longestTaskMs: number;
  /** Paths of the site's files that the visit loaded. */
  readonly loaded: readonly string[];
}

/** What a browser calls a long task. */
const LONG_TASK = 50;

/** A visit in a browser that was never there before. Throws where a step fails, or no progress is shown. */
export async function timedVisit(chromium: string, visit: Visit): Promise<VisitTimes> {
  const browser: Browser = await launchBrowser(chromium);
  try {
    const page = await browser.newPage();
    const loaded = new Set<string>();
    page.on("response", (response) => {
      const { origin, pathname } = new URL(response.url());
      if (`${origin}/` === visit.site && response.ok() && !pathname.startsWith("/epoch/"))
        loaded.add(pathname === "/" ? "/index.html" : pathname);
    });
    await page.addInitScript((now) => (Date.now = () => now), visit.now);
    await page.goto(visit.site);
    await page.waitForSelector("h1");
    await page.fill("#endpoints", visit.endpoints.join("\n"));
    await page.fill("#registry", visit.registry);
    await page.fill("#folder", `${visit.site}epoch/`);
    await page.fill("#user", visit.userId);
    await page.evaluate(watch);
    const firstCheckMs = await shown(page, "[data-step=freshness]", { choose: visit.bundle });
    const everythingMs = await shown(page, "#everything [data-step]", { press: "#check-everything" });
    const failed = await page.$$eval("[data-outcome=failed]", (items) => items.map((one) => one.textContent));
    if (failed.length > 0) throw new Error(`expected every step to pass, came: ${failed.join("; ")}`);
    const { longest, progress } = await page.evaluate(() => {
      const { watched } = globalThis as unknown as Watching;
      return { longest: watched.longest, progress: watched.progress.size };
    });
    if (progress < 10) throw new Error(`expected progress to be shown, came ${progress} words of it`);
    return {
      ...{ firstCheckMs, everythingMs, loaded: [...loaded] },
      longestTaskMs: Math.max(LONG_TASK, longest),
    };
  } finally {
    await browser.close();
  }
}

interface Watching {
  watched: { longest: number; readonly progress: Set<string> };
}

/** Runs in the page: notes the longest task of its thread, and all that its progress says. */
function watch(): void {
  const watched: Watching["watched"] = { longest: 0, progress: new Set() };
  (globalThis as unknown as Watching).watched = watched;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) watched.longest = Math.max(watched.longest, duration);
  }).observe({ entryTypes: ["longtask"] });
  new MutationObserver(() => {
    const bar = document.querySelector<HTMLProgressElement>("progress:not([hidden])");
    if (bar?.hasAttribute("value") === true) watched.progress.add(`${bar.value} of ${bar.max}`);
  }).observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true });
}

/** Milliseconds from an act to the frame in which something stands in the page. */
function shown(page: Page, selector: string, act: { choose: string } | { press: string }): Promise<number> {
  return page.evaluate(
    ({ selector, act }) =>
      new Promise<number>((settle) => {
        const watch = new MutationObserver(() => {
          if (document.querySelector(selector) === null) return;
          watch.disconnect();
          requestAnimationFrame(() => settle(performance.now() - from));
        });
        watch.observe(document.body, { childList: true, subtree: true });
        const from = performance.now();
        if ("press" in act) {
          document.querySelector<HTMLButtonElement>(act.press)!.click();
          return;
        }
        const chooser = document.querySelector<HTMLInputElement>("#bundle")!;
        const files = new DataTransfer();
        files.items.add(new File([act.choose], "bundle.json"));
        chooser.files = files.files;
        chooser.dispatchEvent(new Event("change"));
      }),
    { selector, act },
  );
}
