import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { bareEnv, scratch } from "./flowrun.ts";

/** A journal that consists of these bodies, as they are written here: for what JSON.stringify would not write. */
export async function servePages(...bodies: readonly string[]) {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const at = Number(url.searchParams.get("since") ?? -1) + 1;
    const body = bodies[at];
    const links = { link: `<${url.pathname}?since=${body === undefined ? at - 1 : at}>; rel="next"` };
    if (body === undefined) response.writeHead(204, { ...links, "retry-after": "1" }).end();
    else response.writeHead(200, { ...links, "content-type": "application/json" }).end(body);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    env: {
      ...bareEnv(await scratch()),
      FLOWRUN_CLIENT_ID: "client-1",
      FLOWRUN_IMS_ORG_ID: "org-1@AdobeOrg",
      FLOWRUN_ACCESS_TOKEN: "token-of-this-test",
      FLOWRUN_JOURNAL_URL: `http://127.0.0.1:${port}/events/organizations/1/integrations/2/3`,
    },
  };
}

/** A page's body, of events that are JSON already. */
export function pageOf(...events: readonly string[]): string {
  const entries = events.map((event, n) => `{"position":"cat:${n}","event":${event}}`);
  return `{"events":[${entries.join(",")}],"_page":{"last":"cat:${events.length - 1}","count":${events.length}}}`;
}
