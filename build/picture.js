/**
 * Draws docs/report.png: the head of the demo's report, as Chromium shows it. Once in a while, when the page looks otherwise;
 * no test compares it, since each machine draws letters its own way.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const picture = resolve("docs/report.png");
const width = 1120;
/** The page ends below this part; the tables that follow are for reading. */
const last = "section:nth-of-type(3)";

const executablePath = ["chromium", "chromium-browser", "google-chrome"]
  .map((name) => spawnSync("which", [name], { encoding: "utf8" }).stdout.trim())
  .find((path) => path !== "");
if (executablePath === undefined) throw new Error("There is no Chromium in PATH to draw it with.");

const folder = mkdtempSync(join(tmpdir(), "flowrun-picture-"));
try {
  const page = join(folder, "report.html");
  const line = ["bin/flowrun.js", "report", "-o", page, "--profile", "demo", "--quiet"];
  const { status, stderr } = spawnSync(process.execPath, line, {
    encoding: "utf8",
    env: { ...process.env, FLOWRUN_HOME: folder },
  });
  if (status !== 0) throw new Error(stderr);
  await draw(pathToFileURL(page).href);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${picture}: ${Math.ceil(statSync(picture).size / 1000)} kB`);

async function draw(address) {
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: "light" });
    await page.goto(address);
    const { y, height } = await page.locator(last).boundingBox();
    const shown = Math.ceil(y + height + 24);
    await page.setViewportSize({ width, height: shown });
    await page.screenshot({ path: picture, clip: { x: 0, y: 0, width, height: shown } });
  } finally {
    await browser.close();
  }
}
