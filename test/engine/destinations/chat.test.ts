import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { parseAddress } from "../../../src/engine/destinations/address.ts";
import type { Kind } from "../../../src/engine/destinations/destination.ts";
import { Away, Refused } from "../../../src/engine/destinations/refused.ts";
import { slack } from "../../../src/engine/destinations/slack.ts";
import { teams } from "../../../src/engine/destinations/teams.ts";
import { FlowrunError } from "../../../src/errors.ts";
import { destinationContract } from "../../support/destination-contract.ts";
import { noon, realSleep } from "../../support/host.ts";
import { jobsIn } from "../../support/jobs.ts";
import {
  closeWorld,
  delivered,
  idOf,
  meansOf,
  openReceiver,
  openTrust,
  type MeansParts,
} from "../../support/receiver.ts";

const trust = await openTrust();
const ignore = (): void => undefined;
const secretPath = "/services/T00000000/B00000000/abcdefghijklmnopqrstuvwx";
const signature = "a-signature-that-nobody-may-see";
const workflow = `/workflows/0123456789abcdef0123456789abcdef/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sig=${signature}`;

afterAll(closeWorld);

const chats: readonly { name: string; kind: Kind; path: string; good: number; bad: string }[] = [
  { name: "slack", kind: slack, path: secretPath, good: 200, bad: "invalid_blocks" },
  {
    name: "teams",
    kind: teams,
    path: workflow,
    good: 202,
    bad: '{"error":{"code":"TriggerInputSchemaMismatch","message":"The input body does not match its schema."}}',
  },
];

/** At most one message a second, without the seconds. */
const hasty: MeansParts["sleep"] = (ms, signal) => realSleep(ms <= 1000 ? 1 : ms, signal);

