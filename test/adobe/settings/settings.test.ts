import { describe, expect, test } from "vitest";
import { exitCodes, FlowrunError } from "../../../src/errors.ts";
import { isSettledBy, resolveSettings } from "../../../src/adobe/settings/settings.ts";

const env = {
  FLOWRUN_CLIENT_ID: "client-env",
  FLOWRUN_CLIENT_SECRET: "secret-env",
  FLOWRUN_IMS_ORG_ID: "ENV@AdobeOrg",
  FLOWRUN_JOURNAL_URL: "https://events-va6.adobe.io/events/organizations/1/integrations/2/3",
};
const saved = {
  clientId: "client-saved",
  clientSecret: "secret-saved",
  imsOrgId: "SAVED@AdobeOrg",
  scopes: "a,b",
  journalUrl: "https://events-irl1.adobe.io/events/organizations/9/integrations/8/7",
  imsUrl: "https://ims.example.com",
  apiUrl: "https://api.example.com",
};
const secretsOf = (settings: ReturnType<typeof resolveSettings>) =>
  settings.clientSecrets.map((secret) => secret.reveal());

describe("where a value comes from", () => {
  test("the environment goes before the profile", () => {
    const settings = resolveSettings("p", env, saved);
    expect(settings).toMatchObject({
      profile: "p",
      clientId: "client-env",
      imsOrgId: "ENV@AdobeOrg",
      scopes: ["a", "b"],
      journalUrl: env.FLOWRUN_JOURNAL_URL,
      imsUrl: "https://ims.example.com",
      apiUrl: "https://api.example.com",
      accessToken: null,
    });
    expect(secretsOf(settings)).toEqual(["secret-env"]);
  });

  test("the profile alone will do", () => {
    const settings = resolveSettings("p", {}, saved);
    expect(settings).toMatchObject({ clientId: "client-saved", journalUrl: saved.journalUrl });
    expect(secretsOf(settings)).toEqual(["secret-saved"]);
  });

  test("an empty variable does not hide the profile", () => {
    expect(resolveSettings("p", { FLOWRUN_CLIENT_ID: "  " }, saved).clientId).toBe("client-saved");
  });

  test("the rest has defaults", () => {
    expect(resolveSettings("p", env, {})).toMatchObject({
      imsUrl: "https://ims-na1.adobelogin.com",
      apiUrl: "https://api.adobe.io",
      scopes: [
        "AdobeID",
        "openid",
        "read_organizations",
        "additional_info.projectedProductContext",
        "additional_info.roles",
        "adobeio_api",
        "read_client_secret",
        "manage_client_secrets",
      ],
    });
  });

  test.each([
    ["several secrets", "one,two", ["one", "two"]],
    ["with spaces and gaps", " one , ,two, ", ["one", "two"]],
  ])("%s are tried in turn", (_, text, secrets) => {
    expect(secretsOf(resolveSettings("p", { ...env, FLOWRUN_CLIENT_SECRET: text }, {}))).toEqual(secrets);
  });

  test("the journal URL is not altered", () => {
    const url = "https://events-va6.adobe.io/events/organizations/1/../x/?key=a:b%2Fc&q=";
    expect(resolveSettings("p", { ...env, FLOWRUN_JOURNAL_URL: url }, {}).journalUrl).toBe(url);
  });

  test("the others lose the slash that a path is put after", () => {
    const urls = { FLOWRUN_IMS_URL: "https://ims.example.com//", FLOWRUN_API_URL: "https://api.example.com/" };
    expect(resolveSettings("p", { ...env, ...urls }, {})).toMatchObject({
      imsUrl: "https://ims.example.com",
      apiUrl: "https://api.example.com",
    });
  });

  test("a ready token makes the secret needless", () => {
    const settings = resolveSettings(
      "p",
      { ...env, FLOWRUN_CLIENT_SECRET: undefined, FLOWRUN_ACCESS_TOKEN: "eyJ.t" },
      {},
    );
    expect(settings.accessToken?.reveal()).toBe("eyJ.t");
    expect(settings.clientSecrets).toEqual([]);
  });
});

