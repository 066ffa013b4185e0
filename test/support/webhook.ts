import { createHmac, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll } from "vitest";
import type { WebhookDelivery } from "../../src/adobe/webhook/delivery.ts";

/** Somebody who signs deliveries, and where the key is by which that is verified. */
export interface Signer {
  readonly path: string;
  /** Of the public key. */
  readonly pem: string;
  readonly privateKey: KeyObject;
}

export function makeSigner(name: string, modulusLength = 2048): Signer {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength });
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  return { path: `/prod/keys/pub-key-${name}.pem`, pem, privateKey };
}

export const clientId = "cd549c3e50314c8fb345f27e8be27dc2";

/** An event as a webhook gets it. */
export function eventOf(n = 1, more: object = {}): object {
  return { event_id: `event-${n}`, event: { hello: "world" }, recipient_client_id: clientId, ...more };
}

/** The headers with which Adobe signs a body: by one key or two. */
function signatureHeaders(body: string | Uint8Array, signers: readonly Signer[]): Record<string, string> {
  const pairs = signers.flatMap(({ path, privateKey }, at) => [
    [`x-adobe-public-key${at + 1}-path`, path],
    [`x-adobe-digital-signature-${at + 1}`, sign("sha256", Buffer.from(body), privateKey).toString("base64")],
  ]);
  return Object.fromEntries(pairs) as Record<string, string>;
}

export function hmacHeader(body: string, secret: string): Record<string, string> {
  return { "x-adobe-signature": createHmac("sha256", secret).update(body).digest("base64") };
}

/** A delivery; what is no text is written as JSON. */
export function deliveryOf(
  content: unknown,
  signers: readonly Signer[] = [],
  headers: Readonly<Record<string, string>> = {},
): WebhookDelivery {
  const body = typeof content === "string" ? content : JSON.stringify(content);
  return { body: Buffer.from(body), headers: { ...signatureHeaders(body, signers), ...headers } };
}

type Answering = (request: IncomingMessage, response: ServerResponse) => void;

/** The host of the keys, on loopback, until the file's tests are over. */
export interface KeyHost {
  readonly url: string;
  /** The paths that were asked for, in order. */
  readonly asked: readonly string[];
  /** From now on. */
  readonly answer: (how: Answering) => void;
  /** As Adobe's answers, from now on: these keys, and 404 for the others. */
  readonly serve: (...signers: readonly Signer[]) => void;
}

export async function openKeyHost(): Promise<KeyHost> {
  const asked: string[] = [];
  let answering: Answering = (_, response) => response.writeHead(404).end();
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    answering(request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });
  const answer = (how: Answering): void => {
    asked.length = 0;
    answering = how;
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answer,
    serve: (...signers) => {
      answer(({ url }, response) => {
        const signer = signers.find(({ path }) => path === url);
        response.writeHead(signer === undefined ? 404 : 200).end(signer?.pem ?? "<html>not here</html>");
      });
    },
  };
}