describe.skipIf(trust === null).each(chats)(
  `$name${trust === null ? " (openssl is missing)" : ""}`,
  ({ name, kind, path, good, bad }) => {
    /** The run that a message tells of, by the time that it names: `n` minutes after noon. */
    const placeIn = (body: string): number => {
      const [, hour = "", minute = ""] = /2026-11-22 (\d\d):(\d\d):00/.exec(body) ?? [];
      return (Number(hour) - 12) * 60 + Number(minute);
    };
    const open = async (text: string, parts: MeansParts) => {
      const means = meansOf({ send: trust!.send, ...parts });
      const address = parseAddress(text, means.host.env);
      kind.check(address, means.host.env);
      const to = await kind.open(address, means);
      onTestFinished(() => to.close());
      return { to, means };
    };
    const opened = async (parts: MeansParts = {}) => {
      const there = await openReceiver(trust!);
      onTestFinished(() => there.end());
      there.answer({ status: good });
      return { there, ...(await open(`${name}+${there.origin}${path}`, { sleep: hasty, ...parts })) };
    };
    const failureOf = (work: Promise<unknown>): Promise<FlowrunError> =>
      work.then(
        () => Promise.reject(new Error("it did not fail")),
        (error: unknown) => error as FlowrunError,
      );

    destinationContract(
      name,
      kind,
      async () => {
        const receiver = await openReceiver(trust!);
        receiver.answer({ status: good });
        return {
          ...receiver,
          address: `${name}+${receiver.origin}${path}`,
          delivered: async () =>
            receiver.posted
              .filter(({ status, body }) => status === good && !body.includes("Web orders"))
              .map(({ body }) => idOf(`event-${String(placeIn(body))}#0`)),
          deliveredJobs: async () =>
            jobsIn(receiver.posted.filter(({ status }) => status === good).map(({ body }) => body)),
          refuse: async (isRefusing) => {
            receiver.answer(isRefusing ? { status: 400, body: bad } : { status: good });
          },
        };
      },
      {
        guarantee: { repeats: "batch", keepsPlace: false },
        means: () => meansOf({ send: trust!.send, sleep: hasty }),
        run: (n) => delivered(n),
      },
    );

    test("at most one message a second, from the first on without a wait", async () => {
      let now = noon;
      const waits: number[] = [];
      const { there, to } = await opened({
        now: () => now,
        sleep: async (ms, signal) => {
          if (ms > 1000) return realSleep(ms, signal);
          waits.push(ms);
          now += ms;
        },
      });
      await to.deliver([delivered(1), delivered(2), delivered(3)], null, ignore);
      expect(waits).toEqual([1000, 1000]);
      now += 400;
      await to.deliver([delivered(4)], null, ignore);
      // A clock that is set back makes it no longer.
      now -= 3_600_000;
      await to.deliver([delivered(5)], null, ignore);
      now += 5000;
      await to.deliver([delivered(6)], null, ignore);
      expect(waits).toEqual([1000, 1000, 600, 1000]);
      expect(there.posted.map(({ body }) => placeIn(body))).toEqual([1, 2, 3, 4, 5, 6]);
    });

    test("failures of one cause are one message, and are safe with the first of them", async () => {
      const { there, to } = await opened();
      const broken = (n: number) => delivered(n, { status: "failed", errors: ["E-1"] }, { flowId: "flow-x" });
      const counts: number[] = [];
      const batch = [broken(0), delivered(1), broken(2), delivered(3)];
      await to.deliver(batch, null, (count) => counts.push(count));
      expect(counts).toEqual([1, 3, 4]);
      expect(there.posted).toHaveLength(3);
      expect(there.posted[0]!.body).toContain("failed 2 times");
    });

    test("a stop ends the wait between two messages", async () => {
      const stopping = new AbortController();
      const { there, to } = await opened({
        signal: stopping.signal,
        sleep: (ms, signal) => {
          if (ms <= 1000) stopping.abort(new Error("stopped by the test"));
          return realSleep(ms <= 1000 ? 60_000 : ms, signal);
        },
      });
      await expect(to.deliver([delivered(1), delivered(2)], null, ignore)).rejects.toThrow("stopped by the test");
      expect(there.posted).toHaveLength(1);
    });

    test("its limit is obeyed: nothing more is sent, and it is told how long to wait", async () => {
      const { there, to } = await opened();
      const slowly = { status: 429, headers: { "retry-after": "30" }, body: "rate_limited" };
      there.answer((n) => (n === 1 ? slowly : { status: good }));
      const counts: number[] = [];
      const work = to.deliver([delivered(1), delivered(2), delivered(3)], null, (count) => counts.push(count));
      const failure = await failureOf(work);
      expect(failure).toBeInstanceOf(Away);
      expect(failure).toMatchObject({ waitMs: 30_000, why: expect.stringContaining("30 s") as string });
      expect(counts).toEqual([1]);
      expect(there.posted).toHaveLength(2);
    });

    test("one message that is refused is a refusal of its runs", async () => {
      const { there, to } = await opened();
      there.answer({ status: 400, body: bad });
      const broken = (n: number) => delivered(n, { status: "failed", errors: ["E-1"] }, { flowId: "flow-x" });
      const runs = [broken(0), broken(1), delivered(2), broken(3)];
      const failure = await failureOf(to.deliver(runs, null, ignore));
      expect(failure).toBeInstanceOf(Refused);
      const ids = [0, 1, 3].map((place) => runs[place]!.id);
      expect(failure).toMatchObject({ kind: "protocol", ids });
      expect(failure.why).toContain("it answered 400: ");
      expect(failure.hint).toContain("--on-refused skip");
    });

    test("no secret of the address is shown, also where the other side tells it", async () => {
      const { there, to } = await opened();
      there.answer({ status: 400, body: `bad: ${path}` });
      const { message, why, hint } = await failureOf(to.deliver([delivered(1)], null, ignore));
      const lines = [message, why, hint].join("\n");
      for (const hidden of ["abcdefghijklmnopqrstuvwx", signature, "0123456789abcdef0123456789abcdef"]) {
        expect(lines).not.toContain(hidden);
      }
      expect(message).toContain(`${name}+https://127.0.0.1`);
    });

    test("a certificate that is not trusted is told of", async () => {
      const there = await openReceiver(trust!);
      onTestFinished(() => there.end());
      const failure = await failureOf(open(`${name}+${there.origin}${path}`, { send: meansOf().host.send }));
      expect(failure).toMatchObject({ kind: "unavailable" });
      expect(failure.message).toContain("not trusted");
    });
  },
);

