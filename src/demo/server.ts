import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { account } from "./account.ts";
import type { FindBatch } from "./batches.ts";
import type { Call, Reply, DemoService } from "./call.ts";
import { answerCatalog } from "./catalog.ts";
import { answerDataAccess } from "./data-access.ts";
import { deliver } from "./deliver.ts";
import { spoil, type FaultRule } from "./faults.ts";
import { answerFlows } from "./flow-service.ts";
import { refuse } from "./gateway.ts";
import { createIms, usualIms, type Ims, type ImsKnobs } from "./ims.ts";
import { answerJournal, faithful, notFound, type JournalKnobs } from "./journal.ts";
import { findJournalPath } from "./question.ts";
import { callOf, readChanges, writeChanges, type DemoChange, type KeptChanges } from "./changes.ts";
import { answerLytics, lyticsStory, type LyticsStory } from "./lytics/answer.ts";
import { pushItems, type ItemPushing } from "./lytics/push-items.ts";
import { lyticsAccount } from "./lytics/story.ts";
import { createManagement, type Management } from "./management.ts";
import { push, type Pushing } from "./push.ts";
import { hearsFlowRuns, journalUrlOf, registrations } from "./registrations.ts";
import { listedSource, type JournalSource } from "./source.ts";
import { createSigning, type Signing } from "./signing.ts";
import { storySource } from "./story.ts";
import { storyBatches } from "./story-batches.ts";

/** The content, the clock and the behaviour of a demo server. */
export interface ServerOptions {
  /** Epoch ms: the clock of the journal, of the tokens and of the `Date` header. */
  readonly now: () => number;
  /** Resolves after so many ms: what latency and a dripping body wait on. */
  readonly sleep: (ms: number) => Promise<void>;
  /** The content of the journals of the registrations with flow-run events; the others' are empty. */
  readonly source: JournalSource;
  /** The events of the account of Lytics; left out for the demo's own. */
  readonly lytics?: LyticsStory;
  /** The batches that Catalog and Data Access know of; default none. */
  readonly batches?: FindBatch;
  /** How the journal differs from `faithful`. */
  readonly journal?: Partial<JournalKnobs>;
  /** How IMS differs from `usualIms`. */
  readonly ims?: Partial<ImsKnobs>;
  /** The faults to come; rules may be added while the server runs. */
  readonly faults?: readonly FaultRule[];
  /** How long each answer of the journal takes to come; default 0. */
  readonly latencyMs?: number;
  /** Compresses what is worth it when asked to; default true. */
  readonly gzip?: boolean;
  /** Where changes of registrations and providers outlive the server; left out where they do not. */
  readonly kept?: KeptChanges;
  /** Lets the process end although the server still listens; default false. */
  readonly unref?: boolean;
}

/** One request as it came in, and the status it was answered with. */
export interface RequestLog {
  readonly service: DemoService;
  readonly method: string;
  /** Path and query, byte for byte. */
  readonly target: string;
  readonly headers: Call["headers"];
  readonly body: string;
  /** Epoch ms. */
  readonly at: number;
  readonly status: number;
}

/** A running IMS, journal, Events Management API, Flow Service, Catalog and Data Access, all at one origin on the loopback interface. */
export interface DemoServer {
  /** `http://127.0.0.1:<port>`, which is also what an IMS URL and an API URL are made from. */
  readonly origin: string;
  readonly journalUrl: string;
  readonly imsUrl: string;
  readonly apiUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly lyticsToken: string;
  readonly imsOrgId: string;
  readonly scopes: readonly string[];
  /** Where the registrations are: numbers as text, up to 19 digits. */
  readonly consumerOrgId: string;
  readonly projectId: string;
  readonly workspaceId: string;
  /** The last ten thousand requests, oldest first. */
  readonly requests: readonly RequestLog[];
  /** How many tokens were minted. */
  readonly mints: () => number;
  /** The next request with any token minted so far is answered 401. */
  readonly revokeTokens: () => void;
  /** Delivers what is recorded from now on to a webhook of this machine, until the signal aborts. */
  readonly deliverTo: (url: string, world: Pick<Pushing, "sleep" | "signal" | "onState">) => Promise<void>;
  /** Has the account of Lytics deliver what happens from now on to a webhook of this machine, until the signal aborts. */
  readonly deliverJobsTo: (url: string, world: Pick<ItemPushing, "headers" | "sleep" | "signal">) => Promise<void>;
  /** Ends at once: connections are dropped, whatever is under way. */
  readonly close: () => Promise<void>;
}

