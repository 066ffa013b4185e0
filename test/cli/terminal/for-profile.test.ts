import type { Command } from "commander";
import { expect, test } from "vitest";
import { createProgram } from "../../../src/cli/program.ts";
import { forProfile } from "../../../src/cli/terminal/for-profile.ts";
import { fakeHost } from "../../support/host.ts";

test.each([
  ["flowrun login", "flowrun login §"],
  ["see why: flowrun registrations trace 6a1f --failed", "see why: flowrun registrations trace 6a1f --failed §"],
  // What goes on in prose, or by the shell.
  ["flowrun since -P1D   (the last day)", "flowrun since -P1D §   (the last day)"],
  ["check the URL (flowrun config list), and more", "check the URL (flowrun config list §), and more"],
  ["flowrun tail -o ndjson | jq .", "flowrun tail -o ndjson § | jq ."],
  ["flowrun login --secret-stdin < secret.txt", "flowrun login --secret-stdin § < secret.txt"],
  ["it is so · flowrun login · asked again in 5 min", "it is so · flowrun login § · asked again in 5 min"],
  ["did you mean flowrun show 3f2a?", "did you mean flowrun show 3f2a §?"],
  ["flowrun archive status: it says more", "flowrun archive status §: it says more"],
  ["flowrun since 'a?b' -n 1", "flowrun since 'a?b' -n 1 §"],
  [
    "flowrun listen --lytics /l --lytics-header 'X-Token: env:T'",
    "flowrun listen --lytics /l --lytics-header 'X-Token: env:T' §",
  ],
  ["flowrun since --where 'a > 1, b'   (or so)", "flowrun since --where 'a > 1, b' §   (or so)"],
  ["flowrun login of acme's, and globex' too", "flowrun login of acme's §, and globex' too"],
  // Each by itself: that one names a profile already says nothing of the others.
  [
    "flowrun login --profile acme   (or try: flowrun listen --reconcile off)",
    "flowrun login --profile acme   (or try: flowrun listen --reconcile off §)",
  ],
  [
    "flowrun registrations, then flowrun registrations use <id>",
    "flowrun registrations §, then flowrun registrations use <id> §",
  ],
  // No commands, and some that are of no profile.
  ["flowrun does not know it, and flowrun has no other", null],
  ["flowrun explain MAPPER-3700-199", null],
  ["flowrun destinations", null],
  ["flowrun profile list", null],
  ["flowrun since --help", null],
  ["flowrun cursor set --help", null],
  ["--profile demo", null],
] as const)("%s", (words, told) => {
  expect(forProfile(words, "acme,globex")).toBe(told?.replaceAll("§", "--profile acme,globex") ?? words);
  expect(forProfile(words, null)).toBe(words);
});

test("what is no name of a profile is not typed again", () => {
  for (const profile of ["", "a b", "$(x)", "-n", "a'b"])
    expect(forProfile("flowrun login", profile)).toBe("flowrun login");
});

/** The lines that begin with a command, as far down as commands go. */
function linesOf(command: Command, path = "flowrun"): readonly (readonly [line: string, takesOne: boolean])[] {
  return command.commands.flatMap((each) => {
    const line = `${path} ${each.name()}`;
    return [[line, each.options.some(({ long }) => long === "--profile")] as const, ...linesOf(each, line)];
  });
}

test("a profile is put behind no command that does not take it, and behind all that are about one", () => {
  const isAbout = (line: string): boolean => forProfile(line, "x") !== line;
  const all = linesOf(createProgram(fakeHost()));
  const groups = ["cursor", "lytics", "archive", "config", "registrations", "providers"];
  for (const [line, takesOne] of all) {
    const isOther = /^flowrun (?:explain|profile)\b/.test(line) || groups.includes(line.replace("flowrun ", ""));
    if (!isOther) expect([line, isAbout(line)]).toEqual([line, takesOne]);
  }
});