describe.skipIf(trust === null)("what is refused for good, whatever is sent", () => {
  test.each([
    [slack, secretPath, 403, "invalid_token", "auth"],
    [slack, secretPath, 403, "action_prohibited", "settings"],
    [slack, secretPath, 404, "channel_not_found", "settings"],
    [slack, secretPath, 404, "no_service", "settings"],
    [slack, secretPath, 404, "no_team", "settings"],
    [slack, secretPath, 410, "channel_is_archived", "settings"],
    [slack, secretPath, 410, "", "settings"],
    [teams, workflow, 401, '{"error":{"code":"DirectApiAuthorizationRequired","message":"no"}}', "auth"],
    [teams, workflow, 403, "", "auth"],
    [teams, workflow, 404, '{"error":{"code":"WorkflowNotFound","message":"no"}}', "settings"],
    [teams, workflow, 400, '{"error":{"code":"WorkflowTriggerIsNotEnabled","message":"no"}}', "settings"],
    [teams, workflow, 410, "", "settings"],
  ] as const)("%o %s %i %s", async (kind, path, status, body, expected) => {
    const there = await openReceiver(trust!);
    onTestFinished(() => there.end());
    there.answer({ status, body });
    const word = kind === slack ? "slack" : "teams";
    const to = await kind.open(parseAddress(`${word}+${there.origin}${path}`, {}), meansOf({ send: trust!.send }));
    const failure: unknown = await to.deliver([delivered(1)], null, ignore).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(FlowrunError);
    expect(failure).not.toBeInstanceOf(Refused);
    expect(failure).toMatchObject({
      kind: expected,
      why: expect.stringContaining(`it answered ${status}`) as string,
      hint: expect.any(String) as string,
    });
  });
});

test.each([
  [slack, "slack+https://hooks.slack.com/", "no incoming webhook"],
  [slack, "slack+https://hooks.slack.com/services/T0/B0", "no incoming webhook"],
  [slack, "slack+https://hooks.slack.com/triggers/T0/1/abc", "no incoming webhook"],
  [slack, "slack+https:hooks.slack.com/services/T0/B0/x", "not a URL"],
  [teams, "teams+https://contoso.webhook.office.com/webhookb2/x", "retired"],
  [teams, "teams+https://outlook.office.com/webhook/x", "retired"],
  [teams, "teams+https://prod-1.westeurope.logic.azure.com:443/workflows/x/paths/invoke?api-version=1", "no sig="],
  [teams, "teams+https://", "not a URL"],
])("%o %s is refused before anything is asked", (kind, text, words) => {
  const check = (): void => {
    kind.check(parseAddress(text, {}), {});
  };
  expect(check).toThrow(words);
  expect(check).toThrow(expect.objectContaining({ kind: "usage", why: expect.any(String) as string }) as FlowrunError);
});

test.each([
  [slack, `slack+https://hooks.slack.com${secretPath}`],
  [slack, "slack+https://chat.example.com/hooks/abc"],
  [slack, "slack+https://hooks.slack.com/services/T0/B0/env:SLACK_HOOK"],
  [teams, `teams+https://default1.2.environment.api.powerplatform.com:443/powerautomate${workflow}`],
])("%o %s is an address", (kind, text) => {
  const env = { SLACK_HOOK: "abcdefghijklmnopqrstuvwx" };
  kind.check(parseAddress(text, env), env);
});
