import fc from "fast-check";
import { header } from "./journal.ts";

/** Texts that have broken something somewhere: in a terminal, a spreadsheet, a path, a pattern, a parser, a key. */
const hostileTexts = [
  "",
  " ",
  ".",
  "..",
  "../../x?y=1#z",
  "%2e%2e",
  "\ud800",
  "a\udfffb",
  "\udc00\ud800",
  "\u0000",
  "\u001b[2J\u001b]0;x\u0007",
  "\u009b31m",
  "\r\n\t\u0085\u2028\u2029",
  "\u202etxt\u2066",
  "\ufeff\ufffe\uffff",
  "\u200d".repeat(50),
  "e" + "\u0301".repeat(300),
  "👩🏽‍💻🇩🇪🏳️‍🌈",
  "__proto__",
  "constructor",
  "toString",
  "=cmd|'/c calc'!A1",
  "+1",
  "@x",
  "null",
  "~",
  "no",
  "1e5",
  "0777",
  "- a: b # c",
  "? a\n: b",
  "---\n...\n",
  "<<",
  "*a &b !!c",
  "|2\n  x",
  "'\"`$(x)\\",
  '{"a":',
  "[".repeat(3000),
  "Message=".repeat(40),
  'ErrorCode=A,Message={"message":"b"},ErrorCode=B',
  "AADSTS7000222: x Trace ID: y",
  "https://x.y/" + "z".repeat(300),
  "a b".repeat(700),
  "x".repeat(5000),
  "NaN",
  "Infinity",
  "-P1D",
];

const hostileNumbers = [
  -1,
  -0,
  0.1,
  1e21,
  1e308,
  -1e308,
  Infinity,
  5e-324,
  2 ** 53,
  1e9,
  1e11,
  253402300800000,
  8.64e15,
];

const text = fc.oneof(
  fc.constantFrom(...hostileTexts),
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)), maxLength: 12 }),
);

const knownNames = [
  "id",
  "flowId",
  "code",
  "message",
  "errors",
  "event",
  "body",
  "data",
  "messages",
  "position",
  "status",
];

/** Lists or objects in each other, deeper than a call stack goes. */
const deep = fc.tuple(fc.constantFrom(20, 501, 2000, 20_000), fc.boolean()).map(([depth, isList]) => {
  let value: unknown = "bottom";
  for (let level = 0; level < depth; level += 1) value = isList ? [value] : { a: value };
  return value;
});

/** Any JSON, as JSON.parse would make it: names like `__proto__` are names, not prototypes. */
const anyJson: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(null, true, false),
    fc.constantFrom(...hostileNumbers),
    fc.integer(),
    text,
    deep,
    fc.array(tie("value"), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.oneof(text, fc.constantFrom(...knownNames)), tie("value")), { maxLength: 4 })
      .map((entries) => Object.fromEntries(entries)),
  ),
})).value;

/** A run that has something in every place that flowrun reads. */
function wholeRun(): Record<string, unknown> {
  const error = { code: "CONNECTOR-2001-500", message: "it failed", count: 3 };
  const summaries = {
    durationSummary: { startedAtUTC: 1793000000000, completedAtUTC: 1793000060000 },
    sizeSummary: { inputBytes: 1, outputBytes: 2, skippedBytes: 3, failedBytes: 4 },
    recordSummary: { inputRecordCount: 5, outputRecordCount: 4, failedRecordCount: 1, failedInfo: [error] },
    fileSummary: { inputFileCount: 1, manifest: { fileInfo: "https://x/batches/b-1/meta" } },
    statusSummary: {
      status: "failed",
      errors: [error],
      extensions: { errors: [error], errorDetail: "ErrorCode=2200,Message=x AADSTS700016: y", batchId: "b-2,b-3" },
    },
  };
  const end = { id: "c-1", type: "baseConnection", reference: { type: "batch", ids: ["b-4"] } };
  return {
    id: "run-12345678",
    flowId: "flow-1",
    flowName: "Orders",
    sandboxId: "s-1",
    sandboxName: "prod",
    imsOrgId: "o-1",
    providerRefId: "p-1",
    createdAt: 1793000000000,
    updatedAt: 1793000061000,
    metrics: summaries,
    activities: [{ id: "copyActivity", name: "Copy", ...summaries, sourceInfo: [end], targetInfo: [end] }],
  };
}

const code = "sources_flow_run_failed";

/** The envelopes that runs come in. */
const envelopes: readonly ((run: unknown) => unknown)[] = [
  (run) => run,
  (run) => ({ event_id: "e-1", event: run }),
  (run) => ({ specversion: "1.0", source: "urn:a", id: "1", type: code, data: run }),
  (run) => ({ header: { msgId: "m-1", ...header(code) }, body: run }),
  (run) => ({ event_id: "e-1", event: { messages: [{ _eventNotificationMeta: { type: code }, value: run }] } }),
  (run) => [run, { event_id: "e-2", event: run }],
];

/** An event of a flow run in which anything may stand anywhere. */
export const hostileEvent: fc.Arbitrary<unknown> = fc
  .tuple(fc.constantFrom(...envelopes), fc.array(fc.tuple(fc.nat(), anyJson), { minLength: 1, maxLength: 4 }))
  .map(([wrap, changes]) => {
    const event = wrap(wholeRun());
    for (const [which, value] of changes) {
      const places = placesIn(event);
      const place = places[which % places.length];
      if (place !== undefined) Object.defineProperty(place.holder, place.name, { ...plainField, value });
    }
    return event;
  });

const plainField = { writable: true, enumerable: true, configurable: true };

interface PlaceInEvent {
  readonly holder: object;
  readonly name: string;
}

/** Every field of an event, and one that it has not got, down to what a change has put there. */
function placesIn(event: unknown): readonly PlaceInEvent[] {
  const places: PlaceInEvent[] = [];
  const left: { readonly value: unknown; readonly depth: number }[] = [{ value: event, depth: 0 }];
  for (let at = left.pop(); at !== undefined; at = left.pop()) {
    const { value, depth } = at;
    if (typeof value !== "object" || value === null || depth > 12) continue;
    for (const [name, inner] of Object.entries(value)) {
      places.push({ holder: value, name });
      left.push({ value: inner, depth: depth + 1 });
    }
    if (!Array.isArray(value)) places.push({ holder: value, name: "__proto__" });
  }
  return places;
}
