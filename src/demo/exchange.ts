import { request } from "node:http";
import { request as requestTls } from "node:https";

/** A request of one of the demo's services to a webhook of this machine. */
export interface HookQuestion {
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
}

const answerMs = 10_000;

/** Asks, and reads the answer; the status is 0 where there is none in ten seconds. */
export function exchange(url: URL, { method, headers, body }: HookQuestion, signal: AbortSignal) {
  const send = url.protocol === "https:" ? requestTls : request;
  return new Promise<{ readonly status: number; readonly text: string }>((answered) => {
    // It is this very process that listens there, with whatever certificate.
    const asking = send(url, { method, headers, signal, timeout: answerMs, rejectUnauthorized: false }, (answer) => {
      const pieces: string[] = [];
      answer.setEncoding("utf8");
      answer.on("data", (piece: string) => pieces.push(piece));
      answer.on("end", () => {
        answered({ status: answer.statusCode ?? 0, text: pieces.join("") });
      });
      answer.on("error", () => {
        answered({ status: 0, text: "" });
      });
    });
    asking.on("timeout", () => asking.destroy());
    asking.on("error", () => {
      answered({ status: 0, text: "" });
    });
    asking.end(body ?? undefined);
  });
}
