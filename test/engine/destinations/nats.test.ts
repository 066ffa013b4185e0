import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { RetentionPolicy, DiscardPolicy } from "@nats-io/jetstream";
import { nkeys } from "@nats-io/transport-node";
import { Kvm } from "@nats-io/kv";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { parseAddress, type Address } from "../../../src/engine/destinations/address.ts";
import type { Means, OpenDestination } from "../../../src/engine/destinations/destination.ts";
import { nats } from "../../../src/engine/destinations/nats.ts";
import { ackTrouble } from "../../../src/engine/destinations/nats/ack-trouble.ts";
import { patientDestination } from "../../../src/engine/destinations/patient.ts";
import { FlowrunError } from "../../../src/errors.ts";
import { mask } from "../../../src/mask.ts";
import { ndjsonRenderer } from "../../../src/render/formats/json.ts";
import { buildProgram, type BuiltProgram } from "../../support/built.ts";
import { destinationContract } from "../../support/destination-contract.ts";
import { launch, scratch } from "../../support/flowrun.ts";
import { hasNats, startNats, whyNoNats, type NatsSide, type NatsSideOptions } from "../../support/nats.ts";
import { luckOf } from "../../support/luck.ts";
import { makeOperator } from "../../support/nats-jwt.ts";
import { jobsIn } from "../../support/jobs.ts";
import { natsMeans, natsRun, natsRuns } from "../../support/nats-runs.ts";
import { hasOpenssl, makeCertificate } from "../../support/tls.ts";

const nobodyAsks = (): undefined => undefined;

/** A server until the test ends, with the stream RUNS for aep.runs. */
async function startSide(options: NatsSideOptions = {}): Promise<NatsSide> {
  const side = await startNats(options);
  onTestFinished(() => side.remove());
  return side;
}

async function startWithStream(change: Parameters<NatsSide["addStream"]>[0] | null = null): Promise<NatsSide> {
  const side = await startSide();
  await side.addStream({ subjects: ["aep.runs"], ...(change ?? { name: "RUNS" }) });
  return side;
}

/** Until the test ends. */
async function open(
  text: string,
  means: Means = natsMeans(),
  address: Address = parseAddress(text, means.host.env),
): Promise<OpenDestination> {
  nats.check(address, means.host.env);
  const to = await nats.open(address, means);
  onTestFinished(() => to.close());
  return to;
}

/** The failure of opening an address, or of a delivery, in its three lines, of which none may show a secret. */
async function failureOf(work: Promise<unknown>, secrets: readonly string[] = []): Promise<FlowrunError> {
  const failure: unknown = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(failure instanceof FlowrunError)) throw new Error(`no failure of ours: ${String(failure)}`);
  const lines = [failure.message, failure.why, failure.hint];
  for (const line of lines) expect(line).toMatch(/\S/);
  for (const secret of secrets) expect(lines.join("\n")).not.toContain(secret);
  return failure;
}

const idsOf = async (side: NatsSide, stream = "RUNS"): Promise<readonly string[]> =>
  (await side.messages(stream)).map(({ id }) => id);
const ids = (from: number, to: number): readonly string[] => natsRuns(from, to).map(({ id }) => id);

