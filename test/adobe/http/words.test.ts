import { describe, expect, test } from "vitest";
import { FlowrunError } from "../../../src/errors.ts";
import { describeNetworkFailure, readServerWords } from "../../../src/adobe/http/words.ts";
import { keepSecret } from "../../../src/mask.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("readServerWords", () => {
  test.each([
    ["gateway JSON", '{"error_code":"403003","message":"Api Key is invalid"}', "403003", "Api Key is invalid"],
    [
      "gateway JSON, numeric code",
      '{"error_code":429050,"message":"Too many requests"}',
      "429050",
      "Too many requests",
    ],
    [
      "IMS JSON",
      '{"error":"invalid_client","error_description":"invalid client_secret parameter"}',
      "invalid_client",
      "invalid client_secret parameter",
    ],
    ["API JSON", '{"reason":"NOT_FOUND","message":"no such registration"}', "NOT_FOUND", "no such registration"],
    ["a problem document", '{"title":"Bad gateway"}', null, "Bad gateway"],
    [
      "a whole one",
      '{"type":"https://ns.adobe.com/aep/errors/UPCORE-100600-400","title":"Bad Request","status":400,"detail":"limit"}',
      "UPCORE-100600-400",
      "Bad Request: limit",
    ],
    ["one without a type", '{"type":"about:blank","title":"Gone","detail":"Gone"}', null, "Gone"],
    ["one whose type is a path", '{"type":"/problems/out-of-credit/","detail":"no"}', "out-of-credit", "no"],
    ["one from farther away", '{"title":"Locked","status":423}', null, "Locked (status 423)"],
    ["JSON whose type is no problem's", '{"type":"bearer","message":"no"}', null, "no"],
    ["words inside an error", '{"error":{"code":"E7","message":"inside"}}', "E7", "inside"],
    ["words inside a list of errors", '{"errors":[{"code":17,"message":"first"},{"message":"x"}]}', "17", "first"],
    ["a code of several lines", '{"error":"a\\n  fix: b"}', "a fix: b", null],
    ["a page with a title", "<html><title>\n Sign  in</title><p>x", null, 'a web page, "Sign in"'],
    ["JSON without a word", "{}", null, null],
    ["words of other types", '{"error_code":{"a":1},"message":["x"]}', null, null],
    ["plain text", "Events at position cat:1 have expired.\n", null, "Events at position cat:1 have expired."],
    ["JSON that is no object", '["a"]', null, '["a"]'],
    ["HTML", "\n <!DOCTYPE html><h1>404</h1>", null, null],
    ["nothing", "", null, null],
    ["several lines", "one\r\n  two\tthree", null, "one two three"],
  ])("%s", (_, body, code, text) => {
    expect(readServerWords({}, bytes(body), 400)).toEqual({ code, text, requestId: null });
  });

  test.each([
    ["the gateway's request id", { "x-request-id": ["req-7"] }, "req-7"],
    ["IMS's debug id", { "x-debug-id": ["dbg-7"] }, "dbg-7"],
    ["both: the request id", { "x-debug-id": ["dbg-7"], "x-request-id": ["req-7"] }, "req-7"],
    ["an HTML page's too", { "x-request-id": ["req-8"], "content-type": ["text/html"] }, "req-8"],
  ])("%s", (_, headers, requestId) => {
    expect(readServerWords(headers, bytes("<html>"))).toHaveProperty("requestId", requestId);
  });

  test("a server cannot send escape sequences to a terminal", () => {
    const { text } = readServerWords({}, bytes('{"message":"red \\u001b[31malert\\u0007 \\u009b2J \\u202ekcab"}'));
    expect(text).toBe("red [31malert 2J kcab");
  });

  test("a secret is masked before the text is shortened, so that no half of it is left", () => {
    keepSecret("p8e-at-the-very-end");
    const { text } = readServerWords({}, bytes(`${"x".repeat(290)} p8e-at-the-very-end`));
    expect(text).toBe(`${"x".repeat(290)} [secret]`);
  });

  test("a long answer is shortened, and bytes that are no UTF-8 do no harm", () => {
    expect(readServerWords({}, bytes("x".repeat(5000))).text).toBe(`${"x".repeat(300)}…`);
    expect(readServerWords({}, new Uint8Array([0xff, 0x41])).text).toBe("\ufffdA");
  });
});

describe("describeNetworkFailure", () => {
  const coded = (code: string, message: string): Error => Object.assign(new Error(message), { code });

  test.each([
    [
      "a refused connection",
      coded("ECONNREFUSED", "connect ECONNREFUSED 127.0.0.1:1"),
      /^the connection was refused \(/,
    ],
    ["a reset", coded("ECONNRESET", "read ECONNRESET"), "the connection was reset (read ECONNRESET)"],
    ["a closed socket", coded("UND_ERR_SOCKET", "other side closed"), "the connection was closed (other side closed)"],
    ["an unknown host", coded("ENOTFOUND", "getaddrinfo ENOTFOUND events.test"), /^the host name was not found/],
    ["headers that stall", coded("UND_ERR_HEADERS_TIMEOUT", "Headers Timeout Error"), /^no answer came in time/],
    ["a body that stalls", coded("UND_ERR_BODY_TIMEOUT", "Body Timeout Error"), /^the answer stalled/],
    [
      "a certificate",
      coded("SELF_SIGNED_CERT_IN_CHAIN", "self-signed certificate"),
      "SELF_SIGNED_CERT_IN_CHAIN: self-signed certificate",
    ],
    ["no code at all", new Error("odd"), "odd"],
    ["no message at all", coded("ECONNREFUSED", ""), "the connection was refused (the connection failed)"],
    ["a text", "odd", "odd"],
  ])("%s", (_, error, words) => {
    expect(describeNetworkFailure(error)).toMatch(words);
  });

  test("where several addresses were tried, each of them is told once", () => {
    const errors = [
      coded("ETIMEDOUT", "connect ETIMEDOUT 192.0.2.1:443"),
      coded("ENETUNREACH", "connect ENETUNREACH 2001:db8::1:443"),
      coded("ENETUNREACH", "connect ENETUNREACH 2001:db8::1:443"),
    ];
    const error = Object.assign(new AggregateError(errors), { code: "ETIMEDOUT" });
    const words = "the connection timed out (connect ETIMEDOUT 192.0.2.1:443; connect ENETUNREACH 2001:db8::1:443)";
    expect(describeNetworkFailure(error)).toBe(words);
    expect(describeNetworkFailure(new Error("fetch failed", { cause: error }))).toBe(words);
    expect(describeNetworkFailure(new AggregateError([], "all of them"))).toBe("all of them");
  });

  test("a failure of our own says what and why", () => {
    const error = new FlowrunError("unavailable", "the proxy p:1 asks for a user", { why: "it answered 407" });
    expect(describeNetworkFailure(error)).toBe("the proxy p:1 asks for a user: it answered 407");
  });

  test("the deepest cause speaks", () => {
    const error = new TypeError("fetch failed", { cause: coded("ENOTFOUND", "getaddrinfo ENOTFOUND events.test") });
    expect(describeNetworkFailure(error)).toBe("the host name was not found (getaddrinfo ENOTFOUND events.test)");
  });

  test("a circle of causes ends", () => {
    const error = new Error("round");
    error.cause = error;
    expect(describeNetworkFailure(error)).toBe("round");
  });
});
