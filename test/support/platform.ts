import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { readyToken } from "../../src/adobe/auth/token-source.ts";
import { Secret } from "../../src/adobe/auth/secret.ts";
import { createTransport } from "../../src/adobe/http/transport.ts";
import type { PlatformApi } from "../../src/adobe/platform/api.ts";
import { account } from "../../src/demo/account.ts";
import type { DemoBatch, DemoFile } from "../../src/demo/batches.ts";
import { startServer, type DemoServer, type ServerOptions } from "../../src/demo/server.ts";
import { listedSource } from "../../src/demo/source.ts";
import type { Notice } from "../../src/notices.ts";
import { fakeHost, realSleep, type FakeHost } from "./host.ts";

/** Platform's APIs on a real server, asked over a real connection by a host whose time is the test's. */
export interface OnPlatform {
  readonly api: PlatformApi;
  readonly host: FakeHost;
  readonly told: readonly Notice[];
}

/** A batch of the demo's kind, by its files' texts. */
export function demoBatch(
  files: Readonly<Record<string, string>>,
  facts: object = {},
  { id = "01KTESTBATCH00000000000001", sandbox = "prod" } = {},
): DemoBatch {
  const all = Object.entries(files).map(([path, text]): DemoFile => ({ path, text }));
  return { id, sandbox, facts: () => ({ id, status: "success", ...facts }), files: () => all };
}

/** The demo's server with these batches, and the API of it. */
export async function demoPlatform(
  batches: readonly DemoBatch[],
  options: Partial<ServerOptions> = {},
): Promise<OnPlatform & { readonly server: DemoServer }> {
  const server = await startServer({
    now: () => Date.now(),
    sleep: realSleep,
    source: listedSource([]),
    batches: (id) => batches.find((batch) => batch.id === id) ?? null,
    ...options,
  });
  onTestFinished(() => server.close());
  const { clientId, clientSecret } = server;
  const body = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: clientId,
    client_secret: clientSecret,
    scope: server.scopes.join(","),
  });
  const minted = await fetch(`${server.imsUrl}/ims/token/v3`, { method: "POST", body });
  const { access_token: token } = (await minted.json()) as { access_token: string };
  return { server, ...platformAt(server.origin, token) };
}

/** A server of one's own in Platform's place. */
export async function platformOf(listener: RequestListener): Promise<OnPlatform & { readonly url: string }> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return { url, ...platformAt(url, "token-1") };
}

function platformAt(url: string, token: string): OnPlatform {
  const transport = createTransport({ env: {}, stallMs: 10_000, sleep: realSleep });
  onTestFinished(() => transport.close());
  const host = fakeHost({ send: transport.send });
  const told: Notice[] = [];
  const api: PlatformApi = {
    host,
    signal: host.signal,
    patience: { retries: 3, maxWaitMs: 60_000 },
    notify: (notice) => told.push(notice),
    url,
    clientId: account.clientId,
    imsOrgId: account.imsOrgId,
    tokens: readyToken(new Secret(token)),
    sandbox: "prod",
  };
  return { api, host, told };
}
