import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { FlowrunError, reasonOf } from "../../../errors.ts";
import type { World } from "../../../host.ts";
import { parseObject, textOf, type JsonObject } from "../../../json.ts";
import { keepSecret } from "../../../mask.ts";
import { loginOf, readServers, silence, type NatsAddress, type NatsServer, type NatsWords } from "./address.ts";

/** A connection to NATS with all that was found in files. */
export interface NatsTarget extends Pick<NatsWords, "domain" | "inboxPrefix" | "isTlsFirst"> {
  readonly servers: readonly NatsServer[];
  readonly login: NatsProof | null;
  /** PEM texts; `null` for what Node trusts, and for no certificate of ours. */
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
}

/** By what we are let in; `origin` says for people where it came from. */
export type NatsProof = { readonly origin: string } & (
  | { readonly by: "password"; readonly user: string; readonly password: string }
  | { readonly by: "token"; readonly token: string }
  | { readonly by: "creds"; readonly jwt: string; readonly seed: string }
  | { readonly by: "nkey"; readonly seed: string }
);

/**
 * Finds out all that it takes to connect: from the address, the environment, and a context that the `nats` command has
 * saved. What is read from files is remembered as secret where it is.
 * @throws FlowrunError `settings`, without a secret.
 */
export async function findNatsTarget(
  { context, said: [own, environment] }: NatsAddress,
  { env }: Pick<World, "env">,
): Promise<NatsTarget> {
  const home = env["HOME"] ?? homedir();
  const saved = context === null ? silence : await readContext(context.name, env, home);
  const said = context?.isOwn === true ? [own, saved, environment] : [own, environment, saved];
  const first = <Value>(read: (words: NatsWords) => Value | null): Value | null => {
    for (const words of said) if (read(words) !== null) return read(words);
    return null;
  };
  const servers = first((words) => words.servers);
  if (servers === null) {
    throw new FlowrunError("settings", `the context ${context?.name ?? ""} of NATS names no server`, {
      why: "it has no url, and the address leaves the host out",
      hint: `nats context edit ${context?.name ?? ""}, or write the host: nats://host:4222/subject`,
    });
  }
  const pem = async (name: string, begins: RegExp, path: string | null): Promise<string | null> =>
    path === null ? null : checked(await read(name, path, home), begins, name, path);
  // The certificate and its key are one thing: never one from here and one from there.
  const pair = said.find(({ cert }) => cert !== null) ?? silence;
  const key = await pem("key", /-----BEGIN [A-Z ]*PRIVATE KEY-----/, pair.key);
  if (key !== null) keepSecret(key.trim());
  return {
    servers,
    login: await readLogin(
      first((words) => words.login),
      home,
    ),
    ca: await pem(
      "ca",
      certificate,
      first((words) => words.ca),
    ),
    cert: await pem("cert", certificate, pair.cert),
    key,
    domain: first((words) => words.domain),
    inboxPrefix: first((words) => words.inboxPrefix),
    isTlsFirst: said.some(({ isTlsFirst }) => isTlsFirst),
  };
}

const certificate = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----/;

async function readContext(name: string, env: World["env"], home: string): Promise<NatsWords> {
  const config = env["XDG_CONFIG_HOME"] ?? "";
  const path = join(config === "" ? join(home, ".config") : config, "nats", "context", `${name}.json`);
  const refuse = (why: string): FlowrunError =>
    new FlowrunError("settings", `the context ${name} of NATS cannot be used`, {
      why,
      hint: `see what there is: nats context ls, and what stands in it: nats context show ${name}`,
    });
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw refuse(reasonOf(error));
  });
  const fields = parseObject(text);
  if (fields === null) throw refuse(`${path} is not JSON`);
  for (const field of ["nsc", "socks_proxy", "user_jwt"]) {
    if (textOf(fields[field]) !== null)
      throw refuse(`it says ${field}, which flowrun does not know; creds files it does`);
  }
  return wordsIn(fields, refuse);
}

function wordsIn(fields: JsonObject, refuse: (why: string) => FlowrunError): NatsWords {
  const said = (name: string): string | null => textOf(fields[name]);
  const url = readServers(said("url") ?? "", false, refuse);
  const login = loginOf({
    creds: said("creds"),
    nkey: said("nkey"),
    user: said("user"),
    password: said("password"),
    token: said("token"),
  });
  return {
    servers: url.servers,
    login: login ?? url.login,
    ca: said("ca"),
    cert: said("cert"),
    key: said("key"),
    domain: said("jetstream_domain"),
    inboxPrefix: said("inbox_prefix"),
    isTlsFirst: fields["tls_first"] === true,
  };
}

async function readLogin(login: NatsWords["login"], home: string): Promise<NatsProof | null> {
  if (login === null) return null;
  if (login.by === "password") return { ...login, origin: `the user ${login.user} and its password` };
  if (login.by === "token") return { ...login, origin: "the token" };
  const { by, path } = login;
  const text = await read(by, path, home);
  const [seed] = seeds.exec(text) ?? [];
  const [, jwt] = /-----BEGIN NATS USER JWT-----\s+(\S+)\s/.exec(text) ?? [];
  if (seed === undefined || (by === "creds" && jwt === undefined)) {
    throw new FlowrunError("settings", `${by}=${path} holds no ${by === "creds" ? "credentials" : "seed"} of NATS`, {
      why: by === "creds" ? "it has no USER JWT with a USER NKEY SEED below it" : "a user's seed begins with SU",
      hint: by === "creds" ? "nsc generate creds --name <user> > user.creds" : "nk -gen user > user.nk",
    });
  }
  keepSecret(seed);
  if (by === "nkey") return { by, seed, origin: `the nkey in ${path}` };
  keepSecret(jwt ?? "");
  return { by, jwt: jwt ?? "", seed, origin: `the credentials in ${path}` };
}

/** A user's, in base32. */
const seeds = /\bSU[A-Z2-7]{56}\b/;

async function read(name: string, path: string, home: string): Promise<string> {
  try {
    return await readFile(path.startsWith("~/") ? join(home, path.slice(2)) : path, "utf8");
  } catch (error) {
    throw new FlowrunError("settings", `${name}=${path} cannot be read`, {
      why: reasonOf(error),
      hint: `check its name, and that you may read it: ls -l ${path}`,
    });
  }
}

function checked(text: string, begins: RegExp, name: string, path: string): string {
  if (begins.test(text)) return text;
  throw new FlowrunError("settings", `${name}=${path} is no PEM file of that kind`, {
    why: `no line in it is ${name === "key" ? "-----BEGIN PRIVATE KEY-----" : "-----BEGIN CERTIFICATE-----"}`,
    hint: `look at it: head -1 ${path}; a file of another kind becomes one by openssl`,
  });
}
