import { describe, expect, test } from "vitest";
import { decideColour, type ColourChoice } from "../../../src/render/text/colour.ts";
import { createPainter, paintStatus } from "../../../src/render/text/painter.ts";

describe("decideColour", () => {
  test.each<[boolean, ColourChoice, Record<string, string>, boolean]>([
    [true, "auto", {}, true],
    [false, "auto", {}, false],
    [true, "always", { NO_COLOR: "1" }, true],
    [false, "always", { TERM: "dumb" }, true],
    [true, "never", { FORCE_COLOR: "1" }, false],
    [true, "auto", { NO_COLOR: "1", FORCE_COLOR: "1", CLICOLOR_FORCE: "1" }, false],
    [true, "auto", { NO_COLOR: "" }, true],
    [false, "auto", { FORCE_COLOR: "1", TERM: "dumb" }, true],
    [false, "auto", { FORCE_COLOR: "true" }, true],
    [true, "auto", { FORCE_COLOR: "0", CLICOLOR_FORCE: "1" }, false],
    [true, "auto", { FORCE_COLOR: "false" }, false],
    [false, "auto", { FORCE_COLOR: "", CLICOLOR_FORCE: "1" }, true],
    [false, "auto", { CLICOLOR_FORCE: "0" }, false],
    [true, "auto", { CLICOLOR: "0" }, false],
    [true, "auto", { TERM: "dumb" }, false],
    [true, "auto", { TERM: "xterm-256color" }, true],
  ])("on a terminal %s, --color %s, %j: %s", (isTTY, choice, env, expected) => {
    expect(decideColour(choice, env, isTTY)).toBe(expected);
  });
});

test.each([
  ["success", "\u001b[32msuccess\u001b[39m"],
  ["failed", "\u001b[31mfailed\u001b[39m"],
  ["partialSuccess", "\u001b[33mpartialSuccess\u001b[39m"],
  ["inProgress", "\u001b[36minProgress\u001b[39m"],
  ["paused", "paused"],
])("%s is painted, whatever this process's own terminal is, and left alone without colour", (status, painted) => {
  expect(paintStatus(status, createPainter(true))).toBe(painted);
  expect(paintStatus(status, createPainter(false))).toBe(status);
});
