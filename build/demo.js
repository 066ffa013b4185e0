/**
 * `npm run demo`: shows flowrun's demo from a checkout, and installs and builds only what is missing or older than
 * package-lock.json. While that takes a minute it says so: a screen on which nothing happens looks broken.
 */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

const began = Date.now();

/** Whether this terminal can have a line replaced. */
const mayRedraw =
  process.stderr.isTTY === true && process.env.TERM !== "dumb" && ["", undefined].includes(process.env.CI);

process.exitCode = await main();

async function main() {
  // An installation builds, too.
  if (isOlder("node_modules/.package-lock.json", ["package-lock.json"])) {
    const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
    const what = `installing ${Object.keys(packages).length - 1} packages, and building`;
    const failed = await work(what, process.env.npm_execpath ?? "npm", ["ci", "--no-audit", "--no-fund"]);
    if (failed !== 0) return failed;
  } else if (isOlder("dist/main.cjs", ["package-lock.json", ...sources()])) {
    const failed = await work("building", "build.js", []);
    if (failed !== 0) return failed;
  }
  return run(process.execPath, ["bin/flowrun.js", "demo"], "inherit").ended;
}

function isOlder(path, others) {
  const made = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? -Infinity;
  return others.some((other) => statSync(other).mtimeMs > made);
}

function sources() {
  if (!existsSync("src")) return [];
  const files = readdirSync("src", { recursive: true }).map((name) => join("src", name));
  return ["build.js", ...files.filter((name) => name.endsWith(".ts"))];
}

/** Runs a script, and says what is done and for how long; what the script says is told only if it fails. */
async function work(what, script, args) {
  const isScript = /[.][cm]?js$/.test(script);
  const { child, ended } = isScript ? run(process.execPath, [script, ...args], "pipe") : run(script, args, "pipe");
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (said += text));
  const tell = () => process.stderr.write(`\r${what}: ${Math.round((Date.now() - began) / 1000)} s `);
  if (mayRedraw) tell();
  else process.stderr.write(`${what} (a minute or so)\n`);
  const ticking = mayRedraw ? setInterval(tell, 1000) : undefined;
  const code = await ended;
  clearInterval(ticking);
  if (mayRedraw) process.stderr.write("\r\u001b[2K");
  if (code === 0) return 0;
  process.stderr.write(`${said}\nerror: ${what} failed\n  why: it is told above\n  fix: npm ci\n`);
  return code;
}

function run(command, args, stdio) {
  const child = spawn(command, args, { stdio: stdio === "inherit" ? "inherit" : ["ignore", stdio, stdio] });
  const ended = new Promise((done) => {
    child.on("error", (error) => {
      process.stderr.write(`${error.message}\n`);
      done(1);
    });
    child.on("close", (code) => done(code ?? 1));
  });
  return { child, ended };
}
