import { readyToken } from "../../src/adobe/auth/token-source.ts";
import { Secret } from "../../src/adobe/auth/secret.ts";
import type { RegistrationsApi } from "../../src/adobe/registrations/api.ts";
import type { Ask } from "../../src/host.ts";
import { fakeHost, noPieces, type FakeHost } from "./host.ts";

/** Where the management API is in these tests. */
export const apiUrl = "https://api.adobe.io";

/** One answer: a status and a JSON body, or an error that the network throws. */
export type Step =
  Error | { readonly status: number; readonly body?: unknown; readonly headers?: Record<string, string> };

/** A host that answers one request after the other, and the last step again and again. */
export function answeringInTurn(...steps: readonly Step[]): FakeHost {
  let at = 0;
  return fakeHost({
    send: async () => {
      const step = steps[Math.min(at++, steps.length - 1)]!;
      if (step instanceof Error) throw step;
      const { status, body = "", headers = {} } = step;
      const text = typeof body === "string" ? body : JSON.stringify(body);
      return {
        status,
        headers: Object.fromEntries(Object.entries({ "x-request-id": "req-7", ...headers }).map(([k, v]) => [k, [v]])),
        body: async () => new TextEncoder().encode(text),
        pieces: noPieces,
        discard: () => undefined,
      };
    },
  });
}

/** The API on a host, with a token at hand and the patience for three attempts. */
export function apiOn(host: FakeHost): RegistrationsApi {
  return {
    host,
    signal: host.signal,
    patience: { retries: 3, maxWaitMs: 60_000 },
    notify: () => undefined,
    apiUrl,
    clientId: "client-1",
    imsOrgId: "4B1E2F9A6D3C7A550A495FD2@AdobeOrg",
    tokens: readyToken(new Secret("t0ken-of-a-test")),
  };
}

/** Method and path of each request. */
export function requestsOf(host: FakeHost): readonly string[] {
  return host.asked.map(({ method, url }: Ask) => `${method} ${new URL(url).pathname}`);
}

/** An error of the network, as Node makes it. */
export function networkError(code: string, syscall?: string): Error {
  return Object.assign(new Error(`it failed: ${code}`), { code, ...(syscall && { syscall }) });
}
