import { existsSync, readlinkSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { parseAddress } from "../../../src/engine/destinations/address.ts";
import type { DeliveredRun, OpenDestination } from "../../../src/engine/destinations/destination.ts";
import { exec } from "../../../src/engine/destinations/exec.ts";
import { Ended, Refused } from "../../../src/engine/destinations/refused.ts";
import { FlowrunError } from "../../../src/errors.ts";
import { destinationContract } from "../../support/destination-contract.ts";
import { scratch } from "../../support/flowrun.ts";
import { realSleep } from "../../support/host.ts";
import { deliveredJob, jobsIn } from "../../support/jobs.ts";
import { delivered, idOf, meansOf, type MeansParts } from "../../support/receiver.ts";

const ignore = (): void => undefined;
const env = { PATH: process.env["PATH"] };

/** The ids in a file of lines; none where it is not there yet. */
async function idsIn(path: string): Promise<readonly string[]> {
  const text = existsSync(path) ? await readFile(path, "utf8") : "";
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => idOf((JSON.parse(line) as { key: string }).key));
}

destinationContract(
  "exec",
  exec,
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "flowrun-test-"));
    const script = join(folder, "take.sh");
    // Each process has a file of its own, in the order in which they were started.
    await writeFile(
      script,
      `out=${folder}/$(date +%s%N)-$$.ndjson
while IFS= read -r line; do
  if [ -e ${folder}/slow ]; then rm ${folder}/slow; sleep 0.3; fi
  printf '%s\\n' "$line" >> "$out"
done`,
    );
    return {
      address: `exec:sh ${script}`,
      delivered: async () => {
        const names = (await readdir(folder)).filter((name) => name.endsWith(".ndjson")).sort();
        return (await Promise.all(names.map((name) => idsIn(join(folder, name))))).flat();
      },
      deliveredJobs: async () => {
        const names = (await readdir(folder)).filter((name) => name.endsWith(".ndjson")).sort();
        const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
        return jobsIn(texts.join("").split("\n"));
      },
      beSlow: () => writeFile(join(folder, "slow"), ""),
      end: () => rm(folder, { recursive: true, force: true }),
    };
  },
  {
    guarantee: { repeats: "batch", keepsPlace: false },
    means: () => meansOf({ env }),
    run: (n) => delivered(n),
  },
);

/** A command that runs until the test ends, and a folder of its own, $D in it. */
async function running(command: string, parts: MeansParts = {}) {
  const folder = await scratch();
  const means = meansOf({ ...parts, env: { ...env, D: folder, ...parts.env } });
  const address = parseAddress(`exec:${command}`, means.host.env);
  exec.check(address, means.host.env);
  const to = await exec.open(address, means);
  onTestFinished(() => to.close());
  return { folder, to, means, at: (name: string) => join(folder, name) };
}

/** The waits for an end that may be a good one, a hundred times as fast. */
const hasty: MeansParts["sleep"] = (ms, signal) => realSleep(ms < 5000 ? ms : ms / 100, signal);

const many = Array.from({ length: 600 }, (_, n) => delivered(n));

/** Delivers until it fails, as a reading does that goes on and on. */
async function deliverUntilItFails(to: OpenDestination, runs: readonly DeliveredRun[] = many): Promise<FlowrunError> {
  for (;;) {
    try {
      await to.deliver(runs, null, ignore);
    } catch (error) {
      return error as FlowrunError;
    }
  }
}

function failureIn(signal: AbortSignal | undefined): Promise<unknown> {
  return new Promise((failed) => {
    if (signal?.aborted === true) failed(signal.reason);
    else
      signal?.addEventListener("abort", () => {
        failed(signal.reason);
      });
  });
}

async function untilThere(path: string): Promise<string> {
  for (;;) {
    const text = existsSync(path) ? await readFile(path, "utf8") : "";
    if (text.endsWith("\n")) return text.trim();
    await delay(10);
  }
}

/** Whether a process of that group is left. */
function isAlive(group: string): boolean {
  try {
    process.kill(-Number(group), 0);
    return true;
  } catch {
    return false;
  }
}

test("a command reads a record a line, and is let finish what it has after its input has ended", async () => {
  const { to, at } = await running('cat > "$D/taken"; sleep 0.3; echo done > "$D/end"');
  const counts: number[] = [];
  await to.deliver(many, null, (count) => counts.push(count));
  expect(counts).toEqual(many.map((_, n) => n + 1));
  await to.close();
  expect(await idsIn(at("taken"))).toEqual(many.map(({ id }) => id));
  expect(existsSync(at("end"))).toBe(true);
});

