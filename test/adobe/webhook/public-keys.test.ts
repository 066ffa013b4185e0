import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { createPublicKeys, type KeysPlace } from "../../../src/adobe/webhook/public-keys.ts";
import { openNodeWorld } from "../../../src/node-host.ts";
import { realSleep } from "../../support/host.ts";
import { makeSigner, openKeyHost } from "../../support/webhook.ts";

const world = openNodeWorld({ tuneV8: () => undefined });
afterAll(() => world.close());

const keyHost = await openKeyHost();
const one = makeSigner("one");
const other = makeSigner("other");
const dayMs = 24 * 3_600_000;

let now = 0;
beforeEach(() => {
  now = 1_800_000_000_000;
  keyHost.serve(one, other);
});

const { signal } = new AbortController();

function storeOf(parts: Partial<KeysPlace["host"]> = {}, stop = signal) {
  const host = { now: () => now, sleep: realSleep, send: world.send, ...parts };
  return createPublicKeys({ url: keyHost.url, host, signal: stop });
}

async function troubleOf(answer: ReturnType<ReturnType<typeof storeOf>["find"]>): Promise<string> {
  const found = await answer;
  return "trouble" in found ? found.trouble : "it is a key";
}

describe("a key", () => {
  test("is asked for once by all who need it at once, and kept for a day", async () => {
    const keys = storeOf();
    const all = await Promise.all(Array.from({ length: 20 }, () => keys.find(one.path)));
    expect(new Set(all).size).toBe(1);
    expect(all[0]).toMatchObject({ key: { asymmetricKeyType: "rsa", type: "public" } });
    now += dayMs - 1;
    await keys.find(one.path);
    expect(keyHost.asked).toEqual([one.path]);
    now += 1;
    await keys.find(one.path);
    expect(keyHost.asked).toEqual([one.path, one.path]);
  });

  test("is known by its whole path, not by its file's name", async () => {
    const keys = storeOf();
    const staged = { ...other, path: one.path.replace("/prod/", "/stage/") };
    keyHost.serve(one, staged);
    const [prod, stage] = await Promise.all([keys.find(one.path), keys.find(staged.path)]);
    expect("key" in prod && "key" in stage && prod.key.equals(stage.key)).toBe(false);
  });

  test("is asked for again where the clock was put back", async () => {
    const keys = storeOf();
    await keys.find(one.path);
    now -= 1;
    await keys.find(one.path);
    expect(keyHost.asked).toHaveLength(2);
  });

  test("may be of the older form", async () => {
    const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const pem = publicKey.export({ type: "pkcs1", format: "pem" }).toString();
    keyHost.serve({ ...one, pem });
    expect(await storeOf().find(one.path)).toHaveProperty("key");
  });

  test("stays while paths without a key are made up, and as many as that", async () => {
    const keys = storeOf();
    await keys.find(one.path);
    for (let n = 0; n < 400; n += 1) await keys.find(`/prod/keys/pub-key-none-${n}.pem`);
    expect(keyHost.asked).toHaveLength(401);
    await keys.find(one.path);
    expect(keyHost.asked).toHaveLength(401);
  });
});

