import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { pickCredential, readConsoleFile } from "../../src/auth/console-json.ts";
import { FlowrunError } from "../../src/errors.ts";

const organisation = "4B1E2F9A6D3C7A550A495FD2@AdobeOrg";
const read = (name: string) => readConsoleFile(readFileSync(`fixtures/console/${name}`, "utf8"), name);

function refusal(work: () => unknown): FlowrunError {
  try {
    work();
  } catch (error) {
    if (error instanceof FlowrunError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

describe("every shape of file gives its credential", () => {
  test.each([
    ["project.json", ["Dataflow wätcher"], "s2s-client-1", ["s2s-secret-1-old", "s2s-secret-1-new"]],
    ["project-migrate.json", ["Moved over"], "s2s-client-2", ["s2s-secret-2-old", "s2s-secret-2-new"]],
    ["project-two.json", ["First one", "Second one"], "s2s-client-1", ["s2s-secret-1-old", "s2s-secret-1-new"]],
    ["credential.json", ["s2s-client-1"], "s2s-client-1", ["s2s-secret-1-old"]],
    ["context.json", ["s2s-client-1"], "s2s-client-1", ["s2s-secret-1-old"]],
    ["context-nested.json", ["watcher"], "s2s-client-1", ["s2s-secret-1-old"]],
    ["app.env", ["Dataflow_wätcher"], "s2s-client-1", ["s2s-secret-1-old", "s2s-secret-1-new"]],
    ["workspace.properties", ["aio_api_key"], "s2s-client-1", ["s2s-secret-1-old"]],
  ])("%s", (name, names, clientId, secrets) => {
    const file = read(name);
    expect(file.credentials.map((one) => one.name)).toEqual(names);
    const [first] = file.credentials;
    expect(first).toMatchObject({ clientId, secrets });
    expect(first?.scopes[0]).toBe("openid");
    expect(first?.imsOrgId ?? file.imsOrgId).toBe(organisation);
  });
});

test("ids of 19 digits survive, quoted or not", () => {
  const ids = { consumerOrgId: "7120468", projectId: "4566206088344827113", workspaceId: "4566206088344901442" };
  expect(read("project.json")).toMatchObject(ids);
  expect(read("workspace.properties")).toMatchObject(ids);
  const bare = readFileSync("fixtures/console/project.json", "utf8").replaceAll(/"(\d{7,19})"/g, "$1");
  expect(readConsoleFile(bare, "bare.json")).toMatchObject(ids);
});

test("whether the project has the I/O Management API", () => {
  expect(read("project.json").hasManagementApi).toBe(true);
  expect(read("project-without-management-api.json").hasManagementApi).toBe(false);
  expect(read("credential.json").hasManagementApi).toBeNull();
});

test("aio's project file has ids and no credential", () => {
  expect(read("app.aio")).toMatchObject({ credentials: [], projectId: "4566206088344827113", imsOrgId: organisation });
});

test("a byte order mark and Windows line ends change nothing", () => {
  const text = (name: string): string => readFileSync(`fixtures/console/${name}`, "utf8");
  for (const name of ["credential.json", "app.env"]) {
    expect(readConsoleFile(`\uFEFF${text(name).replaceAll("\n", "\r\n")}`, name)).toEqual(read(name));
  }
});

test("of several credentials the named one is picked, by name or client id; of one, that", () => {
  const { credentials } = read("project-two.json");
  expect(pickCredential(credentials, "Second one", "f")?.clientId).toBe("s2s-client-2");
  expect(pickCredential(credentials, "s2s-client-2", "f")?.name).toBe("Second one");
  expect(pickCredential(credentials, undefined, "f")).toBeNull();
  expect(pickCredential(read("project.json").credentials, undefined, "f")?.clientId).toBe("s2s-client-1");
  expect(refusal(() => pickCredential(credentials, "Third", "f")).hint).toContain("--credential 'First one'");
});

describe("a file that will not do is named, with what it lacks", () => {
  test.each<readonly [string, string, RegExp]>([
    ["nothing", "", /neither JSON nor/],
    ["words", "hello", /neither JSON nor/],
    ["binary", "{\0}", /binary/],
    ["half of it", '{"project": {"id": "p8e-sécret', /not valid JSON/],
    ["a list", "[1]", /list/],
    ["another object", '{"type": "service_account"}', /`project`, `CLIENT_ID` and `client_id`/],
    ["a project without a workspace", '{"project":{"id":"1"}}', /project\.workspace\.details\.credentials/],
    ["credentials that are none", '{"project":{"workspace":{"details":{"credentials":[null,1]}}}}', /no oauth_server/],
    ["an empty client id", '{"CLIENT_ID":"","CLIENT_SECRETS":["s"]}', /CLIENT_ID/],
    [
      "a block without client id",
      '{"project":{"workspace":{"details":{"credentials":[{"oauth_server_to_server":{}}]}}}}',
      /credentials\[0\]\.oauth_server_to_server\.client_id/,
    ],
    ["contexts of another kind", '{"ims":{"contexts":{"cli":{}}}}', /ims\.contexts\.<name>\.client_secrets/],
    ["env of a web app", "AIO_ims_contexts_x_client__id=1\nAIO_ims_contexts_x_client__secret=2", /client__secrets/],
  ])("%s", (_, text, why) => {
    const error = refusal(() => readConsoleFile(text, "it.json"));
    expect(error).toMatchObject({ kind: "settings", message: expect.stringContaining("it.json") as string });
    expect(error.why).toMatch(why);
    expect(`${error.message}${error.why ?? ""}${error.hint ?? ""}`).not.toContain("p8e");
  });
  test("secrets that are no list", () => {
    const error = refusal(() => read("credential-secrets-not-a-list.json"));
    expect(error.why).toContain("`CLIENT_SECRETS` is not a list");
    expect(error.why).not.toContain("s2s-secret");
  });
  test("a JWT-only project, with the way out", () => {
    const error = refusal(() => read("project-jwt.json"));
    expect(error.why).toMatch(/JWT/);
    expect(error.hint).toMatch(/create an OAuth Server-to-Server credential: Adobe Developer Console/);
  });
  test("a project without any", () => {
    expect(refusal(() => read("project-no-credential.json")).why).toMatch(/no oauth_server_to_server/);
  });
});

const samples = "../shared/samples/console";
describe.skipIf(!existsSync(samples))("the samples", () => {
  const unusable = /no\.creds|jwt|missing-properties|plugin-app__valid\.config\.json/;
  test.each(existsSync(samples) ? readdirSync(samples) : [])("%s", (name) => {
    const text = readFileSync(`${samples}/${name}`, "utf8");
    if (unusable.test(name)) {
      expect(refusal(() => readConsoleFile(text, name)).kind).toBe("settings");
      return;
    }
    const { credentials } = readConsoleFile(text, name);
    if (name.endsWith(".aio")) expect(credentials).toEqual([]);
    else expect(credentials[0]?.secrets).not.toEqual([]);
  });
});
