import { readdirSync, readFileSync } from "node:fs";
import hjson from "hjson";
import { describe, expect, test } from "vitest";
import { pickCredential, readConsoleFile } from "../../../src/adobe/auth/console-json.ts";
import { FlowrunError } from "../../../src/errors.ts";

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

describe("aio's own files are read as aio reads them", () => {
  const only = (text: string) =>
    readConsoleFile(text, "f").credentials.map(({ clientId, secrets }) => [clientId, ...secrets]);
  const found = [["s2s-client-1", "s2s-secret-1"]];
  const context = {
    client_id: "s2s-client-1",
    client_secrets: ["s2s-secret-1"],
    scopes: ["openid"],
    ims_org_id: organisation,
  };

  test.each([
    [
      "what `aio config set` writes",
      hjson.stringify(
        { ims: { contexts: { watcher: context } } },
        { separator: true, bracesSameLine: true, emitRootBraces: true },
      ),
    ],
    [
      "HJSON by hand",
      "# mine\n{\n  // the watcher\n  client_id: s2s-client-1\n  client_secrets: [ 's2s-secret-1' ] /* new */\n  scopes: [\n    openid\n    adobeio_api\n  ]\n}",
    ],
    ["a comma too many", '{"CLIENT_ID": "s2s-client-1", "CLIENT_SECRETS": ["s2s-secret-1",],}'],
    [
      "YAML",
      `# mine\nims:\n  contexts:\n    watcher:\n      client_id: s2s-client-1\n      client_secrets:\n        - s2s-secret-1\n      scopes: [openid]\n`,
    ],
    [
      "lists as texts of JSON",
      JSON.stringify({
        ims: { contexts: { watcher: { ...context, client_secrets: '["s2s-secret-1"]', scopes: '["openid"]' } } },
      }),
    ],
  ])("%s", (_, text) => {
    expect(only(text)).toEqual(found);
  });

  test("ids of 19 digits survive in HJSON and YAML, too", () => {
    const ids = { consumerOrgId: "7120468", projectId: "4566206088344827113", workspaceId: "4566206088344901442" };
    const project = (comment: string) =>
      `{ ${comment}\n project: {\n id: 4566206088344827113 ${comment}\n org: { id: 7120468, ims_org_id: "${organisation}" },\n workspace: { id: 4566206088344901442, details: { credentials: [ { oauth_server_to_server: { client_id: "s2s-client-1", client_secrets: ["s2s-secret-1"] } } ] } } } }`;
    expect(readConsoleFile(project("# it's \"mine"), "f")).toMatchObject(ids);
    const yaml =
      "project:\n  id: 4566206088344827113\n  org: {id: 7120468}\n  workspace:\n    id: 4566206088344901442\n    details:\n      credentials:\n        - oauth_server_to_server: {client_id: a, client_secrets: [b]}\n";
    expect(readConsoleFile(yaml, "f")).toMatchObject(ids);
  });

  test("a project and the credential that it was taken from in one file", () => {
    const { project } = JSON.parse(readFileSync("fixtures/console/app.aio", "utf8")) as { project: object };
    const file = readConsoleFile(JSON.stringify({ project, ims: { contexts: { watcher: context } } }), ".aio");
    expect(file).toMatchObject({ projectId: "4566206088344827113", credentials: [{ clientId: "s2s-client-1" }] });
  });

  test.each([
    [
      "in capitals",
      'AIO_IMS_CONTEXTS_WATCHER_CLIENT__ID=s2s-client-1\nAIO_IMS_CONTEXTS_WATCHER_CLIENT__SECRETS=["s2s-secret-1"]',
    ],
    [
      "in both",
      'AIO_ims_contexts_Watcher_client__id=s2s-client-1\nAIO_IMS_CONTEXTS_WATCHER_CLIENT__SECRETS=["s2s-secret-1"]',
    ],
    [
      "after export",
      'export AIO_ims_contexts_w_client__id=s2s-client-1\n  export AIO_ims_contexts_w_client__secrets=["s2s-secret-1"]',
    ],
    [
      "with comments",
      '# a note\nAIO_ims_contexts_w_client__id=s2s-client-1 # the id\nAIO_ims_contexts_w_client__secrets=["s2s-secret-1"] # made in May',
    ],
    [
      "in quotes",
      `AIO_ims_contexts_w_client__id="s2s-client-1"\nAIO_ims_contexts_w_client__secrets='["s2s-secret-1"]' # a list`,
    ],
    [
      "under rules and boxes",
      `${"#".repeat(60)}\n${"# ".repeat(30)}\nAIO_ims_contexts_w_client__id=s2s-client-1\nAIO_ims_contexts_w_client__secrets=["s2s-secret-1"]`,
    ],
    [
      "over several lines",
      `AIO_ims_contexts_w_client__id=s2s-client-1\nAIO_ims_contexts_w_client__secrets='[\n  "s2s-secret-1"\n]'\n`,
    ],
    [
      "of any letters",
      'AIO_ims_contexts_日本_client__id=s2s-client-1\nAIO_ims_contexts_日本_client__secrets=["s2s-secret-1"]',
    ],
    [
      "of old Macs' lines",
      'AIO_ims_contexts_w_client__id=s2s-client-1\rAIO_ims_contexts_w_client__secrets=["s2s-secret-1"]',
    ],
  ])("variables %s", (_, text) => {
    expect(only(text)).toEqual(found);
  });

  test("a properties file has comments and quotes, too", () => {
    const file = readConsoleFile(
      '# mine\naio_api_key="s2s-client-1" # the id\naio_client_secret=one, two\naio_project_id=4566206088344827113',
      "f",
    );
    expect(file).toMatchObject({
      projectId: "4566206088344827113",
      credentials: [{ clientId: "s2s-client-1", secrets: ["one", "two"] }],
    });
  });
});

