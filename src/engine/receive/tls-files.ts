import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createSecureContext } from "node:tls";
import { FlowrunError, reasonOf } from "../../errors.ts";

/** Paths of PEM files. */
export interface TlsFiles {
  /** The server's certificate, and those between it and a root. */
  readonly cert: string;
  readonly key: string;
  /** Whose certificates clients must show; `null` where they need none. */
  readonly clientCa: string | null;
}

/** Their contents, which go together. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
}

/**
 * Reads the files, and tries them.
 * @throws FlowrunError `usage` that names the file and its option; never shows a key.
 */
export async function readTlsFiles({ cert, key, clientCa }: TlsFiles): Promise<TlsMaterial> {
  const [certText, keyText, caText] = await Promise.all([
    read(cert, "--tls-cert"),
    read(key, "--tls-key"),
    clientCa === null ? null : read(clientCa, "--client-ca"),
  ]);
  checkCertificates(certText, cert, "--tls-cert");
  // Of a file without a certificate TLS would make an authority that nobody has, and refuse every client.
  if (caText !== null && clientCa !== null) checkCertificates(caText, clientCa, "--client-ca");
  const material = { cert: certText, key: keyText, ...(caText === null ? {} : { ca: caText }) };
  try {
    createSecureContext(material);
  } catch (error) {
    throw new FlowrunError("usage", `${key} (--tls-key) is no key for ${cert} (--tls-cert)`, {
      why: reasonOf(error),
      hint: "name the key that the certificate was made for, as PEM and without a passphrase",
      cause: error,
    });
  }
  return material;
}

async function read(path: string, option: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new FlowrunError("usage", `${path} (${option}) cannot be read`, {
      why: reasonOf(error),
      hint: "check its name, and that this user may read it: ls -l",
      cause: error,
    });
  }
}

const certificates = /-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs;

function checkCertificates(text: string, path: string, option: string): void {
  try {
    const found = Array.from(text.matchAll(certificates), ([pem]) => new X509Certificate(pem));
    if (found.length > 0) return;
  } catch (error) {
    throw noCertificate(path, option, reasonOf(error));
  }
  throw noCertificate(path, option, "there is no -----BEGIN CERTIFICATE----- in it");
}

function noCertificate(path: string, option: string, why: string): FlowrunError {
  return new FlowrunError("usage", `${path} (${option}) holds no certificate`, {
    why,
    hint: "name a PEM file: openssl x509 -in <file> -noout -subject must be able to read it",
  });
}