describe("addresses of NATS that cannot be right", () => {
  test.each([
    ["nats:host/subject", /no \/\/ behind nats:/],
    ["nats://127.0.0.1:4222", /names no subject/],
    ["nats://127.0.0.1:4222/", /names no subject/],
    ["nats://127.0.0.1:4222/a..b", /single dots/],
    ["nats://127.0.0.1:4222/a.*", /many subjects/],
    ["nats://127.0.0.1:4222/a.%3E", /many subjects/],
    ["nats://127.0.0.1:4222/a%20b", /no blanks/],
    ["nats://127.0.0.1:4222/$KV.flowrun.x", /the server's own/],
    ["nats://127.0.0.1:0/a", /host:port/],
    ["nats://127.0.0.1:70000/a", /host:port/],
    ["nats://host:port/a", /host:port/],
    ["nats://127.0.0.1:4222/a?credz=x", /no option credz/],
    ["nats://127.0.0.1:4222/a?bucket=a.b", /no bucket/],
    ["nats://127.0.0.1:4222/a?context=../x", /no context/],
    ["nats://127.0.0.1:4222/a?cert=x.pem", /go together/],
    ["nats:///aep.runs", /neither NATS_URL nor NATS_CONTEXT/],
  ])("%s", (text, why) => {
    const check = (): void => {
      nats.check(parseAddress(text, {}), {});
    };
    expect(check).toThrow(FlowrunError);
    expect(check).toThrow(
      expect.objectContaining({
        kind: "usage",
        why: expect.stringMatching(why) as string,
        hint: expect.any(String) as string,
      }),
    );
  });

  test("a mistyped option is told by the one that was meant", () => {
    expect(() => {
      nats.check(parseAddress("nats://h/a?buckit=x", {}), {});
    }).toThrow(expect.objectContaining({ hint: "did you mean ?bucket=?" }));
  });

  test("NATS_URL may be wrong as well", () => {
    expect(() => {
      nats.check(parseAddress("nats:///a", {}), { NATS_URL: "wss://h:1" });
    }).toThrow(expect.objectContaining({ kind: "settings", why: expect.stringContaining("wss://") as string }));
  });
});

test("what an older server says of a message that it has dropped is not believed", () => {
  expect(ackTrouble('{"stream":"RUNS","seq":7,"duplicate":true}')).toBeNull();
  expect(ackTrouble('{"stream":"RUNS","seq":0,"duplicate":true}')).toMatchObject({ code: 10_158 });
  expect(ackTrouble("nonsense")).toMatchObject({ code: 10_158 });
});

describe.skipIf(!hasNats)(`nats${whyNoNats}`, () => {
  destinationContract(
    "nats",
    nats,
    async () => {
      const side = await startNats();
      await side.addStream({ name: "RUNS", subjects: ["aep.runs"] });
      return {
        address: `nats://${side.place}/aep.runs`,
        delivered: () => idsOf(side),
        deliveredJobs: async () => jobsIn((await side.messages("RUNS")).map(({ text }) => text)),
        goDown: () => side.kill(),
        comeBack: () => side.start(),
        beSlow: async () => {
          side.hang(500);
        },
        refuse: async (isRefusing) => {
          const subjects = [isRefusing ? "elsewhere" : "aep.runs"];
          await side.manage((manager) => manager.streams.update("RUNS", { subjects }));
        },
        end: () => side.remove(),
      };
    },
    { guarantee: { repeats: "never", keepsPlace: true }, means: ({ env }) => natsMeans({}, env), run: natsRun },
  );

  describe("what arrives", () => {
    test("is the record as ndjson prints it, under the subject, with the run's id", async () => {
      const side = await startWithStream();
      const to = await open(`nats://${side.place}/aep.runs`);
      await to.deliver(natsRuns(0, 2), "1", nobodyAsks);
      const { encode } = ndjsonRenderer();
      expect(await side.messages("RUNS")).toEqual(
        natsRuns(0, 2).map(({ id, run }) => ({ id, subject: "aep.runs", text: encode(run as never).trimEnd() })),
      );
      expect(to.found).toBe("the stream RUNS, duplicate window 2m");
      expect(to.guarantee).toBe("exactly once within 2m, the duplicate window of the stream RUNS");
    });

    test("is in the order of the runs, of more than are on their way at once", async () => {
      const side = await startWithStream();
      const to = await open(`nats://${side.place}/aep.runs`);
      const told: number[] = [];
      await to.deliver(natsRuns(0, 1200), "1", (count) => told.push(count));
      expect(await idsOf(side)).toEqual(ids(0, 1200));
      expect(told.at(-1)).toBe(1200);
    });

    test("is known again in the middle of what is new", async () => {
      const side = await startWithStream();
      const to = await open(`nats://${side.place}/aep.runs`);
      await to.deliver(natsRuns(5, 8), "1", nobodyAsks);
      await to.deliver(natsRuns(0, 10), "2", nobodyAsks);
      expect(await idsOf(side)).toEqual([...ids(5, 8), ...ids(0, 5), ...ids(8, 10)]);
    });

    test("goes into a stream that takes other subjects, and is written by others", async () => {
      const side = await startWithStream({ name: "RUNS", subjects: ["aep.>"] });
      const to = await open(`nats://${side.place}/aep.runs`);
      let isOver = false;
      const others = side.manage(async (manager) => {
        while (!isOver) await manager.jetstream().publish("aep.other", "x");
      });
      for (let at = 0; at < 500; at += 100) await to.deliver(natsRuns(at, at + 100), String(at), nobodyAsks);
      isOver = true;
      await others;
      const found = await side.messages("RUNS");
      expect(found.filter(({ subject }) => subject === "aep.runs").map(({ id }) => id)).toEqual(ids(0, 500));
      expect(found.length).toBeGreaterThan(500);
    });

    test("goes under a subject of its own that somebody else writes to as well", async () => {
      const side = await startWithStream();
      const to = await open(`nats://${side.place}/aep.runs`);
      let isOver = false;
      const others = side.manage(async (manager) => {
        while (!isOver) await manager.jetstream().publish("aep.runs", "x", { msgID: `other-${Math.random()}` });
      });
      for (let at = 0; at < 500; at += 100) await to.deliver(natsRuns(at, at + 100), String(at), nobodyAsks);
      isOver = true;
      await others;
      expect((await idsOf(side)).filter((id) => !id.startsWith("other"))).toEqual(ids(0, 500));
    });
  });

  describe("a stream", () => {
    test("with a window that is too short is warned of, once", async () => {
      const side = await startWithStream({ name: "RUNS", duplicate_window: 30e9 });
      const told: string[] = [];
      const means = natsMeans({ notify: (notice) => told.push("text" in notice ? notice.text : "") });
      const address = parseAddress(`nats://${side.place}/aep.runs`, {});
      await open("", means, address);
      await open("", means, address);
      expect(told).toEqual([
        expect.stringMatching(/RUNS knows a message again for 30s only.*stand in it twice.*--dupe-window/) as string,
      ]);
    });

    test("that keeps only what somebody waits for is warned of while nobody does", async () => {
      const side = await startWithStream({ name: "RUNS", retention: RetentionPolicy.Interest });
      const told: string[] = [];
      await open(
        `nats://${side.place}/aep.runs`,
        natsMeans({ notify: (notice) => told.push("text" in notice ? notice.text : "") }),
      );
      expect(told).toEqual([expect.stringContaining("thrown away") as string]);
    });

    test("there is none: the line that makes one", async () => {
      const side = await startSide();
      const failure = await failureOf(open(`nats://${side.place}/aep.runs`));
      expect(failure).toMatchObject({ kind: "settings", message: `no stream at ${side.place} can take aep.runs` });
      expect(failure.hint).toBe(
        "nats stream add AEP_RUNS --subjects aep.runs --storage file --dupe-window 10m --defaults",
      );
    });

    test("that takes another subject is none", async () => {
      const side = await startWithStream({ name: "RUNS", subjects: ["aep.*.runs"] });
      expect(await failureOf(open(`nats://${side.place}/aep.runs`))).toMatchObject({ kind: "settings" });
    });

    test("JetStream is not enabled", async () => {
      const side = await startSide({ hasJetStream: false });
      const failure = await failureOf(open(`nats://${side.place}/aep.runs`));
      expect(failure).toMatchObject({ kind: "settings", hint: expect.stringContaining("--jetstream") as string });
    });

    test("that acknowledges nothing is refused, before a run waits for it", async () => {
      const side = await startWithStream({ name: "RUNS", no_ack: true });
      const failure = await failureOf(open(`nats://${side.place}/aep.runs`));
      expect(failure).toMatchObject({ kind: "settings", why: expect.stringContaining("tells nobody") as string });
    });

    test("that is gone in the middle is away, and then no stream", async () => {
      const side = await startWithStream();
      const to = await open(`nats://${side.place}/aep.runs`);
      await side.manage((manager) => manager.streams.delete("RUNS"));
      expect(await failureOf(to.deliver(natsRuns(0, 3), "1", nobodyAsks))).toMatchObject({ kind: "unavailable" });
      expect(await failureOf(open(`nats://${side.place}/aep.runs`))).toMatchObject({ kind: "settings" });
    });

    test("that is full is away, and what is smaller does not pass what found no room", async () => {
      const grown = natsRun(1, "n".repeat(20_000));
      const side = await startWithStream({ name: "RUNS", discard: DiscardPolicy.New, max_bytes: 20_000 });
      const to = await open(`nats://${side.place}/aep.runs`);
      const batch = [natsRun(0), grown, natsRun(2), natsRun(3)];
      const told: number[] = [];
      const failure = await failureOf(to.deliver(batch, "1", (count) => told.push(count)));
      expect(failure).toMatchObject({ kind: "unavailable", why: expect.stringContaining("is full") as string });
      expect(told).toEqual([1]);
      expect(await idsOf(side)).toEqual(ids(0, 1));

      await side.manage((manager) => manager.streams.update("RUNS", { max_bytes: 1_000_000 }));
      await to.deliver(batch.slice(1), "1", nobodyAsks);
      expect(await idsOf(side)).toEqual(ids(0, 4));
    });

    test.each([
      ["the stream's", { max_msg_size: 10_000 }, ""],
      ["the server's", {}, "max_payload: 10000"],
    ])("a run beyond %s limit is refused by its name, and those around it arrive", async (_, limit, config) => {
      const side = await startSide({ config });
      await side.addStream({ name: "RUNS", subjects: ["aep.runs"], ...limit });
      const grown = natsRun(2, "n".repeat(20_000));
      const batch = [natsRun(0), natsRun(1), grown, natsRun(3)];
      const to = await open(`nats://${side.place}/aep.runs`);
      const told: number[] = [];
      const failure = await failureOf(to.deliver(batch, "1", (count) => told.push(count)));
      expect(failure).toMatchObject({
        kind: "protocol",
        ids: [grown.id],
        message: expect.stringContaining("run-2") as string,
      });
      expect(failure.why).toContain("10.0 kB");
      expect(told).toEqual([2]);
      await to.deliver([natsRun(3)], "1", nobodyAsks);
      expect(await idsOf(side)).toEqual([...ids(0, 2), ...ids(3, 4)]);
    });
  });

  describe("who is let in", () => {
    const password = "correct/horse@battery:staple";
    const users = `authorization { users: [
      { user: admin, password: "administrator" }
      { user: flowrun, password: "${password}" }
      { user: nothing, password: "${password}", permissions: { publish: "x" } }
      { user: looker, password: "${password}", permissions: { publish: "$JS.API.STREAM.>" } }
      { user: sender, password: "${password}", permissions: { publish: ["aep.runs", "$JS.API.STREAM.NAMES", "$JS.API.STREAM.INFO.*"] } }
      { user: deaf, password: "${password}", permissions: { subscribe: "x" } }
      { user: just, password: "${password}", permissions: { subscribe: "_INBOX.>", publish: [
        "aep.runs", "$JS.API.STREAM.NAMES", "$JS.API.STREAM.INFO.RUNS",
        "$JS.API.STREAM.INFO.KV_flowrun", "$JS.API.STREAM.MSG.GET.KV_flowrun", "$KV.flowrun.>" ] } }
    ] }`;
    let side: NatsSide;
    const address = (user: string): string => `nats://${user}:env:NATS_PASS@${side.place}/aep.runs`;
    const means = (change: Partial<Means> = {}): Means => natsMeans(change, { NATS_PASS: password });
    const secrets = [password, encodeURIComponent(password)];

    beforeAll(async () => {
      side = await startNats({ config: users, admin: { user: "admin", pass: "administrator" } });
      await side.addStream({ name: "RUNS", subjects: ["aep.runs"] });
    });
    afterAll(() => side.remove());

    test("by user and password, whatever signs are in it", async () => {
      const to = await open(address("flowrun"), means());
      await to.deliver(natsRuns(0, 1), "1", nobodyAsks);
      expect(await idsOf(side)).toEqual(ids(0, 1));
    });

    test("a wrong password", async () => {
      const opened = open(address("flowrun"), natsMeans({}, { NATS_PASS: "not the password" }));
      const failure = await failureOf(opened, [...secrets, "not the password"]);
      expect(failure).toMatchObject({ kind: "auth", message: `no connection to NATS at ${side.place}` });
      expect(failure.hint).toContain("the user flowrun and its password");
    });

    test("nothing to be let in by", async () => {
      const failure = await failureOf(open(`nats://${side.place}/aep.runs`));
      expect(failure).toMatchObject({ kind: "auth", hint: expect.stringContaining("?creds=<file>") as string });
    });

    test("no secret stands in what the address shows, or in a text that quotes it", () => {
      const text = `nats://flowrun:${encodeURIComponent(password)}@h:4222/aep.runs`;
      const { shown, digest } = parseAddress(text, {});
      nats.check(parseAddress(text, {}), {});
      expect(shown).toBe("nats://h:4222/aep.runs");
      expect(digest).not.toContain(password);
      expect(mask(`the server said ${password}`)).not.toContain(password);
      nats.check(parseAddress("nats://a-token-of-some-length@h:4222/aep.runs", {}), {});
      expect(mask("a-token-of-some-length?")).toBe("[secret]?");
    });

    test.each([
      ["nothing", /Publish to "\$JS.API.STREAM.NAMES"/, /publish on \$JS.API.STREAM.NAMES/],
      ["deaf", /Subscription to "_INBOX/, /subscribe to _INBOX.>/],
      ["sender", /STREAM.CREATE.KV_places/, /nats kv add places --history=1 --replicas=1/],
    ])("the user %s, who may do less, is told what is wanting", async (user, why, hint) => {
      const failure = await failureOf(open(`${address(user)}?bucket=places`, means()), secrets);
      expect(failure).toMatchObject({ kind: "forbidden" });
      expect(failure.why).toMatch(why);
      expect(failure.hint).toMatch(hint);
    });

    test("one who may look, and not publish", async () => {
      const to = await open(address("looker"), means({ isKept: false }));
      const failure = await failureOf(to.deliver(natsRuns(0, 3), null, nobodyAsks), secrets);
      expect(failure).toMatchObject({
        kind: "forbidden",
        hint: expect.stringContaining("publish on aep.runs") as string,
      });
    });

    test("one who may do what the documents name, and no more", async () => {
      await (await open(address("flowrun"), means())).close();
      const to = await open(address("just"), means({ reading: { ...means().reading, cursor: "just" } }));
      await to.deliver(natsRuns(0, 2), "1", nobodyAsks);
      expect(await idsOf(side)).toEqual(ids(0, 2));
    });
  });

  describe("what opens a door", () => {
    test("a token, and a saved context that names it", async () => {
      const token = "s3cr3t-token-of-nats";
      const side = await startSide({ config: `authorization { token: "${token}" }`, admin: { token } });
      await side.addStream({ name: "RUNS", subjects: ["aep.runs"] });
      const home = await scratch();
      await mkdir(join(home, ".config/nats/context"), { recursive: true });
      const save = (name: string, fields: object): Promise<void> =>
        writeFile(join(home, ".config/nats/context", `${name}.json`), JSON.stringify(fields));
      await save("prod", { url: `nats://${side.place}`, token });
      await save("old", { url: `nats://${side.place}`, nsc: "nsc://o/a/u" });
      await writeFile(join(home, ".config/nats/context/broken.json"), "{");

      for (const [text, env] of [
        [`nats://${token}@${side.place}/aep.runs`, {}],
        [`nats://env:TOKEN@${side.place}/aep.runs`, { TOKEN: token }],
        [`nats://${side.place}/aep.runs`, { NATS_TOKEN: token }],
        ["nats:///aep.runs", { NATS_URL: `nats://${token}@${side.place}` }],
        ["nats:///aep.runs?context=prod", {}],
        [`nats://${side.place}/aep.runs?context=prod`, {}],
        ["nats:///aep.runs", { NATS_CONTEXT: "prod" }],
      ] as const) {
        await (await open(text, natsMeans({}, { HOME: home, ...env }))).close();
      }
      const opening = (text: string, env = {}): Promise<FlowrunError> =>
        failureOf(open(text, natsMeans({}, { HOME: home, ...env })), [token]);
      // The secrets of another server do not go to one that is named.
      expect(await opening(`nats://${side.place}/aep.runs`, { NATS_CONTEXT: "prod" })).toMatchObject({ kind: "auth" });
      expect(await opening("nats:///aep.runs?context=none")).toMatchObject({
        kind: "settings",
        hint: expect.stringContaining("nats context ls") as string,
      });
      expect(await opening("nats:///aep.runs?context=old")).toMatchObject({
        kind: "settings",
        why: expect.stringContaining("nsc") as string,
      });
      expect(await opening("nats:///aep.runs?context=broken")).toMatchObject({
        kind: "settings",
        why: expect.stringContaining("not JSON") as string,
      });
    });

    test("an nkey", async () => {
      const user = nkeys.createUser();
      const seed = new TextDecoder().decode(user.getSeed());
      const config = `authorization { users: [ { nkey: ${user.getPublicKey()} }, { user: admin, password: administrator } ] }`;
      const side = await startSide({ config, admin: { user: "admin", pass: "administrator" } });
      await side.addStream({ name: "RUNS", subjects: ["aep.runs"] });
      const folder = await scratch();
      const path = join(folder, "user.nk");
      await writeFile(path, `${seed}\n`);
      await (await open(`nats://${side.place}/aep.runs?nkey=${path}`)).close();
      await (await open(`nats://${side.place}/aep.runs`, natsMeans({}, { NATS_NKEY: path }))).close();
      await (await open(`nats://${side.place}/aep.runs?nkey=~/user.nk`, natsMeans({}, { HOME: folder }))).close();

      const broken = `${seed.slice(0, 20)}${seed[20] === "A" ? "B" : "A"}${seed.slice(21)}`;
      await writeFile(path, broken);
      expect(await failureOf(open(`nats://${side.place}/aep.runs?nkey=${path}`), [seed, broken])).toMatchObject({
        kind: "settings",
      });
      await writeFile(path, "nothing of that kind");
      expect(await failureOf(open(`nats://${side.place}/aep.runs?nkey=${path}`))).toMatchObject({ kind: "settings" });
      expect(await failureOf(open(`nats://${side.place}/aep.runs?nkey=${path}x`))).toMatchObject({
        kind: "settings",
        hint: expect.stringContaining("ls -l") as string,
      });
      const stranger = new TextDecoder().decode(nkeys.createUser().getSeed());
      await writeFile(path, stranger);
      expect(await failureOf(open(`nats://${side.place}/aep.runs?nkey=${path}`), [stranger])).toMatchObject({
        kind: "auth",
      });
    });

    test("credentials of an account", async () => {
      const { config, creds } = makeOperator();
      const path = join(await scratch(), "user.creds");
      await writeFile(path, creds);
      const side = await startSide({ config });
      const address = `nats://${side.place}/aep.runs?creds=${path}`;
      const failure = await failureOf(
        open(address),
        creds.split("\n").filter((line) => line.length > 40),
      );
      expect(failure).toMatchObject({ kind: "settings", message: expect.stringContaining("no stream") as string });
      await writeFile(path, creds.replace(/^.*JWT-----\n.*\n.*$/m, ""));
      expect(await failureOf(open(address))).toMatchObject({
        kind: "settings",
        hint: expect.stringContaining("nsc") as string,
      });
      await writeFile(path, makeOperator().creds);
      expect(await failureOf(open(address))).toMatchObject({ kind: "auth" });
    });
  });

  describe.skipIf(!hasOpenssl)("TLS", () => {
    test("with a private authority, and what is refused", async () => {
      const { cert, key } = await makeCertificate();
      const other = await makeCertificate();
      const side = await startSide({ config: `tls { cert_file: "${cert}", key_file: "${key}" }`, hasJetStream: false });
      const place = `127.0.0.1:${side.port}`;
      // All the way to the question that a server without JetStream leaves open.
      for (const text of [`tls://${place}/a?ca=${cert}`, `nats://${place}/a?ca=${cert}`]) {
        expect(await failureOf(open(text))).toMatchObject({ message: expect.stringContaining("no stream") as string });
      }
      expect(await failureOf(open(`tls://${place}/a`, natsMeans({}, { NATS_CA: cert })))).toMatchObject({
        message: expect.stringContaining("no stream") as string,
      });

      for (const text of [`tls://${place}/a`, `nats://${place}/a`, `tls://${place}/a?ca=${other.cert}`]) {
        const failure = await failureOf(open(text));
        expect(failure).toMatchObject({ kind: "settings", hint: expect.stringContaining("?ca=<file.pem>") as string });
        expect(failure.why).toContain("not trusted here");
      }
      const elsewhere = await failureOf(open(`tls://localhost:${side.port}/a?ca=${cert}`));
      expect(elsewhere).toMatchObject({ kind: "settings", why: expect.stringContaining("another host's") as string });
      const noPem = await failureOf(open(`tls://${place}/a?ca=${import.meta.filename}`));
      expect(noPem).toMatchObject({ kind: "settings", why: expect.stringContaining("BEGIN CERTIFICATE") as string });
      const noPair = await failureOf(open(`tls://${place}/a?ca=${cert}&cert=${cert}&key=${other.key}`));
      expect(noPair).toMatchObject({
        kind: "settings",
        hint: expect.stringContaining("the key must be the certificate's") as string,
      });
    });

    test("with a certificate of ours", async () => {
      const { cert, key } = await makeCertificate();
      const config = `tls { cert_file: "${cert}", key_file: "${key}", ca_file: "${cert}", verify: true }`;
      const side = await startSide({ config, hasJetStream: false });
      const address = `tls://${side.place}/a?ca=${cert}`;
      expect(await failureOf(open(`${address}&cert=${cert}&key=${key}`))).toMatchObject({
        message: expect.stringContaining("no stream") as string,
      });
      // The server hangs up behind its word, which may be lost with the connection; whoever tries again hears it.
      await vi.waitFor(async () => {
        expect(await failureOf(open(address))).toMatchObject({
          kind: "settings",
          hint: expect.stringContaining("?cert=<file.pem>") as string,
        });
      }, 30_000);
    });

    test("a certificate that is over", async () => {
      const { cert, key } = await makeCertificate([-3, -2]);
      const side = await startSide({ config: `tls { cert_file: "${cert}", key_file: "${key}" }`, hasJetStream: false });
      const failure = await failureOf(open(`tls://${side.place}/a?ca=${cert}`));
      expect(failure).toMatchObject({ kind: "settings", hint: expect.stringContaining("date -u") as string });
    });

    test("asked for, and not there", async () => {
      const side = await startSide({ hasJetStream: false });
      const failure = await failureOf(open(`tls://${side.place}/a`));
      expect(failure).toMatchObject({ kind: "settings", why: expect.stringContaining("does not speak TLS") as string });
    });
  });

  describe("where it stands", () => {
    test("two that move one place: the second is told, and its place is not saved", async () => {
      const side = await startWithStream();
      const [one, two] = [await open(`nats://${side.place}/aep.runs`), await open(`nats://${side.place}/aep.runs`)];
      await one.deliver(natsRuns(0, 3), "3", nobodyAsks);
      const failure = await failureOf(two.deliver(natsRuns(0, 3), "3", nobodyAsks));
      expect(failure).toMatchObject({ kind: "lease", hint: expect.stringContaining("--cursor") as string });
      expect(await idsOf(side)).toEqual(ids(0, 3));
    });

    test("one that slept does not take the place back from another by opening anew", async () => {
      const side = await startWithStream();
      const address = parseAddress(`nats://${side.place}/aep.runs`, {});
      const means = natsMeans();
      const sleeper = await open("", means, address);
      await sleeper.deliver(natsRuns(0, 3), "3", nobodyAsks);
      const other = await open(`nats://${side.place}/aep.runs`);
      await other.deliver(natsRuns(3, 6), "6", nobodyAsks);
      await sleeper.close();
      expect(await failureOf(open("", means, address))).toMatchObject({ kind: "lease" });
      await other.close();
      expect(await (await open(`nats://${side.place}/aep.runs`)).findPlace?.()).toBe("6");
    });

    test.each([
      ["an earlier place", 3],
      ["none yet", 0],
    ])("a server that comes back as a copy with %s is not gone on with past what it lacks", async (_, kept) => {
      const side = await startWithStream();
      const address = parseAddress(`nats://${side.place}/aep.runs`, {});
      const means = natsMeans();
      const deliver = async (from: number, to: number): Promise<void> => {
        const there = await open("", means, address);
        await there.deliver(natsRuns(from, to), String(to), nobodyAsks);
        await there.close();
      };
      if (kept > 0) await deliver(0, kept);
      await side.backUp();
      await deliver(kept, 6);
      await side.restore();
      const failure = await failureOf(deliver(6, 9));
      expect(failure).toMatchObject({
        kind: "lease",
        why: expect.stringContaining("came back as an earlier copy") as string,
        hint: expect.stringContaining("start it again") as string,
      });
      // Whoever begins again reads on from there.
      const again = await open(`nats://${side.place}/aep.runs`);
      expect(await again.findPlace?.()).toBe(kept === 0 ? null : String(kept));
      await again.deliver(natsRuns(kept, 9), "9", nobodyAsks);
      expect(await idsOf(side)).toEqual(ids(0, 9));
    });

    test("nor where another has brought the copy to the same number with another place", async () => {
      const side = await startWithStream();
      const addressOf = () => parseAddress(`nats://${side.place}/aep.runs`, {});
      const means = natsMeans();
      const deliver = async (address: Address, from: number, to: number): Promise<void> => {
        const there = await open("", means, address);
        await there.deliver(natsRuns(from, to), String(to), nobodyAsks);
        await there.close();
      };
      const address = addressOf();
      await deliver(address, 0, 3);
      await side.backUp();
      await deliver(address, 3, 6);
      await side.restore();
      await deliver(addressOf(), 3, 4);
      expect(await failureOf(deliver(address, 6, 9))).toMatchObject({ kind: "lease" });
    });

    test("a bucket that is gone while the connection stands is not made anew and gone on with", async () => {
      const side = await startWithStream();
      const means = natsMeans();
      const to = patientDestination(nats, parseAddress(`nats://${side.place}/aep.runs`, {}), means, {
        patience: { retries: 3, maxWaitMs: 1000 },
        onRefused: "stop",
        onOpen: nobodyAsks,
        onDelivered: nobodyAsks,
        onPassedBy: nobodyAsks,
        onEnded: nobodyAsks,
      });
      onTestFinished(() => to.close());
      await to.deliver(natsRuns(0, 3), "3");
      await side.manage((manager) => manager.streams.delete("KV_flowrun"));
      expect(await failureOf(to.deliver(natsRuns(3, 6), "6"))).toMatchObject({ kind: "lease" });
    });

    test("places of other cursors, journals and subjects are others", async () => {
      const side = await startWithStream({ name: "RUNS", subjects: ["aep.>"] });
      const { reading } = natsMeans();
      const openFor = (change: Partial<Means["reading"]>, subject = "aep.runs"): Promise<OpenDestination> =>
        open(`nats://${side.place}/${subject}`, natsMeans({ reading: { ...reading, ...change } }));
      await (await openFor({})).deliver([], "here", nobodyAsks);
      expect(await (await openFor({ profile: "another name for it" })).findPlace?.()).toBe("here");
      expect(await (await openFor({ cursor: "c" })).findPlace?.()).toBeNull();
      expect(await (await openFor({ journal: "https://journal.test/2" })).findPlace?.()).toBeNull();
      expect(await (await openFor({}, "aep.other")).findPlace?.()).toBeNull();
      // The server may be called by another name.
      expect(await (await open(`nats://localhost:${side.port},${side.place}/aep.runs`)).findPlace?.()).toBe("here");
    });

    test("none is kept, and no bucket made, where the reading keeps none", async () => {
      const side = await startWithStream();
      const to = await open(`nats://${side.place}/aep.runs`, natsMeans({ isKept: false }));
      expect(to.findPlace).toBeUndefined();
      await to.deliver(natsRuns(0, 2), null, nobodyAsks);
      expect(await side.manage((manager) => manager.streams.names().next())).toEqual(["RUNS"]);
    });

    test.each([
      ["streams", "max_streams: 1"],
      ["storage", "max_file: 1000000"],
    ])("an account that may have no more %s is told how the bucket is made", async (_, limit) => {
      const config = `accounts { a: { jetstream: { ${limit} }, users: [ { user: a, password: administrator } ] } }`;
      const side = await startSide({ config, admin: { user: "a", pass: "administrator" } });
      await side.addStream({ name: "RUNS", subjects: ["aep.runs"] });
      const failure = await failureOf(open(`nats://a:administrator@${side.place}/aep.runs`), ["administrator"]);
      expect(failure).toMatchObject({ kind: "settings" });
      expect(failure.hint).toContain("nats kv add flowrun --history=1 --replicas=1");
    });

    test("what somebody else wrote there is no place, and one that was deleted is none", async () => {
      const side = await startWithStream();
      const address = `nats://${side.place}/aep.runs?bucket=other`;
      await (await open(address)).deliver([], "here", nobodyAsks);
      const inBucket = <R>(work: (kv: Awaited<ReturnType<Kvm["open"]>>, key: string) => Promise<R>): Promise<R> =>
        side.manage(async (manager) => {
          const kv = await new Kvm(manager.jetstream()).open("other");
          for await (const key of await kv.keys()) return work(kv, key);
          throw new Error("no key");
        });
      await inBucket((kv, key) => kv.put(key, "nonsense"));
      expect(await failureOf(open(address))).toMatchObject({
        kind: "state",
        hint: expect.stringContaining("nats kv del other") as string,
      });
      await inBucket((kv, key) => kv.delete(key));
      const again = await open(address);
      expect(await again.findPlace?.()).toBeNull();
      await again.deliver([], "there", nobodyAsks);
      expect(await (await open(address)).findPlace?.()).toBe("there");
    });
  });

  describe("outages", () => {
    test("the first of several servers that is there", async () => {
      const side = await startWithStream();
      const to = await open(`nats://127.0.0.1:1,${side.place}/aep.runs`);
      await to.deliver(natsRuns(0, 1), "1", nobodyAsks);
      const failure = await failureOf(open("nats://127.0.0.1:1,127.0.0.1:2/aep.runs"));
      expect(failure).toMatchObject({
        kind: "unavailable",
        why: expect.stringMatching(/127.0.0.1:1: .*refused.*127.0.0.1:2: /) as string,
      });
    });

    test("a server that is killed under load, again and again: nothing is lost, doubled, or out of order", async () => {
      const side = await startWithStream();
      const means = natsMeans();
      const impatient = {
        ...means,
        host: { ...means.host, sleep: (_: number, signal?: AbortSignal) => means.host.sleep(30, signal) },
      };
      const to = patientDestination(nats, parseAddress(`nats://${side.place}/aep.runs`, {}), impatient, {
        patience: { retries: Infinity, maxWaitMs: Infinity },
        onRefused: "stop",
        onDelivered: () => undefined,
        onPassedBy: () => undefined,
        onOpen: () => undefined,
        onEnded: () => undefined,
      });
      const luck = luckOf(4222);
      const killSometime = async (): Promise<void> => {
        await pause(luck.below(15));
        await side.kill();
        await side.start();
      };
      for (let at = 0; at < 6000; at += 200) {
        const killing = at % 1000 === 0 ? killSometime() : null;
        await to.deliver(natsRuns(at, at + 200), String(at + 200));
        await killing;
      }
      await to.close();
      expect(await idsOf(side)).toEqual(ids(0, 6000));
    });

    test("a batch whose place was not saved is not doubled, though the stream's window is long over", async () => {
      const side = await startWithStream({ name: "RUNS", duplicate_window: 100e6 });
      const killed = await open(`nats://${side.place}/aep.runs`, natsMeans({ isKept: false }));
      await killed.deliver(natsRuns(0, 7), null, nobodyAsks);
      // Until the stream has forgotten: a test message that it takes twice.
      await side.manage(async (manager) => {
        await manager.streams.add({ name: "CLOCK", subjects: ["clock"], duplicate_window: 100e6 });
        const tick = () => manager.jetstream().publish("clock", "", { msgID: "tick" });
        for (await tick(); (await tick()).duplicate;) await pause(20);
      });
      const next = await open(`nats://${side.place}/aep.runs`);
      await next.deliver(natsRuns(0, 10), "10", nobodyAsks);
      expect(await idsOf(side)).toEqual(ids(0, 10));
    });

    test("told to stop while the server says nothing: at once, and the end is no longer in coming", async () => {
      const side = await startWithStream();
      const stopping = new AbortController();
      const to = await open(`nats://${side.place}/aep.runs`, natsMeans({ signal: stopping.signal }));
      side.hang(3000);
      const delivering = to.deliver(natsRuns(0, 3), "3", nobodyAsks);
      const reason = new Error("stopped by the test");
      stopping.abort(reason);
      await expect(delivering).rejects.toBe(reason);
      await to.close();
    });

    test("told to stop while it connects", async () => {
      const side = await startWithStream();
      side.hang(3000);
      const stopping = new AbortController();
      const opening = nats.open(
        parseAddress(`nats://${side.place}/aep.runs`, {}),
        natsMeans({ signal: stopping.signal }),
      );
      const reason = new Error("stopped by the test");
      stopping.abort(reason);
      await expect(opening).rejects.toBe(reason);
    });
  });

  describe("a process that is killed", () => {
    let built: BuiltProgram;
    beforeAll(async () => {
      built = await buildProgram("nats-process");
    });
    afterAll(() => built.remove());

    test("again and again leaves no run out, and none twice", async () => {
      const side = await startWithStream();
      const args = [built.path, `nats://${side.place}/aep.runs`, "4000", "150"];
      const luck = luckOf(29);
      let kills = 0;
      for (let isDone = false; !isDone;) {
        const running = launch(process.execPath, args, { env: {} });
        // After its first batch, somewhere in one of the next.
        if (kills < 8) {
          await running.saw("\n");
          await pause(luck.below(20));
          running.child.kill("SIGKILL");
          kills += 1;
        }
        const { code, signal, stderr } = await running.finished;
        expect(stderr).toBe("");
        isDone = code === 0;
        expect(isDone || signal === "SIGKILL").toBe(true);
      }
      expect(kills).toBeGreaterThan(2);
      expect(await idsOf(side)).toEqual(ids(0, 4000));
    });
  });
});
