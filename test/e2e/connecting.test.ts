import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { answer, canBeNameServer, openDeafPort, openNameServer, openProxy, tunnel } from "../support/bad-network.ts";
import { bareEnv, flowrun, launch, scratch, start, type Running } from "../support/flowrun.ts";
import { openJournal, printed, runIds } from "../support/journal.ts";
import { hasOpenssl, listen, makeCertificate, wrapInTls } from "../support/tls.ts";

/** A user whose IMS and journal stand at these places. */
async function userOf(imsUrl: string, journalUrl: string, more: Readonly<Record<string, string>> = {}) {
  return {
    ...bareEnv(await scratch()),
    FLOWRUN_CLIENT_ID: "client",
    FLOWRUN_CLIENT_SECRET: "p8e-secret-of-nobody",
    FLOWRUN_IMS_ORG_ID: "9C0DE5A1B2@AdobeOrg",
    FLOWRUN_IMS_URL: imsUrl,
    FLOWRUN_JOURNAL_URL: journalUrl,
    ...more,
  };
}

/** One who reaches nothing but by a proxy. */
function behind(proxy: string) {
  return userOf("https://ims.invalid", "https://journal.invalid/events/o/i/r", { HTTPS_PROXY: proxy });
}

/** How long a process took to end after a signal, in milliseconds; and its exit code. */
async function stop(running: Running, signal: NodeJS.Signals) {
  const at = Date.now();
  running.child.kill(signal);
  const { code } = await running.finished;
  return { code, took: Date.now() - at };
}

/** Far less than what each of these troubles takes by itself (8 s and more), far more than a busy machine needs. */
const soon = 4000;

describe("a proxy that refuses", () => {
  it("by closing each connection: as many failures as attempts, each told, and no other request", async () => {
    const proxy = await openProxy((socket) => void socket.destroy());
    const { code, stderr } = await flowrun(["since", "-PT1H"], { env: await behind(proxy.address) });
    expect(code).toBe(5);
    expect(proxy.targets()).toEqual(Array.from({ length: 5 }, () => "ims.invalid:443"));
    expect(stderr.match(/attempt \d, again in/g)).toHaveLength(4);
    expect(stderr).toContain(
      `why: the proxy ${proxy.address} did not open a tunnel to ims.invalid:443: closed the conn`,
    );
  });

  it("by closing each connection: Ctrl-C ends tail, which does not give up", async () => {
    const proxy = await openProxy((socket) => void socket.destroy());
    const tail = start(["tail"], { env: await behind(proxy.address) });
    await tail.saw("attempt 3", "stderr");
    const { code, took } = await stop(tail, "SIGINT");
    expect(code).toBe(130);
    expect(took).toBeLessThan(soon);
    expect(proxy.asked.length).toBeLessThan(10);
  });

  it.each(["403 Forbidden", "502 Bad Gateway"])("with %s: it is named, and tried again", async (status) => {
    const proxy = await openProxy(answer(status));
    const env = await behind(`http://user:p8e-word@${proxy.address}`);
    const { code, stderr } = await flowrun(["since", "-PT1H", "--retries", "2"], { env });
    expect(code).toBe(5);
    expect(proxy.asked).toHaveLength(2);
    expect(stderr).toContain(`why: the proxy ${proxy.address} answered ${status} when asked for ims.invalid:443`);
    expect(stderr).not.toContain("p8e-word");
  });

  it("with 407: it is named with what to export, and nobody tries again", async () => {
    const proxy = await openProxy(answer("407 Proxy Authentication Required"));
    const env = await behind(`http://user:p8e-word@${proxy.address}`);
    const { code, stderr } = await flowrun(["tail"], { env });
    expect(code).toBe(5);
    expect(proxy.asked).toHaveLength(1);
    expect(stderr).toMatch(/^error: the proxy \S+ refuses the user and password in HTTPS_PROXY\n {2}why: .* 407 /);
    expect(stderr).toContain("fix: export HTTPS_PROXY=http://<user>:<password>@");
    expect(stderr).not.toContain("p8e-word");
  });
});

it.each([
  ["HTTPS_PROXY", "proxy:port"],
  ["https_proxy", "http://user:p8e-word@"],
  ["HTTP_PROXY", "socks5://user:p8e-word@127.0.0.1:1080"],
  ["NO_PROXY", "10.0.0.0/64"],
])("%s=%s is refused by its name before anything is asked", async (name, value) => {
  const env = { ...(await behind("127.0.0.1:9")), [name]: value };
  const { code, stdout, stderr } = await flowrun(["since", "-PT1H"], { env });
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(new RegExp(`^error: ${name} cannot be understood\n {2}why: .*\n {2}fix: export ${name}=`));
  expect(stderr).not.toContain("p8e-word");
});

