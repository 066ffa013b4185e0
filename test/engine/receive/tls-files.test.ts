import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { connect as connectPlain } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { connect, type ConnectionOptions } from "node:tls";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { meterDeliveries } from "../../../src/engine/receive/delivery-metrics.ts";
import { createMetrics } from "../../../src/engine/receive/meter.ts";
import { startReceiver, type RunningReceiver } from "../../../src/engine/receive/receiver.ts";
import { readTlsFiles, type TlsFiles } from "../../../src/engine/receive/tls-files.ts";
import { realSleep } from "../../support/host.ts";
import { hasOpenssl, makeAuthority, type Authority, type Certificate } from "../../support/tls.ts";

let folder = "";
let ours: Authority;
let others: Authority;
let server: Certificate;
let renewed: Certificate;
let client: Certificate;
let stranger: Certificate;

beforeAll(async () => {
  if (!hasOpenssl) return;
  folder = await mkdtemp(join(tmpdir(), "flowrun-test-"));
  ours = await makeAuthority("ours", folder);
  others = await makeAuthority("others", folder);
  server = await ours.issue("server.test");
  renewed = await ours.issue("renewed.test");
  client = await ours.issue("client.test");
  stranger = await others.issue("client.test");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function start(files: TlsFiles): Promise<RunningReceiver & { readonly url: string }> {
  const receiver = await startReceiver(
    {
      host: "127.0.0.1",
      port: 0,
      option: "--port",
      maxBody: 1000,
      tls: () => readTlsFiles(files),
      intakes: [
        {
          path: "/hook",
          isChallenged: true,
          judge: () => Promise.resolve({ kind: "genuine", events: [] }),
          inbox: { put: () => Promise.resolve(1) },
          meter: meterDeliveries(createMetrics(), "webhook"),
          onRefused: () => undefined,
        },
      ],
      onStray: () => undefined,
      onPoison: () => undefined,
      onValidation: () => undefined,
      onTrouble: () => undefined,
      limits: { drainMs: 200, headersMs: 300, checkMs: 20 },
    },
    { now: Date.now, sleep: realSleep },
  );
  onTestFinished(() => receiver.drain());
  return { ...receiver, url: `${receiver.origin}/hook` };
}

/** The status of a delivery, and whose certificate the server showed; `null` where it was not let in. */
async function post(url: string, own: Certificate | null = null, more: ConnectionOptions = {}) {
  const shown = own === null ? {} : { key: await readFile(own.key), cert: await readFile(own.cert) };
  const asked = request(url, { ...more, method: "POST", agent: false, ca: await readFile(ours.cert), ...shown });
  asked.end("hello");
  return new Promise<readonly [number, string] | null>((resolve) => {
    asked.on("response", (answer) => {
      const { socket } = answer as unknown as { readonly socket: ReturnType<typeof connect> };
      resolve([answer.statusCode ?? 0, String(socket.getPeerCertificate().subject.CN)]);
      answer.resume();
    });
    asked.on("error", () => {
      resolve(null);
    });
  });
}

describe.skipIf(!hasOpenssl)("TLS", () => {
  test("a delivery comes in over it, and plain HTTP does not", async () => {
    const receiver = await start({ ...server, clientCa: null });
    expect(receiver.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/hook$/);
    expect(await post(receiver.url)).toEqual([200, "server.test"]);
    await expect(fetch(receiver.url.replace("https", "http"))).rejects.toThrow();
    expect(await post(receiver.url)).toEqual([200, "server.test"]);
  });

  test("a client must show a certificate of that authority, where one is named", async () => {
    const receiver = await start({ ...server, clientCa: ours.cert });
    expect(await post(receiver.url, client)).toEqual([200, "server.test"]);
    expect(await post(receiver.url)).toBeNull();
    expect(await post(receiver.url, stranger)).toBeNull();
    expect(await post(receiver.url, client, { maxVersion: "TLSv1.2" })).toEqual([200, "server.test"]);
    expect(await post(receiver.url, stranger, { maxVersion: "TLSv1.2" })).toBeNull();
  });

  test("files that were replaced are read when it is told to, and broken ones are not taken", async () => {
    const files = {
      cert: join(folder, "live.pem"),
      key: join(folder, "live.key"),
      clientCa: join(folder, "live-ca.pem"),
    };
    const put = async (from: Certificate, ca: string): Promise<void> => {
      await writeFile(files.cert, await readFile(from.cert));
      await writeFile(files.key, await readFile(from.key));
      await writeFile(files.clientCa, await readFile(ca));
    };
    await put(server, ours.cert);
    const receiver = await start(files);
    expect(await post(receiver.url, client)).toEqual([200, "server.test"]);
    await put(renewed, others.cert);
    expect(await post(receiver.url, client)).toEqual([200, "server.test"]);
    await receiver.reload();
    expect(await post(receiver.url, stranger)).toEqual([200, "renewed.test"]);
    expect(await post(receiver.url, client)).toBeNull();
    await writeFile(files.key, await readFile(server.key));
    await expect(receiver.reload()).rejects.toMatchObject({ kind: "usage" });
    expect(await post(receiver.url, stranger)).toEqual([200, "renewed.test"]);
  });

  test("a session that began before the files were replaced is not gone on with", async () => {
    const files = { ...server, clientCa: join(folder, "session-ca.pem") };
    await writeFile(files.clientCa, await readFile(ours.cert));
    const receiver = await start(files);
    const shown = { key: await readFile(client.key), cert: await readFile(client.cert), ca: await readFile(ours.cert) };
    const at = {
      host: "127.0.0.1",
      port: Number(new URL(receiver.url).port),
      maxVersion: "TLSv1.2",
      ...shown,
    } as const;
    const first = connect(at);
    await once(first, "secureConnect");
    const session = first.getSession();
    first.destroy();
    const resumed = connect({ ...at, session: session! });
    await once(resumed, "secureConnect");
    expect(resumed.isSessionReused()).toBe(true);
    resumed.destroy();
    await writeFile(files.clientCa, await readFile(others.cert));
    await receiver.reload();
    const again = connect({ ...at, session: session! });
    const outcome = await Promise.race([
      once(again, "secureConnect").then(() => "let in"),
      once(again, "error").then(() => "refused"),
      once(again, "close").then(() => "refused"),
    ]).catch(() => "refused");
    again.on("error", () => undefined);
    again.destroy();
    expect(outcome).toBe("refused");
  });

  test("a handshake that does not come is ended, and does not hold up the end", async () => {
    const receiver = await start({ ...server, clientCa: null });
    const port = Number(new URL(receiver.url).port);
    const silent = connectPlain(port, "127.0.0.1");
    silent.on("error", () => undefined);
    await once(silent, "close");
    const last = connectPlain(port, "127.0.0.1");
    last.on("error", () => undefined);
    await once(last, "connect");
    await delay(20);
    await receiver.drain();
  });
});

describe.skipIf(!hasOpenssl)("files that cannot be used", () => {
  async function failureOf(files: Partial<TlsFiles>): Promise<unknown> {
    return readTlsFiles({ ...server, clientCa: null, ...files }).catch((error: unknown) => error);
  }

  test("are named, with their option, and no key is shown", async () => {
    const none = join(folder, "none.pem");
    const text = join(folder, "text.pem");
    const broken = join(folder, "broken.pem");
    await writeFile(text, "hello");
    await writeFile(broken, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    const failures = await Promise.all([
      failureOf({ cert: none }),
      failureOf({ key: none }),
      failureOf({ clientCa: none }),
      failureOf({ cert: folder }),
      failureOf({ cert: text }),
      failureOf({ cert: broken }),
      failureOf({ cert: server.key }),
      failureOf({ clientCa: text }),
      failureOf({ key: text }),
      failureOf({ key: client.key }),
      failureOf({ key: server.cert }),
    ]);
    expect(failures.map((failure) => (failure instanceof Error ? failure.message.replaceAll(folder, "") : ""))).toEqual(
      [
        "/none.pem (--tls-cert) cannot be read",
        "/none.pem (--tls-key) cannot be read",
        "/none.pem (--client-ca) cannot be read",
        " (--tls-cert) cannot be read",
        "/text.pem (--tls-cert) holds no certificate",
        "/broken.pem (--tls-cert) holds no certificate",
        "/ours-server.test.key (--tls-cert) holds no certificate",
        "/text.pem (--client-ca) holds no certificate",
        "/text.pem (--tls-key) is no key for /ours-server.test.pem (--tls-cert)",
        "/ours-client.test.key (--tls-key) is no key for /ours-server.test.pem (--tls-cert)",
        "/ours-server.test.pem (--tls-key) is no key for /ours-server.test.pem (--tls-cert)",
      ],
    );
    for (const failure of failures) {
      expect(failure).toMatchObject({
        kind: "usage",
        why: expect.any(String) as string,
        hint: expect.any(String) as string,
      });
    }
    const key = (await readFile(client.key, "utf8")).split("\n")[1]!;
    expect(JSON.stringify(failures)).not.toContain(key);
  });

  test("a key behind a passphrase is none", async () => {
    const { spawnSync } = await import("node:child_process");
    const locked = join(folder, "locked.key");
    spawnSync("openssl", ["rsa", "-aes256", "-passout", "pass:hidden", "-in", server.key, "-out", locked]);
    expect(await failureOf({ key: locked })).toMatchObject({
      kind: "usage",
      hint: expect.stringContaining("passphrase") as string,
    });
  });
});
