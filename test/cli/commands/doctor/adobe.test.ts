import { describe, expect, it } from "vitest";
import { Secret } from "../../../../src/adobe/auth/secret.ts";
import { checkHistory, checkRegistration, checkScopes } from "../../../../src/cli/commands/doctor/adobe.ts";
import { registrationWith } from "../../../support/registration.ts";

describe("the scopes", () => {
  const opaque = token("opaque");

  it("hold where the one needed was asked for and the token does not tell", () => {
    expect(checkScopes(opaque, ["openid", "adobeio_api"])).toMatchObject({ verdict: "ok" });
  });

  it("are the token's own where it tells them", () => {
    const payload = Buffer.from('{"scope":"openid"}').toString("base64url");
    const finding = checkScopes(token(`e30.${payload}.x`), ["openid", "adobeio_api"]);
    expect(finding).toMatchObject({ verdict: "warning", facts: { scopes: ["openid"], toldByToken: true } });
    expect(finding.remedy).toContain("flowrun config set scopes");
  });

  it("are warned about where the one needed was never asked for", () => {
    expect(checkScopes(opaque, ["openid"])).toMatchObject({ verdict: "warning" });
  });

  function token(text: string) {
    return { accessToken: new Secret(text), mintedAt: 0, expiresAt: 1 };
  }
});

describe("the registration", () => {
  const url = "https://events-va6.adobe.io/events/organizations/11/integrations/22/aa-bb";
  const good = registrationWith({ id: "aa-bb", name: "Runs", journalUrl: url });

  it("holds where it is enabled and listens to flow runs", () => {
    expect(checkRegistration([good], url)).toMatchObject({ verdict: "ok", facts: { id: "aa-bb" } });
  });

  it("is known by its id where the journal's host is written otherwise", () => {
    expect(checkRegistration([good], url.replace("events-va6", "events"))).toMatchObject({ verdict: "ok" });
  });

  it("is warned about where it filters events out", () => {
    expect(checkRegistration([{ ...good, isFiltered: true }], url)).toMatchObject({ verdict: "warning" });
  });

  it("is warned about where it is another project's", () => {
    expect(checkRegistration([], url)).toMatchObject({ verdict: "warning" });
  });

  it("fails where it listens to nothing, and no other would do", () => {
    const finding = checkRegistration([{ ...good, eventCodes: [] }], url);
    expect(finding).toMatchObject({ verdict: "failed", kind: "settings" });
    expect(finding.text).toContain("it listens to nothing");
    expect(finding.remedy).not.toContain("registrations use");
  });
});

describe("how far back the journal goes", () => {
  it("is the time of the oldest event's run", () => {
    const metrics = {
      durationSummary: { startedAtUTC: 1_790_000_000_000, completedAtUTC: 1_790_000_060_000 },
      statusSummary: { status: "success" },
    };
    const body = { id: "run-1", flowId: "flow-1", updatedAt: 1_790_000_061_000, metrics };
    const event = { header: { _adobeio: { eventCode: "sources_flow_run_success" } }, body };
    expect(checkHistory({ entries: [{ position: "p:1", event }] })).toMatchObject({
      verdict: "ok",
      facts: { oldestPosition: "p:1", oldestAt: "2026-09-21T14:14:21.000Z" },
    });
  });

  it("is a position only where that event is no run", () => {
    const finding = checkHistory({ entries: [{ position: "p:1", event: { type: "audit" } }] });
    expect(finding.text).toBe("the oldest event is at position p:1");
  });

  it("is nothing at all in an empty journal", () => {
    expect(checkHistory({ entries: [] })).toMatchObject({ verdict: "warning" });
  });
});
