import type { JetStreamManager, StoredMsg } from "@nats-io/jetstream";

/**
 * Which of these ids stand at the end of a stream under a subject. The stream itself knows ids again only for its duplicate
 * window; after a longer outage this tells which part of a batch it had taken. Where others write in between it may see
 * less than there is, and never more.
 * @param ids of a batch, in order.
 */
export async function findAlreadyThere(
  manager: JetStreamManager,
  stream: string,
  subject: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const last = await manager.streams.getMessage(stream, { last_by_subj: subject });
  const at = last === null ? -1 : ids.indexOf(idOf(last));
  if (last === null || at === -1) return new Set();
  // Of the batch, no more than those before it can stand before it.
  const places = Array.from({ length: Math.min(at, last.seq - 1) }, (_, back) => last.seq - 1 - back);
  const before = await Promise.all(places.map((seq) => manager.streams.getMessage(stream, { seq })));
  const found = [last, ...before].filter((message) => message?.subject === subject);
  return new Set(
    found.flatMap((message) => (message === null ? [] : [idOf(message)])).filter((id) => ids.includes(id)),
  );
}

function idOf({ header }: StoredMsg): string {
  return header.get("Nats-Msg-Id");
}
