import { describe, expect, it } from "vitest";
import { rankOf } from "../../../src/runs/catalogue/ranks.ts";

describe("rankOf", () => {
  it.each([
    ["2200"],
    ["20000"],
    ["2108"],
    ["CONNECTOR-1001-500"],
    ["connector-9999-500"],
    ["INGEST-1211-400"],
    ["INGEST-1212-400"],
    ["UserErrorFailedFileOperation"],
    ["USERERRORFAILEDFILEOPERATION"],
    ["UserErrorFailedToGetAccessTokenByServicePrincipal"],
    ["UserErrorOdbcOperationFailed"],
    ["AdlsGen2OperationFailed"],
    ["PolybaseOperationFailed"],
    ["UPAPI-113751-500"],
    ["AADSTS165004"],
    ["Unknown error code"],
  ])("takes %s for a summary", (code) => {
    expect(rankOf(code)).toBe("summary");
  });

  it.each([["TeradataOperationFailed"], ["SomethingNewOperationFail"]])(
    "takes %s, which nobody has listed, for a summary: it only says that an operation failed",
    (code) => {
      expect(rankOf(code)).toBe("summary");
    },
  );

  it.each([
    ["133"],
    ["1401"],
    ["TypeConversionFailure"],
    ["typeconversionfailure"],
    ["SftpNetworkIssue"],
    ["AADSTS7000222"],
    ["INGEST-1401-400"],
    ["AzureStorageOperationFailedConcurrentWrite"],
    ["invalid_client"],
    ["1401-400"],
    ["42P01"],
  ])("takes %s for a cause", (code) => {
    expect(rankOf(code)).toBe("cause");
  });

  it.each([
    ["AADSTS999999"],
    ["INGEST-9999-400"],
    ["SftpSomethingNew"],
    ["UserErrorSomethingNew"],
    ["42P99"],
    ["HY000"],
    ["08s01"],
    ["22003"],
    ["ABCDE-123-404"],
  ])("takes %s for a cause by the form of its family", (code) => {
    expect(rankOf(code)).toBe("cause");
  });

  it.each([
    ["unknown"],
    ["FrobnicationRefused"],
    ["OperationFailed"],
    ["403"],
    ["2109"],
    ["23456789"],
    ["-2146232060"],
    ["some_field"],
    ["import"],
    ["hyper"],
    ["ABCDE-123-604"],
    ["constructor"],
    ["__proto__"],
    [""],
    ["AADSTS7".repeat(200_000)],
    ["A".repeat(1_000_000) + "OperationFailed"],
  ])("does not know %.40s", (code) => {
    expect(rankOf(code)).toBeNull();
  });
});
