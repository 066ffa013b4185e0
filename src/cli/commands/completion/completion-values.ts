import type { Host } from "../../../host.ts";
import { formats, outputFormats } from "../../../render/formats/registry.ts";
import { safeText } from "../../../render/text/safe-text.ts";
import { columnNames } from "../../../render/formats/run-columns.ts";
import { listCursors } from "../../../state/cursor-files.ts";
import { listProfiles } from "../../../state/profile-files.ts";
import { readRecent, type Recent } from "../../../state/recent-file.ts";
import { chosenProfile, demoProfile } from "../../../adobe/access/chosen-profile.ts";
import type { Line } from "./completion-slot.ts";
import { columnSets } from "./column-sets.ts";

/** A word that may be typed, and what it means. */
export interface Completion {
  readonly word: string;
  readonly meaning: string;
}

/** Where the values of an option or an operand come from. */
export interface ValueSource {
  /** Whether several go into one word, separated by commas. */
  readonly isList: boolean;
  /** Only what this machine knows; never the network. */
  find(line: Line, host: Host): Promise<readonly Completion[]>;
}

/** The values that the declarations cannot know, by whose they are: an option, or an operand of a command. */
export const valueSources: ReadonlyMap<string, ValueSource> = new Map(
  Object.entries({
    "--profile": several(profiles),
    "profile use name": one(profiles),
    "profile remove name": one(savedProfiles),
    "--cursor": one(cursors),
    "cursor show name": one(cursors),
    "cursor set name": one(cursors),
    "cursor delete name": one(cursors),
    "cursor set where": one(() => words(["oldest", "now"])),
    "config set value": one(settingValues),
    "--output": one(outputs),
    "--columns": several(columns),
    "--sort": one(columns),
    "--fail-on": several(() => words(["failed", "empty"])),
    "--status": several(statuses),
    "--subject-type": several(async () => words((await import("../../../runs/job/known-words.ts")).knownTypes)),
    "--verb": several(async () => words((await import("../../../runs/job/known-words.ts")).knownVerbs)),
    "--events": several(events),
    "--event": one(() => sourceEvents()),
    ...Object.fromEntries(
      ["show", "use", "update", "enable", "disable", "delete", "test", "trace"].map((command) => [
        `registrations ${command} id`,
        one(registrations),
      ]),
    ),
    "--code": several(codes),
    "--flow": several(flows),
    "--run": several(recentRuns),
    "show run-id": one(recentRuns),
    "rows run-id|batch-id": one(recentRuns),
    "--sandbox": several(sandboxes),
    "explain code": one(codes),
    "since when": one(() => moments("oldest", "now", "last")),
    "lytics since when": one(() => moments("oldest", "now", "last")),
    "stats when": one(() => moments("oldest")),
    "report when": one(() => moments("oldest")),
    "replay when": one(() => moments("oldest")),
    "--since": one(begins),
    "--reconcile": one(() => words(["off"])),
    "--until": one(() => moments("now")),
    "--to": one(destinations),
    "destinations name": one(destinationNames),
    "--time": one(() => Promise.resolve(zones)),
  }),
);

function one(find: ValueSource["find"]): ValueSource {
  return { isList: false, find };
}

function several(find: ValueSource["find"]): ValueSource {
  return { isList: true, find };
}

/** `listen` goes on where it stopped anyway. */
function begins({ slot }: Line): Promise<readonly Completion[]> {
  const isListen = slot.kind === "value" && slot.path === "listen";
  return isListen ? moments("oldest", "now") : moments("oldest", "now", "last");
}

function words(list: readonly string[], meaning = ""): Promise<readonly Completion[]> {
  return Promise.resolve(list.map((word) => ({ word, meaning })));
}

/** How an address begins; the rest is the reader's own. */
async function destinations(): Promise<readonly Completion[]> {
  const { schemes } = await import("../../../engine/destinations/schemes.ts");
  const begun = schemes.map(({ words: [word = ""], form, delivers }) => ({
    word: form.startsWith(`${word}://`) ? `${word}://` : `${word}:`,
    meaning: delivers,
  }));
  return [
    { word: "archive", meaning: "the profile's own history" },
    ...begun.map(({ word, meaning }) => ({ word, meaning: meaning.slice(0, 60) })),
    { word: "stdout", meaning: "print them as well" },
  ];
}

async function destinationNames(): Promise<readonly Completion[]> {
  const { schemes } = await import("../../../engine/destinations/schemes.ts");
  const others = schemes.map(({ name, delivers }) => ({ word: name, meaning: delivers.slice(0, 60) }));
  return [...(await words(["archive", "postgres", "stdout"])), ...others];
}

async function profiles(line: Line, host: Host): Promise<readonly Completion[]> {
  return [{ word: demoProfile, meaning: "built in, needs no account" }, ...(await savedProfiles(line, host))];
}

async function savedProfiles(_line: Line, host: Host): Promise<readonly Completion[]> {
  return words(await listProfiles(host.dirs.config), "saved profile");
}

async function cursors({ given }: Line, host: Host): Promise<readonly Completion[]> {
  // Of several, the first has to do.
  const profile = await chosenProfile(given.get("--profile")?.split(",")[0], host);
  return words(await listCursors(host.dirs.state, profile), `cursor of profile ${profile}`);
}

/** Of the looks, which have few; what else a setting takes nobody but the user knows. */
function settingValues({ slot }: Line): Promise<readonly Completion[]> {
  const [key = ""] = slot.kind === "value" ? slot.operands : [];
  if (key === "time") return Promise.resolve(zones);
  if (key === "color") return words(["auto", "always", "never"]);
  return Promise.resolve(key === "output" ? allOutputs() : []);
}

