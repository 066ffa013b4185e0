import type { PostgresTarget } from "./files.ts";

/** How a connection is made private; fields as Node names them. */
export interface PostgresTls {
  readonly rejectUnauthorized: boolean;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  /** There where the name in a certificate does not matter. */
  readonly checkServerIdentity?: () => undefined;
}

/**
 * The ways to connect, in the order in which libpq tries them: `false` without TLS. A way is tried when the server turned
 * down the one before. A socket of this machine has no TLS. Pure.
 */
export function waysOf({ sslMode }: Pick<PostgresTarget, "sslMode">, host: string): readonly boolean[] {
  if (host.startsWith("/") || sslMode === "disable") return [false];
  if (sslMode === "allow") return [false, true];
  return sslMode === "prefer" ? [true, false] : [true];
}

/**
 * The demands on a server's certificate: a known authority wherever one was named or found, as libpq does with every
 * `sslmode`; the host's name with `verify-full` alone. Pure.
 */
export function tlsOf({ sslMode, root, ownCert, ownKey, keyPassword }: PostgresTarget): PostgresTls {
  return {
    rejectUnauthorized: root !== null,
    ...(root === null || root === "system" ? {} : { ca: root }),
    ...(ownCert === null ? {} : { cert: ownCert }),
    ...(ownKey === null ? {} : { key: ownKey }),
    ...(keyPassword === null ? {} : { passphrase: keyPassword }),
    ...(sslMode === "verify-full" ? {} : { checkServerIdentity: () => undefined }),
  };
}
