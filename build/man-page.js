/** The man page, out of the declaration of the command line and the tables in the documents: nothing is said twice. */

/** An option that so many commands have, word for word, is told once for them all. */
const enough = 4;

/**
 * flowrun(1) in roff. `program` is commander's; `settings` is the text of docs/settings.md, `released` the day of this
 * version. Pure.
 */
export function manPage({ program, exitRows, exitCodesOf, settings, version, released }) {
  const commands = commandsBelow(program);
  const shared = sharedOptions(commands);
  return [
    `.TH FLOWRUN 1 ${quoted(released)} ${quoted(`flowrun ${version}`)} ${quoted("User Commands")}`,
    // Left as it is: no word is broken, no line stretched.
    ".nh",
    ".ad l",
    heading("NAME"),
    plain(`${program.name()} - ${inSentence(program.description())}`),
    heading("SYNOPSIS"),
    ...commands.map(({ name, command }) => [".br", bold(`${program.name()} ${name} ${command.usage()}`)].join("\n")),
    heading("DESCRIPTION"),
    plain(program.description()),
    paragraph(
      `Data is on stdout alone. What an option leaves open, the environment says, then the profile, then a default. \`${program.name()} <command> --help\` tells of one command.`,
    ),
    heading("COMMANDS"),
    ...commands.map((each) => commandSection(each, shared, exitCodesOf, program.name())),
    heading("OPTIONS"),
    plain("Those that several commands have; each command names the ones that it takes."),
    ...[...shared.values()].map(optionEntry),
    heading("EXIT STATUS"),
    ...exitRows.map(({ codes, meaning }) => entry(codes.join(", "), meaning)),
    heading("ENVIRONMENT"),
    ...tableUnder(settings, "## Variables").map(([name = "", usual = "", meaning = ""]) =>
      entry(bare(name), [bare(meaning), usual === "" ? "" : `Default: ${bare(usual)}`].filter(Boolean).join(". ")),
    ),
    entry("NO_COLOR, FORCE_COLOR, HTTPS_PROXY, HTTP_PROXY, NO_PROXY, NODE_EXTRA_CA_CERTS", "as everywhere"),
    heading("FILES"),
    plain("On Linux; FLOWRUN_HOME names one folder for all of them."),
    ...tableUnder(settings, "## Files").map(([what = "", linux = ""]) => entry(bare(linux), `holds ${bare(what)}`)),
    heading("EXAMPLES"),
    block(commands.flatMap(({ command }) => examplesIn(helpBelow(command)).slice(0, 1))),
    heading("SEE ALSO"),
    plain("jq(1), xargs(1), less(1); the pages in docs/ of the package"),
    "",
  ].join("\n");
}

/** The commands that do something themselves, by their full names. */
function commandsBelow(program, path = []) {
  const help = program.createHelp();
  return help
    .visibleCommands(program)
    .filter((command) => command.name() !== "help")
    .flatMap((command) => {
      const here = [...path, command.name()];
      return command.commands.length === 0 ? [{ name: here.join(" "), command }] : commandsBelow(command, here);
    });
}

/** By what they say, the options that many commands have in the same words; `--help` is one. */
function sharedOptions(commands) {
  const all = commands.flatMap(({ command }) => optionsOf(command).map((option) => [keyOf(option), option]));
  const count = (key) => all.filter(([other]) => other === key).length;
  return new Map(all.filter(([key]) => count(key) >= enough));
}

function optionsOf(command) {
  return command.createHelp().visibleOptions(command);
}

function keyOf(option) {
  return `${option.flags} ${describe(option)}`;
}

/** An option's words, with its choices and its default, as the help has them. */
function describe(option) {
  const choices = option.argChoices === undefined ? [] : [`choices: ${option.argChoices.join(", ")}`];
  const usual = option.defaultValue;
  const isTold = usual !== undefined && typeof usual !== "boolean";
  const more = [...choices, ...(isTold ? [`default: ${String(usual)}`] : [])];
  return more.length === 0 ? option.description : `${option.description} (${more.join("; ")})`;
}

