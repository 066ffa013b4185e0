import { readFile, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { startServer, type DemoServer } from "../../src/demo/server.ts";
import { listedSource } from "../../src/demo/source.ts";
import { bareEnv, flowrun, records, scratch } from "../support/flowrun.ts";

const longId = "1234567890123456789";

async function openServer(): Promise<DemoServer> {
  const server = await startServer({ now: () => Date.now(), sleep: (ms) => delay(ms), source: listedSource([]) });
  onTestFinished(() => server.close());
  return server;
}

/** A file of the Console whose usable credential is the second of three, and a home that knows only the server. */
async function setUp(server: DemoServer) {
  const home = await scratch();
  const block = { client_id: server.clientId, client_secrets: [server.clientSecret], scopes: server.scopes };
  const credentials = [
    { id: "1", name: "Web", integration_type: "oauthweb", oauth2: { client_id: "web", client_secret: "web-secret" } },
    { id: longId, name: "Reader", integration_type: "oauth_server_to_server", oauth_server_to_server: block },
    { id: "3", name: "Old", integration_type: "service", jwt: { client_id: "old", client_secret: "old-secret" } },
  ];
  const services = [{ code: "AdobeIOManagementAPISDK" }];
  const project = {
    id: longId,
    org: { id: longId, ims_org_id: server.imsOrgId },
    workspace: { id: longId, details: { credentials, services } },
  };
  const from = join(home, "project.json");
  await writeFile(from, JSON.stringify({ project }));
  const env = { ...bareEnv(home), FLOWRUN_IMS_URL: server.imsUrl, FLOWRUN_API_URL: server.apiUrl };
  return { env, from, login: ["login", "--from", from, "--journal-url", server.journalUrl] };
}

describe("T25 the right credential is picked from the Console's file", () => {
  it("by its kind, not by its place", async () => {
    const server = await openServer();
    const { env, login } = await setUp(server);
    const { code, stderr } = await flowrun(login, { env });
    expect([code, stderr]).toEqual([0, expect.stringContaining(`client ${server.clientId}`)]);
    expect((await flowrun(["config", "get", "clientId"], { env })).stdout.trim()).toBe(server.clientId);
  });
});

describe("T26 ids of 19 digits come through unchanged", () => {
  it("into the profile and back", async () => {
    const server = await openServer();
    const { env, login } = await setUp(server);
    await flowrun(login, { env });
    for (const key of ["consumerOrgId", "projectId", "workspaceId"]) {
      expect((await flowrun(["config", "get", key], { env })).stdout.trim()).toBe(longId);
    }
  });
});

describe("T27 a list of registrations is read to its last page", () => {
  /** An API whose list comes in two pages, each at a path of its own, or empty. */
  async function openApi(pages: readonly string[]): Promise<{ url: string; asked: string[] }> {
    const asked: string[] = [];
    const api: Server = createServer((request, response) => {
      asked.push(request.url ?? "");
      const at = Number(new URL(request.url ?? "", "http://api").searchParams.get("page") ?? "0");
      response.setHeader("content-type", "application/hal+json");
      response.end((pages[at] ?? "{}").replaceAll("https://api.adobe.io", urlOf(api)));
    });
    await new Promise<void>((listening) => api.listen(0, "127.0.0.1", listening));
    onTestFinished(() => {
      api.closeAllConnections();
      api.close();
    });
    return { url: urlOf(api), asked };
  }

  const urlOf = (api: Server): string => `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
  const fixture = (name: string): Promise<string> => readFile(join("fixtures/registrations", name), "utf8");

  it("following next, whatever its counts say", async () => {
    const server = await openServer();
    const { env, login } = await setUp(server);
    await flowrun(login, { env });
    const pages = await Promise.all(["page-0.json", "page-1.json"].map(fixture));
    const api = await openApi(pages);
    const listed = await flowrun(["registrations", "--json"], { env: { ...env, FLOWRUN_API_URL: api.url } });
    const ids = pages.flatMap((page) => [...page.matchAll(/"registration_id":\s*"([^"]+)"/g)].map(([, id]) => id));
    expect([listed.code, listed.stderr]).toEqual([0, ""]);
    expect(records(listed.stdout).map(({ id }) => id)).toEqual(ids);
    expect(api.asked).toHaveLength(2);
  });

  it("which may be the first, and empty", async () => {
    const server = await openServer();
    const { env, login } = await setUp(server);
    await flowrun(login, { env });
    const api = await openApi([await fixture("empty.json")]);
    const listed = await flowrun(["registrations", "--json"], { env: { ...env, FLOWRUN_API_URL: api.url } });
    expect([listed.code, listed.stdout]).toEqual([0, ""]);
  });
});
