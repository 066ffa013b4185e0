import { confirmValidation } from "../../../adobe/webhook/challenge.ts";
import type { WebhookDelivery } from "../../../adobe/webhook/delivery.ts";
import { judgeDelivery, type JudgeMeans } from "../../../adobe/webhook/judge-delivery.ts";
import { createPublicKeys } from "../../../adobe/webhook/public-keys.ts";
import type { DeliveryMeter } from "../../../engine/receive/delivery-metrics.ts";
import type { Inbox } from "../../../engine/receive/inbox.ts";
import { startReceiver, type RunningReceiver } from "../../../engine/receive/receiver.ts";
import { readTlsFiles } from "../../../engine/receive/tls-files.ts";
import { FlowrunError, reasonOf } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import type { Notify } from "../../../notices.ts";
import { putPoisonAway } from "../../../state/poison-files.ts";
import { spoolFolder } from "../../../state/spool-lock.ts";
import type { Identity } from "./identity.ts";
import type { ListenOptions } from "./listen-options.ts";

/** Who receives, for whom, and where to put it. */
export interface ReceiverMeans {
  readonly listening: ListenOptions;
  readonly identity: Identity;
  readonly inbox: Inbox;
  readonly meter: DeliveryMeter;
  readonly host: Host;
  readonly notify: Notify;
  /** Ends what is asked of others. */
  readonly signal: AbortSignal;
}

/** Starts the receiver that the options ask for. @throws FlowrunError `usage` where it cannot be. */
export function openReceiver(means: ReceiverMeans): Promise<RunningReceiver> {
  const { listening, inbox, meter, host, notify } = means;
  const validate = validator(means);
  const { tls } = listening;
  const tell = nowAndThen(host, notify);
  return startReceiver(
    {
      ...{ host: listening.host, port: listening.port, option: "--port" },
      ...{ path: listening.path, maxBody: listening.maxBody, inbox, meter },
      tls: tls === null ? null : () => readTlsFiles(tls),
      judge: judgeOf(means),
      onPoison: putAway(means),
      onValidation: (url) => {
        validate(url);
      },
      onRefused: (status, why) => {
        tell(String(status), `a request was refused with ${status}: ${why}`);
      },
      onTrouble: tellTrouble(notify, host),
    },
    host,
  );
}

/** It is Adobe's, and once acknowledged it does not come again. */
function putAway({ identity, host, notify }: ReceiverMeans): (delivery: WebhookDelivery, why: string) => Promise<void> {
  return async ({ headers, body }, why) => {
    const own = Object.entries(headers).filter(([name]) => /^x-adobe-|^x-request-id$|^content-type$/.test(name));
    const folder = spoolFolder(host.dirs.state, identity.profile);
    const path = await putPoisonAway(folder, { headers: Object.fromEntries(own), body }, host.now());
    const id = headers["x-adobe-event-id"] ?? "without an id";
    notify({ kind: "warning", text: `the delivery ${id} is acknowledged, and lies in ${path}: ${why}` });
  };
}

function judgeOf({ listening, identity, host, signal }: ReceiverMeans) {
  const { clientId, secrets, send, keysUrl } = identity;
  const means: JudgeMeans = {
    clientId,
    keys: listening.verifies ? createPublicKeys({ url: keysUrl, host: { ...host, send }, signal }) : null,
    hmacSecrets: listening.acceptsHmac ? secrets : [],
  };
  return (delivery: Parameters<typeof judgeDelivery>[0]) => judgeDelivery(delivery, means);
}

/** Anybody can ask for it, unsigned: one at a time, each address once, and the next one after a while. */
function validator({ host, notify, signal }: ReceiverMeans): (url: string) => void {
  let isBusy = false;
  let last = "";
  const confirm = async (url: string): Promise<void> => {
    const trouble = await confirmValidation(url, { host, signal });
    if (trouble === null) notify({ kind: "remark", text: "Adobe has validated this webhook" });
    else notify({ kind: "warning", text: `this webhook could not be validated: ${trouble}` });
    await host.sleep(validationMs, signal);
  };
  return (url) => {
    if (isBusy || url === last) return;
    isBusy = true;
    last = url;
    confirm(url)
      .catch(tellTrouble(notify, host))
      .finally(() => {
        isBusy = false;
      });
  };
}

const validationMs = 3000;

function tellTrouble(notify: Notify, host: Pick<Host, "now">): (error: unknown) => void {
  const tell = nowAndThen(host, notify);
  return (error) => {
    const { message, why, hint } =
      error instanceof FlowrunError ? error : { message: reasonOf(error), why: null, hint: null };
    tell(message, [message, why, hint === null ? null : `(${hint})`].filter((text) => text !== null).join(" · "));
  };
}

/** Anybody can send anything as often as he likes: of each kind of trouble one is told in a minute. */
function nowAndThen({ now }: Pick<Host, "now">, notify: Notify): (kind: string, text: string) => void {
  const toldAt = new Map<string, number>();
  return (kind, text) => {
    const last = toldAt.get(kind);
    if (last !== undefined && now() - last < 60_000) return;
    toldAt.set(kind, now());
    notify({ kind: "warning", text });
  };
}
