import { FlowrunError } from "../../errors.ts";

/** OpenSSL's codes for a certificate that nothing here vouches for. */
const untrusted = new Set([
  "CERT_UNTRUSTED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "INVALID_CA",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** And of one that is not good at this hour, by this machine's clock. */
const untimely = new Map([
  ["CERT_HAS_EXPIRED", "has expired"],
  ["CERT_NOT_YET_VALID", "is not valid yet"],
]);

/**
 * A failed connection as an error, where a certificate is the reason: waiting mends none of these, so nobody tries again
 * after a `FlowrunError`. `null` for any other failure. Pure.
 * @param of whose certificate it is, such as "ims-na1.adobelogin.com" or "the proxy proxy.example.com:3128".
 */
export function certificateFailure(error: Error, of: string): FlowrunError | null {
  const code = "code" in error ? String(error.code) : "";
  const why = `${error.message} (${code})`;
  const timing = untimely.get(code);
  if (timing !== undefined) {
    return new FlowrunError("unavailable", `by this machine's clock the certificate of ${of} ${timing}`, {
      why,
      hint: "compare the clock with: date -u   and set it: timedatectl set-ntp true; if the clock is right, whoever runs that host must renew the certificate",
      cause: error,
    });
  }
  if (untrusted.has(code)) {
    return new FlowrunError("unavailable", `the certificate of ${of} is not trusted by this machine`, {
      why: `${why}; often a company's proxy decrypts the traffic, with a certificate authority of its own`,
      hint: "export NODE_EXTRA_CA_CERTS=<file.pem>   with that certificate authority's certificate",
      cause: error,
    });
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return new FlowrunError("unavailable", `the certificate of ${of} is another host's`, {
      why: error.message,
      hint: "check the URL (flowrun config list), and whether DNS or a proxy leads somewhere else",
      examine: true,
      cause: error,
    });
  }
  return null;
}