describe("the Python library's settings", () => {
  const config = {
    org_id: organisation,
    client_id: "s2s-client-1",
    secret: "s2s-secret-1",
    "sandbox-name": "prod",
    environment: "prod",
  };
  test.each([
    ["its own", { ...config, scopes: "openid,AdobeID, adobeio_api" }],
    ["with a list of scopes", { ...config, scopes: ["openid", "AdobeID", "adobeio_api"] }],
    [
      "with the old name of the id",
      { ...config, client_id: undefined, api_key: "s2s-client-1", scopes: "openid,AdobeID,adobeio_api" },
    ],
  ])("%s", (_, content) => {
    expect(readConsoleFile(JSON.stringify(content), "config_aep.json")).toMatchObject({
      credentials: [
        {
          clientId: "s2s-client-1",
          secrets: ["s2s-secret-1"],
          scopes: ["openid", "AdobeID", "adobeio_api"],
          imsOrgId: organisation,
        },
      ],
      projectId: null,
    });
  });
  test.each([
    ["with a key for JWT", { ...config, tech_id: "x@techacct.adobe.com", pathToKey: "private.key" }, /JWT/],
    ["with a person's code", { ...config, auth_code: "p8e-code" }, /a person who signed in/],
  ])("%s", (_, content, why) => {
    const error = refusal(() => readConsoleFile(JSON.stringify(content), "config_aep.json"));
    expect(error.why).toMatch(why);
    expect(error.hint).toMatch(/OAuth Server-to-Server/);
    expect(`${error.why ?? ""}${error.hint ?? ""}`).not.toContain("p8e");
  });
});

describe("a file that will not do is named, with what it lacks", () => {
  test.each<readonly [string, string, RegExp]>([
    ["nothing", "", /neither JSON nor/],
    ["words", "hello", /neither JSON nor/],
    ["an env file of another program", "# settings\nPORT=80\nNAME: x", /neither JSON nor/],
    ["many comments and nothing else", "/* x *//".repeat(40), /neither JSON nor/],
    ["YAML of another program", "services:\n  web: {}\n", /neither JSON nor/],
    ["a long log", "GET /x=1\n".repeat(20_000), /too long/],
    ["deep nesting", "[".repeat(200_000), /not valid JSON/],
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

const samples = "fixtures/console/published";
describe("files in every form that is published", () => {
  const unusable = /no\.creds|jwt|missing-properties|^valid\.config\.json/;
  test.each(readdirSync(samples))("%s", (name) => {
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
