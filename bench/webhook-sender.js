/** Adobe's side of a webhook on loopback, for the bench and the soak of `flowrun listen`: it signs, has its keys, delivers. */
import { spawn } from "node:child_process";
import { generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { Agent, createServer, request } from "node:http";
import { fileURLToPath } from "node:url";

const flowrun = fileURLToPath(new URL("../bin/flowrun.js", import.meta.url));

/** As many as Adobe has: while one is replaced, what was signed by the other still holds. */
const paths = ["/prod/keys/pub-key-one.pem", "/prod/keys/pub-key-other.pem"];

/** Starts the host of the keys. `answer` takes what it does instead of serving them, or `null`. */
export async function startKeyHost() {
  const pairs = new Map(paths.map((path) => [path, generateKeyPairSync("rsa", { modulusLength: 2048 })]));
  const pems = new Map(
    [...pairs].map(([path, pair]) => [path, pair.publicKey.export({ type: "spki", format: "pem" })]),
  );
  let instead = null;
  const server = createServer((asked, answer) => {
    if (instead !== null) return instead(asked, answer);
    const pem = pems.get(asked.url);
    answer.writeHead(pem === undefined ? 404 : 200).end(pem ?? "<html>not here</html>");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    pems,
    answer: (how) => {
      instead = how;
    },
    /** A delivery of these very bytes, by so many of the keys. */
    signed: (text, { keys = 2, ...headers } = {}) => {
      const body = Buffer.from(text);
      const signatures = [...pairs].slice(0, keys).flatMap(([path, { privateKey }], n) => [
        [`x-adobe-public-key${n + 1}-path`, path],
        [`x-adobe-digital-signature-${n + 1}`, sign("sha256", body, privateKey).toString("base64")],
      ]);
      return { body, headers: { "content-type": "application/json", ...Object.fromEntries(signatures), ...headers } };
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/**
 * A `flowrun listen` of its own, on a free port or one that is given. `up` resolves to its address, or to `null` where it
 * ends before; `said` is the end of its stderr.
 */
export function startListening(args, env, port = 0) {
  const child = spawn(process.execPath, [flowrun, "listen", "--port", String(port), ...args], {
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = once(child, "close").then(([code]) => code);
  let said = "";
  const listens = new Promise((resolve) => {
    child.stderr.setEncoding("utf8").on("data", (text) => {
      said = (said + text).slice(-20_000);
      const [, url] = /listening on (http:\S+)/.exec(said) ?? [];
      if (url !== undefined) resolve(url);
    });
  });
  return { child, ended, up: Promise.race([listens, ended.then(() => null)]), said: () => said };
}

/** Connections that stay open, so many at most. */
export function openSender(url, atOnce) {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  return {
    /** The status of the answer; 0 for none within ten seconds, which is how long Adobe waits. */
    post: ({ body, headers }) =>
      new Promise((resolve) => {
        const asking = request(url, {
          agent,
          method: "POST",
          headers: { "content-length": body.length, ...headers },
          signal: AbortSignal.timeout(10_000),
        });
        asking.on("response", (answer) => {
          answer.resume();
          answer.on("end", () => resolve(answer.statusCode));
          answer.on("error", () => resolve(0));
        });
        asking.on("error", () => resolve(0));
        asking.end(body);
      }),
    close: () => agent.destroy(),
  };
}
