import type { Host, Output } from "../../host.ts";
import type { Notice, NoticeHeader, Notify } from "../../notices.ts";
import type { Tally } from "../../engine/pump.ts";
import { mask } from "../../mask.ts";
import { mayRedraw } from "./redraw.ts";
import { startOf } from "../../render/text/cut-text.ts";
import { safeText } from "../../render/text/safe-text.ts";
import { forProfile } from "./for-profile.ts";
import { say } from "./tell.ts";

/** How much is told on stderr. */
export interface ReporterOptions {
  /** Errors only. */
  readonly quiet: boolean;
  /** 1: each request and its answer, too; 2: with their headers. */
  readonly verbose: number;
  /** A live line, on a terminal. */
  readonly live: boolean;
  /** The profile that the line names: commands that are told to be typed next are for it. */
  readonly profile: string | undefined;
}

/** Everything that goes to stderr while a command works; stdout is for data alone. */
export interface Reporter {
  readonly notify: Notify;
  /** Shows `text` as the live line, replacing the last one; drawn at most ten times a second unless `now` it must be. */
  live(text: string, urgent?: boolean): void;
  /** Takes the live line away, so that something else can be written. */
  clear(): void;
  /** Says a failure, quiet or not: the command goes on with what has not failed. */
  failure(text: string): void;
  /** The closing line; the window that it tells gets a line of its own where a terminal has no room beside it. */
  summary(tally: Readonly<Tally>, elapsedMs: number, wording?: SummaryWording): void;
}

/** How the closing line on stderr counts. */
export interface SummaryWording {
  /** The verb for the runs. */
  readonly did: "printed" | "counted" | "found" | "archived" | "delivered" | "replayed";
  /** True where a condition (`--where`) chose among them. */
  readonly hasCondition: boolean;
  /** The unit that was read: pages of a journal, or lines; `null` where only events are counted. */
  readonly unit: "page" | "line" | null;
  /** How one of the records is called: a run, where nothing is said. */
  readonly called?: string;
  /** The window that was read, in words; `null` where there is none to tell. */
  readonly window?: string | null;
  /** Where something was found: notifications, which may be of one run. */
  readonly found?: FoundCounts;
  /** Where a command counts something else than runs: what came of it. */
  readonly outcome?: readonly string[];
}

/** Notifications, and the runs that they are about. */
export interface FoundCounts {
  readonly notifications: number;
  readonly runs: number;
}

const redrawMs = 100;

/** The world that is told. */
type ReporterHost = Pick<Host, "stderr" | "now" | "env" | "debugFile">;

/**
 * A reporter that writes on stderr, one line for each notice; text from outside is made safe for a terminal. A debug file
 * hears all of it.
 */
export function createReporter(host: ReporterHost, options: ReporterOptions): Reporter {
  const isLive = options.live && host.stderr.isTTY && !options.quiet && mayRedraw(host.env);
  const screen = createScreen(host, isLive);
  const print = (text: string): void => {
    if (!options.quiet) screen.print(text);
    host.debugFile.write(text);
  };
  return {
    notify: (notice) => {
      const isExchange = notice.kind === "asking" || notice.kind === "answered";
      if (!isExchange) {
        // Servers and events are quoted in it: it stays one line.
        print(safeText(forProfile(wordsFor(notice, host.now()), options.profile ?? null)));
        return;
      }
      if (options.verbose > 0 && !options.quiet) screen.print(exchangeLines(notice, options.verbose > 1));
      if (host.debugFile.isOpen) host.debugFile.write(exchangeLines(notice, true));
    },
    live: (text, urgent = false) => {
      screen.live(text, urgent);
    },
    clear: () => {
      screen.clear();
    },
    failure: (text) => {
      screen.print(text);
      host.debugFile.write(text);
    },
    summary: (tally, elapsedMs, wording) => {
      const { window = null, ...counts } = wording ?? usualWording;
      const line = summaryLine(tally, elapsedMs, counts);
      print(window === null ? line : `${line} · ${window}`);
    },
  };
}

/** The reporter of one of several readings: each notice says whose it is. */
export function namedReporter(reporter: Reporter, name: string): Reporter {
  return {
    ...reporter,
    notify: (notice) => {
      reporter.notify(named(notice, name));
    },
    live: (text, urgent) => {
      reporter.live(`${name}: ${text}`, urgent);
    },
  };
}

function named(notice: Notice, name: string): Notice {
  if ("text" in notice) return { ...notice, text: `${name}: ${forProfile(notice.text, name)}` };
  return notice.kind === "retrying" ? { ...notice, what: `${name}: ${notice.what}` } : notice;
}

/** One line of a terminal that is redrawn in place, among lines that stay. */
function createScreen({ stderr, now }: Pick<Host, "stderr" | "now">, isLive: boolean) {
  let isShown = false;
  let drawnAt = -Infinity;
  const clear = (): void => {
    if (isShown) write(stderr, "\r\u001b[2K");
    isShown = false;
  };
  return {
    clear,
    print: (text: string): void => {
      clear();
      say(`${text}\n`, stderr).catch(() => undefined);
    },
    live: (text: string, urgent: boolean): void => {
      if (!isLive || (!urgent && now() - drawnAt < redrawMs)) return;
      write(stderr, `\r\u001b[2K${startOf(mask(safeText(text)), 0, Math.max(10, stderr.columns - 1))}`);
      isShown = true;
      drawnAt = now();
    },
  };
}

