import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const folders = (process.env["PATH"] ?? "").split(delimiter);

/** Where this machine has Chromium; `null` where it has none. */
export const chromiumPath = folders.flatMap((folder) => names.map((name) => join(folder, name))).find(mayRun) ?? null;

/** For the name of what is skipped without it. */
export const whyNoChromium = chromiumPath === null ? " (chromium is not installed here)" : "";

function mayRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** How a page is looked at. */
export interface Sight {
  readonly width?: number;
  readonly scheme?: "light" | "dark";
}

/** A page that is open, and all that it complained of or asked for. */
export interface SeenPage {
  readonly page: Page;
  /** Messages of the console, errors, dialogs, and requests beside that for the page itself. */
  readonly heard: readonly string[];
}

/** A browser for the tests of a file. */
export function useChromium(): { readonly open: (html: string, sight?: Sight) => Promise<SeenPage> } {
  let browser: Browser | null = null;
  beforeAll(async () => {
    if (chromiumPath === null) return;
    // Without a sandbox of its own, which nobody has who is root.
    browser = await chromium.launch({ executablePath: chromiumPath, args: ["--no-sandbox"] });
  });
  afterAll(() => browser?.close());
  return {
    open: async (html, { width = 1200, scheme = "light" } = {}) => {
      if (browser === null) throw new Error("there is no browser");
      const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: scheme });
      const heard: string[] = [];
      page.on("console", (message) => heard.push(`console: ${message.text()}`));
      page.on("pageerror", (error) => heard.push(`error: ${error.message}`));
      page.on("dialog", (dialog) => {
        heard.push(`dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      page.on("request", (request) => {
        if (request.url() !== address) heard.push(`request: ${request.url()}`);
      });
      // Served by nobody, so that it has an address and a policy like any page.
      await page.route(address, (route) => route.fulfill({ contentType: "text/html; charset=utf-8", body: html }));
      await page.goto(address);
      return { page, heard };
    },
  };
}

const address = "http://report.test/";
