import { describe, expect, test } from "vitest";
import { shell } from "../support/flowrun.ts";
import { openJournal, printed, runEvent } from "../support/journal.ts";

/** What a pipeline does with the outcome. */
const script = (options: string): string => `
flowrun wait ${options} -q
case $? in
  0) echo "load it" ;;
  3) echo "call somebody" ;;
  7) echo "still waiting" ;;
  *) echo "something else" ;;
esac`;

describe("wait in a shell script", () => {
  test.each([
    ["success", "load it"],
    ["partialSuccess", "load it"],
    ["failed", "call somebody"],
    ["cancelled", "call somebody"],
  ])("a run that has just ended as %s is not missed with --since", async (status, said) => {
    const journal = await openJournal({ events: [runEvent(1, { status: "inProgress" }), runEvent(2, { status })] });
    const { stdout, stderr, code } = await shell(script("--since 10m --timeout 20s --json"), { env: journal.env });
    const [run = "", ...words] = stdout.trimEnd().split("\n");
    expect(printed({ stdout: run })).toEqual(["run-2"]);
    expect(words).toEqual([said]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
  });

  test("what ended before is none of its business without --since", async () => {
    const journal = await openJournal({ events: [runEvent(2, { status: "failed" })] });
    const { stdout, stderr } = await shell(script("--timeout 2s"), { env: journal.env });
    expect(stdout).toBe("still waiting\n");
    expect(stderr).toContain("error: no matching run ended within 2s");
  });

  test("a start is printed by nobody, the end that comes while waiting is", async () => {
    const journal = await openJournal({ events: [] });
    const wait = journal.start("wait --run run-7 --timeout 30s --json");
    await expect.poll(() => journal.asked().length, { timeout: 20_000 }).toBeGreaterThan(0);
    journal.add(runEvent(7, { status: "inProgress", eventId: "start-7" }), runEvent(8));
    journal.add(runEvent(7, { status: "success" }));
    const { code, ...output } = await wait.finished;
    expect(printed(output)).toEqual(["run-7"]);
    expect(code).toBe(0);
  });

  test("&& goes on only after success", async () => {
    const journal = await openJournal({ events: [runEvent(1, { status: "failed" }), runEvent(2)] });
    const line = (flow: string): string =>
      `flowrun wait --flow ${flow} --since 10m --timeout 20s >/dev/null && echo next`;
    expect((await shell(line("flow-2"), { env: journal.env })).stdout).toBe("next\n");
    expect((await shell(line("flow-1"), { env: journal.env })).stdout).toBe("");
  });
});
