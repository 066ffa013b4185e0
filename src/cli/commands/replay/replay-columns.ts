import type { ColumnSet } from "../../../render/formats/column.ts";

/** The outcome of a replay, or what it would be. */
export interface Replayed {
  readonly type: "flowrun.replay";
  readonly schemaVersion: 1;
  /** The endpoint, without a secret. */
  readonly target: string;
  readonly dryRun: boolean;
  /** Events that were asked for, and the runs in them. */
  readonly events: number;
  readonly runs: number;
  /** Answered for good; of a dry run: that would be sent. */
  readonly sent: number;
  readonly accepted: number;
  readonly refused: number;
  /** Left out: accepted before, or in the file of what somebody has already. */
  readonly leftOut: number;
  /** Known to be there, but not with the event as it was delivered. */
  readonly withoutEvent: number;
  /** Of the bodies that were sent, or would be. */
  readonly bytes: number;
  /** When the first run of what was sent, or would be, was updated, and the last one: RFC 3339. */
  readonly first: string | null;
  readonly last: string | null;
  /** The file of what the endpoint has accepted. */
  readonly ledger: string;
}

/** All columns of what was replayed. */
export const replayColumns: ColumnSet<Replayed> = {
  all: [
    { name: "target", title: "TARGET", kind: "text", value: ({ target }) => target },
    { name: "dryRun", title: "DRY RUN", kind: "flag", value: ({ dryRun }) => dryRun },
    { name: "events", title: "EVENTS", kind: "count", value: ({ events }) => events },
    { name: "runs", title: "RUNS", kind: "count", value: ({ runs }) => runs },
    { name: "sent", title: "SENT", kind: "count", value: ({ sent }) => sent },
    { name: "accepted", title: "ACCEPTED", kind: "count", value: ({ accepted }) => accepted },
    { name: "refused", title: "REFUSED", kind: "count", value: ({ refused }) => refused },
    { name: "leftOut", title: "LEFT OUT", kind: "count", value: ({ leftOut }) => leftOut },
    { name: "withoutEvent", title: "WITHOUT EVENT", kind: "count", value: ({ withoutEvent }) => withoutEvent },
    { name: "bytes", title: "BYTES", kind: "bytes", value: ({ bytes }) => bytes },
    { name: "first", title: "FIRST", kind: "time", value: ({ first }) => first },
    { name: "last", title: "LAST", kind: "time", value: ({ last }) => last },
    { name: "ledger", title: "LEDGER", kind: "text", value: ({ ledger }) => ledger },
  ],
  usual: ["target", "events", "sent", "accepted", "refused", "leftOut"],
  wide: ["runs", "withoutEvent", "bytes", "first", "last", "dryRun"],
  id: null,
  fields: [
    ...["type", "schemaVersion", "target", "dryRun", "events", "runs", "sent", "accepted", "refused", "leftOut"],
    ...["withoutEvent", "bytes", "first", "last", "ledger"],
  ],
};
