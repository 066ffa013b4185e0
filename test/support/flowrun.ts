import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { account } from "../../src/demo/account.ts";
import type { DemoServer } from "../../src/demo/server.ts";

/** The program under test: the checkout's own, or the packed one that CI installed. */
export const binary = resolve(process.env["FLOWRUN_BIN"] ?? "bin/flowrun.js");
export const node = process.env["FLOWRUN_NODE"] ?? process.execPath;

/** Whether that Node can keep a program compiled (22.1 and newer). */
export function keepsCompiledCode(): boolean {
  const { stdout } = spawnSync(node, ["-p", "typeof module.constructor.enableCompileCache"], { encoding: "utf8" });
  return stdout.trim() === "function";
}

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  /** Everything so far. */
  stdout(): string;
  stderr(): string;
  /** Resolves once stdout (or stderr) holds the text. */
  saw(text: string | RegExp, stream?: "stdout" | "stderr"): Promise<void>;
  readonly finished: Promise<Finished>;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly input?: string | Uint8Array;
  /** Whose process it is; it takes root to say so. */
  readonly uid?: number;
}

/** An environment that knows nothing of this machine's user: no home, no FLOWRUN_*, no colours. */
export function bareEnv(home: string): Record<string, string> {
  const kept = ["PATH", "LANG", "TMPDIR", "SystemRoot"];
  const inherited = kept.flatMap((name) =>
    process.env[name] === undefined ? [] : [[name, process.env[name]] as const],
  );
  return { ...Object.fromEntries(inherited), HOME: home, FLOWRUN_HOME: join(home, "flowrun"), TZ: "UTC" };
}

/** Whether a user of that number may run the program: root can try, and it may lie where others cannot look. */
export function mayRunAs(uid: number): boolean {
  if (process.getuid?.() !== 0) return false;
  return spawnSync(node, ["-e", `fs.accessSync(${JSON.stringify(binary)})`], { uid }).status === 0;
}

/** A folder of its own for this test. */
export async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "flowrun-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** What a user would export to reach a server. */
export function settingsFor(server: DemoServer): Record<string, string> {
  return {
    FLOWRUN_CLIENT_ID: server.clientId,
    FLOWRUN_CLIENT_SECRET: server.clientSecret,
    FLOWRUN_IMS_ORG_ID: server.imsOrgId,
    FLOWRUN_SCOPES: server.scopes.join(","),
    FLOWRUN_JOURNAL_URL: server.journalUrl,
    FLOWRUN_IMS_URL: server.imsUrl,
    FLOWRUN_API_URL: server.apiUrl,
  };
}

/**
 * Runs flowrun to its end: as a process of its own where another program than the checkout's is under test, or where it
 * takes a process to do what the options say; else here, which spares the start.
 */
export async function flowrun(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  if (!mayRunHere(args, options)) return start(args, options).finished;
  const { runHere } = await import("./in-process.ts");
  const finished = await runHere(args, options);
  const leak = findLeak(finished.stdout + finished.stderr);
  if (leak !== null) throw new Error(`flowrun printed ${leak}`);
  return finished;
}

/** Node, the time zone, the user and his home, and the folder are the process's. */
function mayRunHere(args: readonly string[], { env = {}, cwd, uid }: RunOptions): boolean {
  const isNodes = Object.keys(env).some((name) => name.startsWith("NODE_") || name.startsWith("SSL_"));
  const isOther = process.env["FLOWRUN_BIN"] !== undefined || process.env["FLOWRUN_NODE"] !== undefined;
  const isHomes = !(env["FLOWRUN_HOME"] ?? "").startsWith("/") || args.some((arg) => arg.includes("~"));
  const isMoved = cwd !== undefined || uid !== undefined || (env["TZ"] ?? "UTC") !== "UTC";
  return !isOther && !isNodes && !isHomes && !isMoved;
}

/** Starts flowrun as a process of its own. */
export function start(args: readonly string[], options: RunOptions = {}): Running {
  return launch(node, [binary, ...args], options);
}

/** Starts another installation of flowrun. */
export function startAt(program: string, args: readonly string[], options: RunOptions = {}): Running {
  return launch(node, [program, ...args], options);
}

/** A shell line in which `flowrun` is the program under test. */
export function shell(line: string, options: RunOptions = {}): Promise<Finished> {
  const script = `flowrun() { "${node}" "${binary}" "$@"; }; ${line}`;
  return launch("bash", ["-c", script], options).finished;
}

/** Starts any program, with an environment of its own. */
export function launch(command: string, args: readonly string[], { env = {}, cwd, input, uid }: RunOptions): Running {
  const child = spawn(command, args, { env, cwd, uid, stdio: ["pipe", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  const watchers = new Set<() => void>();
  const tell = (): void => {
    for (const watcher of watchers) watcher();
  };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    tell();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    tell();
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(input ?? "");
  const finished = new Promise<Finished>((done, failed) => {
    child.on("error", failed);
    child.on("close", (code, signal) => {
      const leak = findLeak(stdout + stderr);
      if (leak === null) done({ code, signal, stdout, stderr });
      else failed(new Error(`flowrun printed ${leak}`));
      tell();
    });
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const saw: Running["saw"] = (text, stream = "stdout") =>
    new Promise((seen, failed) => {
      const look = (): void => {
        const so_far = stream === "stdout" ? stdout : stderr;
        if (typeof text === "string" ? so_far.includes(text) : text.test(so_far)) {
          watchers.delete(look);
          seen();
        } else if (child.exitCode !== null) {
          watchers.delete(look);
          failed(
            new Error(`ended with ${String(child.exitCode)} before it said ${String(text)}:\n${stdout}\n${stderr}`),
          );
        }
      };
      watchers.add(look);
      look();
    });
  return { child, stdout: () => stdout, stderr: () => stderr, saw, finished };
}

/** No test at all may see a secret of the demo's account, or a token of its IMS. */
function findLeak(text: string): string | null {
  if (account.clientSecrets.some((secret) => text.includes(secret))) return "a client secret";
  return /eyJ[\w-]+\.[\w-]+\.|bearer \w/i.test(text) ? "an access token" : null;
}

/** The lines of an ndjson output, parsed. */
export function records(stdout: string): readonly Record<string, unknown>[] {
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** The paths of the files that the program loads to run this command line, Node's own left out. */
export async function filesLoaded(args: readonly string[]): Promise<readonly string[]> {
  const home = await scratch();
  const folder = join(home, "coverage");
  const { code } = await flowrun(args, { env: { ...bareEnv(home), NODE_V8_COVERAGE: folder } });
  if (code !== 0) throw new Error(`flowrun ${args.join(" ")} exited ${String(code)}`);
  const reports = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), "utf8")));
  return reports
    .flatMap((text) => (JSON.parse(text) as { result: { url: string }[] }).result.map(({ url }) => url))
    .filter((url) => url.startsWith("file:"))
    .map((url) => fileURLToPath(url));
}
