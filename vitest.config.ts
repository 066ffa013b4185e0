import { defineConfig } from "vitest/config";

const endToEnd = ["test/e2e/**/*.test.ts", "test/conformance/**/*.test.ts"];

/** Where to leave the counts for .ci/run, besides the words on the screen. */
const report = process.env["FLOWRUN_TEST_REPORT"];

export default defineConfig({
  test: {
    reporters: report === undefined ? ["default"] : ["default", ["json", { outputFile: report }]],
    // End-to-end tests mostly wait, so that four of them suit two cores.
    maxWorkers: 4,
    // What takes longer hangs, also on a machine that is three times as slow as most; no test has a limit of its own.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    setupFiles: ["test/support/watch-loop.ts"],
    // Of the rooms that are pure: what they do depends on nothing but what they are handed.
    coverage: {
      include: ["src/runs/**", "src/render/**", "src/text/**", "src/engine/{digest,pump,trail}.ts"],
      exclude: ["src/runs/catalogue/codes/**"],
      reporter: ["text-summary"],
    },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: endToEnd,
        },
      },
      {
        extends: true,
        test: { name: "e2e", include: endToEnd },
      },
    ],
  },
});
