import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openJournal } from "../support/journal.ts";
import { openReceiver } from "../support/receiver.ts";

/** Events of a journal that a webhook missed, and the program that is killed on the way. */
async function openMissed(count: number) {
  const journal = await openJournal({ events: count });
  const receiver = await openReceiver();
  onTestFinished(() => receiver.end());
  const line = `replay -P1D --to ${receiver.origin}/hook`;
  const accepted = (): readonly string[] => receiver.posted.map(({ headers }) => String(headers["x-adobe-event-id"]));
  const ledger = async (): Promise<readonly string[]> => {
    const home = join(journal.home, "replays");
    const [file = ""] = (await readdir(home)).filter((name) => name.endsWith(".ids"));
    return (await readFile(join(home, file), "utf8")).split("\n").slice(0, -1);
  };
  return { ...journal, receiver, line, accepted, ledger };
}

test.each([[1], [8]])(
  "killed on the way and run again, with %i at once: each event is accepted once, or again only if its 2xx was not written down",
  async (concurrency) => {
    const count = 120;
    const { start, run, receiver, line, accepted, ledger } = await openMissed(count);
    let again = 0;
    for (const killAt of [10, 40, 80]) {
      let running: ReturnType<typeof start> | null = null;
      receiver.answer(() => {
        if (accepted().length >= killAt) running?.child.kill("SIGKILL");
        return { status: 200 };
      });
      running = start(`${line} --concurrency ${concurrency}`);
      await running.finished;
      const kept = await ledger();
      const got = accepted();
      // Nothing is written down that was not accepted, and no line twice.
      expect(got).toEqual(expect.arrayContaining([...kept]));
      expect(new Set(kept).size).toBe(kept.length);
      again += new Set(got).size - kept.length;
    }
    receiver.answer({ status: 200 });
    const last = await run(`${line} --concurrency ${concurrency} --json`);
    expect(last.code).toBe(0);
    expect(new Set(accepted()).size).toBe(count);
    expect(accepted().length).toBeLessThanOrEqual(count + again);
    expect([...(await ledger())].sort()).toEqual([...new Set(accepted())].sort());
    const more = await run(`${line} --json`);
    expect(JSON.parse(more.stdout)).toMatchObject({ sent: 0, leftOut: count });
  },
);

test("Ctrl-C ends it at once with 130, says how far it came, and leaves the ledger right", async () => {
  const { start, run, receiver, line, accepted, ledger } = await openMissed(30);
  let running: ReturnType<typeof start> | null = null;
  receiver.answer((n) => {
    if (n < 7) return { status: 200 };
    running?.child.kill("SIGINT");
    return null;
  });
  running = start(line);
  const { code, stderr } = await running.finished;
  expect(code).toBe(130);
  expect(stderr).toMatch(/7 events sent, 7 accepted, 0 refused, 0 left out/);
  expect(await ledger()).toEqual(accepted());
  receiver.answer({ status: 200 });
  const rest = await run(`${line} --json`);
  expect(JSON.parse(rest.stdout)).toMatchObject({ sent: 23, leftOut: 7 });
  expect(accepted()).toHaveLength(30);
});

test("two at once: the second is told who is at it, and sends nothing", async () => {
  const { start, run, receiver, line } = await openMissed(3);
  let ask = (): void => undefined;
  const asked = new Promise<void>((resolve) => (ask = resolve));
  receiver.answer(() => {
    ask();
    return null;
  });
  const first = start(line);
  await asked;
  const second = await run(line);
  expect(second.code).toBe(2);
  expect(second.stderr).toMatch(new RegExp(`is being replayed to by process ${String(first.child.pid)}\n`));
  first.child.kill("SIGTERM");
  expect((await first.finished).code).toBe(143);
});