/** Nobody waits for stderr, and a stderr that was closed must not stop the data. */
function write(stderr: Output, text: string): void {
  stderr.write(text).catch(() => undefined);
}

type Exchange = Extract<Notice, { kind: "asking" | "answered" }>;

/** A line, and below it the headers where they are wanted; each of them stays one line. */
function exchangeLines(notice: Exchange, withHeaders: boolean): string {
  if (notice.kind === "asking") return safeText(`> ${notice.method} ${notice.url}`);
  const { asked, headers } = notice;
  const below = withHeaders ? [...headerLines("    >", asked), ...headerLines("    <", headers)] : [];
  return [answerLine(notice), ...below].map(safeText).join("\n");
}

/** `< 200 · 143 ms · 2,345 bytes, 12,345 unpacked · request 7d0c · GET https://…` */
function answerLine(notice: Extract<Notice, { kind: "answered" }>): string {
  const { status, elapsedMs, trouble, requestId, method, url } = notice;
  const parts = [
    status === null ? "no answer" : String(status),
    `${number(Math.max(0, Math.round(elapsedMs)))} ms`,
    sizeOf(notice),
    trouble,
    requestId === null ? null : `request ${requestId}`,
    `${method} ${url}`,
  ];
  return `< ${parts.filter((part) => part !== null).join(" · ")}`;
}

function sizeOf({ received, unpacked }: Extract<Notice, { kind: "answered" }>): string | null {
  if (received === null) return null;
  const size = count(received, "byte");
  return unpacked === null || unpacked === received ? size : `${size}, ${number(unpacked)} unpacked`;
}

function headerLines(mark: string, headers: readonly NoticeHeader[]): readonly string[] {
  return headers.map(([name, value]) => `${mark} ${name}: ${value}`);
}

function wordsFor(notice: Exclude<Notice, Exchange>, now: number): string {
  switch (notice.kind) {
    case "retrying": {
      const why = notice.why === null ? "" : ` (${notice.why})`;
      const id = notice.requestId === null ? "" : `, request ${notice.requestId}`;
      return `${notice.what}${why}, attempt ${String(notice.attempt)}, ${again(notice.waitMs, now)}${id}`;
    }
    case "warning":
      return `warning: ${notice.text}`;
    case "remark":
      return notice.text;
  }
}

/** Beyond a minute the moment says more than the length. */
function again(waitMs: number, now: number): string {
  if (waitMs === 0) return "again at once";
  if (waitMs < 60_000) return `again in ${seconds(waitMs)}`;
  return `again at ${clock(now + waitMs)} (in ${String(Math.round(waitMs / 60_000))} min)`;
}

/** `1.4 s`. Pure. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** `03:25:12Z`. Pure. */
export function clock(ms: number): string {
  return `${new Date(ms).toISOString().slice(11, 19)}Z`;
}

const usualWording: SummaryWording = { did: "printed", hasCondition: false, unit: "page" };

/**
 * `37 runs printed, 3 failed · 1,320 events, 2 duplicates dropped · 13 pages · 4.2 s`, after
 * `37 of 1,204 runs matched` where there was a condition. Pure.
 */
function summaryLine(tally: Readonly<Tally>, elapsedMs: number, wording: SummaryWording): string {
  const { did, hasCondition, unit, called = "run", found, outcome } = wording;
  const parts = [
    ...(hasCondition ? [[`${number(tally.matched ?? tally.printed)} of ${count(tally.runs, called)} matched`]] : []),
    outcome ?? runsTold(tally, { did, called, found }),
    // Of a page that came to nothing half-way nothing is counted.
    ...(tally.pages === 0 && outcome !== undefined ? [] : readTold(tally, unit)),
    [seconds(elapsedMs)],
  ];
  return parts.map((part) => part.join(", ")).join(" · ");
}

function readTold(tally: Readonly<Tally>, unit: SummaryWording["unit"]): readonly (readonly string[])[] {
  const unreadable = tally.unreadable > 0 ? [`${number(tally.unreadable)} unreadable`] : [];
  if (unit === null) {
    const known = tally.duplicates > 0 ? [`${number(tally.duplicates)} known from before`] : [];
    return [[`${number(tally.events)} read`, ...known, ...unreadable]];
  }
  return [
    [
      count(tally.events, unit === "line" ? "line" : "event"),
      `${count(tally.duplicates, "duplicate")} dropped`,
      ...unreadable,
    ],
    ...(unit === "page" ? [[count(tally.pages, "page")]] : []),
  ];
}

interface RunWords extends Pick<SummaryWording, "did"> {
  readonly called: string;
  readonly found: FoundCounts | undefined;
}

function runsTold(tally: Readonly<Tally>, { did, called, found }: RunWords): readonly string[] {
  if (found === undefined || found.notifications < 2) {
    return [`${count(tally.printed, called)} ${did}`, `${number(tally.failed)} failed`];
  }
  const of = found.runs === 1 ? "one run" : count(found.runs, "run");
  return [`${number(found.notifications)} notifications of ${of} found`];
}

/** `1 run`, `1,320 events`. Pure. */
export function count(n: number, word: string): string {
  return `${number(n)} ${word}${n === 1 ? "" : "s"}`;
}

/** `1,320`, without waiting for what Node knows of other countries. Pure. */
export function number(n: number): string {
  return String(n).replace(/\B(?=(?:\d{3})+$)/g, ",");
}
