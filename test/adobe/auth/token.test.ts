import { expect, test } from "vitest";
import { Secret } from "../../../src/adobe/auth/secret.ts";
import { isFresh } from "../../../src/adobe/auth/token.ts";
import { noon } from "../../support/host.ts";

const minute = 60_000;
const day = 24 * 60 * minute;

test.each([
  ["just minted", day, 0, true],
  ["five minutes and a moment before its end", day, day - 5 * minute - 1, true],
  ["five minutes before its end", day, day - 5 * minute, false],
  ["after its end", day, day + 1, false],
  ["of six minutes, before half its life", 6 * minute, 3 * minute - 1, true],
  ["of six minutes, after half its life", 6 * minute, 3 * minute, false],
  ["of ten minutes, where half its life is five minutes", 10 * minute, 5 * minute - 1, true],
  ["of no life at all", 0, 0, false],
  ["minted a little in the future, by a clock that was set back", day, -minute, true],
  ["minted far in the future, by a clock that was wrong", day, -60 * minute, false],
  ["that never ends", Infinity, 1000 * day, true],
])("a token %s", (_, lifeMs, ageMs, fresh) => {
  const token = { accessToken: new Secret("t"), mintedAt: noon, expiresAt: noon + lifeMs };
  expect(isFresh(token, noon + ageMs)).toBe(fresh);
});
