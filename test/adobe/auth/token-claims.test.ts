import { describe, expect, it } from "vitest";
import { Secret } from "../../../src/adobe/auth/secret.ts";
import { readClaims } from "../../../src/adobe/auth/token-claims.ts";

function jwt(payload: string): Secret {
  return new Secret(["{}", payload, "signature"].map((part) => Buffer.from(part).toString("base64url")).join("."));
}

describe("the claims of an access token", () => {
  it("are read as IMS writes them: texts that count in milliseconds", () => {
    const claims = { created_at: "1700000000000", expires_in: "86400000", scope: "openid,AdobeID,adobeio_api" };
    expect(readClaims(jwt(JSON.stringify(claims)))).toEqual({
      scopes: ["openid", "AdobeID", "adobeio_api"],
      expiresAt: 1_700_086_400_000,
    });
  });

  it("may separate scopes by blanks", () => {
    expect(readClaims(jwt('{"scope":"openid  adobeio_api"}')).scopes).toEqual(["openid", "adobeio_api"]);
  });

  it.each([
    ["an opaque text", new Secret("abcdef")],
    ["two dots and no JSON", new Secret("a.b.c")],
    ["an empty text", new Secret("")],
    ["a list for claims", jwt("[1]")],
    ["claims of other kinds", jwt('{"scope":7,"created_at":{},"expires_in":[]}')],
    ["half of an end", jwt('{"expires_in":"86400000"}')],
  ])("are none in %s", (_, token) => {
    expect(readClaims(token)).toEqual({ scopes: null, expiresAt: null });
  });
});
