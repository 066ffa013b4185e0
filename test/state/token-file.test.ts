import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import nock from "nock";
import { describe, expect, test } from "vitest";
import { mint } from "../../src/adobe/auth/client-credentials.ts";
import { Secret } from "../../src/adobe/auth/secret.ts";
import { createTokenSource } from "../../src/adobe/auth/token-source.ts";
import type { Credentials, Token } from "../../src/adobe/auth/token.ts";
import type { Notice } from "../../src/notices.ts";
import { createTokenFile } from "../../src/state/token-file.ts";
import { fakeHost, noon } from "../support/host.ts";
import { sealNetwork } from "../support/network.ts";
import { emptyFolder, filesBelow, modeOf } from "./folder.ts";

sealNetwork();

const credentials: Credentials = {
  imsUrl: "https://ims-na1.adobelogin.com",
  clientId: "client-1",
  secrets: [new Secret("s3cret")],
  scopes: ["openid", "adobeio_api"],
};
const token: Token = { accessToken: new Secret("eyJ.kept"), mintedAt: noon, expiresAt: noon + 86_399_000 };
const placeIn = (cacheFolder: string) => ({ cacheFolder, profile: "prod" });
const silent = (): void => undefined;

test("what one process keeps, the next one finds", async () => {
  const folder = await emptyFolder();
  await createTokenFile(placeIn(folder), credentials, silent).keep(token);
  const found = await createTokenFile(placeIn(folder), { ...credentials }, silent).find();
  expect(found?.accessToken.reveal()).toBe("eyJ.kept");
  expect(found).toMatchObject({ mintedAt: token.mintedAt, expiresAt: token.expiresAt });
});

test("nobody else can read it, and its name and folder give no secret away", async () => {
  const folder = await emptyFolder();
  await createTokenFile(placeIn(folder), credentials, silent).keep(token);
  const [file = ""] = await filesBelow(folder);
  expect(await modeOf(join(folder, file))).toBe("0600");
  expect(await modeOf(join(folder, "tokens"))).toBe("0700");
  expect(file).not.toMatch(/s3cret|client-1|eyJ/);
  expect(await readFile(join(folder, file), "utf8")).not.toContain("s3cret");
});

test.each<[string, Partial<Credentials>]>([
  ["IMS", { imsUrl: "https://ims-na1-stg1.adobelogin.com" }],
  ["client", { clientId: "client-2" }],
  ["scopes", { scopes: ["openid"] }],
  ["secret", { secrets: [new Secret("other")] }],
  ["second secret", { secrets: [new Secret("s3cret"), new Secret("other")] }],
])("another %s does not meet the token", async (_, change) => {
  const folder = await emptyFolder();
  await createTokenFile(placeIn(folder), credentials, silent).keep(token);
  expect(await createTokenFile(placeIn(folder), { ...credentials, ...change }, silent).find()).toBeNull();
});

test.each([
  ["nothing", ""],
  ["half a file", '{"accessToken":"eyJ.ke'],
  ["another thing", "[]"],
  ["no token", '{"mintedAt":1,"expiresAt":2}'],
  ["times of another type", '{"accessToken":"t","mintedAt":"1","expiresAt":"2"}'],
])("a damaged file is as good as none, and is written anew: %s", async (_, text) => {
  const folder = await emptyFolder();
  const store = createTokenFile(placeIn(folder), credentials, silent);
  await store.keep(token);
  const [file = ""] = await filesBelow(folder);
  await writeFile(join(folder, file), text);
  expect(await store.find()).toBeNull();
  await store.keep(token);
  expect((await store.find())?.accessToken.reveal()).toBe("eyJ.kept");
});

test("a folder that cannot be used warns and stops nothing", async () => {
  const folder = await emptyFolder();
  await writeFile(join(folder, "cache"), "a file in the way");
  const notices: Notice[] = [];
  const store = createTokenFile(placeIn(join(folder, "cache")), credentials, (notice) => void notices.push(notice));
  await store.keep(token);
  expect(await store.find()).toBeNull();
  expect(notices).toEqual([{ kind: "warning", text: expect.stringContaining("could not be kept") as string }]);
  expect(JSON.stringify(notices)).not.toMatch(/eyJ|s3cret/);
});

describe("together with IMS", () => {
  const ims = () => nock(credentials.imsUrl).post("/ims/token/v3");
  /** One process: what it would send, from a cache folder and a clock. */
  const processOf = (folder: string, now = noon) => {
    const host = fakeHost({ now });
    const minting = { host, signal: host.signal, patience: { retries: 1, maxWaitMs: 0 }, notify: silent };
    const store = createTokenFile(placeIn(folder), credentials, silent);
    return createTokenSource({ host, store, mint: () => mint(credentials, minting) });
  };
  const nameOf = async (asking: Promise<Token>): Promise<string> => (await asking).accessToken.reveal();

  test("a script that runs every minute mints one token a day", async () => {
    ims().reply(200, { access_token: "one", expires_in: 86_399 });
    ims().reply(200, { access_token: "two", expires_in: 86_399 });
    const folder = await emptyFolder();
    const names = [];
    for (const minute of [0, 1, 2, 720, 1433, 1435, 1436]) {
      names.push(await nameOf(processOf(folder, noon + minute * 60_000).current()));
    }
    expect(names).toEqual(["one", "one", "one", "one", "one", "two", "two"]);
  });

  test("a token that the journal refused is replaced for every later process", async () => {
    ims().reply(200, { access_token: "one", expires_in: 86_399 });
    ims().reply(200, { access_token: "two", expires_in: 86_399 });
    const folder = await emptyFolder();
    const first = processOf(folder);
    await first.renew(await first.current());
    expect(await nameOf(processOf(folder).current())).toBe("two");
  });
});
