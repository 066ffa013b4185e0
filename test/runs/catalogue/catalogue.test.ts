import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  aboutForm,
  allEntries,
  explain,
  familyOf,
  matchCodes,
  nearestCodes,
  nearMiss,
  type CatalogueEntry,
} from "../../../src/runs/catalogue/catalogue.ts";
import { allFamilies, codeForms, familiesByForm, type Family } from "../../../src/runs/catalogue/code-forms.ts";
import { families } from "../../../src/runs/catalogue/codes/families.ts";
import { rankOf } from "../../../src/runs/catalogue/ranks.ts";

const keyOf = ({ code, family }: { readonly code: string; readonly family: string }) => `${code} (${family})`;
const codesOf = (entries: readonly CatalogueEntry[]) => entries.map(({ code }) => code);
const inFamily = (name: string) => allEntries().filter(({ family }) => family === name);

/** Every code that is known in public: its family, its rank where one is known, and whether a remedy is documented. */
const rows = readFileSync("fixtures/codes.tsv", "utf8")
  .trimEnd()
  .split("\n")
  .slice(1)
  .map((line) => line.split("\t"))
  .map(([code = "", family = "", rank = "", remedy = ""]) => ({ code, family, rank, remedy }));

/** What notes for ourselves would leave behind in a text. */
const remnant = /UNVERIFIED|EN:|@[0-9a-f]{6,}|\bseed|\bP:\d|\s{2}|TODO|\|/i;

