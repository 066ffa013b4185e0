import { describe, expect, test } from "vitest";
import { FlowrunError } from "../../../src/errors.ts";
import { resolveNext } from "../../../src/adobe/gateway/follow.ts";

const journal = "https://events-va6.adobe.io/events/organizations/1/integrations/2/3";
const at = (url: string) => ({ name: "the journal", url });

describe("resolveNext", () => {
  test.each([
    [
      "a path",
      "/events-fast/organizations/1/integrations/2/3?since=cat:1.x:2",
      "https://events-va6.adobe.io/events-fast/organizations/1/integrations/2/3?since=cat:1.x:2",
    ],
    ["a query", "?since=cat:1", `${journal}?since=cat:1`],
    ["an absolute one", `${journal}?since=a:b.c,d`, `${journal}?since=a:b.c,d`],
    ["another host of Adobe I/O", "https://events-irl1.adobe.io/e?since=1", "https://events-irl1.adobe.io/e?since=1"],
    ["no scheme", "//events.adobe.io/e", "https://events.adobe.io/e"],
    ["escapes, kept", "/e?since=a%3Ab%2cc+d", "https://events-va6.adobe.io/e?since=a%3Ab%2cc+d"],
  ])("%s", (_, link, url) => {
    expect(resolveNext(link, `${journal}?seek=-P1D`, at(journal))).toBe(url);
  });

  test("stays on a journal of our own on loopback", () => {
    expect(resolveNext("/e?since=1", "http://127.0.0.1:8080/j", at("http://127.0.0.1:8080/j"))).toBe(
      "http://127.0.0.1:8080/e?since=1",
    );
  });

  test.each([
    ["another host", "https://events.example.com/e", "events.example.com"],
    ["another host without a scheme", "//example.com/e", "example.com"],
    ["plain http", "http://events-va6.adobe.io/e", "events-va6.adobe.io"],
    ["a host that ends alike", "https://notadobe.io/e", "notadobe.io"],
    ["a host that begins alike", "https://events-va6.adobe.io.example.com/e", "events-va6.adobe.io.example.com"],
    ["a user name that looks like a host", "https://events-va6.adobe.io@example.com/e", "example.com"],
    ["a backslash", "https:\\\\example.com/e", "example.com"],
    ["loopback", "http://127.0.0.1/e", "127.0.0.1"],
    ["another port in plain http", "http://events-va6.adobe.io:8080/e", "events-va6.adobe.io:8080"],
  ])("refuses %s and names it", (_, link, host) => {
    const error = failure(() => resolveNext(link, journal, at(journal)));
    expect(error.kind).toBe("protocol");
    expect(error.message).toContain(host);
  });

  test.each(["javascript:alert(1)", "data:text/plain,x", "file:///etc/passwd", "https://"])("refuses %s", (link) => {
    expect(failure(() => resolveNext(link, journal, at(journal))).kind).toBe("protocol");
  });

  test("refuses another port of a loopback journal", () => {
    const error = failure(() =>
      resolveNext("http://127.0.0.1:9/e", "http://127.0.0.1:8/j", at("http://127.0.0.1:8/j")),
    );
    expect(error.message).toContain("127.0.0.1:9");
  });
});

function failure(act: () => unknown): FlowrunError {
  try {
    act();
  } catch (error) {
    if (error instanceof FlowrunError) return error;
  }
  throw new Error("it did not fail as it should");
}
