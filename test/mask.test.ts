import { format } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Secret } from "../src/adobe/auth/secret.ts";
import { FlowrunError } from "../src/errors.ts";
import { discreet, keepSecret, keepSecretsOf, keepSecretsOfUrl, mask } from "../src/mask.ts";
import { fakeHost } from "./support/host.ts";

const secret = `p8e-s&cr"et=1+/\\x~`;
keepSecret(secret);

const base64 = (text: string, kind: BufferEncoding = "base64"): string => Buffer.from(text).toString(kind);
const lowerHex = (text: string): string => text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());

describe("a known secret is masked", () => {
  test.each<[string, string]>([
    ["as it is", secret],
    ["in another case", secret.toUpperCase()],
    ["URL-encoded", encodeURIComponent(secret)],
    ["URL-encoded, in lower case", lowerHex(encodeURIComponent(secret))],
    ["as a form writes it", new URLSearchParams({ "": secret }).toString().slice(1)],
    ["URL-encoded twice", encodeURIComponent(encodeURIComponent(secret))],
    ["URL-encoded but for a slash", encodeURIComponent(secret).replace("%2F", "/")],
    ["in JSON", JSON.stringify(secret).slice(1, -1)],
    ["in JSON in JSON", JSON.stringify(JSON.stringify(secret)).slice(3, -3)],
    ["in JSON with escaped slashes", JSON.stringify(secret).slice(1, -1).replace("/", "\\/")],
    ["in JSON as characters' numbers", secret.replace(/[^a-z0-9]/gi, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)],
    ["in HTML", secret.replace("&", "&amp;").replace('"', "&#34;").replace("/", "&#x2F;")],
    ["in base64", base64(secret)],
    ["in base64 without padding", base64(secret).replace(/=+$/, "")],
    ["in base64 for URLs", base64(secret, "base64url")],
    ["in base64, URL-encoded", encodeURIComponent(base64(secret))],
  ])("%s", (_, written) => {
    expect(mask(`before ${written} after`)).toBe("before [secret] after");
  });

  test.each(["", "a", "ab", "abc", "client:"])("in base64 behind '%s' and before more", (before) => {
    for (const after of ["", "z", "zz", "zzz"]) {
      const masked = mask(`Basic ${base64(before + secret + after)}`);
      expect(masked).toContain("[secret]");
      expect(Buffer.from(masked.slice(6).replaceAll("[secret]", ""), "base64").toString()).not.toContain(
        secret.slice(1, -1),
      );
      expect(masked.length).toBeLessThan(6 + 8 + 20);
    }
  });

  test("whatever it is, and however it is written", () => {
    const printable = fc.string({
      unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
      minLength: 8,
      maxLength: 40,
    });
    fc.assert(
      fc.property(printable, (text) => {
        keepSecret(text);
        const forms = [
          text,
          encodeURIComponent(text),
          new URLSearchParams({ s: text }).toString().slice(2),
          JSON.stringify(text).slice(1, -1),
          base64(text),
          base64(text, "base64url"),
        ];
        for (const form of forms) expect(mask(`<${form}>`).replaceAll("[secret]", "")).not.toContain(form);
      }),
      { numRuns: 60 },
    );
  });

  test("one that another begins with leaves nothing of the other", () => {
    keepSecret("one-secret");
    keepSecret("one-secret-and-more");
    expect(mask("one-secret-and-more, one-secret")).toBe("[secret], [secret]");
  });

  test("a long one too", () => {
    const token = Array.from({ length: 2000 }, (_, n) => (n * 7919).toString(36)).join(".");
    keepSecret(token);
    expect(mask(`Bearer ${token}`)).toBe("Bearer [secret]");
    expect(mask(base64(`Bearer ${token}`)).length).toBeLessThan(40);
  });
});

describe("what is no secret stays", () => {
  test("one shorter than eight characters", () => {
    keepSecret("secret");
    keepSecret("the");
    expect(mask("the secret of the client")).toBe("the secret of the client");
  });

  test.each([
    "the journal answered 403: 403003 Api Key is invalid",
    "invalid client_secret parameter",
    "> GET https://events-va6.adobe.io/events/organizations/1/integrations/2/3?since=penguin:42&limit=100",
    "error code=403003, token=missing",
    "4B1E2F9A6D3C7A550A495FD2@AdobeOrg",
    "https://host/a@b",
    'the header "Authorization: Bearer …" is missing',
  ])("%s", (text) => {
    expect(mask(text)).toBe(text);
  });

  test("masked twice is masked once", () => {
    const once = mask(`${secret} https://u:p@h/?code=1#access_token=2`);
    expect(mask(once)).toBe(once);
  });
});

