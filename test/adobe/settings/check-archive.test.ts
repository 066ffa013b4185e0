import { describe, expect, test } from "vitest";
import { checkValue } from "../../../src/adobe/settings/check-value.ts";
import { isSettledBy, missingSettings, showSetting } from "../../../src/adobe/settings/settings.ts";
import { FlowrunError } from "../../../src/errors.ts";
import { hasPassword, hidePassword, keepSecretsOf, mask } from "../../../src/mask.ts";

const variable = "FLOWRUN_ARCHIVE";

function refusalOf(text: string, name: string): FlowrunError {
  try {
    checkValue("archive", text, name);
  } catch (error) {
    if (error instanceof FlowrunError) return error;
    throw error;
  }
  throw new Error(`${text} was taken`);
}

describe("an archive is a path or a database's URL", () => {
  test.each([
    "/var/lib/flowrun/archive.db",
    "C:\\flowrun\\archive.db",
    "\\\\server\\share\\archive.db",
    "~/flowrun/my runs.db",
    "postgres://db/flowrun",
    "postgres://flowrun:env:PGPASSWORD@db.example.com:5432/flowrun?sslmode=require",
    "postgresql://flowrun:hunter22%40@[::1]/flowrun",
    "postgres:///flowrun?host=/var/run/postgresql",
  ])("%s", (text) => {
    expect(checkValue("archive", ` ${text}\n`)).toBe(text);
    expect(checkValue("archive", text, variable)).toBe(text);
  });

  test.each(["archive.db", "./archive.db", "../archive.db", "~", "~other/archive.db", "-"])(
    "a saved one is no relative path: %s",
    (text) => {
      const { kind, message, why, hint } = refusalOf(text, "archive");
      expect({ kind, message }).toEqual({ kind: "settings", message: "archive is not an absolute path" });
      expect(why).toContain(`${JSON.stringify(text)}, which is another file wherever flowrun is started`);
      expect(hint).toContain("~/");
      expect(checkValue("archive", text, variable)).toBe(text);
    },
  );

  test.each([
    ["mysql://flowrun:hunter22@db/flowrun", "cannot be a mysql: URL"],
    ["file:///var/archive.db", "cannot be a file: URL"],
    ["", "is empty"],
    ["/var/a\nb.db", "holds a character"],
    ["${ARCHIVE}", "holds a placeholder"],
    ["postgres://flowrun:hunter22@d b/x", "is not a database's URL"],
    ["postgres://flowrun:hunter22/x@db/flowrun", "is not a database's URL"],
    ["postgres://flowrun:22/hunter22@db/flowrun", "is not a database's URL"],
    ["postgres://flowrun:22#hunter22@db/flowrun", "is not a database's URL"],
    ["postgres://flowrun:22?hunter22@db/flowrun", "is not a database's URL"],
    ["postgres://flowrun:hunter22@x/hunter22@db/flowrun", "is not a database's URL"],
  ])("%j is refused, and no password is shown", (text, message) => {
    for (const name of ["archive", variable]) {
      const error = refusalOf(text, name);
      expect(error.message).toBe(`${name} ${error.message.slice(name.length + 1)}`);
      expect(error.message).toContain(message);
      expect([error.message, error.why, error.hint].join("\n")).not.toContain("hunter22");
      expect([error.why, error.hint]).not.toContain(null);
    }
  });
});

describe("of a database's URL all but its password is shown", () => {
  test.each([
    ["postgres://user:hunter22@host/db", "postgres://user:***@host/db"],
    ["postgres://user:hun@ter22@host/db?sslmode=require", "postgres://user:***@host/db?sslmode=require"],
    ["postgres://:hunter22@host/db", "postgres://:***@host/db"],
    ["postgres://user:hunter22@host/db?options=a@b", "postgres://user:***@host/db?options=a@b"],
    [
      "postgres://host/db?user=me&password=hunter22&sslpassword=x",
      "postgres://host/db?user=me&password=***&sslpassword=***",
    ],
    ["postgres://user:hun/ter?2=2@host/db", "postgres://user:***@host/db"],
    ["postgres://user:hun/ter#22@host/db", "postgres://user:***@host/db"],
  ])("%s", (text, shown) => {
    expect([hidePassword(text), showSetting("archive", text), hasPassword(text)]).toEqual([shown, shown, true]);
    expect(hidePassword(shown)).toBe(shown);
  });

  test.each([
    "postgres://user:env:PGPASSWORD@host/db",
    "postgres://host:5432/db?password=env:PGPASSWORD",
    "postgres://user@host/db",
    "postgres://host:5432/db",
    "/home/me:you@work/archive.db",
    "~/archive.db",
  ])("%s has none", (text) => {
    expect([hidePassword(text), hasPassword(text)]).toEqual([text, false]);
  });

  test("what stderr shows of it is the same", () => {
    const shown = ["postgres://user:***@host/db", "postgres://user:env:PGPASSWORD@host/db"];
    expect(shown.map(mask)).toEqual(shown);
    for (const url of ["postgres://user:***@hunter22@host/db", "postgres://user:env:A@hunter22@host/db"]) {
      expect(mask(url)).not.toContain("hunter22");
    }
  });

  test("what a server says of the environment's is masked", () => {
    keepSecretsOf({ FLOWRUN_ARCHIVE: "postgres://user:correct%20horse@host/db" });
    expect(mask('password "correct horse" or correct%20horse is wrong')).toBe(
      'password "[secret]" or [secret] is wrong',
    );
    keepSecretsOf({ FLOWRUN_ARCHIVE: "postgres://user:env:PGPASSWORD@host/db" });
    expect(mask("set PGPASSWORD, env:PGPASSWORD")).toBe("set PGPASSWORD, env:PGPASSWORD");
  });
});

test("an archive settles nothing, and nothing is missing without one", () => {
  const env = {
    FLOWRUN_CLIENT_ID: "client",
    FLOWRUN_IMS_ORG_ID: "ORG@AdobeOrg",
    FLOWRUN_JOURNAL_URL: "https://events-va6.adobe.io/x",
    FLOWRUN_ACCESS_TOKEN: "token",
  };
  expect([isSettledBy(env), missingSettings(env, {}, true)]).toEqual([true, []]);
  expect(isSettledBy({ ...env, FLOWRUN_JOURNAL_URL: "", FLOWRUN_ARCHIVE: "/a.db" })).toBe(false);
});
