import { describe, expect, it } from "vitest";
import { proxyFor } from "../../src/http/proxy.ts";

const https = "https://ims-na1.adobelogin.com/ims/token/v3";
const both = { HTTP_PROXY: "http://plain:3128", HTTPS_PROXY: "http://secure:3128" };

describe("the proxy of a request", () => {
  it.each([
    ["none where none is set", https, {}, null],
    ["HTTPS_PROXY for https", https, both, "http://secure:3128"],
    ["HTTP_PROXY for http", "http://127.0.0.1:8080/", both, "http://plain:3128"],
    ["HTTP_PROXY for https too, alone", https, { HTTP_PROXY: "http://plain:3128" }, "http://plain:3128"],
    ["lower case before upper case", https, { ...both, https_proxy: "http://lower:1" }, "http://lower:1"],
    ["none for https's alone and http", "http://127.0.0.1/", { HTTPS_PROXY: "http://secure:3128" }, null],
    ["none for an exempt host", https, { ...both, NO_PROXY: "localhost,ims-na1.adobelogin.com" }, null],
    ["none in an exempt domain", https, { ...both, NO_PROXY: "adobelogin.com" }, null],
    ["none in a domain with a dot", https, { ...both, no_proxy: ".adobelogin.com" }, null],
    ["none in a domain with a star", https, { ...both, no_proxy: "*.adobelogin.com" }, null],
    ["none for all", https, { ...both, NO_PROXY: "*" }, null],
    ["none for the exempt port", https, { ...both, NO_PROXY: "adobelogin.com:443" }, null],
    ["one for another port", https, { ...both, NO_PROXY: "adobelogin.com:8443" }, "http://secure:3128"],
    ["one for a host that only ends alike", https, { ...both, NO_PROXY: "login.com" }, "http://secure:3128"],
  ])("is %s", (_, url, env, proxy) => {
    expect(proxyFor(url, env)).toBe(proxy);
  });
});
