import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  allEntries,
  explain,
  familyOf,
  isKnownCode,
  matchCodes,
  nearestCodes,
  type CatalogueEntry,
} from "../../src/runs/catalogue.ts";
import { families, type Family } from "../../src/runs/error-codes-families.ts";

const keyOf = ({ code, family }: { readonly code: string; readonly family: string }) => `${code} (${family})`;
const codesOf = (entries: readonly CatalogueEntry[]) => entries.map(({ code }) => code);
const inFamily = (name: string) => allEntries().filter(({ family }) => family === name);

/** What notes for ourselves would leave behind in a text. */
const remnant = /UNVERIFIED|EN:|@[0-9a-f]{6,}|\bseed|\bP:\d|\s{2}|TODO|\|/i;

describe("the catalogue's data", () => {
  it("has 349 entries, each once in its family", () => {
    expect(allEntries()).toHaveLength(349);
    expect(new Set(allEntries().map((entry) => keyOf(entry).toLowerCase())).size).toBe(349);
  });

  it("fills every family, and describes each in whole sentences", () => {
    const used = new Set<string>(allEntries().map(({ family }) => family));
    expect([...used].sort()).toEqual(Object.keys(families).sort());
    for (const { title, meaning } of Object.values(families)) {
      expect(title).toMatch(/^[A-Z]/);
      expect(meaning).toMatch(/^[A-Z].*\.$/);
    }
  });

  it.each(Object.keys(families))("says what each code of %s means and what to do, in sentences", (name) => {
    for (const entry of inFamily(name)) {
      const { meaning, remedy, source } = entry;
      for (const sentences of [meaning, remedy]) expect(sentences, keyOf(entry)).toMatch(/^["`A-Z].{6,}[.)]$/);
      expect(source, keyOf(entry)).toMatch(/^(Adobe|Microsoft|not documented by Adobe)\b/);
      expect(`${meaning} ${remedy} ${source}`, keyOf(entry)).not.toMatch(remnant);
    }
  });

  it("says so wherever Adobe documents nothing", () => {
    const undocumented = allEntries().filter(({ source }) => source.startsWith("not documented by Adobe"));
    expect(codesOf(undocumented).sort()).toEqual([
      "DCVS-1101-400",
      "DCVS-1104-400",
      "DCVS-1105-400",
      "DCVS-1106-400",
      "DCVS-1111-400",
      "INGEST-1002-400",
      "INGEST-1554-400",
      "UPINGT-030075",
    ]);
    for (const { meaning } of undocumented) expect(meaning).toContain("Adobe does not document this code");
  });

  // The form guesses the family of codes that nobody has listed; one that misses the listed codes guesses badly. The
  // names that Data Factory gives are too free for that.
  it.each(Object.entries(families).filter(([name, { form }]) => form !== null && !name.startsWith("adf-")))(
    "gives the codes of %s the form of their family",
    (name, { form }) => {
      for (const { code } of inFamily(name)) expect(code).toMatch(form!);
    },
  );
});

const table = "../shared/contract/error-codes.tsv";
describe.skipIf(!existsSync(table))("beside the contract's table", () => {
  const rows = () => {
    const lines = readFileSync(table, "utf8").trim().split("\n").slice(1);
    return lines
      .map((line) => line.split("\t"))
      .map(([code, family, , remedy]) => ({ code: code!, family: family!, remedy }));
  };

  it("has the same codes and families", () => {
    expect(allEntries().map(keyOf).sort()).toEqual(rows().map(keyOf).sort());
  });

  it("admits that a remedy is not documented where the table has none", () => {
    const without = rows().filter(
      ({ remedy }) => remedy === "" || /^(None documented|Unknown|Not given)/.test(remedy!),
    );
    const admits = /no remedy|No documented remedy|Not documented/;
    const silent = without.filter(({ code, family }) => {
      return !admits.test(explain(code).find((entry) => entry.family === family)?.remedy ?? "");
    });
    expect(without.length).toBeGreaterThan(100);
    expect(silent.map(keyOf)).toEqual([]);
  });
});

describe("isKnownCode", () => {
  it.each(["CONNECTOR-1001-500", "connector-1001-500", "2200", "133", "SftpNetworkIssue", "SFTPNETWORKISSUE"])(
    "knows %s",
    (code) => {
      expect(isKnownCode(code)).toBe(true);
    },
  );
  it.each(["aadsts7000222", "invalid_client", "Unknown error code", "1401-400"])("knows %s", (code) => {
    expect(isKnownCode(code)).toBe(true);
  });
  it.each(["", "CONNECTOR", "CONNECTOR-1001", "CONNECTOR-1001-5000", "22", "aad", "constructor", "__proto__"])(
    "does not know '%s'",
    (code) => {
      expect(isKnownCode(code)).toBe(false);
    },
  );
});

describe("explain", () => {
  it("finds a code in any case and gives it back as it is written", () => {
    const [entry, ...rest] = explain("ingest-1401-400");
    expect(rest).toEqual([]);
    expect(entry).toMatchObject({
      code: "INGEST-1401-400",
      family: "ingest",
      source: "Adobe: Data ingestion, error diagnostics",
    });
    expect(entry?.meaning).toContain("corrupted");
    expect(entry?.remedy).toContain("Repair");
  });

  it.each(["1100-400", "1103-503", "1104-504", "1401-400", "1403-400"])(
    "gives both meanings of %s, which two APIs use",
    (code) => {
      const [one, other, ...rest] = explain(code);
      expect([one?.family, other?.family, ...rest]).toEqual(["flow-service-api", "sources-api"]);
      expect(one?.meaning).not.toBe(other?.meaning);
    },
  );

  it("leads from an expired secret to a new one", () => {
    const [entry] = explain("AADSTS7000222");
    expect(entry?.meaning).toContain("expired");
    expect(entry?.remedy).toMatch(/new secret.*update the connection/);
  });

  it("has nothing to say about an unknown code", () => {
    expect(explain("CONNECTOR-9999-999")).toEqual([]);
  });
});

describe("matchCodes", () => {
  it.each([
    ["INGEST-*", 6],
    ["ingest-", 6],
    ["INGEST-12??-400", 2],
    ["AADSTS*", 35],
    ["aad", 35],
    ["adf", 103],
    ["adf-*", 101],
    ["adf-sql", 18],
    ["oauth", 6],
    ["DCVS", 5],
    ["*", 349],
    ["", 349],
    ["CONNECTOR-1001-500", 1],
    ["1401", 3],
    ["*.*", 0],
    ["CONNECTOR(", 0],
    ["(*", 0],
    ["no-such-family", 0],
  ])("'%s' picks %i entries", (pattern, count) => {
    expect(matchCodes(pattern)).toHaveLength(count);
  });

  it("prefers the family where a family's name also begins codes", () => {
    expect(new Set(matchCodes("oauth").map(({ family }) => family))).toEqual(new Set(["oauth"]));
  });

  it("holds a wildcard against the whole code", () => {
    expect(codesOf(matchCodes("*-1001-500"))).toEqual(["CONNECTOR-1001-500"]);
    expect(matchCodes("?1001-500")).toEqual([]);
  });
});

describe("nearestCodes", () => {
  it.each([
    ["CONECTOR-1001-500", "CONNECTOR-1001-500"],
    ["sftpnetworkissu", "SftpNetworkIssue"],
    ["AADSTS7000223", "AADSTS7000222"],
    ["2201", "2200"],
    ["INGEST-1554-401", "INGEST-1554-400"],
    ["invalid-client", "invalid_client"],
  ])("takes %s for a misspelling of %s", (typed, meant) => {
    expect(nearestCodes(typed, 3)[0]).toBe(meant);
  });

  it("goes on with codes that begin alike when the rest is too far off", () => {
    expect(nearestCodes("CONNECTOR-9999-999", 2)).toEqual(["CONNECTOR-1001-500", "CONNECTOR-2001-500"]);
    expect(nearestCodes("DCVS", 3)).toEqual(["DCVS-1101-400", "DCVS-1104-400", "DCVS-1105-400"]);
  });

  it("names as many as asked for and none twice, though two families may share one", () => {
    const near = nearestCodes("1401-4000", 8);
    expect(near[0]).toBe("1401-400");
    expect(new Set(near).size).toBe(8);
  });

  it.each(["", "banana", "?".repeat(100_000)])("names none for what looks like no code", (typed) => {
    expect(nearestCodes(typed, 3)).toEqual([]);
  });
});

describe("familyOf", () => {
  const cases: readonly (readonly [string, readonly Family[]])[] = [
    ["CONNECTOR-4001-500", ["connector"]],
    ["ingest-9999-400", ["ingest"]],
    ["MAPPER-1-400", ["mapper"]],
    ["DCVS-9-400", ["dcvs"]],
    ["UPINGT-1", ["profile"]],
    ["ACTSVC-1-500", ["destination"]],
    ["AADSTS999999", ["aad"]],
    ["access_denied", ["oauth"]],
    ["SftpSomethingNew", ["adf-sftp"]],
    ["UserErrorSomethingNew", ["adf-general"]],
    ["42P01", ["query"]],
    ["699", ["batch-ingestion", "io-events-trace"]],
    ["1499-400", ["flow-service-api", "sources-api"]],
    ["banana", []],
    ["", []],
  ];
  it.each(cases)("guesses by its form what '%s' is", (code, expected) => {
    expect(familyOf(code)).toEqual(expected);
  });

  it("does not guess about a code that is listed", () => {
    expect(familyOf("2200")).toEqual(["adf"]);
    expect(familyOf("20000")).toEqual(["adf"]);
    expect(familyOf("1401-400")).toEqual(["flow-service-api", "sources-api"]);
    expect(familyOf("userErrorJniException")).toEqual(["adf-parquet"]);
  });
});
