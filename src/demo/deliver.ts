import type { ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Delivery, Reply } from "./call.ts";

/** How a reply travels: waiting, delay in milliseconds, compression. */
export interface Conditions {
  readonly sleep: (ms: number) => Promise<void>;
  /** Before the first byte. */
  readonly latencyMs: number;
  /** Whether the client can read gzip and it is wanted. */
  readonly gzip: boolean;
}

/** Puts a reply on the wire, in whatever way it is to be delivered. Resolves when that is done, or given up. */
export async function deliver(reply: Reply, response: ServerResponse, conditions: Conditions): Promise<void> {
  const delivery = reply.delivery ?? { kind: "whole" };
  if (delivery.kind === "hang") return;
  if (conditions.latencyMs > 0) await conditions.sleep(conditions.latencyMs);
  if (delivery.kind === "reset" && delivery.when === "beforeHeaders") {
    response.socket?.resetAndDestroy();
    return;
  }
  const plain = Buffer.from(reply.body);
  const compressed = conditions.gzip && plain.length > 1024;
  const body = compressed ? await compress(plain, { level: 1 }) : plain;
  if (response.destroyed) return;
  writeHead(reply, response, { compressed, length: body.length });
  await writeBody(body, response, delivery, conditions.sleep);
}

const compress = promisify<Uint8Array, { readonly level: number }, Buffer>(gzip);

function writeHead(reply: Reply, response: ServerResponse, body: { compressed: boolean; length: number }): void {
  response.sendDate = false;
  response.statusCode = reply.status;
  for (const [name, value] of reply.headers) response.appendHeader(name, value);
  if (body.compressed) response.appendHeader("Content-Encoding", "gzip");
  if (reply.status !== 204) response.appendHeader("Content-Length", String(body.length));
}

async function writeBody(
  body: Buffer,
  response: ServerResponse,
  delivery: Delivery,
  sleep: Conditions["sleep"],
): Promise<void> {
  if (delivery.kind === "drip") {
    for (const piece of split(body, delivery.pieces)) {
      if (response.destroyed) return;
      response.write(piece);
      await sleep(delivery.everyMs);
    }
    response.end();
    return;
  }
  if (delivery.kind === "reset") {
    response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.socket?.destroy());
    return;
  }
  response.end(body);
}

function split(body: Buffer, pieces: number): readonly Buffer[] {
  const size = Math.ceil(body.length / pieces);
  return Array.from({ length: body.length === 0 ? 0 : pieces }, (_, n) => body.subarray(n * size, (n + 1) * size));
}