describe("in a URL", () => {
  test.each([
    ["https://h/x?client_secret=abc&limit=1", "https://h/x?client_secret=[secret]&limit=1"],
    ["https://h/x?limit=1&access_token=abc", "https://h/x?limit=1&access_token=[secret]"],
    ["https://h/cb?code=abc#id_token=def", "https://h/cb?code=[secret]#id_token=[secret]"],
    ["https://login.test/error?code=7000222", "https://login.test/error?code=7000222"],
    ["https://h/cb?code=7000222abc&password=123456", "https://h/cb?code=[secret]&password=[secret]"],
    ["https://h/b?sv=1&sig=a%2Fb%3D&se=2", "https://h/b?sv=1&sig=[secret]&se=2"],
    ["https://h/b?X-Amz-Signature=abc&x=1", "https://h/b?X-Amz-Signature=[secret]&x=1"],
    ["https://h/b?a=1&amp;token=abc", "https://h/b?a=1&amp;token=[secret]"],
    ['{"u":"https://h/b?a=1\\u0026token=abc"}', '{"u":"https://h/b?a=1\\u0026token=[secret]"}'],
    [
      "https://h/b?to=https%3A%2F%2Fi%2F%3Ftoken%3Dabc%26x%3D1",
      "https://h/b?to=https%3A%2F%2Fi%2F%3Ftoken%3D[secret]%26x%3D1",
    ],
    ["http://user:p@ss:word@proxy:8080/", "http://[secret]@proxy:8080/"],
    ["https://ghp_token@host/x", "https://[secret]@host/x"],
    ["grant_type=x&client_id=1&client_secret=p8e-x", "grant_type=x&client_id=1&client_secret=[secret]"],
    ["client_secret=p8e-x&scope=a", "client_secret=[secret]&scope=a"],
    ["--client-secret=p8e-x", "--client-secret=[secret]"],
  ])("%s", (text, masked) => {
    expect(mask(text)).toBe(masked);
  });

  test("and a signed token anywhere", () => {
    const jwt = ["{}", '{"a":"somebody"}', "signature"].map((part) => base64(part.padEnd(9), "base64url"));
    expect(mask(`got eyJ${jwt.join(".")}!`)).toBe("got [secret]!");
    expect(mask(`got token-a-eyJ${jwt.join(".")}!`)).toBe("got token-a-[secret]!");
  });
});

describe("a secret is known", () => {
  test("from the moment it is made one", () => {
    expect(mask("p8e-made-a-secret")).toContain("made");
    expect(String(new Secret("p8e-made-a-secret"))).toBe("[secret]");
    expect(mask("p8e-made-a-secret")).toBe("[secret]");
  });

  test("where the environment holds it, each of several", () => {
    keepSecretsOf({
      FLOWRUN_CLIENT_SECRET: " p8e-env-first , p8e-env-second",
      FLOWRUN_ACCESS_TOKEN: "a-ready-token",
      HTTPS_PROXY: "http://user:pr%40xy-word@proxy:8080",
      http_proxy: "user:another-word@proxy:8080",
      FLOWRUN_CLIENT_ID: "no-secret-at-all",
    });
    const all = "p8e-env-first p8e-env-second a-ready-token pr@xy-word pr%40xy-word another-word no-secret-at-all";
    expect(mask(all)).toBe("[secret] [secret] [secret] [secret] [secret] [secret] no-secret-at-all");
  });
});

describe("a key", () => {
  test.each([
    ["https://host/path?key=abcdefgh1234", "https://host/path?key=[secret]"],
    ["at https://host/?to=postgres://h/d&key=abcdefgh1234", "at https://host/?to=postgres://h/d&key=[secret]"],
    ["to postgres://h/d?table=runs&key=run_id: once", "to postgres://h/d?table=runs&key=run_id: once"],
    ["'nats://h/s?key=/etc/key.pem&token=abcdefgh1234'", "'nats://h/s?key=/etc/key.pem&token=[secret]'"],
    ["postgres://h/d?key=run_id https://h/?key=abcdefgh1234", "postgres://h/d?key=run_id https://h/?key=[secret]"],
  ])("%s", (text, masked) => {
    expect(mask(text)).toBe(masked);
  });
});

describe("the address of a webhook", () => {
  test.each([
    ["https://hooks.slack.com/services/T024BE7LD/B01ABC/vX8zQm2LrT5wYb9KcN4dFg7H", "vX8zQm2LrT5wYb9KcN4dFg7H"],
    ["https://h.example/workflows/5f0e6c8a9b7d4e3fa1c2d4e6f8091a2b/invoke", "5f0e6c8a9b7d4e3fa1c2d4e6f8091a2b"],
    ["https://h.example/in/3f2a9c01-58d4-4b7a-a2c9-0e7d9b41f385", "3f2a9c01-58d4-4b7a-a2c9-0e7d9b41f385"],
    ["https://h.example/in/a%2Fb%2Fkey-0123456789x", "a/b/key-0123456789x"],
    ["https://h.example/in?who=ekH6mWqTz0pLr3vJ9sXu", "ekH6mWqTz0pLr3vJ9sXu"],
    ["https://h.example/in/qjxkvbwmzpfgytrlcdnh", "qjxkvbwmzpfgytrlcdnh"],
  ])("%s", (url, key) => {
    expect(mask(`it said ${key}`)).toContain(key);
    keepSecretsOfUrl(url);
    expect(mask(url)).not.toContain(key);
    expect(mask(url)).not.toContain(encodeURIComponent(key));
    expect(mask(`it said ${key}`)).toBe("it said [secret]");
  });

  test("what reads as words is shown, as people know it by", () => {
    const url = "https://h.example/adobe-event-receiver/flow_runs_of_production.v2/incoming?tenant=7";
    keepSecretsOfUrl(url);
    expect(mask(url)).toBe(url);
    keepSecretsOfUrl("/no-url/vX8zQm2LrT5wYb9KcN4dFg7");
  });
});

describe("no door lets one out", () => {
  test("an error", () => {
    const error = new FlowrunError("auth", `no ${secret}`, {
      why: encodeURIComponent(secret),
      hint: base64(secret),
      requestId: secret,
    });
    const said = format("%s %s %s %s %s", error.message, error.stack, error.why, error.hint, error.requestId);
    expect(said).not.toContain("p8e-s");
    expect(error).toMatchObject({ message: "no [secret]", why: "[secret]", hint: "[secret]", requestId: "[secret]" });
  });

  test("an output", async () => {
    const host = fakeHost({ isTTY: true, columns: 40 });
    const output = discreet(host.stderr);
    await output.write(`a ${secret}\n`);
    expect(host.err()).toBe("a [secret]\n");
    expect([output.isTTY, output.columns]).toEqual([true, 40]);
  });
});
