import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import definitions from "@opentelemetry/otlp-transformer/build/src/generated/root.js";

/** A message as its published definition has it: numbers of 64 bits as texts, bytes in hexadecimal. */
export type Decoded = Readonly<Record<string, unknown>>;

/** A message type of the published definitions, as protobufjs compiled it. */
interface MessageType {
  readonly decode: (bytes: Uint8Array) => object;
  readonly encode: (message: object) => { readonly finish: () => Uint8Array };
  readonly fromObject: (object: object) => object;
  readonly verify: (message: object) => string | null;
  readonly toObject: (message: object, options: object) => Decoded;
}

interface Service {
  readonly request: MessageType;
  readonly response: MessageType;
}

/** OpenTelemetry's own definitions, compiled: what its own programs are built with. */
const { opentelemetry } = definitions as unknown as {
  readonly opentelemetry: {
    readonly proto: {
      readonly collector: Readonly<
        Record<"trace" | "metrics" | "logs", { readonly v1: Readonly<Record<string, MessageType>> }>
      >;
    };
  };
};
const { trace, metrics, logs } = opentelemetry.proto.collector;
export const services = {
  traces: {
    request: trace.v1["ExportTraceServiceRequest"]!,
    response: trace.v1["ExportTraceServiceResponse"]!,
  },
  metrics: {
    request: metrics.v1["ExportMetricsServiceRequest"]!,
    response: metrics.v1["ExportMetricsServiceResponse"]!,
  },
  logs: {
    request: logs.v1["ExportLogsServiceRequest"]!,
    response: logs.v1["ExportLogsServiceResponse"]!,
  },
} as const satisfies Record<string, Service>;

type Signal = keyof typeof services;

const signalsKnown: readonly Signal[] = ["traces", "metrics", "logs"];

/** A request as a receiver has it, by the published definition, whichever encoding it came in. */
export function decodeRequest(signal: Signal, contentType: string, bytes: Uint8Array): Decoded {
  const { request } = services[signal];
  const message =
    contentType === "application/json"
      ? request.fromObject(bytesOfIds(JSON.parse(Buffer.from(bytes).toString())) as object)
      : request.decode(bytes);
  const problem = request.verify(message);
  if (problem !== null) throw new Error(problem);
  return asWritten(request.toObject(message, { longs: String, enums: Number, bytes: Array })) as Decoded;
}

const idNames = new Set(["traceId", "spanId", "parentSpanId"]);

/** In JSON an id stands in hexadecimal, where protobuf's own JSON would have base64. */
function bytesOfIds(value: unknown): unknown {
  return changed(value, (name, inner) =>
    idNames.has(name) && typeof inner === "string" ? Buffer.from(inner, "hex") : bytesOfIds(inner),
  );
}

/** Ids in hexadecimal, and times, which have no sign (`fixed64`): of JSON the library reads them as if they had one. */
function asWritten(value: unknown): unknown {
  return changed(value, (name, inner) => {
    if (idNames.has(name) && Array.isArray(inner)) return Buffer.from(inner).toString("hex");
    if (name.endsWith("UnixNano") && typeof inner === "string") return String(BigInt.asUintN(64, BigInt(inner)));
    return asWritten(inner);
  });
}

function changed(value: unknown, change: (name: string, inner: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => changed(item, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, change(name, inner)]));
}

/** A request that a receiver got. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  /** Unpacked. */
  readonly bytes: Uint8Array;
  /** `null` at a path where nothing is received. */
  readonly signal: Signal | null;
  readonly message: Decoded | null;
  /** Whether there is anything in it: who opens a destination asks without. */
  readonly hasData: boolean;
}

/** How a request is answered: by default with all of it taken. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly waitMs?: number;
  /** The connection ends without an answer. */
  readonly isCut?: boolean;
  /** The answer begins, and does not end. */
  readonly isStalled?: boolean;
}