describe("trouble", () => {
  test("is remembered for five seconds", async () => {
    const keys = storeOf();
    keyHost.serve();
    expect(await troubleOf(keys.find(one.path))).toBe(`the host of the keys answered 404 for ${one.path}`);
    keyHost.serve(one);
    now += 4999;
    expect(await troubleOf(keys.find(one.path))).toContain("404");
    expect(keyHost.asked).toEqual([]);
    now += 1;
    expect(await keys.find(one.path)).toHaveProperty("key");
  });

  test.each<[string, Parameters<typeof keyHost.answer>[0], string]>([
    ["a page", (_, to) => to.end("<html><body>Sign in</body></html>"), "has no public key at"],
    ["nothing", (_, to) => to.end(), "has no public key at"],
    ["a redirect", (_, to) => to.writeHead(302, { location: one.path }).end(one.pem), "answered 302"],
    ["a key with another status", (_, to) => to.writeHead(203).end(one.pem), "answered 203"],
    ["a key that is not whole", (_, to) => to.end(one.pem.slice(0, 200)), "has no public key at"],
    ["two keys", (_, to) => to.end(one.pem + other.pem), "has no public key at"],
    ["a key with words around it", (_, to) => to.end(`Hello!\n${one.pem}`), "has no public key at"],
    [
      "a private key",
      (_, to) => to.end(one.privateKey.export({ type: "pkcs8", format: "pem" })),
      "has no public key at",
    ],
    ["a key for other things", (_, to) => to.end(ellipticKey), "has no public key at"],
    ["a weak key", (_, to) => to.end(makeSigner("weak", 1024).pem), "has 1024 bits"],
    ["more than 8 KB", (_, to) => to.end(one.pem + "\n".repeat(8192)), "larger than 8192 bytes"],
    ["a body that breaks off", (_, to) => void to.writeHead(200).write("-----BEGIN", () => to.destroy()), "closed"],
  ])("%s is no key", async (_, how, trouble) => {
    keyHost.answer(how);
    expect(await troubleOf(storeOf().find(one.path))).toContain(trouble);
    expect(keyHost.asked).toEqual([one.path]);
  });

  const ellipticKey = generateKeyPairSync("ec", { namedCurve: "P-256" })
    .publicKey.export({ type: "spki", format: "pem" })
    .toString();

  test("a gigabyte is not read", async () => {
    let sent = 0;
    keyHost.answer((_, to) => {
      to.writeHead(200, { "content-length": 2 ** 30 });
      const piece = Buffer.alloc(65_536, "A");
      const more = (): void => {
        while (!to.destroyed && sent < 2 ** 30) {
          sent += piece.length;
          if (!to.write(piece)) {
            to.once("drain", more);
            return;
          }
        }
      };
      more();
    });
    expect(await troubleOf(storeOf().find(one.path))).toContain("larger than 8192 bytes");
    expect(sent).toBeLessThan(2 ** 27);
  });

  test("a host that hangs, before its head or in the middle, is given up after three seconds", async () => {
    for (const begin of [false, true]) {
      keyHost.answer((_, to) => {
        if (begin) to.writeHead(200).write("-----BEGIN");
      });
      const waits: number[] = [];
      const isAsked = (): boolean => keyHost.asked.length > 0;
      // The three seconds are over once the host has been asked, however long that takes.
      const sleep: KeysPlace["host"]["sleep"] = async (ms, until) => {
        waits.push(ms);
        while (!isAsked() && until?.aborted !== true) await realSleep(10, until);
        await realSleep(50, until);
      };
      expect(await troubleOf(storeOf({ sleep }).find(one.path))).toMatch(/could not be asked .* in time/);
      expect(waits).toEqual([3000]);
    }
  });

  test("a host that is not there, and a receiver that ends", async () => {
    const gone = createPublicKeys({
      url: "http://127.0.0.1:9",
      host: { now: () => now, sleep: realSleep, send: world.send },
      signal,
    });
    expect(await troubleOf(gone.find(one.path))).toContain("the connection was refused");
    const ended = AbortSignal.abort(new Error("it ends"));
    expect(await troubleOf(storeOf({}, ended).find(one.path))).toContain("it ends");
  });

  test("no more than sixteen are asked for at once, whoever makes up paths; some more wait, and the rest is turned away", async () => {
    const waiting: (() => void)[] = [];
    let open = 0;
    let most = 0;
    keyHost.answer((_, to) => {
      most = Math.max(most, (open += 1));
      waiting.push(() => {
        open -= 1;
        to.writeHead(404).end();
      });
      if (waiting.length === 16) for (const go of waiting.splice(0)) go();
    });
    const keys = storeOf();
    const answers = Array.from({ length: 100 }, (_, n) => troubleOf(keys.find(`/prod/keys/pub-key-n${n}.pem`)));
    const troubles = await Promise.all(answers);
    expect(troubles.filter((trouble) => trouble.startsWith("80 other keys"))).toHaveLength(20);
    expect(keyHost.asked).toHaveLength(80);
    expect(most).toBe(16);
  });

  test("a genuine key is had in its turn, while made-up ones are answered slowly", async () => {
    const slow: (() => void)[] = [];
    let isSlow = true;
    let madeUp = 0;
    keyHost.answer(({ url }, to) => {
      if (url === one.path) to.end(one.pem);
      else if (isSlow) slow.push(() => to.writeHead(404).end());
      else to.writeHead(404).end();
      // Once all have come that may, one is answered, and the next in the row has its place.
      if (url !== one.path && (madeUp += 1) === 16) slow.shift()?.();
    });
    const keys = storeOf();
    const before = Array.from({ length: 16 }, (_, n) => keys.find(`/prod/keys/pub-key-n${n}.pem`));
    const genuine = keys.find(one.path);
    const after = keys.find("/prod/keys/pub-key-after.pem");
    expect(await genuine).toHaveProperty("key");
    expect(keyHost.asked[16]).toBe(one.path);
    isSlow = false;
    for (const go of slow) go();
    expect(await Promise.all([...before, after].map(troubleOf))).toHaveLength(17);
  });
});

test("it is asked without any coding, so that nothing small unpacks to much", async () => {
  let coding: string | undefined;
  keyHost.answer(({ headers }, to) => {
    coding = headers["accept-encoding"]?.toString();
    to.end(one.pem);
  });
  await storeOf().find(one.path);
  expect(coding).toBe("identity");
});