describe("the catalogue's data", () => {
  it("has exactly the codes that are known in public, each in its family", () => {
    const listed = rows.map(({ code, family }) => `${code}\t${family}`);
    expect(listed.length).toBe(808);
    const found = allEntries().map(({ code, family }) => `${code}\t${family}`);
    expect(found.sort()).toEqual(listed.sort());
    expect(new Set(found.map((line) => line.toLowerCase())).size).toBe(found.length);
  });

  it("tells them family by family", () => {
    const told = allEntries().map(({ family }) => family);
    const starts = told.filter((family, at) => family !== told[at - 1]);
    expect(starts).toEqual(allFamilies().filter((family) => told.includes(family)));
  });

  it("fills every family but those that are known by their form alone, and describes each in whole sentences", () => {
    const used = new Set<string>(allEntries().map(({ family }) => family));
    const empty = Object.keys(families).filter((family) => !used.has(family));
    expect(empty.filter((family) => !family.startsWith("sqlstate-"))).toEqual(["platform"]);
    for (const family of empty) expect(codeForms[family as Family]).not.toBeNull();
    for (const { title, meaning } of Object.values(families)) {
      expect(title).toMatch(/^[A-Z]/);
      expect(meaning).toMatch(/^[A-Z].*\.$/);
    }
  });

  it.each(Object.keys(families))("says what each code of %s means and what to do, in sentences", (name) => {
    for (const entry of inFamily(name)) {
      const { meaning, remedy, source, rank, code } = entry;
      expect(rank, keyOf(entry)).toBe(rankOf(code));
      for (const sentences of [meaning, remedy]) expect(sentences, keyOf(entry)).toMatch(/^["`A-Z].{6,}[.)]$/);
      expect(source, keyOf(entry)).toMatch(
        /^(Adobe|Microsoft|not documented (by Adobe|by Microsoft|in Microsoft's list))\b/,
      );
      expect(`${meaning} ${remedy} ${source}`, keyOf(entry)).not.toMatch(remnant);
    }
  });

  it("says so wherever Adobe documents nothing", () => {
    const undocumented = allEntries().filter(({ source }) => source.startsWith("not documented by Adobe"));
    expect(codesOf(undocumented).sort()).toEqual([
      "DCVS-1104-400",
      "DCVS-1105-400",
      "DCVS-1106-400",
      "DCVS-1111-400",
      "INGEST-1002-400",
      "INGEST-1554-400",
      "UPINGT-030075",
      "XDM-1406-422",
      "XDM-2010-403",
    ]);
    for (const { meaning } of undocumented) expect(meaning).toContain("Adobe does not document this code");
  });

  it("links to the page that documents a code, for all that Adobe or Microsoft documents", () => {
    for (const entry of allEntries()) {
      if (entry.source.startsWith("not documented by")) expect(entry.link, keyOf(entry)).toBeNull();
      else expect(entry.link, keyOf(entry)).toMatch(/^https:\/\/[a-z.]+\/[\w/?=.-]+$/);
    }
    const hosts = new Set(allEntries().flatMap(({ link }) => (link === null ? [] : [new URL(link).host])));
    expect([...hosts].sort()).toEqual([
      "developer.adobe.com",
      "experienceleague.adobe.com",
      "learn.microsoft.com",
      "login.microsoftonline.com",
    ]);
  });

  it("links every sign-in to Microsoft's own look-up of its number", () => {
    for (const { code, link } of inFamily("aad")) {
      expect(link).toBe(`https://login.microsoftonline.com/error?code=${code.slice("AADSTS".length)}`);
    }
  });

  // The form guesses the family of codes that nobody has listed; one that misses the listed codes guesses badly. The
  // names that Data Factory gives are too free for that.
  it.each(Object.entries(codeForms).filter(([name, form]) => form !== null && !name.startsWith("adf-")))(
    "gives the codes of %s the form of their family",
    (name, form) => {
      for (const { code } of inFamily(name)) expect(code).toMatch(form!);
    },
  );
});

describe("the catalogue's ranks and remedies", () => {
  it("are those that each code is known to have", () => {
    const ranked = rows.filter(({ rank }) => rank !== "").map(({ code, rank }) => [code, rank]);
    expect(ranked).toHaveLength(398);
    expect(ranked.map(([code]) => [code, rankOf(code!)])).toEqual(ranked);
  });

  it("admit it where a remedy is documented nowhere", () => {
    const without = rows.filter(({ remedy }) => remedy === "undocumented");
    const admits = /no remedy|No documented remedy|Not documented/;
    const silent = without.filter(({ code, family }) => {
      return !admits.test(explain(code).find((entry) => entry.family === family)?.remedy ?? "");
    });
    expect(without.length).toBeGreaterThan(100);
    expect(silent.map(keyOf)).toEqual([]);
  });
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
    ["AADSTS*", 307],
    ["aad", 307],
    ["adf", 160],
    ["adf-*", 157],
    ["adf-sql", 23],
    ["oauth", 6],
    ["DCVS", 5],
    ["*", 808],
    ["", 808],
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
    ["42P99", ["sqlstate-42"]],
    ["hyt00", ["sqlstate-hy"]],
    ["IM002", ["sqlstate-im"]],
    ["08S01", ["sqlstate-08"]],
    ["22999", ["adf", "sqlstate-22"]],
    ["ABCDEF-1234-404", ["platform"]],
    ["ABCDEF-1234-604", []],
    ["ABCDEFGHI-1234-404", []],
    ["UIS-0009-400", ["identity"]],
    ["2109", ["batch-ingestion", "adf"]],
    ["699", ["batch-ingestion", "io-events-trace"]],
    ["1499-400", ["flow-service-api", "sources-api"]],
    ["banana", []],
    ["", []],
  ];
  it.each(cases)("guesses by its form what '%s' is", (code, expected) => {
    expect(familyOf(code)).toEqual(expected);
  });

  it("guesses nothing about what is longer than any code", () => {
    expect(familiesByForm("AADSTS7".repeat(100_000))).toEqual([]);
  });

  it("does not guess about a code that is listed", () => {
    expect(familyOf("2200")).toEqual(["adf"]);
    expect(familyOf("20000")).toEqual(["adf"]);
    expect(familyOf("1401-400")).toEqual(["flow-service-api", "sources-api"]);
    expect(familyOf("userErrorJniException")).toEqual(["adf-parquet"]);
  });
});

describe("aboutForm", () => {
  it("links an unlisted sign-in to Microsoft's look-up", () => {
    expect(aboutForm("aadsts999999")).toMatchObject([
      { family: "aad", title: "Microsoft Entra sign-in", link: "https://login.microsoftonline.com/error?code=999999" },
    ]);
  });

  it("offers of a bare number every family that it may belong to, also those whose codes begin with it", () => {
    expect(aboutForm("2104").map(({ family }) => family)).toEqual(["batch-ingestion", "adf", "flow-service-api"]);
    expect(aboutForm("1200").map(({ family }) => family)).toEqual(["batch-ingestion", "adf", "sources-api"]);
    expect(aboutForm("21")).toEqual([]);
  });

  it("says what the class of an SQLSTATE is", () => {
    const note = aboutForm("23505").find(({ family }) => family === "sqlstate-23");
    expect(note?.title).toContain("class 23");
    expect(note?.meaning).toContain("duplicate key");
  });
});

describe("nearMiss", () => {
  it.each([
    ["INGST-1401-400", "INGEST-1401-400"],
    ["XMD-1010-404", "XDM-1010-404"],
    ["SftpNetwrokIssue", "SftpNetworkIssue"],
    ["ABCDEF-1234-404", null],
    ["", null],
  ])("of %s is %s", (typed, meant) => {
    expect(nearMiss(typed)).toBe(meant);
  });
});

describe("facts that were told wrongly before", () => {
  it("of UserErrorFailedFileOperation: a wrapper of anything, and no certificate in particular", () => {
    const [entry, ...others] = explain("UserErrorFailedFileOperation");
    expect(others).toEqual([]);
    expect(entry).toMatchObject({ family: "adf-general", rank: "summary" });
    expect(entry?.meaning).toMatch(/wrapper.*403.*Kerberos/);
  });

  it("of DCVS-1101-400: null is refused for optional fields, too, so the field is left out", () => {
    const [entry] = explain("DCVS-1101-400");
    expect(entry?.meaning).toMatch(/not accepted even for optional/);
    expect(entry?.remedy).toMatch(/^Leave the field out/);
    expect(entry?.link).toMatch(/kbarticles\/ka-19916$/);
  });

  it("of 2108: a number of Data Factory, and told apart from the sandbox error", () => {
    const [entry] = explain("2108");
    expect(entry).toMatchObject({ family: "adf", rank: "summary" });
    expect(entry?.meaning).toMatch(/lookup.*2108-500/);
  });
});
