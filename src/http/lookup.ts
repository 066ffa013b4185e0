import { lookup } from "node:dns/promises";

/** The first address of a host, as this machine's own resolver finds it. @throws the resolver's error. */
export async function findAddress(hostname: string): Promise<string> {
  // An IPv6 address stands in brackets in a URL.
  const { address } = await lookup(hostname.replace(/^\[|\]$/g, ""));
  return address;
}
