import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { connect, type AddressInfo, type Server } from "node:net";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { onTestFinished } from "vitest";
import { scratch } from "./flowrun.ts";

export const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

export interface Certificate {
  /** Paths of PEM files. */
  readonly key: string;
  readonly cert: string;
}

/**
 * A certificate that vouches for itself, for 127.0.0.1 and journal.test.
 * @param days when it begins and ends, counted from today.
 * @param given a folder for it; one of the test's own where that is left out.
 */
export async function makeCertificate(
  days: readonly [from: number, to: number] = [-1, 2],
  given?: string,
): Promise<Certificate> {
  const folder = given ?? (await scratch());
  const at = (name: string): string => join(folder, name);
  // `openssl ca` is the one that takes dates, in every version.
  const config = `[ca]\ndefault_ca = here
[here]\ndatabase = ${at("index")}\nserial = ${at("serial")}\nnew_certs_dir = ${folder}\ndefault_md = sha256
policy = any\nx509_extensions = names\n[any]\ncommonName = supplied
[names]\nsubjectAltName = IP:127.0.0.1,DNS:journal.test\nbasicConstraints = critical,CA:TRUE\n`;
  await Promise.all([writeFile(at("ca.cnf"), config), writeFile(at("index"), ""), writeFile(at("serial"), "01\n")]);
  openssl(
    "req",
    "-new",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-subj",
    "/CN=journal.test",
    "-keyout",
    at("key.pem"),
    "-out",
    at("request.pem"),
  );
  const [from, to] = days.map(asn1);
  const signed = ["-in", at("request.pem"), "-keyfile", at("key.pem"), "-out", at("cert.pem")];
  openssl(
    "ca",
    "-batch",
    "-notext",
    "-selfsign",
    "-config",
    at("ca.cnf"),
    ...signed,
    "-startdate",
    from ?? "",
    "-enddate",
    to ?? "",
  );
  return { key: at("key.pem"), cert: at("cert.pem") };
}

function asn1(days: number): string {
  const at = new Date(Date.now() + days * 86_400_000).toISOString();
  return `${at.slice(0, 19).replace(/[-T:]/g, "")}Z`;
}

function openssl(...args: readonly string[]): void {
  const { status, stderr } = spawnSync("openssl", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`openssl ${args.join(" ")}: ${stderr}`);
}

/** Listens on a free port of loopback until the test ends. */
export async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** Puts TLS before a plain server: what comes in goes to the port on loopback that `upstream` names. Returns its port. */
export async function wrapInTls({ key, cert }: Certificate, upstream: string): Promise<number> {
  const tls = createTlsServer({ key: await readFile(key), cert: await readFile(cert) }, (socket) => {
    const plain = connect(Number(new URL(upstream).port), "127.0.0.1");
    socket.pipe(plain).pipe(socket);
    for (const end of [plain, socket]) end.on("error", () => undefined);
  });
  return listen(tls);
}

/** A certificate authority of one's own, in a folder of the test's. */
export interface Authority {
  /** Path of its certificate, PEM. */
  readonly cert: string;
  /** For 127.0.0.1 and that name, for servers and clients alike. */
  readonly issue: (name: string) => Promise<Certificate>;
}

export async function makeAuthority(name: string, folder: string): Promise<Authority> {
  const at = (file: string): string => join(folder, `${name}-${file}`);
  const newKey = (path: string): readonly string[] => ["-newkey", "rsa:2048", "-nodes", "-keyout", path];
  openssl("req", "-x509", "-days", "2", ...newKey(at("ca.key")), "-subj", `/CN=${name}`, "-out", at("ca.pem"));
  return {
    cert: at("ca.pem"),
    issue: async (subject) => {
      const [key, request, cert] = [at(`${subject}.key`), at(`${subject}.csr`), at(`${subject}.pem`)];
      await writeFile(at("names.cnf"), `subjectAltName = IP:127.0.0.1,DNS:${subject}\n`);
      openssl("req", "-new", ...newKey(key), "-subj", `/CN=${subject}`, "-out", request);
      const by = ["-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-CAcreateserial", "-extfile", at("names.cnf")];
      openssl("x509", "-req", "-days", "2", "-in", request, ...by, "-out", cert);
      return { key, cert };
    },
  };
}
