import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { account } from "../../src/demo/account.ts";
import { blocksOf, pageAt } from "../support/docs.ts";
import { scratch } from "../support/flowrun.ts";
import { openJournal, runEvent } from "../support/journal.ts";
import { freePort } from "../support/ports.ts";
import { makeCertificate } from "../support/tls.ts";
import { deliveryOf, makeSigner, openKeyHost } from "../support/webhook.ts";

const hasNginx = spawnSync("nginx", ["-v"]).status === 0;
const whyNoNginx = hasNginx ? "" : " (nginx is not installed here)";

/** The server of docs/webhooks.md, on ports of our own, with what a tunnel adds. */
async function startNginx(upstream: number): Promise<number> {
  const [dir, port, { cert, key }] = await Promise.all([scratch(), freePort(), makeCertificate()]);
  const [block] = blocksOf(pageAt("docs/webhooks.md")).filter(({ language }) => language === "nginx");
  const server = (block?.text ?? "")
    .replace("listen 443 ssl", `listen 127.0.0.1:${String(port)} ssl`)
    .replace("/etc/ssl/hooks.pem", cert)
    .replace("/etc/ssl/hooks.key", key)
    .replace("http://127.0.0.1:8787", `http://127.0.0.1:${String(upstream)}`)
    .replace(
      "client_max_body_size",
      [
        "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
        "proxy_set_header X-Forwarded-Proto https; proxy_set_header Host tunnel.example;",
        "client_max_body_size",
      ].join(" "),
    );
  const places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  for (const place of places) await mkdir(join(dir, place));
  const paths = places.map((place) => `${place}_temp_path ${join(dir, place)};`);
  const user = process.getuid?.() === 0 ? "user root;" : "";
  const config = join(dir, "nginx.conf");
  await writeFile(
    config,
    `${user} daemon off; pid ${join(dir, "pid")}; error_log stderr; events {} http { access_log off; ${paths.join(" ")} ${server} }`,
  );
  const nginx = spawn("nginx", ["-p", dir, "-c", config], { stdio: "ignore" });
  onTestFinished(async () => {
    const ended = once(nginx, "exit");
    nginx.kill("SIGTERM");
    await ended;
  });
  return port;
}

/** The status of the answer; 0 for none. */
function post(port: number, body: Uint8Array, headers: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((answered) => {
    const options = { host: "127.0.0.1", port, path: "/adobe", method: "POST", rejectUnauthorized: false, headers };
    const asking = request(options, (answer) => {
      answer.resume().on("end", () => {
        answered(answer.statusCode ?? 0);
      });
    });
    asking.on("error", () => {
      answered(0);
    });
    asking.end(body);
  });
}

describe.skipIf(!hasNginx)(`listen behind nginx, as the documentation has it${whyNoNginx}`, () => {
  it("gets each delivery as Adobe signed it, long and in chunks too, whatever headers are added; and 502 is told while it is down", async () => {
    const signer = makeSigner("proxy");
    const keys = await openKeyHost();
    keys.serve(signer);
    const journal = await openJournal({ events: 0 });
    const running = journal.start("listen --port 0 --path /adobe --json --reconcile off", {
      FLOWRUN_KEYS_URL: keys.url,
    });
    await running.saw(/listening on http/, "stderr");
    const port = await startNginx(Number(/http:\/\/[^:]+:(\d+)/.exec(running.stderr())?.[1]));
    const deliver = (n: number, length: number, more: Readonly<Record<string, string>> = {}): Promise<number> => {
      const event = { ...(runEvent(n) as object), note: "ü".repeat(length / 2), recipient_client_id: account.clientId };
      const { body, headers } = deliveryOf(event, [signer]);
      return post(port, body, { "content-type": "application/json", ...headers, ...more });
    };
    await expect.poll(() => deliver(0, 10), { interval: 20, timeout: 60_000 }).toBe(200);
    expect(await deliver(1, 3_500_000)).toBe(200);
    expect(await deliver(2, 100_000, { "transfer-encoding": "chunked", "x-forwarded-for": "192.0.2.1" })).toBe(200);
    expect(await deliver(3, 5_000_000)).toBe(413);
    await running.saw("run-2");
    running.child.kill("SIGTERM");
    const { stdout } = await running.finished;
    expect(Array.from(stdout.matchAll(/"runId":"(run-\d)"/g), ([, id]) => id)).toEqual(["run-0", "run-1", "run-2"]);
    expect(await deliver(4, 10)).toBe(502);
  });
});
