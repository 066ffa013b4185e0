import { confirmValidation } from "../../../adobe/webhook/challenge.ts";
import { judgeDelivery, type JudgeMeans } from "../../../adobe/webhook/judge-delivery.ts";
import { createPublicKeys } from "../../../adobe/webhook/public-keys.ts";
import type { DeliveryMeter } from "../../../engine/receive/delivery-metrics.ts";
import type { Inbox } from "../../../engine/receive/inbox.ts";
import { startReceiver, type RunningReceiver } from "../../../engine/receive/receiver.ts";
import { readTlsFiles } from "../../../engine/receive/tls-files.ts";
import { reasonOf } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import type { Notify } from "../../../notices.ts";
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
  const { listening, inbox, meter, host, notify, signal } = means;
  const { tls } = listening;
  return startReceiver(
    {
      ...{ host: listening.host, port: listening.port, option: "--port" },
      ...{ path: listening.path, maxBody: listening.maxBody, inbox, meter },
      tls: tls === null ? null : () => readTlsFiles(tls),
      judge: judgeOf(means),
      onPoison: ({ headers }, why) => {
        const id = headers["x-adobe-event-id"] ?? "without an id";
        notify({ kind: "warning", text: `the delivery ${id} is acknowledged and passed by: ${why}` });
      },
      onValidation: (url) => {
        void confirmValidation(url, { host, signal }).then((trouble) => {
          if (trouble === null) notify({ kind: "remark", text: "Adobe has validated this webhook" });
          else notify({ kind: "warning", text: `this webhook could not be validated: ${trouble}` });
        });
      },
      onRefused: nowAndThen(host, (status, why) => {
        notify({ kind: "warning", text: `a request was refused with ${status}: ${why}` });
      }),
      onTrouble: tellTrouble(notify),
    },
    host,
  );
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

function tellTrouble(notify: Notify): (error: unknown) => void {
  return (error) => {
    notify({ kind: "warning", text: reasonOf(error) });
  };
}

/** Anybody can send anything as often as he likes: each kind of refusal is told once a minute. */
function nowAndThen(
  { now }: Pick<Host, "now">,
  tell: (status: number, why: string) => void,
): (status: number, why: string) => void {
  const toldAt = new Map<string, number>();
  return (status, why) => {
    const last = toldAt.get(`${status} ${why}`);
    if (last !== undefined && now() - last < 60_000) return;
    toldAt.set(`${status} ${why}`, now());
    tell(status, why);
  };
}
