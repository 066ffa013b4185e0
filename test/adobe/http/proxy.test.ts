import { describe, expect, it } from "vitest";
import { FlowrunError } from "../../../src/errors.ts";
import { readProxies } from "../../../src/adobe/http/proxy.ts";

const https = "https://ims-na1.adobelogin.com/ims/token/v3";
const both = { HTTP_PROXY: "http://plain:3128", HTTPS_PROXY: "http://secure:3128" };

type Env = Readonly<Record<string, string>>;

const proxyOf = (url: string, env: Env) => readProxies(env)(new URL(url));

describe("the proxy of a request", () => {
  it.each<[string, string, Env, string | null]>([
    ["none where none is set", https, {}, null],
    ["HTTPS_PROXY for https", https, both, "secure:3128"],
    ["HTTP_PROXY for http", "http://events.test:8080/", both, "plain:3128"],
    ["HTTP_PROXY for https too, alone", https, { HTTP_PROXY: "http://plain:3128" }, "plain:3128"],
    ["lower case before upper case", https, { ...both, https_proxy: "http://lower:1" }, "lower:1"],
    ["upper case where lower case is empty", https, { ...both, https_proxy: " " }, "secure:3128"],
    ["none for http where https has the only one", "http://events.test/", { HTTPS_PROXY: "http://secure:3128" }, null],
    ["none for an exempt host", https, { ...both, NO_PROXY: "localhost,ims-na1.adobelogin.com" }, null],
    ["none for one exempt among blanks", https, { ...both, NO_PROXY: "a.test  ims-na1.adobelogin.com" }, null],
    ["none in an exempt domain", https, { ...both, NO_PROXY: "adobelogin.com" }, null],
    ["none in a domain with a dot", https, { ...both, no_proxy: ".adobelogin.com" }, null],
    ["none in a domain with a last dot", https, { ...both, no_proxy: "adobelogin.com." }, null],
    ["none in a domain with a star", https, { ...both, no_proxy: "*.adobelogin.com" }, null],
    ["none in a domain in capitals", https, { ...both, no_proxy: "ADOBELOGIN.com" }, null],
    ["none for all", https, { ...both, NO_PROXY: "*" }, null],
    ["none for the exempt port", https, { ...both, NO_PROXY: "adobelogin.com:443" }, null],
    ["one for another port", https, { ...both, NO_PROXY: "adobelogin.com:8443" }, "secure:3128"],
    ["one for a host that only ends alike", https, { ...both, NO_PROXY: "login.com" }, "secure:3128"],
    ["none in a network", "https://10.1.2.3/", { ...both, NO_PROXY: "10.0.0.0/8" }, null],
    ["one beside a network", "https://11.1.2.3/", { ...both, NO_PROXY: "10.0.0.0/8" }, "secure:3128"],
    ["one for a name, whatever network", https, { ...both, NO_PROXY: "0.0.0.0/0" }, "secure:3128"],
    ["none for an address", "https://10.1.2.3/", { ...both, NO_PROXY: "10.1.2.3" }, null],
    ["one for another address that ends alike", "https://10.1.2.3/", { ...both, NO_PROXY: "1.2.3" }, "secure:3128"],
    ["none in a network of IPv6", "https://[fd00::7]/", { ...both, NO_PROXY: "fd00::/8" }, null],
    ["none for an IPv6 address in brackets", "https://[fd00::7]/", { ...both, NO_PROXY: "[fd00::7]" }, null],
    ["none for it written otherwise", "https://[fd00::7]/", { ...both, NO_PROXY: "fd00:0:0::7" }, null],
    ["none for its port", "https://[fd00::7]:8443/", { ...both, NO_PROXY: "[fd00::7]:8443" }, null],
    ["none for localhost", "http://localhost:8080/", both, null],
    ["none below localhost", "https://journal.localhost/", both, null],
    ["none for loopback", "http://127.0.0.1:8080/", both, null],
    ["none for the rest of loopback", "https://127.9.9.9/", both, null],
    ["none for loopback in IPv6", "http://[::1]:8080/", both, null],
    ["none for loopback in short", "http://127.1/", both, null],
    ["one for what only looks like loopback", "https://127.0.0.1.evil.test/", both, "secure:3128"],
  ])("is %s", (_, url, env, address) => {
    expect(proxyOf(url, env)?.address ?? null).toBe(address);
  });
});

