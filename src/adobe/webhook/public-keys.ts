import { createPublicKey, type KeyObject } from "node:crypto";
import { setMaxListeners } from "node:events";
import type { Host } from "../../host.ts";
import { version } from "../../version.ts";
import { inTime } from "../http/in-time.ts";
import { describeNetworkFailure, isMistake } from "../http/words.ts";

/** A key, or why it cannot be had now, as a sentence without an end. */
export type KeyAnswer = { readonly key: KeyObject } | { readonly trouble: string };

/** Adobe's public keys, each kept for a day. */
export interface PublicKeys {
  /** @param path of the one form that keys have (`digitalSignaturesOf`); by the whole of it a key is known. */
  find(path: string): Promise<KeyAnswer>;
}

/** The host of the keys, and the world in which it is asked. */
export interface KeysPlace {
  /** An address without a slash at its end (`resolveKeysUrl`). */
  readonly url: string;
  readonly host: Pick<Host, "now" | "sleep" | "send">;
  /** Ends what is asked for when it aborts. */
  readonly signal: AbortSignal;
}

/** Keeps keys, and for a little while also that one could not be had. However many paths there are, its memory is bounded. */
export function createPublicKeys(place: KeysPlace): PublicKeys {
  const { host } = place;
  // Apart, so that paths that somebody makes up push out no key.
  const keys = createShelf<KeyAnswer>({ forMs: keptMs, most: mostKeys, now: host.now });
  const troubles = createShelf<KeyAnswer>({ forMs: troubledMs, most: mostTroubles, now: host.now });
  const asked = new Map<string, Promise<KeyAnswer>>();
  const inTurn = createTurns(mostAtOnce);
  // Of its own, since each that is asked for listens to it, and Node would warn of so many.
  const signal = AbortSignal.any([place.signal]);
  setMaxListeners(mostAtOnce, signal);
  const ask = async (path: string): Promise<KeyAnswer> => {
    try {
      const answer = await inTurn(() => askForKey(path, { ...place, signal }));
      ("key" in answer ? keys : troubles).put(path, answer);
      return answer;
    } finally {
      asked.delete(path);
    }
  };
  return {
    find: async (path) => {
      const known = keys.get(path) ?? troubles.get(path) ?? asked.get(path);
      if (known !== undefined) return known;
      if (asked.size >= mostAtOnce + mostWaiting) return { trouble: `${asked.size} other keys are being asked for` };
      const answer = ask(path);
      asked.set(path, answer);
      return answer;
    },
  };
}

const keptMs = 24 * 3_600_000;
const troubledMs = 5000;
const answerMs = 3000;

/** Adobe signs with two at a time. */
const mostKeys = 64;
const mostTroubles = 256;
/**
 * Whoever makes up paths makes us ask Adobe, and not for more than so many at once. So many more wait for their turn, lest
 * a genuine key be turned away: where none is answered at all, the last of them has it after twelve seconds.
 */
const mostAtOnce = 16;
const mostWaiting = 64;

const mostBytes = 8192;

/** @throws only what is a mistake of our own. */
async function askForKey(path: string, { url, host, signal }: KeysPlace): Promise<KeyAnswer> {
  try {
    return await inTime({ ms: answerMs, tooLate, host, signal }, async (until) => {
      // Not compressed: a key is small, and what unpacks to gigabytes need not be looked at.
      const headers = { accept: "*/*", "accept-encoding": "identity", "user-agent": `flowrun/${version}` };
      const answer = await host.send({ method: "GET", url: url + path, headers }, until);
      if (answer.status !== 200) {
        answer.discard();
        return { trouble: `the host of the keys answered ${answer.status} for ${path}` };
      }
      return readKey(await answer.body({ mostBytes }), path);
    });
  } catch (error) {
    if (isMistake(error)) throw error;
    return { trouble: `the host of the keys could not be asked for ${path}: ${describeNetworkFailure(error)}` };
  }
}

const tooLate = Object.assign(new Error(`after ${answerMs / 1000} s`), { code: "UND_ERR_HEADERS_TIMEOUT" });

/** Also of a longer one, and one of a page that says 200: only a public RSA key is ever kept. */
function readKey(body: Uint8Array, path: string): KeyAnswer {
  const text = new TextDecoder().decode(body).trim();
  const key = body.length <= mostBytes && pem.test(text) ? parsed(text) : null;
  if (key?.asymmetricKeyType !== "rsa") return { trouble: `the host of the keys has no public key at ${path}` };
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits >= leastBits && bits <= mostBits) return { key };
  return { trouble: `the key at ${path} has ${bits} bits, where ${leastBits} to ${mostBits} are safe and quick` };
}

/** Node would make a public key of a private one and of a certificate as well. */
const pem = /^-----BEGIN (RSA )?PUBLIC KEY-----[A-Za-z0-9+/=\s]+-----END \1?PUBLIC KEY-----$/;

const leastBits = 2048;
const mostBits = 16_384;

function parsed(text: string): KeyObject | null {
  try {
    return createPublicKey({ key: text, format: "pem" });
  } catch {
    return null;
  }
}

/** Does so much at once; what is more waits, and goes on in the order in which it came. */
function createTurns(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = most;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((go) => waiting.push(go));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}

interface Shelf<T> {
  get(name: string): T | undefined;
  put(name: string, value: T): void;
}

/** Things by name, for a time; where there are too many, the oldest goes. */
function createShelf<T>({ forMs, most, now }: { forMs: number; most: number; now: () => number }): Shelf<T> {
  const things = new Map<string, { readonly value: T; readonly at: number }>();
  return {
    get: (name) => {
      const thing = things.get(name);
      const age = thing === undefined ? Infinity : now() - thing.at;
      // A clock that was put back says nothing about an age.
      return age >= 0 && age < forMs ? thing?.value : undefined;
    },
    put: (name, value) => {
      things.delete(name);
      things.set(name, { value, at: now() });
      for (const oldest of things.keys()) {
        if (things.size <= most) return;
        things.delete(oldest);
      }
    },
  };
}
