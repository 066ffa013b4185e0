import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

/** Files that may assert a type with `as`: the doors, where a value from outside is narrowed once. */
const doors = ["src/start.ts", "src/main.ts", "src/adobe/http/transport.ts"];

/** Files that may know the process: where it begins, and where it says in names of files who it is, and what its Node brings. */
const ofTheProcess = [
  "src/start.ts",
  "src/main.ts",
  "src/node-host.ts",
  "src/state/self.ts",
  "src/engine/archive/embedded/driver.ts",
  "src/engine/destinations/exec/command.ts",
];

/** What reaches the world or the clock by itself. Only where a process begins is it touched; all others are handed a `Host`. */
const ask = "Ask the host for it.";

const worldlyGlobals = ["process", "console", "fetch", "performance", "setTimeout", "setInterval"].map((name) => ({
  name,
  message: ask,
}));

const worldlyProperties = [
  { object: "Date", property: "now", message: ask },
  { object: "Math", property: "random", message: ask },
  { object: "AbortSignal", property: "timeout", message: ask },
];

const worldlyModules = ["process", "console", "timers", "timers/promises", "perf_hooks"]
  .flatMap((name) => [name, `node:${name}`])
  .map((name) => ({ name, message: ask }));

const worldlySyntax = [
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: ask },
  { selector: "CallExpression[callee.name='Date']", message: ask },
  {
    selector:
      "CallExpression[arguments.length=0][callee.object.name='DateTime'][callee.property.name=/^(now|local|utc)$/]",
    message: ask,
  },
];

const wordsOnStderr = [
  {
    selector: "CallExpression[callee.property.name='write'][callee.object.property.name='stderr']",
    message: "Say it (cli/terminal/tell.ts): no line is wider than the terminal.",
  },
];

const exportSyntax = [
  { selector: "ExportDefaultDeclaration", message: "Export it by name." },
  { selector: "ExportSpecifier[exported.name='default']", message: "Export it by name." },
  { selector: "ExportAllDeclaration", message: "No barrels: import from the file that holds it." },
];

const moduleMocks = ["mock", "doMock", "hoisted"].map((property) => ({
  object: "vi",
  property,
  message: "No module mocks: hand the function another host (test/support).",
}));

export default defineConfig(
  { ignores: ["dist/", "coverage/", "fixtures/"] },
  { linterOptions: { reportUnusedDisableDirectives: "error", reportUnusedInlineConfigs: "error" } },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: ["error", "always", { null: "ignore" }],
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      // A number in a sentence reads the same with and without String().
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "no-restricted-syntax": ["error", ...exportSyntax],
    },
  },
  {
    files: ["**/*.js"],
    extends: [tseslint.configs.recommended, tseslint.configs.stylistic],
    rules: { eqeqeq: ["error", "always", { null: "ignore" }] },
  },
  // Adobe's client is CommonJS.
  { files: ["bench/aio/*.js"], rules: { "@typescript-eslint/no-require-imports": "off" } },
  {
    files: ["src/**/*.ts"],
    ignores: ofTheProcess,
    rules: {
      "no-restricted-globals": ["error", { globals: worldlyGlobals, checkGlobalObject: true }],
      "no-restricted-properties": ["error", ...worldlyProperties],
      "no-restricted-imports": ["error", { paths: worldlyModules }],
      "no-restricted-syntax": ["error", ...exportSyntax, ...worldlySyntax],
    },
  },
  {
    files: ["src/cli/**/*.ts"],
    ignores: ["src/cli/terminal/*.ts"],
    rules: { "no-restricted-syntax": ["error", ...exportSyntax, ...worldlySyntax, ...wordsOnStderr] },
  },
  {
    files: ["src/**/*.ts"],
    ignores: doors,
    rules: { "@typescript-eslint/consistent-type-assertions": ["error", { assertionStyle: "never" }] },
  },
  {
    files: ["test/**/*.ts", "bench/**/*.ts"],
    rules: {
      "no-restricted-properties": ["error", ...moduleMocks],
      "@typescript-eslint/no-non-null-assertion": "off",
      // A fake may have to be async to fit the host without anything to wait for.
      "@typescript-eslint/require-await": "off",
    },
  },
  // The one file that an old Node must be able to read, since it says so.
  {
    files: ["bin/*.js"],
    languageOptions: { parserOptions: { ecmaVersion: 5, sourceType: "commonjs" } },
    rules: { "no-var": "off", "@typescript-eslint/no-require-imports": "off" },
  },
  // A tool asks for its settings as a default export; a declaration tells what somebody else exports.
  { files: ["*.config.ts", "**/*.d.ts"], rules: { "no-restricted-syntax": "off" } },
);