/** Starts the demo of `--profile demo`: the story's journal on a server that lets the process end. `now` is epoch ms. */
export function startDemo(now: () => number, kept?: KeptChanges): Promise<DemoServer> {
  const present = now();
  return startServer({
    ...(kept === undefined ? {} : { kept }),
    now,
    source: storySource(present),
    batches: storyBatches(present),
    // A tail is told to come back as often as a run is added, so that it shows each as it happens.
    journal: { retryAfter: "2" },
    // Nothing in the demo is slow on purpose, and packing for a reader in the same process is work for nothing.
    sleep: () => Promise.resolve(),
    gzip: false,
    unref: true,
  });
}

/** Starts the server on a free loopback port; resolves when it listens. */
export async function startServer(options: ServerOptions): Promise<DemoServer> {
  const { now } = options;
  const ims = createIms({ ...usualIms, ...options.ims }, now);
  const requests: RequestLog[] = [];
  const counts: Record<DemoService, number> = { journal: 0, ims: 0, api: 0 };
  const signing = createSigning();
  const management = createManagement(now);
  const answer = answerer(options, ims, signing, management);
  const notes = await takeNotes(management, options);

  const server = createServer((request, response) => {
    void serve(request, response);
  });
  // Longer than any polite pause between two polls, so that a tail keeps its connection.
  server.keepAliveTimeout = 60_000;
  if (options.unref) server.on("connection", (socket) => socket.unref());

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = await receive(request);
    if (call === null) return;
    const service = serviceOf(call.path);
    const occasion = { service, index: counts[service]++, call };
    const reply = spoil(options.faults ?? [], occasion, () => answer(service, call));
    const { method, target, headers, body } = call;
    if (service === "api" && reply.status < 300) notes.note(call);
    requests.push({ service, method, target, headers, body, at: now(), status: reply.status });
    if (requests.length > 10_000) requests.shift();
    await deliver(withStamp(reply, now(), `demo-${service}-${occasion.index}`), response, {
      sleep: options.sleep,
      latencyMs: service === "journal" ? (options.latencyMs ?? 0) : 0,
      gzip: (options.gzip ?? true) && /\bgzip\b/.test(headers["accept-encoding"] ?? ""),
    });
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  if (options.unref) server.unref();
  const origin = originOf(server.address());

  return {
    origin,
    journalUrl: journalUrlOf(origin, registrations[0]),
    imsUrl: origin,
    apiUrl: origin,
    clientId: account.clientId,
    clientSecret: account.clientSecrets[0],
    lyticsToken: lyticsAccount.token,
    imsOrgId: account.imsOrgId,
    scopes: account.scopes,
    consumerOrgId: account.consumerOrgId,
    projectId: account.projectId,
    workspaceId: account.workspaceId,
    requests,
    mints: ims.mints,
    revokeTokens: ims.revokeAll,
    deliverTo: (url, world) => push({ ...world, url, source: options.source, signing, now }),
    deliverJobsTo: (url, world) => pushItems({ ...world, url, story: options.lytics ?? lyticsStory(now()), now }),
    close: async () => {
      await notes.kept();
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      });
    },
  };
}