function commandSection({ name, command }, shared, exitCodesOf, program) {
  const options = optionsOf(command);
  const own = options.filter((option) => !shared.has(keyOf(option)));
  const others = options.filter((option) => shared.has(keyOf(option))).map(({ short, long }) => long ?? short);
  const operands = command.registeredArguments.filter(({ description }) => description !== "");
  const below = helpBelow(command);
  const aliases = command.aliases();
  return [
    `.SS ${quoted(`${program} ${name} ${command.usage()}`)}`,
    plain(command.description()),
    ...(aliases.length === 0 ? [] : [paragraph(`Also called ${aliases.join(", ")}.`)]),
    ...operands.map((operand) => entry(operand.name(), describe(operand))),
    ...own.map(optionEntry),
    ...(others.length === 0 ? [] : [paragraph(`Takes ${others.join(", ")} as well.`)]),
    ...notesIn(below).map(paragraph),
    ...(examplesIn(below).length === 0 ? [] : [block(examplesIn(below))]),
    paragraph(`Exits with ${[...(exitCodesOf.get(name) ?? [])].sort((one, other) => one - other).join(", ")}.`),
  ].join("\n");
}

function optionEntry(option) {
  return entry(option.flags, describe(option));
}

/** The text that the help of a command has below its options, without the exit codes, which the page says its own way. */
function helpBelow(command) {
  let text = "";
  command.emit("afterHelp", { error: false, command, write: (more) => (text += more) });
  return text.split("\nExit codes:")[0] ?? "";
}

/** The paragraphs before the examples and after them. */
function notesIn(text) {
  return text.split(/\n{2,}/).flatMap((part) => (part.trim() === "" || isExamples(part) ? [] : [part.trim()]));
}

/** The lines of the examples. */
function examplesIn(text) {
  const part = text.split(/\n{2,}/).find(isExamples) ?? "";
  return part
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.trim());
}

function isExamples(part) {
  return part.trim().startsWith("Examples:");
}

/** The rows of the table that stands under a heading, as cells. */
function tableUnder(page, title) {
  const [, rest] = page.split(`\n${title}\n`);
  if (rest === undefined) throw new Error(`docs/settings.md has no "${title}"`);
  const lines = (rest.split("\n## ")[0] ?? "").split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** A text of the documents without what marks it up. */
function bare(text) {
  return text.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replaceAll("`", "");
}

/** `Follow, recover.` as the rest of a sentence. */
function inSentence(text) {
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, "");
}

function heading(title) {
  return `.SH ${title}`;
}

function paragraph(text) {
  return `.PP\n${plain(text)}`;
}

function entry(term, text) {
  return `.TP\n${bold(term)}\n${plain(text === "" ? term : text)}`;
}

function bold(text) {
  return `.B ${quoted(text)}`;
}

/** Lines that stay as they are. */
function block(lines) {
  return [".PP", ".RS 4", ".nf", ...lines.map(escaped), ".fi", ".RE"].join("\n");
}

function quoted(text) {
  return `"${escaped(text.replaceAll(/\s+/g, " ").trim()).replaceAll('"', "\\(dq")}"`;
}

/** One line of prose: backticks are for documents. */
function plain(text) {
  return escaped(bare(text).replaceAll(/\s+/g, " ").trim());
}

/** Signs that roff reads otherwise than they are written. */
const special = new Map([
  ["\\", "\\e"],
  ["-", "\\-"],
  ["'", "\\(aq"],
  ["`", "\\(ga"],
  ["^", "\\(ha"],
  ["~", "\\(ti"],
  ["…", "..."],
  ["→", "\\->"],
]);

/** A text that roff prints as it is: no request, no escape, and each sign as itself, so that an option can be copied. */
function escaped(text) {
  return text
    .replace(/[\\\-'`^~…→]/g, (sign) => special.get(sign) ?? sign)
    .replace(
      /[^\x20-\x7e]/gu,
      (sign) => `\\[u${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}]`,
    )
    .replace(/^(?=\.)/, "\\&");
}
