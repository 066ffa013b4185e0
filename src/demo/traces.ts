import { account } from "./account.ts";
import { between, chance, hexFrom, uuidFrom } from "./chance.ts";
import type { DemoRegistration } from "./registrations.ts";

const hour = 3_600_000;

/** The answers of a receiver that is having a bad day, and Adobe's own numbers where it answers nothing. */
const failures = [
  { code: 503, body: '{"error":"the chat bridge is being restarted"}', ms: 212 },
  { code: 604, body: "", ms: 10_000 },
  { code: 500, body: "TypeError: cannot read 'run' of undefined\n    at post (bridge.js:41)", ms: 38 },
] as const;

/**
 * A day of deliveries to a webhook, an hour apart, newest first; many failed where it is called unstable. `now` is epoch
 * ms. Pure.
 */
export function tracesOf(registration: DemoRegistration, now: number): readonly object[] {
  const { registrationId, status = "verified", enabled } = registration;
  if (!enabled) return [];
  const end = Math.floor(now / hour) * hour;
  return Array.from({ length: 24 }, (_, back) => {
    const name = `${registrationId} ${end - back * hour}`;
    const fails = chance(`fails ${name}`) < (status === "unstable" ? 0.4 : 0.04);
    const failure = failures[between(0, failures.length - 1, `how ${name}`)] ?? failures[0];
    const answer = fails ? failure : { code: 200, body: "", ms: between(60, 900, `ms ${name}`) };
    return demoTrace(registration, { name, at: end - back * hour - between(0, hour - 1, `at ${name}`), ...answer });
  });
}

/** One delivery: when (epoch ms), by which name, and how it was answered in how many ms. */
interface DemoDelivery {
  readonly name: string;
  readonly at: number;
  readonly code: number;
  readonly body: string;
  readonly ms: number;
}

/** One trace as Adobe's debug tracing gives it. Pure. */
export function demoTrace(registration: DemoRegistration, { name, at, code, body, ms }: DemoDelivery): object {
  const { registrationId, eventCodes, webhookUrl = "" } = registration;
  const eventCode = eventCodes[between(0, eventCodes.length - 1, `code ${name}`)] ?? "";
  const eventId = uuidFrom(`event ${name}`);
  return {
    event: eventCode,
    id: uuidFrom(`trace ${name}`),
    date: new Date(at).toISOString(),
    clientId: account.clientId,
    registrationId,
    trace: {
      tracingRequest: {
        requestUrl: webhookUrl,
        requestMethod: "POST",
        contentType: "application/json",
        requestBody: `{"event_id":"${eventId}"}`,
        requestHeaders: {
          "x-adobe-event-id": [eventId],
          "x-adobe-event-code": [eventCode],
          "x-adobe-delivery-id": [uuidFrom(`delivery ${name}`)],
          "x-adobe-digital-signature-1": [hexFrom(`signature ${name}`, 64)],
        },
      },
      tracingResponse: {
        responseBody: body,
        responseCode: code,
        responseTime: ms,
        responseHeaders: { "content-type": ["application/json"] },
      },
      ts: at,
      deliveryTime: at + ms,
      insightsInfo: [{ providerName: "Platform notifications", eventCode, eventIds: [eventId] }],
    },
  };
}
