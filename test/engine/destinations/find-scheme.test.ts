import { describe, expect, it } from "vitest";
import { parseAddress } from "../../../src/engine/destinations/address.ts";
import { findWanted } from "../../../src/engine/destinations/find-scheme.ts";
import { webhook } from "../../../src/engine/destinations/webhook.ts";
import { FlowrunError } from "../../../src/errors.ts";

function refusalOf(doing: () => unknown): FlowrunError {
  try {
    doing();
  } catch (error) {
    expect(error).toBeInstanceOf(FlowrunError);
    return error as FlowrunError;
  }
  throw new Error("it was taken");
}

describe("an address that means nothing", () => {
  it.each([
    ["fil:x.ndjson", "did you mean file:x.ndjson?"],
    ["nast://host:4222/runs?bucket=b", "did you mean nats://host:4222/runs?bucket=b?"],
    ["slak+https://hooks.slack.com/services/T0/B0/abc", "did you mean slack+https://hooks.slack.com/…?"],
    ["postgre://me:hunter22@h/d?sslpassword=hunter22", "did you mean postgres://h/d?sslpassword=…?"],
    ["fil", "did you mean file:runs.ndjson?"],
    ["file", "write it like this: --to file:runs.ndjson"],
    ["file:", "write it like this: --to file:runs.ndjson"],
    ["exec", "write it like this: --to exec:./page.sh"],
    ["runs.ndjson", "--to file:runs.ndjson"],
    ["runs.ndjson?rotate=day", "flowrun destinations"],
    ["archive?schema=x", "leave it out"],
    ["postgres://h/d?tabel=runs", "did you mean table=?"],
    ["postgres://h/d?colums=a", "did you mean columns=?"],
    ["postgres://h/d?key=run_id", "name the table as well: ?table=runs"],
  ])("%s", (text, hint) => {
    const refusal = refusalOf(() => findWanted(text, {}));
    expect(refusal.kind).toBe("usage");
    expect(refusal.hint).toContain(hint);
    expect(refusal.why).toMatch(/./);
    expect([refusal.message, refusal.why, refusal.hint].join()).not.toContain("hunter22");
  });

  it("a scheme that is there is not said to be missing", () => {
    expect(refusalOf(() => findWanted("file", {})).why).not.toContain("no scheme");
  });

  it("other settings of a server are not taken for a table's", () => {
    const wanted = findWanted("postgres://h/d?sslmod=require&schema=s&sslkey=k&ssl=true", {});
    expect(wanted).toMatchObject({ kind: "archive" });
  });

  it("speaks of a password only where there may be one", () => {
    const refusal = (text: string) => {
      const { why, hint } = refusalOf(() => {
        webhook.check(parseAddress(text, {}), {});
      });
      return `${why ?? ""} ${hint ?? ""}`;
    };
    expect(refusal("https:host")).not.toContain("password");
    expect(refusal("https:host")).toContain("https://host/…");
    expect(refusal("https://me:a/b@host:x")).toContain("password");
  });
});

describe("an address of options alone", () => {
  it("takes them", () => {
    expect(findWanted("otlp?signals=traces", {})).toMatchObject({
      kind: "other",
      scheme: { name: "otlp" },
      address: { rest: "", shown: "otlp?signals=traces" },
    });
  });
});

describe("what is shown of an address", () => {
  it.each([
    ["otlp+http://h:4318?signals=metrics", "otlp+http://h:4318?signals=metrics"],
    ["postgres://h/d?table=runs&key=run_id&columns=a=runId", "postgres://h/d?table=runs&key=run_id&columns=a=runId"],
    [
      "postgres://u:p@h/d?table=runs&sslpassword=x&sslkey=k.pem",
      "postgres://h/d?table=runs&sslpassword=…&sslkey=k.pem",
    ],
    ["nats://h/s?key=k.pem&nkey=seed&token=t", "nats://h/s?key=k.pem&nkey=seed&token=…"],
    ["https://h/path?key=abc", "https://h/…"],
    ["kafka://h/t?key=abc", "kafka://h/t?key=…"],
  ])("%s", (text, shown) => {
    expect(parseAddress(text, {}).shown).toBe(shown);
  });
});