it("loopback is asked directly, whatever proxy is set", async () => {
  const journal = await openJournal();
  const proxy = await openProxy(tunnel);
  const through = { HTTP_PROXY: `http://${proxy.address}`, https_proxy: proxy.address };
  expect(printed(await journal.run("since oldest --json", through))).toEqual(runIds(5));
  expect(proxy.targets()).toEqual([]);
});

describe.skipIf(!hasOpenssl)(`TLS${hasOpenssl ? "" : " (openssl is missing)"}`, () => {
  /** A journal behind TLS, and the certificate. */
  async function secured(days?: readonly [number, number]) {
    const [journal, certificate] = await Promise.all([openJournal(), makeCertificate(days)]);
    const port = await wrapInTls(certificate, journal.server.origin);
    const urlAt = (host: string): string => {
      const { pathname } = new URL(journal.server.journalUrl);
      return `https://${host}:${port}${pathname}`;
    };
    return { journal, port, urlAt, trusting: { NODE_EXTRA_CA_CERTS: certificate.cert } };
  }

  it.each(["127.0.0.1:", "user:p%we@rd@127.0.0.1:"])("goes through a tunnel of the proxy %s", async (prefix) => {
    const { journal, port, urlAt, trusting } = await secured();
    const proxy = await openProxy(tunnel);
    const env = { ...trusting, FLOWRUN_JOURNAL_URL: urlAt("journal.test") };
    const through = { HTTPS_PROXY: proxy.address.replace("127.0.0.1:", prefix) };
    expect(printed(await journal.run("since oldest --json", { ...env, ...through }))).toEqual(runIds(5));
    expect(new Set(proxy.targets())).toEqual(new Set([`journal.test:${port}`]));
    const past = { ...through, NO_PROXY: "10.0.0.0/8,.test" };
    expect((await journal.run("since oldest --json --retries 1", { ...env, ...past })).stderr).toContain("host name");
  });

  it("trusts the certificates of NODE_EXTRA_CA_CERTS; another one is told apart, and not tried again", async () => {
    const { journal, urlAt, trusting } = await secured();
    const env = { FLOWRUN_JOURNAL_URL: urlAt("127.0.0.1") };
    const [trusted, unknown] = await Promise.all([
      journal.run("since oldest --json", { ...env, ...trusting }),
      journal.run("tail --since oldest", env),
    ]);
    expect(printed(trusted)).toEqual(runIds(5));
    expect([unknown.code, unknown.stdout]).toEqual([5, ""]);
    expect(unknown.stderr).toMatch(/^error: the certificate of 127\.0\.0\.1 is not trusted by this machine\n/);
    expect(unknown.stderr).toContain("fix: export NODE_EXTRA_CA_CERTS=");
    expect(unknown.stderr).not.toContain("attempt 2");
  });

  it.each([
    ["has expired", [-20, -10]],
    ["is not valid yet", [10, 20]],
  ] as const)("a certificate that %s names the clock, and is not tried again", async (words, days) => {
    const { journal, urlAt, trusting } = await secured(days);
    const env = { ...trusting, FLOWRUN_JOURNAL_URL: urlAt("127.0.0.1") };
    const { code, stderr } = await journal.run("tail --since oldest", env);
    expect(code).toBe(5);
    expect(stderr).toMatch(
      new RegExp(`^error: by this machine's clock the certificate of 127\\.0\\.0\\.1 ${words}\n.*\n {2}fix: .*clock`),
    );
    expect(stderr).not.toContain("attempt 2");
  });

  it("a certificate of another host is told apart, and not tried again", async () => {
    const { journal, urlAt, trusting } = await secured();
    const env = { ...trusting, FLOWRUN_JOURNAL_URL: urlAt("localhost") };
    const { code, stderr } = await journal.run("tail --since oldest", env);
    expect(code).toBe(5);
    expect(stderr).toMatch(/^error: the certificate of localhost is another host's\n/);
    expect(stderr).not.toContain("attempt 2");
  });

  it("doctor says so too, of IMS", async () => {
    const { urlAt, trusting } = await secured([-20, -10]);
    const env = await userOf(new URL(urlAt("127.0.0.1")).origin, "http://127.0.0.1:9/events/o/i/r", trusting);
    const { code, stdout } = await flowrun(["doctor"], { env });
    expect(code).toBe(5);
    expect(stdout).toMatch(/failed {3}token .*by this machine's clock the certificate of 127\.0\.0\.1 has expired/);
  });
});

/** A place that leads nowhere: how to start flowrun there, and when it is known to be on its way. */
interface Nowhere {
  readonly run: (...args: readonly string[]) => Running;
  readonly underway: () => boolean;
}

const nowheres: readonly (readonly [what: string, open: () => Promise<Nowhere>])[] = [
  [
    "a proxy that never answers CONNECT",
    async () => {
      const proxy = await openProxy(() => undefined);
      const env = await behind(proxy.address);
      return { run: (...args) => start(args, { env }), underway: () => proxy.asked.length > 0 };
    },
  ],
  [
    "a proxy whose answer never ends",
    async () => {
      const proxy = await openProxy((socket) => void socket.write("HTTP/1.1 200 Yes\r\nx-more: "));
      const env = await behind(proxy.address);
      return { run: (...args) => start(args, { env }), underway: () => proxy.asked.length > 0 };
    },
  ],
  [
    "packets that are dropped on the way",
    async () => {
      const { port } = await openDeafPort();
      const url = `http://127.0.0.1:${port}`;
      const env = await userOf(url, `${url}/events/o/i/r`);
      return { run: (...args) => start(args, { env }), underway: () => true };
    },
  ],
  [
    "packets to the proxy that are dropped",
    async () => {
      const { port } = await openDeafPort();
      const env = await behind(`127.0.0.1:${port}`);
      return { run: (...args) => start(args, { env }), underway: () => true };
    },
  ],
  [
    "a server that never answers the first word of TLS",
    async () => {
      const port = await listen(createServer(() => undefined));
      const url = `https://127.0.0.1:${port}`;
      const env = await userOf(url, `${url}/events/o/i/r`);
      return { run: (...args) => start(args, { env }), underway: () => true };
    },
  ],
];

const isNameServer = await canBeNameServer();

/** With a name server that hears every question and answers none. */
async function silence(): Promise<Nowhere> {
  const { command, heard } = await openNameServer({ isSilent: true });
  const env = await userOf("https://ims.example", "https://journal.example/events/o/i/r");
  return {
    run: (...args) => {
      const [program, words] = command(args);
      return launch(program, words, { env });
    },
    underway: () => heard() > 0,
  };
}

const all = isNameServer ? [...nowheres, ["a name server that is silent", silence] as const] : nowheres;
const why = isNameServer ? "" : " (not by a silent name server: this machine does not let tests be one)";

describe.each(all)(`nowhere: %s${why}`, (_, open) => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s ends it at once, early and late", async (signal, exitCode) => {
    const { run, underway } = await open();
    for (const waitMs of [400, 2500]) {
      // A process that is still beginning ends as any does.
      const reading = run("since", "-PT1H", "--verbose");
      await reading.saw("> POST", "stderr");
      await expect.poll(underway, { timeout: 60_000 }).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      const { code, took } = await stop(reading, signal);
      expect(code).toBe(exitCode);
      expect(took).toBeLessThan(soon);
    }
  });

  it("wait ends with its time-out, and says that nobody answered", async () => {
    const { run } = await open();
    const began = Date.now();
    const { code, stderr } = await run("wait", "--timeout", "2s").finished;
    expect(code).toBe(7);
    expect(Date.now() - began).toBeLessThan(2000 + soon);
    expect(stderr).toMatch(/error: no matching run ended within 2s\n {2}why: .* did not answer/);
  });

  it("doctor ends when it is told to", async () => {
    const { run, underway } = await open();
    const doctor = run("doctor");
    await doctor.saw("secrets");
    await expect.poll(underway, { timeout: 20_000 }).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 400));
    const { code, took } = await stop(doctor, "SIGINT");
    expect(code).toBe(130);
    expect(took).toBeLessThan(soon);
  });
});

