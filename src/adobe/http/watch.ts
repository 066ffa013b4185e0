import type { Answer, AnswerHeaders, Ask, Host, PiecesOptions, Send } from "../../host.ts";
import type { Notice, NoticeHeader, Notify } from "../../notices.ts";
import { describeNetworkFailure, findRequestId } from "./words.ts";

type Answered = Extract<Notice, { kind: "answered" }>;

/** Who is told of each exchange, by which clock. */
export interface Watching {
  readonly notify: Notify;
  readonly now: Host["now"];
}

/** Sends as `send` does, and tells how each exchange ended, once: when its body is in, let go of, or broken off. */
export function watched(send: Send, { notify, now }: Watching): Send {
  return async (ask, signal) => {
    const began = now();
    const tell = (answer: Answer | null, end: Partial<Answered>): void => {
      notify({ ...unknownEnd, ...exchangeOf(ask, answer), elapsedMs: now() - began, ...end });
    };
    const broken = (error: unknown): Partial<Answered> => ({
      trouble: signal.aborted ? "given up" : describeNetworkFailure(error),
    });
    try {
      return watchedAnswer(await send(ask, signal), tell, broken);
    } catch (error) {
      tell(null, broken(error));
      throw error;
    }
  };
}

function watchedAnswer(
  answer: Answer,
  tell: (answer: Answer, end: Partial<Answered>) => void,
  broken: (error: unknown) => Partial<Answered>,
): Answer {
  return {
    status: answer.status,
    headers: answer.headers,
    body: async (options = {}) => {
      const size: { received: number | null } = { received: null };
      const onReceived = (bytes: number): void => {
        size.received = bytes;
        options.onReceived?.(bytes);
      };
      try {
        const bytes = await answer.body({ ...options, onReceived });
        tell(answer, { received: size.received ?? bytes.length, unpacked: bytes.length });
        return bytes;
      } catch (error) {
        tell(answer, { ...size, ...broken(error) });
        throw error;
      }
    },
    pieces: (options = {}) => watchedPieces(answer, options, tell, broken),
    discard: () => {
      answer.discard();
      tell(answer, {});
    },
  };
}

/** One that is left early was let go of. */
async function* watchedPieces(
  answer: Answer,
  options: PiecesOptions,
  tell: (answer: Answer, end: Partial<Answered>) => void,
  broken: (error: unknown) => Partial<Answered>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const size: { received: number | null } = { received: null };
  let unpacked = 0;
  let end: Partial<Answered> = {};
  const onReceived = (bytes: number): void => {
    size.received = bytes;
    options.onReceived?.(bytes);
  };
  try {
    for await (const piece of answer.pieces({ onReceived })) {
      unpacked += piece.length;
      yield piece;
    }
    end = { received: size.received ?? unpacked, unpacked };
  } catch (error) {
    end = broken(error);
    throw error;
  } finally {
    tell(answer, end);
  }
}

const unknownEnd = { kind: "answered", received: null, unpacked: null, trouble: null } as const;

function exchangeOf({ method, url, headers }: Ask, answer: Answer | null) {
  return {
    method,
    url,
    status: answer?.status ?? null,
    requestId: answer === null ? null : findRequestId(answer.headers),
    asked: Object.entries(headers).map(([name, value]) => withoutSecret(name.toLowerCase(), value)),
    headers: answer === null ? [] : headersOf(answer.headers),
  };
}

function headersOf(headers: AnswerHeaders): readonly NoticeHeader[] {
  return Object.entries(headers).map(([name, values]) => withoutSecret(name, values.join(", ")));
}

/** Whoever reads a ticket needs to see that a header was there, and not what it lets in. */
function withoutSecret(name: string, value: string): NoticeHeader {
  return [name, secretHeader.test(name) ? "[secret]" : value];
}

const secretHeader = /^(?:proxy-)?authorization$|cookie|api-?key|token|secret|passw|credential|signature/;
