import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { homedir, userInfo } from "node:os";
import type { World } from "../../../host.ts";
import { reasonOf } from "../../../errors.ts";
import { parsePostgresUrl, unusablePostgres, type PostgresWords } from "./url.ts";
import { findWord, settlePostgres, type PostgresSettings } from "./settings.ts";
import { findPassword, findService } from "./words-in-files.ts";

/** A connection to PostgreSQL with all that was found in files. */
export interface PostgresTarget extends PostgresSettings {
  /** One for each endpoint; `null` where there is none. */
  readonly passwords: readonly (string | null)[];
  /** Why a password file does not count, where there is one. */
  readonly passwordTrouble: string | null;
  /** PEM texts: whom to believe who a server is; the root is `system` for the authorities that Node trusts. */
  readonly root: string | null;
  readonly ownCert: string | null;
  readonly ownKey: string | null;
}

/**
 * Finds out all that it takes to connect: from the URL, libpq's variables, the service file, the password file, and
 * certificates, each where libpq looks for it.
 * @throws FlowrunError `settings`, without a secret.
 */
export async function findPostgresTarget(url: string, { env }: Pick<World, "env">): Promise<PostgresTarget> {
  const words = parsePostgresUrl(url, env);
  const home = env["HOME"] ?? homedir();
  const service = findWord("service", [words], env);
  const said = service === null ? [words] : [words, await readService(service, env, home)];
  const settings = settlePostgres(said, env, { user: userName(), home, socketFolder: socketFolder() });
  return { ...settings, ...(await readPasswords(settings)), ...(await readCertificates(settings, home)) };
}

/** `null` where the system does not know the user, as in many a container. */
function userName(): string | null {
  try {
    return userInfo().username;
  } catch {
    return null;
  }
}

/** Where a server of this machine listens: as Debian builds it, and as PostgreSQL does by itself. */
function socketFolder(): string | null {
  return ["/var/run/postgresql", "/tmp"].find((folder) => existsSync(`${folder}/.s.PGSQL.5432`)) ?? null;
}

async function readService(name: string, env: World["env"], home: string): Promise<PostgresWords> {
  const own = env["PGSERVICEFILE"] ?? `${home}/.pg_service.conf`;
  const everybodys = env["PGSYSCONFDIR"] === undefined ? [] : [`${env["PGSYSCONFDIR"]}/pg_service.conf`];
  for (const path of [own, ...everybodys]) {
    const text = await readIfThere(path);
    const words = text === null ? null : findService(text, name, path);
    if (words !== null) return words;
  }
  throw unusablePostgres(
    `no service called ${name} stands in ${[own, ...everybodys].join(" or ")}`,
    `write it there: [${name}], and below it lines such as host=db.example.com`,
  );
}

async function readPasswords(
  settings: PostgresSettings,
): Promise<Pick<PostgresTarget, "passwords" | "passwordTrouble">> {
  const { endpoints, password, passFile } = settings;
  const none = { passwords: endpoints.map(() => password), passwordTrouble: null };
  if (password !== null) return none;
  const found = await stat(passFile).catch(() => null);
  if (found?.isFile() !== true) return none;
  // Windows has no such rights.
  if ((found.mode & 0o077) !== 0 && !passFile.includes("\\")) {
    return { ...none, passwordTrouble: `${passFile} does not count, since others may read it: chmod 0600 ${passFile}` };
  }
  const text = await readNamed("passfile", passFile);
  return { passwords: endpoints.map((endpoint) => findPassword(text, endpoint, settings)), passwordTrouble: null };
}

async function readCertificates(
  { sslMode, rootCert, cert, key }: PostgresSettings,
  home: string,
): Promise<Pick<PostgresTarget, "root" | "ownCert" | "ownKey">> {
  if (sslMode === "disable") return { root: null, ownCert: null, ownKey: null };
  const folder = `${home}/.postgresql`;
  const read = (name: string, path: string | null, usual: string): Promise<string | null> =>
    path === null ? readIfThere(`${folder}/${usual}`) : readNamed(name, path);
  const root = rootCert === "system" ? "system" : await read("sslrootcert", rootCert, "root.crt");
  if (root === null && sslMode.startsWith("verify")) {
    throw unusablePostgres(
      `sslmode=${sslMode} checks the server's certificate, and no authority is known: there is no ${folder}/root.crt`,
      "say sslrootcert=<file.pem>, or sslrootcert=system for a server with a public certificate",
    );
  }
  const ownCert = await read("sslcert", cert, "postgresql.crt");
  const ownKey = ownCert === null ? null : await read("sslkey", key, "postgresql.key");
  return { root, ownCert, ownKey };
}

async function readNamed(name: string, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw unusablePostgres(
      `${name}=${path} cannot be read: ${reasonOf(error)}`,
      `check its name, and that you may read it: ls -l ${path}`,
    );
  }
}

async function readIfThere(path: string): Promise<string | null> {
  return readFile(path, "utf8").catch(() => null);
}
