import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import nock from "nock";
import { resolve } from "node:path";
import type { Signer } from "./webhook.ts";

const home = resolve("bench/aio/package.json");

/** Whether Adobe's own client is there, which the bench installs and nothing else needs. */
export const hasAdobePeer = existsSync(resolve("bench/aio/node_modules/@adobe/aio-lib-events"));
export const whyNoAdobePeer = hasAdobePeer ? "" : " (npm ci --prefix bench/aio installs Adobe's own client)";

/** The part of it that is asked here. */
interface Client {
  init(
    organisation: string,
    apiKey: string,
    token: string,
  ): Promise<{
    verifyDigitalSignatureForEvent(
      event: string,
      recipientClientId: string,
      signatures: Readonly<Record<string, string | undefined>>,
    ): Promise<unknown>;
  }>;
}

/**
 * Has Adobe's own verifier judge a delivery, as a webhook that is made with it would. It asks Adobe's hosts for the keys and
 * a cache: those are played.
 * @returns `true` where it is genuine.
 */
export async function judgedByAdobe(
  { headers, body }: { readonly headers: Readonly<Record<string, unknown>>; readonly body: string },
  { clientId, signers }: { readonly clientId: string; readonly signers: readonly Signer[] },
): Promise<unknown> {
  const cache = "https://state.example";
  Object.assign(process.env, {
    AIO_STATE_ENDPOINT: cache,
    __OW_NAMESPACE: "ours",
    __OW_API_KEY: "a:b",
    LOG_LEVEL: "error",
  });
  if (!nock.isActive()) nock.activate();
  nock(cache).persist().get(/./).reply(404).put(/./).reply(200);
  const keys = nock("https://static.adobeioevents.com").persist();
  for (const { path, pem } of signers) keys.get(path).reply(200, pem);
  try {
    // Only now, since it reads the environment when it is loaded.
    const client = createRequire(home)("@adobe/aio-lib-events") as Client;
    const told = (name: string): string | undefined => {
      const value = headers[name];
      return typeof value === "string" ? value : undefined;
    };
    return await (
      await client.init("ours@AdobeOrg", clientId, "a-token")
    ).verifyDigitalSignatureForEvent(body, clientId, {
      digiSignature1: told("x-adobe-digital-signature-1"),
      digiSignature2: told("x-adobe-digital-signature-2"),
      publicKeyPath1: told("x-adobe-public-key1-path"),
      publicKeyPath2: told("x-adobe-public-key2-path"),
    });
  } finally {
    nock.cleanAll();
    nock.restore();
  }
}