const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;

describe("a proxy's address, as curl takes it", () => {
  it.each([
    ["proxy:3128", "http:", "proxy", 3128, null],
    ["http://proxy:3128", "http:", "proxy", 3128, null],
    ["HTTP://Proxy:3128/", "http:", "proxy", 3128, null],
    [" http://proxy:3128 ", "http:", "proxy", 3128, null],
    ["http://proxy", "http:", "proxy", 80, null],
    ["https://proxy", "https:", "proxy", 443, null],
    ["proxy", "http:", "proxy", 80, null],
    ["10.0.0.1:8080", "http:", "10.0.0.1", 8080, null],
    ["[fd00::1]:8080", "http:", "fd00::1", 8080, null],
    ["http://[fd00::1]", "http:", "fd00::1", 80, null],
    ["http://user:word@proxy:1", "http:", "proxy", 1, "user:word"],
    ["user:word@proxy:1", "http:", "proxy", 1, "user:word"],
    ["http://user@proxy:1", "http:", "proxy", 1, "user:"],
    ["http://user:a%40b%3a@proxy:1", "http:", "proxy", 1, "user:a@b:"],
    ["http://user:100%@proxy:1", "http:", "proxy", 1, "user:100%"],
    ["http://user:%zz%4@proxy:1", "http:", "proxy", 1, "user:%zz%4"],
    ["http://user:gr%C3%BCn@proxy:1", "http:", "proxy", 1, "user:grün"],
    ["http://user:p@ss/w#rd?@proxy:1", "http:", "proxy", 1, "user:p@ss/w#rd?"],
    ["http://user:a:b@proxy:1", "http:", "proxy", 1, "user:a:b"],
    ["http://dom%5Cuser:word@proxy:1", "http:", "proxy", 1, "dom\\user:word"],
    ["http://bücher.test:1", "http:", "xn--bcher-kva.test", 1, null],
  ])("%s", (text, protocol, hostname, port, user) => {
    const authorization = user === null ? null : basic(user);
    const proxy = proxyOf(https, { HTTPS_PROXY: text });
    expect(proxy).toMatchObject({ protocol, hostname, port, authorization, variable: "HTTPS_PROXY" });
    expect(proxy?.address).not.toContain("@");
  });

  it.each([
    "http://",
    "http://:3128",
    "http:///",
    "proxy:port",
    "proxy:0",
    "proxy:65536",
    "http//proxy:3128",
    "fd00::1:8080",
    "[fd00::1",
    "[::g]:1",
    "a proxy:3128",
    '"http://proxy:3128"',
    "http://user:p8e-word",
    "http://user:p8e-word@",
    "http://user:p8e-word@proxy:x",
    "user:p8e-word@:3128",
    "ftp://user:p8e-word@proxy:21",
    "socks5://user:p8e-word@proxy:1080",
  ])("%s is refused by the variable's name, and its password is not shown", (text) => {
    for (const name of ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"]) {
      const error = failureOf({ [name]: text });
      expect(error).toMatchObject({ kind: "settings", message: `${name} cannot be understood` });
      expect(error.hint).toContain(`export ${name}=http://<host>:<port>`);
      expect(`${error.message} ${error.why ?? ""}`).not.toMatch(/p8e-word/);
    }
  });

  it.each(["10.0.0.0/33", "10.0.0.0/x", "10.0.0.0/", "fd00::/129", "[fd00::]/200"])(
    "NO_PROXY with the network %s is refused by its name",
    (network) => {
      const error = failureOf({ ...both, NO_PROXY: `localhost,${network}` });
      expect(error).toMatchObject({ kind: "settings", message: "NO_PROXY cannot be understood" });
      expect(error.why).toContain(network);
    },
  );

  it("nobody minds NO_PROXY where there is no proxy", () => {
    expect(proxyOf(https, { NO_PROXY: "10.0.0.0/33" })).toBeNull();
  });
});

function failureOf(env: Env): FlowrunError {
  try {
    readProxies(env);
  } catch (error) {
    if (error instanceof FlowrunError) return error;
    throw error;
  }
  throw new Error("it was understood");
}