describe.skipIf(!isNameServer)("names", () => {
  it("a name server that is silent is blamed by doctor, and does not keep it", async () => {
    const { run } = await silence();
    const doctor = run("doctor", "--retries", "1");
    await doctor.saw("ok       cursor");
    const at = Date.now();
    const { code, stdout } = await doctor.finished;
    expect(code).toBe(5);
    expect(Date.now() - at).toBeLessThan(soon);
    expect(stdout).toMatch(/failed {3}network .*ims\.example has no address: .*no name server answered within 8 s/);
  });

  it.each([true, false])("what only /etc/hosts knows is found; silent name server: %s", async (isSilent) => {
    const journal = await openJournal();
    const certificate = await makeCertificate();
    const port = await wrapInTls(certificate, journal.server.origin);
    const { command } = await openNameServer({ isSilent, hosts: "127.0.0.1 journal.test" });
    const { pathname } = new URL(journal.server.journalUrl);
    const env = {
      ...journal.env,
      NODE_EXTRA_CA_CERTS: certificate.cert,
      FLOWRUN_JOURNAL_URL: `https://journal.test:${port}${pathname}`,
    };
    const [program, words] = command(["since", "oldest", "--json"]);
    expect(printed(await launch(program, words, { env }).finished)).toEqual(runIds(5));
  });
});
