import { FlowrunError } from "../../../errors.ts";
import { keepSecret } from "../../../mask.ts";
import { nearest } from "../../../text/nearest.ts";
import type { World } from "../../../host.ts";
import type { Address } from "../address.ts";

/** An address of NATS, with the environment's words, before any file is read. */
export interface NatsAddress {
  readonly subject: string;
  /** Of the key-value bucket that holds places. */
  readonly bucket: string;
  /** The saved context that it names, or that `NATS_CONTEXT` names where the address leaves the host out. */
  readonly context: NamedContext | null;
  /** Words about the connection; the first count first. A context's come behind those, or last of all. */
  readonly said: readonly [own: NatsWords, environment: NatsWords];
}

/** A saved context of the `nats` command. */
export interface NamedContext {
  readonly name: string;
  /** True where the address itself names it: then it counts before the environment. */
  readonly isOwn: boolean;
}

/** The words of one place about a connection; `null` where it says nothing. */
export interface NatsWords {
  readonly servers: readonly NatsServer[] | null;
  readonly login: NatsLogin | null;
  /** Names of PEM files. */
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
  /** Of JetStream, behind a leaf node. */
  readonly domain: string | null;
  readonly inboxPrefix: string | null;
  /** True where TLS begins before the server has said a word. */
  readonly isTlsFirst: boolean;
}

/** A server, as a list of them names it. */
export interface NatsServer {
  readonly host: string;
  readonly port: number;
  /** True where it must be TLS; else it is where the server has it. */
  readonly isPrivate: boolean;
}

/** By what a server lets somebody in; `creds` and `nkey` name files. */
export type NatsLogin =
  | { readonly by: "password"; readonly user: string; readonly password: string }
  | { readonly by: "token"; readonly token: string }
  | { readonly by: "creds" | "nkey"; readonly path: string };

/** The words of a place that says nothing. */
export const silence: NatsWords = {
  servers: null,
  login: null,
  ca: null,
  cert: null,
  key: null,
  domain: null,
  inboxPrefix: null,
  isTlsFirst: false,
};

const options = ["creds", "nkey", "context", "ca", "cert", "key", "domain", "bucket"];

/**
 * Reads an address, and the variables that the `nats` command knows. Passwords and tokens are remembered as secrets.
 * @throws FlowrunError `usage` for an address that cannot be right, `settings` for a variable that cannot.
 */
export function readNatsAddress({ word, rest, options: given, shown }: Address, env: World["env"]): NatsAddress {
  const usage = (why: string, hint: string): FlowrunError =>
    new FlowrunError("usage", `${shown} is no address of NATS`, { why, hint });
  const [, authority, path = ""] = /^\/\/([^/]*)\/?(.*)$/s.exec(rest) ?? [];
  if (authority === undefined) throw usage(`there are no // behind ${word}:`, `${word}://host:4222/subject`);
  for (const name of given.keys()) {
    const meant = nearest(name, options);
    if (options.includes(name)) continue;
    throw usage(
      `it has no option ${name}`,
      meant === null ? `there are ${options.join(", ")}` : `did you mean ?${meant}=?`,
    );
  }
  const subject = decoded(path);
  const trouble = troubleOfSubject(subject);
  if (trouble !== null) throw usage(trouble, `${word}://host:4222/aep.runs`);
  const bucket = given.get("bucket") ?? "flowrun";
  if (!/^[\w-]+$/.test(bucket)) throw usage(`no bucket can be called ${bucket}`, "?bucket=letters-digits_and-dashes");
  const context = given.get("context");
  if (context !== null && !isContextName(context)) {
    throw usage(`no context can be called ${context}`, "see what there is: nats context ls");
  }
  if ((given.get("cert") === null) !== (given.get("key") === null)) {
    throw usage("a client's certificate and its key go together", "?cert=client.pem&key=client-key.pem");
  }

  const named = readServers(authority, word === "tls", (why) => usage(why, `${word}://host:4222/${subject}`));
  const own: NatsWords = {
    ...silence,
    servers: named.servers,
    login: loginOf({ creds: given.get("creds"), nkey: given.get("nkey") }) ?? named.login,
    ca: given.get("ca"),
    cert: given.get("cert"),
    key: given.get("key"),
    domain: given.get("domain"),
  };
  const environment = wordsOf(env);
  const fallback = env["NATS_CONTEXT"] ?? "";
  const isHostNamed = own.servers !== null;
  if (!isHostNamed && context === null && environment.servers === null && fallback === "") {
    throw usage(
      "it leaves the host out, and neither NATS_URL nor NATS_CONTEXT is set",
      `${word}://host:4222/${subject}, or export NATS_URL=nats://host:4222`,
    );
  }
  // Another server's secrets do not go to a host that is named.
  const inherited = isHostNamed || fallback === "" ? null : { name: fallback, isOwn: false };
  return {
    subject,
    bucket,
    context: context === null ? inherited : { name: context, isOwn: true },
    said: [own, environment],
  };
}

