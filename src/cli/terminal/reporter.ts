import type { Host, Output } from "../../host.ts";
import type { Notice, Notify } from "../../notices.ts";
import type { Tally } from "../../engine/pump.ts";
import { mask } from "../../mask.ts";
import { mayRedraw } from "./redraw.ts";
import { startOf } from "../../render/text/cut-text.ts";
import { safeText } from "../../render/text/safe-text.ts";
import { say } from "./tell.ts";

/** How much is told on stderr. */
export interface ReporterOptions {
  /** Errors only. */
  readonly quiet: boolean;
  /** Every request, too. */
  readonly verbose: boolean;
  /** A live line, on a terminal. */
  readonly live: boolean;
}

/** Everything that goes to stderr while a command works; stdout is for data alone. */
export interface Reporter {
  readonly notify: Notify;
  /** Shows `text` as the live line, replacing the last one; drawn at most ten times a second unless `now` it must be. */
  live(text: string, urgent?: boolean): void;
  /** Takes the live line away, so that something else can be written. */
  clear(): void;
  /** The closing line; the window that it tells gets a line of its own where a terminal has no room beside it. */
  summary(tally: Readonly<Tally>, elapsedMs: number, wording?: SummaryWording): void;
}

/** How the closing line on stderr counts. */
export interface SummaryWording {
  /** The verb for the runs. */
  readonly did: "printed" | "counted" | "found";
  /** True where a condition (`--where`) chose among them. */
  readonly hasCondition: boolean;
  /** The unit that was read: pages of a journal, or lines. */
  readonly unit: "page" | "line";
  /** The window that was read, in words; `null` where there is none to tell. */
  readonly window?: string | null;
  /** Where something was found: notifications, which may be of one run. */
  readonly found?: FoundCounts;
}

/** Notifications, and the runs that they are about. */
export interface FoundCounts {
  readonly notifications: number;
  readonly runs: number;
}

const redrawMs = 100;

/** A reporter that writes on stderr, one line for each notice; text from outside is made safe for a terminal. */
export function createReporter(host: Pick<Host, "stderr" | "now" | "env">, options: ReporterOptions): Reporter {
  const isLive = options.live && host.stderr.isTTY && !options.quiet && mayRedraw(host.env);
  const screen = createScreen(host, isLive);
  const print = (text: string): void => {
    if (!options.quiet) screen.print(text);
  };
  return {
    notify: (notice) => {
      if (notice.kind === "asking" && !options.verbose) return;
      // Servers and events are quoted in it: it stays one line.
      print(safeText(wordsFor(notice, host.now())));
    },
    live: (text, urgent = false) => {
      screen.live(text, urgent);
    },
    clear: () => {
      screen.clear();
    },
    summary: (tally, elapsedMs, wording) => {
      const { window = null, ...counts } = wording ?? usualWording;
      const line = summaryLine(tally, elapsedMs, counts);
      print(window === null ? line : `${line} · ${window}`);
    },
  };
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

function wordsFor(notice: Notice, now: number): string {
  switch (notice.kind) {
    case "asking":
      return `> ${notice.method} ${notice.url}`;
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
  const { did, hasCondition, unit, found } = wording;
  const parts = [
    ...(hasCondition ? [[`${number(tally.matched ?? tally.printed)} of ${count(tally.runs, "run")} matched`]] : []),
    found !== undefined && found.notifications > 1
      ? [
          `${number(found.notifications)} notifications of ${found.runs === 1 ? "one run" : count(found.runs, "run")} found`,
        ]
      : [`${count(tally.printed, "run")} ${did}`, `${number(tally.failed)} failed`],
    [
      count(tally.events, unit === "line" ? "line" : "event"),
      `${count(tally.duplicates, "duplicate")} dropped`,
      ...(tally.unreadable > 0 ? [`${number(tally.unreadable)} unreadable`] : []),
    ],
    ...(unit === "page" ? [[count(tally.pages, "page")]] : []),
    [seconds(elapsedMs)],
  ];
  return parts.map((part) => part.join(", ")).join(" · ");
}

function count(n: number, word: string): string {
  return `${number(n)} ${word}${n === 1 ? "" : "s"}`;
}

/** `1,320`, without waiting for what Node knows of other countries. Pure. */
export function number(n: number): string {
  return String(n).replace(/\B(?=(?:\d{3})+$)/g, ",");
}