/** An OTLP receiver on loopback, which takes what its published definitions can read. */
export interface OtlpReceiver {
  readonly port: number;
  /** All requests so far but for those that it was asked to refuse. */
  readonly taken: readonly Received[];
  /** All requests so far. */
  readonly asked: readonly Received[];
  /** Says how the requests from now on are answered; `null` for one as usual. */
  reply: (how: (request: Received) => Reply | null) => void;
  /** Every span that was taken, in order. */
  readonly spans: () => readonly Decoded[];
  /** Every metric that was taken, in order. */
  readonly metrics: () => readonly Decoded[];
  /** Every log record that was taken, in order. */
  readonly logs: () => readonly Decoded[];
  readonly goDown: () => Promise<void>;
  readonly comeBack: () => Promise<void>;
  readonly end: () => Promise<void>;
}

/** Listens on a free port of loopback; with a key and a certificate, behind TLS. */
export async function openReceiver(tls?: { readonly key: Buffer; readonly cert: Buffer }): Promise<OtlpReceiver> {
  const taken: Received[] = [];
  const asked: Received[] = [];
  const sockets = new Set<Socket>();
  let how: (request: Received) => Reply | null = () => null;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const received = await read(request);
    asked.push(received);
    const reply = how(received);
    if (reply?.waitMs !== undefined) await delay(reply.waitMs);
    if (reply?.isCut === true) {
      request.socket.destroy();
      return;
    }
    if (reply?.isStalled === true) {
      response.writeHead(200, { "content-type": "application/x-protobuf", "content-length": "9" }).write("\0");
      return;
    }
    const isJson = request.headers["content-type"] === "application/json";
    const usual = received.signal === null ? 404 : 200;
    const status = reply?.status ?? usual;
    if (status === 200) taken.push(received);
    const type = isJson ? "application/json" : "application/x-protobuf";
    const body = reply?.body ?? (isJson && status === 200 ? "{}" : "");
    response.writeHead(status, { "content-type": type, ...reply?.headers }).end(body);
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, response).catch((error: unknown) => response.writeHead(400).end(String(error)));
  };
  const make = () => {
    const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
    return server.on("connection", (socket: Socket) => {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
    });
  };
  let server = make();
  const listen = async (port: number): Promise<void> => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const goDown = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    port,
    taken,
    asked,
    reply: (next) => {
      how = next;
    },
    spans: () => taken.flatMap(({ message }) => inside(message, "resourceSpans", "scopeSpans", "spans")),
    metrics: () => taken.flatMap(({ message }) => inside(message, "resourceMetrics", "scopeMetrics", "metrics")),
    logs: () => taken.flatMap(({ message }) => inside(message, "resourceLogs", "scopeLogs", "logRecords")),
    goDown,
    comeBack: async () => {
      server = make();
      await listen(port);
    },
    end: goDown,
  };
}

async function read(request: IncomingMessage): Promise<Received> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const packed = Buffer.concat(pieces);
  const bytes = request.headers["content-encoding"] === "gzip" ? gunzipSync(packed) : packed;
  const path = request.url ?? "";
  const signal = signalsKnown.find((one) => path.endsWith(`/v1/${one}`)) ?? null;
  const message = signal === null ? null : decodeRequest(signal, request.headers["content-type"] ?? "", bytes);
  const hasData = message !== null && Object.keys(message).length > 0;
  return { path, headers: request.headers, bytes, signal, message, hasData };
}

/** All that stands at a path of lists. */
export function inside(message: unknown, ...path: readonly string[]): readonly Decoded[] {
  const [name, ...rest] = path;
  if (name === undefined) return [message as Decoded];
  const list = ((message as Decoded | null)?.[name] ?? []) as readonly unknown[];
  return list.flatMap((item) => inside(item, ...rest));
}

/** The attributes of what was decoded, by name: texts, flags, lists, and numbers as numbers. */
export function attributesOf(holder: Decoded | undefined): Decoded {
  return Object.fromEntries(
    inside(holder, "attributes").map(({ key, value }) => [String(key), plain(value as Decoded)]),
  );
}

function plain({ stringValue, boolValue, intValue, doubleValue, arrayValue }: Decoded): unknown {
  if (arrayValue !== undefined) return inside(arrayValue, "values").map((value) => plain(value));
  return stringValue ?? boolValue ?? (intValue === undefined ? doubleValue : Number(intValue));
}