/** Of those the ones that the command takes. */
function outputs({ slot }: Line): Promise<readonly Completion[]> {
  const choices: readonly string[] = slot.kind === "value" ? slot.value.choices : outputFormats;
  return Promise.resolve(allOutputs().filter(({ word }) => choices.includes(word)));
}

function allOutputs(): readonly Completion[] {
  return outputFormats.map((word) => ({ word, meaning: formats[word].help }));
}

/** Those of the command's own rows; of flow runs for every command that is not in the table. */
async function columns({ slot }: Line): Promise<readonly Completion[]> {
  const load = slot.kind === "value" ? columnSets.get(slot.path) : undefined;
  return words(load === undefined ? columnNames() : (await load()).all.map(({ name }) => name));
}

/** A registration listens to sources and codes; what is read may be any run besides. */
async function events({ slot }: Line): Promise<readonly Completion[]> {
  const isOfRegistration = slot.kind === "value" && slot.path.startsWith("registrations ");
  if (!isOfRegistration) return words(["sources", "runs"]);
  return [{ word: "sources", meaning: "all of source flow runs" }, ...(await sourceEvents())];
}

async function sourceEvents(): Promise<readonly Completion[]> {
  const { resolveEventSelection } = await import("../../../runs/events/event-selection.ts");
  return words([...resolveEventSelection(undefined).codes]);
}

/** The one whose journal the profile reads; no other is known without asking. The demo has its own. */
async function registrations({ given }: Line, host: Host): Promise<readonly Completion[]> {
  const profile = await chosenProfile(given.get("--profile"), host);
  if (profile === demoProfile) {
    const { registrations: demos } = await import("../../../demo/registrations.ts");
    return demos.map(({ registrationId, name }) => ({ word: registrationId, meaning: name }));
  }
  const { readProfile } = await import("../../../state/profiles.ts");
  const { journalUrl = "" } = await readProfile(host.dirs.config, profile);
  const [, id] = /\/integrations\/[^/]+\/([\w-]+)/.exec(journalUrl) ?? [];
  return id === undefined ? [] : [{ word: id, meaning: `the profile '${profile}' reads its journal` }];
}

async function statuses({ slot }: Line): Promise<readonly Completion[]> {
  if (slot.kind === "value" && slot.path.startsWith("lytics ")) return words(["success", "failed", "inProgress"]);
  const { knownStatuses } = await import("../../../runs/record/status.ts");
  return words([...knownStatuses, "all"]);
}

/** Flows that were read last, by name; by id for those without one, and for somebody who has begun an id. */
async function flows(line: Line, host: Host): Promise<readonly Completion[]> {
  const { flows: seen } = await recent(line, host);
  const named = seen.flatMap(({ id, name }) => (name === null ? [] : [{ word: oneWord(name), meaning: id }]));
  const isBegun = line.slot.kind === "value" && /[^,]$/.test(line.slot.word);
  const ids = seen.flatMap(({ id, name }) =>
    name === null || isBegun ? [{ word: id, meaning: name ?? "a flow without a name" }] : [],
  );
  return typeable([...named, ...ids]);
}

/** A comma ends a word of a list; in a pattern `?` stands for it. */
function oneWord(name: string): string {
  return name.replaceAll(",", "?");
}

async function recentRuns(line: Line, host: Host): Promise<readonly Completion[]> {
  const { runs } = await recent(line, host);
  return typeable(
    runs.map(({ id, status, flow, at }) => ({ word: id, meaning: [status, flow, at ?? ""].join(" ").trim() })),
  );
}

async function sandboxes(line: Line, host: Host): Promise<readonly Completion[]> {
  const { sandboxes: names } = await recent(line, host);
  return typeable(names.map((name) => ({ word: oneWord(name), meaning: "sandbox" })));
}

async function recent({ given }: Line, host: Host): Promise<Recent> {
  return readRecent(host.dirs.cache, await chosenProfile(given.get("--profile"), host));
}

/** Text from events is data: what could not be typed is not offered, and each word once. */
function typeable(all: readonly Completion[]): readonly Completion[] {
  const safe = all.filter(({ word }) => word.trim() !== "" && safeText(word) === word);
  return [...new Map(safe.map(({ word, meaning }) => [word, { word, meaning: safeText(meaning) }])).values()];
}

/** Codes as they are; the few texts among them that are no single word are left out. */
async function codes(): Promise<readonly Completion[]> {
  const { allEntries } = await import("../../../runs/catalogue/catalogue.ts");
  const found = new Map(allEntries().map(({ code, meaning }) => [code, meaning] as const));
  return [...found].filter(([code]) => /^\S+$/.test(code)).map(([word, meaning]) => ({ word, meaning }));
}

/** Durations, and those of the words that the option or operand takes. */
function moments(...taken: readonly (keyof typeof namedMoments)[]): Promise<readonly Completion[]> {
  return Promise.resolve([
    { word: "1h", meaning: "an hour back from now" },
    { word: "1d", meaning: "a day back from now" },
    { word: "7d", meaning: "as far back as the journal keeps" },
    { word: "today", meaning: "the last midnight" },
    { word: "yesterday", meaning: "the midnight before it" },
    ...weekdays.map((word) => ({ word, meaning: "the last one that has begun" })),
    ...taken.map((word) => ({ word, meaning: namedMoments[word] })),
  ]);
}

const weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

const zones = [
  { word: "utc", meaning: "in UTC, as in a pipe" },
  { word: "local", meaning: "in the machine's own zone, as on a terminal" },
  { word: "relative", meaning: "shown as 5m ago, read in the machine's own zone" },
];

const namedMoments = {
  oldest: "the oldest event that is left",
  now: "the end of the journal",
  last: "where the saved cursor is",
} as const;
