import { lookup, Resolver } from "node:dns/promises";
import type { LookupAddress } from "node:dns";
import { isIP } from "node:net";
import type { Host } from "../../host.ts";
import { isObject } from "../../json.ts";

/** Means to wait for an answer, and to stop waiting. */
export interface Waiting {
  readonly sleep: Host["sleep"];
  /** Gives the answer up. */
  readonly signal: AbortSignal;
}

/** A name server that is well answers in a fraction of this. */
const promptMs = 1000;

/** How long a name may take: less than a connection may (connector.ts), so that it is the name that is blamed. */
const longestMs = 8000;

/**
 * All addresses of a host, as this machine's own resolver finds them.
 *
 * That resolver works in a thread which cannot be interrupted, and a process does not end before its threads have: with
 * a name server that is silent, Ctrl-C would take ten seconds. So the server is asked first by what can be interrupted
 * (Node's other resolver, which knows neither /etc/hosts nor a company's ways and whose answer is therefore not taken);
 * where it is silent, the machine's resolver is asked in a process of its own, which can be ended.
 * @throws the resolver's error; the signal's reason when given up.
 */
export async function findAddresses(hostname: string, waiting: Waiting): Promise<readonly LookupAddress[]> {
  // An IPv6 address stands in brackets in a URL.
  const name = hostname.replace(/^\[|\]$/g, "");
  const isNear = isIP(name) !== 0 || name === "localhost";
  if (isNear || (await isAnswered(name, waiting))) return lookup(name, { all: true });
  return lookupApart(name, waiting);
}

/** Whether the first name server, the one that is asked first, says anything at all about a name in good time. */
async function isAnswered(name: string, { sleep, signal }: Waiting): Promise<boolean> {
  const resolver = new Resolver({ tries: 1 });
  resolver.setServers(resolver.getServers().slice(0, 1));
  const over = new AbortController();
  const giveUp = (): void => {
    over.abort();
  };
  signal.addEventListener("abort", giveUp, { once: true });
  const late = sleep(promptMs, over.signal).then(() => false);
  // Both, as they are asked for: some firewalls drop what asks for IPv6.
  const told = Promise.all([resolver.resolve4(name), resolver.resolve6(name)].map(isHeard)).then((heard) =>
    heard.every(Boolean),
  );
  const isPrompt = await Promise.race([told, late]);
  giveUp();
  resolver.cancel();
  signal.removeEventListener("abort", giveUp);
  signal.throwIfAborted();
  return isPrompt;
}

/** An error is an answer as well, but for silence. */
function isHeard(asked: Promise<unknown>): Promise<boolean> {
  return asked.then(
    () => true,
    (error: unknown) => !(error instanceof Error && "code" in error && error.code === "ETIMEOUT"),
  );
}

/** The program of a process of its own: it tells the addresses, or the error's code and message. */
const script = `require("node:dns").lookup(process.argv[1], { all: true }, (error, addresses) => {
  process.send(error ? { code: error.code, message: error.message } : addresses);
})`;

async function lookupApart(name: string, { sleep, signal }: Waiting): Promise<readonly LookupAddress[]> {
  const { fork } = await import("node:child_process");
  // As Node starts itself, but with a script instead of a file: the name is the script's only argument.
  const child = fork(name, [], { execArgv: ["-e", script, "--"], stdio: "ignore" });
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  try {
    return await new Promise((resolve, reject) => {
      child.once("message", (told) => {
        if (Array.isArray(told)) resolve(told.filter(isAddress));
        else reject(failure(isObject(told) ? told["code"] : null, isObject(told) ? told["message"] : null));
      });
      child.once("error", reject);
      child.once("exit", () => {
        reject(failure("EAI_AGAIN", `the lookup of ${name} broke off`));
      });
      void sleep(longestMs, until).then(() => {
        reject(failure("EAI_AGAIN", `no name server answered within ${longestMs / 1000} s when asked for ${name}`));
      });
    });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    over.abort();
    child.kill("SIGKILL");
  }
}

function isAddress(value: unknown): value is LookupAddress {
  return isObject(value) && typeof value["address"] === "string" && typeof value["family"] === "number";
}

function failure(code: unknown, message: unknown): Error {
  return Object.assign(new Error(String(message)), { code });
}
