import { headers, type MsgHdrs } from "@nats-io/transport-node";
import type { Delivered } from "../destination.ts";
import type { Acks, SentMessage } from "./acks.ts";
import { jetStreamCode, TooLarge } from "./failure.ts";

/** How far a publishing came: so many from the beginning are safe, and why the next one is not; `null` where all are. */
export interface Published {
  readonly safe: number;
  readonly trouble: unknown;
}

/** How records are published. */
export interface Publishing {
  readonly acks: Acks;
  /** A record, as bytes. */
  readonly encode: (record: Delivered) => Uint8Array;
  /** Whether each message may name the one before it. */
  readonly mayChain: boolean;
  /** The most that a message may be, with its headers, in bytes. */
  readonly mostBytes: number;
}

/** So many are on their way at once; one by one would take a journey each. */
const mostInFlight = 500;

/**
 * Publishes records in their order, and awaits what is on its way all at once. Where it may be, each message names the one before
 * it, and the stream takes it only behind that one: so none passes one that was not taken. Elsewhere one that was not taken,
 * as at a change of leaders, is sent again, and may then stand behind some that were sent with it. Fails by what it returns.
 */
export function openPublisher({
  acks,
  encode,
  mayChain,
  mostBytes,
}: Publishing): (records: readonly Delivered[]) => Promise<Published> {
  let isChained = mayChain;

  const publishSome = async (records: readonly Delivered[]): Promise<Published> => {
    const limit: { passedBy: TooLarge | null } = { passedBy: null };
    const messages = function* (): Generator<SentMessage> {
      let before: string | null = null;
      for (const record of records) {
        const data = encode(record);
        if (data.length + headerBytes(record.id, before) > mostBytes) {
          // Those behind it would pass it.
          limit.passedBy = new TooLarge();
          return;
        }
        yield { headers: headersOf(record.id, before), data };
        before = isChained ? record.id : null;
      }
    };
    const outcomes = await acks.sendAll(messages());
    const failed = outcomes.findIndex((outcome) => outcome !== null);
    return failed === -1
      ? { safe: outcomes.length, trouble: limit.passedBy }
      : { safe: failed, trouble: outcomes[failed] };
  };

  return async (records) => {
    let safe = 0;
    while (safe < records.length) {
      const some = await publishSome(records.slice(safe, safe + mostInFlight));
      safe += some.safe;
      if (some.trouble === null) continue;
      if (!isChained || jetStreamCode(some.trouble) !== wrongLastId) return { safe, trouble: some.trouble };
      // Somebody else writes to our subject as well, or runs come again, and behind them new ones.
      isChained = false;
    }
    return { safe, trouble: null };
  };
}

const wrongLastId = 10070;

const [idHeader, beforeHeader] = ["Nats-Msg-Id", "Nats-Expected-Last-Msg-Id"] as const;

function headersOf(id: string, before: string | null): MsgHdrs {
  const made = headers();
  made.set(idHeader, id);
  if (before !== null) made.set(beforeHeader, before);
  return made;
}

/** Of headers as they are sent. */
function headerBytes(id: string, before: string | null): number {
  const chained = before === null ? "" : `${beforeHeader}: ${before}\r\n`;
  return `NATS/1.0\r\n${idHeader}: ${id}\r\n${chained}\r\n`.length;
}