describe("what is missing", () => {
  test("is named all at once, with how to set it and what works without", () => {
    const error = failure({});
    expect(exitCodes[error.kind]).toBe(2);
    for (const name of Object.keys(env)) expect(`${error.message} ${String(error.hint)}`).toContain(name);
    expect(error.why).toContain("'p'");
    expect(error.hint).toContain("--profile demo");
  });

  test.each(Object.keys(env))("%s alone", (name) => {
    const error = failure({ ...env, [name]: "" });
    expect(error.message).toContain(name);
    for (const other of Object.keys(env).filter((key) => key !== name)) expect(error.message).not.toContain(other);
  });

  test("beside a token is never the secret", () => {
    const error = failure({ FLOWRUN_ACCESS_TOKEN: "eyJ.t" });
    expect(error.message).not.toContain("FLOWRUN_CLIENT_SECRET");
    expect(error.message).toContain("FLOWRUN_JOURNAL_URL");
  });
});

describe("what cannot be right", () => {
  test.each([
    ["no URL", "FLOWRUN_JOURNAL_URL", "events-va6.adobe.io/x"],
    ["another scheme", "FLOWRUN_JOURNAL_URL", "ftp://events-va6.adobe.io/x"],
    ["plain http", "FLOWRUN_JOURNAL_URL", "http://events-va6.adobe.io/x"],
    ["plain http to IMS", "FLOWRUN_IMS_URL", "http://ims-na1.adobelogin.com"],
    ["plain http to the API", "FLOWRUN_API_URL", "http://api.adobe.io"],
    ["a host that looks like loopback", "FLOWRUN_JOURNAL_URL", "http://127.0.0.1.example.com/x"],
    ["a user in the URL", "FLOWRUN_JOURNAL_URL", "https://user@events-va6.adobe.io/x"],
    ["a line break in the client id", "FLOWRUN_CLIENT_ID", "client\r\nx-evil: 1"],
    ["a space in the organisation", "FLOWRUN_IMS_ORG_ID", "ABC @AdobeOrg"],
    ["a typographic quote", "FLOWRUN_CLIENT_ID", "\u201cclient\u201d"],
    ["a token with its scheme", "FLOWRUN_ACCESS_TOKEN", "Bearer eyJ.t"],
  ])("%s: %s", (_, name, value) => {
    const error = failure({ ...env, [name]: value });
    expect(error.kind).toBe("settings");
    expect(error.message).toContain(name);
    expect(error.hint).not.toBeNull();
  });

  test("never shows a token or a password", () => {
    const token = failure({ ...env, FLOWRUN_ACCESS_TOKEN: "eyJ.secret part" });
    const password = failure({ ...env, FLOWRUN_JOURNAL_URL: "https://user:hunter2@events-va6.adobe.io/x" });
    for (const { message, why, hint } of [token, password])
      expect(`${message}${String(why)}${String(hint)}`).not.toMatch(/eyJ|hunter2/);
  });

  test.each(["http://127.0.0.1:8080/x", "http://localhost:8080/x", "http://[::1]:8080/x", "http://127.9.9.9/x"])(
    "%s is this machine: plain http is fine",
    (url) => {
      expect(resolveSettings("p", { ...env, FLOWRUN_JOURNAL_URL: url }, {}).journalUrl).toBe(url);
    },
  );
});

describe("whether the environment settles it alone", () => {
  const without = (name: string) => ({ ...env, [name]: undefined });
  test.each([
    ["everything", { ...env, FLOWRUN_SCOPES: "adobeio_api", FLOWRUN_IMS_URL: "https://ims.example" }, true],
    ["no scopes and no IMS, which a profile may hold", env, false],
    ["nothing", {}, false],
    ["no secret", without("FLOWRUN_CLIENT_SECRET"), false],
    ["a token for the secret", { ...without("FLOWRUN_CLIENT_SECRET"), FLOWRUN_ACCESS_TOKEN: "t" }, true],
    ["no journal", without("FLOWRUN_JOURNAL_URL"), false],
    ["no organisation", without("FLOWRUN_IMS_ORG_ID"), false],
    ["an empty client id", { ...env, FLOWRUN_CLIENT_ID: " " }, false],
  ])("%s", (_, variables, settled) => {
    expect(isSettledBy(variables)).toBe(settled);
  });
});

function failure(variables: Readonly<Record<string, string | undefined>>): FlowrunError {
  try {
    resolveSettings("p", variables, {});
  } catch (error) {
    if (error instanceof FlowrunError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}
