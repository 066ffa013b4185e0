import type { DemoFile, FindBatch } from "./batches.ts";
import { jsonReply, type Call, type Reply } from "./call.ts";
import { batchFor, refuseTenant } from "./catalog.ts";

const path = /^\/data\/foundation\/export\/batches\/([^/]+)\/(meta|failed)$/;

/**
 * Answers `GET /batches/{id}/meta` and `/failed` of AEP's Data Access, past the gateway: lists of files, a hundred at a
 * time, and files, or the range of one that is asked for. Null for any other path. Pure but for `find`.
 */
export function answerDataAccess(call: Call, find: FindBatch, now: number): Reply | null {
  const [, id, part] = path.exec(call.path) ?? [];
  if (id === undefined || part === undefined) return null;
  const refusal = refuseTenant(call);
  if (refusal !== null) return refusal;
  const batch = batchFor(call, decodeURIComponent(id), find, now);
  const files = batch?.files() ?? [];
  const asked = call.query.get("path");
  const wanted = asked === null ? part : `${part}/${asked}`;
  const file = files.find((one) => one.path === wanted);
  if (file !== undefined) return fileReply(call, file);
  const inside = files.filter(
    (one) => one.path.startsWith(`${wanted}/`) && !one.path.slice(wanted.length + 1).includes("/"),
  );
  if (inside.length > 0) return listReply(call, { id, part, asked, inside });
  return jsonReply(404, { title: "NotFoundError", detail: `path not found: ${wanted}` });
}

const mostListed = 100;

interface Listed {
  readonly id: string;
  readonly part: string;
  readonly asked: string | null;
  readonly inside: readonly DemoFile[];
}

/** Its links name the host as Adobe's documents do, wherever the demo is. */
function listReply({ query }: Call, { id, part, asked, inside }: Listed): Reply {
  const start = Number(query.get("start") ?? 0);
  const limit = Math.min(mostListed, Number(query.get("limit") ?? mostListed));
  const page = inside.slice(start, start + limit);
  const host = "https://platform.adobe.io:443/data/foundation/export/batches";
  const hrefOf = (more: string): string => `${host}/${id}/${part}?${more}`;
  const paging = `limit=${limit}&start=${start + limit}`;
  const next = hrefOf(asked === null ? paging : `path=${encodeURIComponent(asked)}&${paging}`);
  return jsonReply(200, {
    data: page.map((file) => {
      const below = file.path.slice(part.length + 1);
      return {
        name: below.slice(below.lastIndexOf("/") + 1),
        length: String(file.text.length),
        _links: { self: { href: hrefOf(`path=${encodeURIComponent(below)}`) } },
      };
    }),
    _page: { limit, count: page.length },
    ...(start + limit < inside.length ? { _links: { next: { href: next } } } : {}),
  });
}

function fileReply({ headers }: Call, { text }: DemoFile): Reply {
  const type = ["Content-Type", "application/octet-stream"] as const;
  const [, from] = /^bytes=(\d+)-$/.exec(headers["range"] ?? "") ?? [];
  if (from === undefined) return { status: 200, headers: [type, ["Accept-Ranges", "bytes"]], body: text };
  const begin = Number(from);
  if (begin >= text.length) return { status: 416, headers: [["Content-Range", `bytes */${text.length}`]], body: "" };
  const range = `bytes ${begin}-${text.length - 1}/${text.length}`;
  return { status: 206, headers: [type, ["Content-Range", range]], body: text.slice(begin) };
}