/** Makes again what was changed before, and takes down what is changed from now on. */
async function takeNotes(management: Management, { now, kept }: ServerOptions) {
  const changes: DemoChange[] = [...readChanges((await kept?.find().catch(() => null)) ?? null)];
  for (const change of changes) management.answer(callOf(change), "http://127.0.0.1", change.at);
  let keeping: Promise<unknown> = Promise.resolve();
  return {
    note: ({ method, path, headers, body }: Call): void => {
      if (method === "GET" || kept === undefined) return;
      changes.push({ method, path, type: headers["content-type"] ?? "", body, at: now() });
      // A home that cannot be written costs no more than that it is forgotten.
      keeping = keeping.then(() => kept.keep(writeChanges(changes))).catch(() => undefined);
    },
    kept: () => keeping,
  };
}

/** The right answer to a request, before any fault. */
function answerer(
  options: ServerOptions,
  ims: Ims,
  signing: Signing,
  management: Management,
): (service: DemoService, call: Call) => Reply {
  const knobs = { ...faithful, ...options.journal };
  // As long as it runs it tells one story.
  const present = options.now();
  const empty = listedSource([]);
  const lytics = options.lytics ?? lyticsStory(options.now());
  const findBatch = options.batches ?? (() => null);
  const answers: Record<DemoService, (call: Call) => Reply> = {
    ims: ims.answer,
    api: (call) =>
      answerKey(call, signing) ??
      answerLytics(call, options.now(), lytics) ??
      refuse(call, ims.isLive) ??
      answerFlows(call, { present, now: options.now() }) ??
      answerCatalog(call, findBatch, options.now()) ??
      answerDataAccess(call, findBatch, options.now()) ??
      management.answer(call, `http://${call.headers["host"] ?? ""}`),
    journal: (call) => {
      const id = findJournalPath(call.path)?.registrationId;
      const registration = id === undefined ? undefined : management.find(id);
      const source = registration && hearsFlowRuns(registration) ? options.source : empty;
      const refusal = refuse(call, ims.isLive) ?? (registration === undefined ? notFound() : null);
      return refusal ?? answerJournal({ source, knobs }, call, options.now());
    },
  };
  return (service, call) => answers[service](call);
}

/** Public keys are for everybody; `null` for what is no question about one. */
function answerKey({ method, path }: Call, signing: Signing): Reply | null {
  if (method !== "GET" || !path.startsWith("/prod/keys/")) return null;
  const pem = signing.find(path);
  if (pem === null) return { status: 404, headers: [["Content-Type", "text/html"]], body: "<html>not here</html>" };
  return { status: 200, headers: [["Content-Type", "application/x-pem-file"]], body: pem };
}

function serviceOf(path: string): DemoService {
  if (path.startsWith("/ims/")) return "ims";
  return findJournalPath(path) === null ? "api" : "journal";
}

/** The whole request; null when the client went away in the middle of it. */
async function receive(request: IncomingMessage): Promise<Call | null> {
  const pieces: string[] = [];
  request.setEncoding("utf8");
  try {
    for await (const piece of request) pieces.push(String(piece));
  } catch {
    return null;
  }
  const target = request.url ?? "/";
  const [path = "/", ...query] = target.split("?");
  return {
    method: request.method ?? "GET",
    target,
    path,
    query: new URLSearchParams(query.join("?")),
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, [value].flat().join(", ")]),
    ),
    body: pieces.join(""),
  };
}

/** The `Date` is the server's own clock's, since doctor compares it with the client's. */
function withStamp(reply: Reply, now: number, requestId: string): Reply {
  const stamp: Reply["headers"] = [
    ["Date", new Date(now).toUTCString()],
    ["X-Request-Id", requestId],
  ];
  return { ...reply, headers: [...stamp, ...reply.headers] };
}

function originOf(address: ReturnType<ReturnType<typeof createServer>["address"]>): string {
  if (address === null || typeof address === "string") throw new Error("the demo's server has no port");
  return `http://127.0.0.1:${address.port}`;
}