/**
 * Reads `user:password@host:4222,host`, or a list of whole URLs, as NATS_URL and contexts have it.
 * @param refuse makes the error of what cannot be right.
 */
export function readServers(
  text: string,
  isPrivate: boolean,
  refuse: (why: string) => FlowrunError,
): Pick<NatsWords, "servers" | "login"> {
  const logins: NatsLogin[] = [];
  const servers = text
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "")
    .map((each): NatsServer => {
      const [, scheme = "nats", rest = ""] = /^(?:([a-z][a-z\d+.-]*):\/\/)?(.*)$/is.exec(each) ?? [];
      if (!/^(?:nats|tls)$/i.test(scheme)) throw refuse(`flowrun speaks nats:// and tls://, and not ${scheme}://`);
      const at = rest.lastIndexOf("@");
      const login = at === -1 ? null : loginIn(rest.slice(0, at));
      if (login !== null) logins.push(login);
      const place = /^(\[[\da-f:.]+\]|[^\s:/?#[\]@]+)(?::(\d{1,5}))?\/?$/i.exec(rest.slice(at + 1));
      const port = Number(place?.[2] ?? 4222);
      if (place === null || port < 1 || port > 65_535) throw refuse("a server goes host:port, and several with commas");
      const host = (place[1] ?? "").replace(/^\[|\]$/g, "");
      return { host, port, isPrivate: isPrivate || scheme.toLowerCase() === "tls" };
    });
  return { servers: servers.length === 0 ? null : servers, login: logins[0] ?? null };
}

/** The first that is given. Secrets are remembered. */
export function loginOf(given: {
  readonly creds?: string | null | undefined;
  readonly nkey?: string | null | undefined;
  readonly user?: string | null | undefined;
  readonly password?: string | null | undefined;
  readonly token?: string | null | undefined;
}): NatsLogin | null {
  const { creds, nkey, user, password, token } = given;
  if (isSaid(creds)) return { by: "creds", path: creds };
  if (isSaid(nkey)) return { by: "nkey", path: nkey };
  if (isSaid(user)) return isSaid(password) ? passwordLogin(user, password) : tokenLogin(user);
  return isSaid(token) ? tokenLogin(token) : null;
}

/** Whether a context can have that name: it is one of a file. Pure. */
function isContextName(name: string): boolean {
  return /^[^/\\\s.][^/\\\s]*$/.test(name);
}

function wordsOf(env: World["env"]): NatsWords {
  const read = (name: string): string | null => (isSaid(env[name]) ? env[name] : null);
  const url = readServers(read("NATS_URL") ?? "", false, (why) => {
    const hint = "export NATS_URL=nats://host:4222";
    return new FlowrunError("settings", "NATS_URL is no address of a server", { why, hint });
  });
  const login = loginOf({
    creds: read("NATS_CREDS"),
    nkey: read("NATS_NKEY"),
    user: read("NATS_USER"),
    password: read("NATS_PASSWORD"),
    token: read("NATS_TOKEN"),
  });
  return {
    ...silence,
    servers: url.servers,
    login: login ?? url.login,
    ca: read("NATS_CA"),
    cert: read("NATS_CERT"),
    key: read("NATS_KEY"),
  };
}

/** Before the @: a user and a password, or a token. */
function loginIn(text: string): NatsLogin | null {
  const [, user = "", password] = /^([^:]*)(?::(.*))?$/s.exec(text) ?? [];
  if (password !== undefined) return passwordLogin(decoded(user), decoded(password));
  return user === "" ? null : tokenLogin(decoded(user));
}

function passwordLogin(user: string, password: string): NatsLogin {
  keepSecret(password);
  return { by: "password", user, password };
}

function tokenLogin(token: string): NatsLogin {
  keepSecret(token);
  return { by: "token", token };
}

function troubleOfSubject(subject: string): string | null {
  if (subject === "") return "it names no subject behind the host";
  if (/\s|\p{Cc}/u.test(subject)) return "there are no blanks in a subject";
  const words = subject.split(".");
  if (words.includes("")) return "a subject is words with single dots between";
  if (words.some((word) => word === "*" || word === ">"))
    return "* and > stand for many subjects, and a message goes to one";
  return /^\$|^_INBOX$/.test(words[0] ?? "") ? `subjects below ${words[0] ?? ""} are the server's own` : null;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isSaid(text: string | null | undefined): text is string {
  return text !== null && text !== undefined && text !== "";
}