test("a command that is slow is waited for", async () => {
  const { to, at } = await running('while read -r line; do sleep 0.02; echo "$line" >> "$D/taken"; done');
  await to.deliver(many.slice(0, 20), null, ignore);
  await to.close();
  expect(await idsIn(at("taken"))).toHaveLength(20);
});

test("its words are the shell's: pipes, quotes, variables", async () => {
  const { to, at } = await running(`A=1; sed 's/^/'"$A"' /' | cat > "$D/taken"`);
  await to.deliver([delivered(1)], null, ignore);
  await to.close();
  expect(await readFile(at("taken"), "utf8")).toMatch(/^1 \{"type":"flowrun.run"/);
});

test("one that dies over events of Lytics is given them again by the command that reads them", async () => {
  const { to, means } = await running("exit 3");
  await to.close();
  const reading = { ...means.reading, of: "jobs" } as const;
  const again = await exec.open(parseAddress("exec:read a; read b; exit 3", env), { ...means, reading });
  onTestFinished(() => again.close());
  await again.deliver([deliveredJob(2), deliveredJob(1)], null, ignore);
  await new Promise((resolve) => again.ended?.addEventListener("abort", resolve));
  expect(again.ended?.reason).toMatchObject({
    why: "of the lines that it was given last, it may not have read up to 2",
    hint: expect.stringContaining("flowrun lytics since 2026-11-22T12:01:00.000Z   with the same --to") as string,
  });
});

test("it has no secret of flowrun's in its environment", async () => {
  const secrets = {
    FLOWRUN_CLIENT_SECRET: "client-secret",
    FLOWRUN_ACCESS_TOKEN: "access-token",
    FLOWRUN_LYTICS_TOKEN: "lytics-token",
    FLOWRUN_WEBHOOK_SECRET: "webhook-secret",
  };
  const { to, at } = await running('env > "$D/env"; cat > /dev/null', { env: { ...secrets, OTHER: "other" } });
  await to.close();
  const text = await readFile(at("env"), "utf8");
  expect(text).toContain("OTHER=other");
  for (const [name, secret] of Object.entries(secrets)) {
    expect(text).not.toContain(name);
    expect(text).not.toContain(secret);
  }
});

test.skipIf(!existsSync("/proc/self/fd/2"))("what it prints goes to stderr (takes /proc)", async () => {
  const look = 'readlink "/proc/$$/fd/$n"';
  const { to, at } = await running(`for n in 1 2; do fd=$(${look}); echo "$fd" >> "$D/fds"; done; cat > /dev/null`);
  await to.close();
  const ours = readlinkSync("/proc/self/fd/2");
  expect((await readFile(at("fds"), "utf8")).trim().split("\n")).toEqual([ours, ours]);
});

test("one that ends well ends the reading, well; also while there is nothing to deliver", async () => {
  const { to } = await running("for n in 1 2 3 4 5; do read -r line; done");
  const failure = await deliverUntilItFails(to);
  expect(failure).toBeInstanceOf(Ended);
  expect(failure).toMatchObject({ kind: "closed" });
  const idle = await running("read -r line");
  await idle.to.deliver([delivered(1)], null, ignore);
  expect(await failureIn(idle.to.ended)).toBeInstanceOf(Ended);
  await expect(idle.to.deliver([delivered(2)], null, ignore)).rejects.toThrow(Ended);
});

test("one that crashes ends the reading, and it is said what it may not have read", async () => {
  const { to, means } = await running("read -r line; exit 3");
  const failure = await deliverUntilItFails(to, [delivered(1), delivered(2)]);
  expect(failure).not.toBeInstanceOf(Refused);
  expect(failure).toMatchObject({ kind: "protocol" });
  expect(failure.message).toBe("exec:read -r line; exit 3 ended with exit code 3");
  expect(failure.why).toMatch(/^of the lines that it was given last, it may not have read (up to \d+|one)$/);
  expect(failure.hint).toContain("flowrun since 2026-11-22T12:01:00.000Z   with the same --to");
  await to.close();
  expect(means.told).toEqual([]);
});

test("of what it was given, no more than a pipe can hold is in doubt", async () => {
  const { to } = await running('head -c 10000000 > /dev/null; kill -KILL "$$"');
  const failure = await deliverUntilItFails(to);
  expect(failure.message).toContain("was ended by SIGKILL");
  const [, doubtful] = /up to (\d+)/.exec(failure.why ?? "") ?? [];
  const size = JSON.stringify(many[0]!.run).length;
  expect(Number(doubtful)).toBeLessThanOrEqual(Math.ceil(262_144 / size) + 1);
});

test("one that had been given nothing says so", async () => {
  const { to } = await running("exit 9");
  const failure = (await failureIn(to.ended)) as FlowrunError;
  const hint = expect.stringContaining("echo '{}' | exit 9") as string;
  expect(failure).toMatchObject({ kind: "protocol", why: "it had been given nothing", hint });
  expect(failure.message).toContain("exit code 9");
});

test("one that is not there is told of before anything is given to it", async () => {
  for (const [command, path] of [
    ["flowrun-no-such-program --urgent", "./flowrun-no-such-program"],
    ["./no-such.sh", "./no-such.sh"],
    ["/no/such/page.sh", "/no/such/page.sh"],
  ] as const) {
    const failure: unknown = await running(command).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(FlowrunError);
    expect(failure).toMatchObject({
      kind: "usage",
      message: `exec: ${command.split(" ")[0]!} cannot be run`,
      hint: expect.stringContaining(`exec:${path}, and make it executable: chmod +x ${path}`) as string,
    });
  }
});

test("what only the shell finds missing, or may not be run, is told of when it ends", async () => {
  const folder = await scratch();
  const script = join(folder, "page.sh");
  await writeFile(script, "cat\n", { mode: 0o600 });
  for (const command of ["A=1 flowrun-no-such-program", script]) {
    const { to } = await running(command);
    const failure = (await failureIn(to.ended)) as FlowrunError;
    expect(failure).toMatchObject({ kind: "usage", hint: expect.stringContaining("chmod +x") as string });
    expect(failure.message).toMatch(/ended with exit code 12[67]$/);
  }
});

test("one that ignores its input holds the reading up, until that is stopped; then it is told to end", async () => {
  const stopping = new AbortController();
  const { to, at, means } = await running('echo $$ > "$D/pid"; exec sleep 1000', {
    signal: stopping.signal,
    sleep: hasty,
  });
  const group = await untilThere(at("pid"));
  let safe = 0;
  const work = to.deliver(many, null, (count) => (safe = count)).catch((error: unknown) => error);
  // Once the pipe is full no more of them get through.
  let before = -1;
  while (safe !== before) {
    before = safe;
    await delay(200);
  }
  expect(safe).toBeLessThan(many.length);
  stopping.abort(new Error("stopped by the test"));
  expect(await work).toMatchObject({ message: "stopped by the test" });
  await to.close();
  expect(isAlive(group)).toBe(false);
  expect(means.told).toMatchObject([{ kind: "warning", text: expect.stringContaining("SIGTERM") as string }]);
});

test("one that will not end is killed, with all that it has started, and it is told that it is waited for", async () => {
  const { to, at, means } = await running(
    `trap '' TERM; sh -c 'trap "" TERM; while :; do sleep 0.05; done' & echo $$ > "$D/pid"; while :; do sleep 0.05; done`,
    { sleep: hasty },
  );
  const group = await untilThere(at("pid"));
  expect(isAlive(group)).toBe(true);
  await to.close();
  while (isAlive(group)) await delay(10);
  expect(means.told).toMatchObject([
    { kind: "remark", text: expect.stringContaining("waited for") as string },
    { kind: "warning", text: expect.stringContaining("SIGKILL") as string },
  ]);
});

test("one that closes its input and goes on is waited for, and its end decides", async () => {
  for (const [code, kind] of [
    [0, "closed"],
    [4, "protocol"],
  ] as const) {
    const { to } = await running(`exec 0<&-; sleep 0.3; exit ${code}`);
    const failure = await deliverUntilItFails(to);
    expect(failure).toMatchObject({ kind });
    expect(failure.message).toContain(`ended with exit code ${code}`);
  }
});

test("one that fails after its input has ended is told of", async () => {
  const { to, means } = await running("cat > /dev/null; exit 5");
  await to.deliver([delivered(1)], null, ignore);
  await to.close();
  expect(means.told).toEqual([
    { kind: "warning", text: "exec:cat > /dev/null; exit 5 ended with exit code 5 after its input had ended" },
  ]);
});

test("it leads a group of its own, which Ctrl-C at the terminal does not reach", async () => {
  const { to, at } = await running('echo $$ > "$D/pid"; cat > /dev/null');
  const group = await untilThere(at("pid"));
  expect(isAlive(group)).toBe(true);
  await to.close();
  expect(isAlive(group)).toBe(false);
});

test.each(["exec:", "exec:   ", "exec:a\0b"])("%j names no command", (text) => {
  expect(() => {
    exec.check(parseAddress(text, {}), {});
  }).toThrow(expect.objectContaining({ kind: "usage", message: "exec: names no command" }) as FlowrunError);
});
