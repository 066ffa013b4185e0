import type { Host } from "../host.ts";
import { askFlowName } from "../adobe/platform/flow-service.ts";
import { openNameBook, type NameBook } from "../adobe/platform/name-book.ts";
import type { Notify } from "../notices.ts";
import { createNamesFile } from "../state/names-file.ts";
import type { Connection } from "../adobe/access/connect.ts";

/** Names are a courtesy: one try for a token, no waiting. */
const patience = { retries: 1, maxWaitMs: 0 };

/**
 * The names of the connection's flows, kept for a day.
 * @throws FlowrunError `settings` when FLOWRUN_PLATFORM_URL cannot be right.
 */
export function openNames(connection: Connection, host: Host, notify: Notify): Promise<NameBook> {
  const { settings, send, journal, toSaved } = connection;
  const { clientId, imsOrgId } = settings;
  const url = connection.platformUrl();
  const { tokens } = journal(patience);
  const service = { host: { send }, notify, url, clientId, imsOrgId, tokens };
  return openNameBook({
    host,
    signal: host.signal,
    store: createNamesFile(host.dirs.cache, toSaved(url), imsOrgId),
    ask: (flowId, sandbox, signal) => askFlowName({ ...service, signal }, flowId, sandbox),
    complain: (trouble) => {
      notify({
        kind: "remark",
        text: `names could not be looked up (${trouble}); flows without a name go by their id`,
      });
    },
  });
}
