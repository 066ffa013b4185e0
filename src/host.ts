/**
 * The outside world, as flowrun asks for it. Types only: node-host.ts and main.ts build the real one, test/support/host.ts
 * the other. A function takes `Pick<Host, …>`, so that its signature shows what it can do to the world.
 */

/** One HTTP request, as plain data. */
export interface Ask {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** Response headers: lower-case name to every value in the order received. */
export type AnswerHeaders = Readonly<Record<string, readonly string[]>>;

/**
 * One HTTP response whose headers are in and whose body may still be on its way, so that a caller can act on the
 * headers (ask for the next page) before it reads the body. Exactly one of `body`, `pieces` and `discard` must be called.
 */
export interface Answer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  /**
   * The whole body, decompressed. Rejects when the connection breaks or stalls on the way, and with a FlowrunError
   * `protocol` when it is larger than the limit.
   */
  body(options?: BodyOptions): Promise<Uint8Array>;
  /**
   * The body as it comes, decompressed, for one that may be of any length: it arrives as fast as it is taken, and may take
   * as long as it moves. Fails when the connection breaks or stalls on the way.
   */
  pieces(options?: PiecesOptions): AsyncIterable<Uint8Array>;
  /** Lets go of a body nobody wants. */
  discard(): void;
}

/** Limits of a body that is being read. */
export interface BodyOptions {
  /** The most that it may be, as it arrives and decompressed; 8 MB unless said otherwise. */
  readonly mostBytes?: number;
  /** Called once if it takes long. */
  readonly onSlow?: () => void;
  /** Told how many bytes arrived, once all have. */
  readonly onReceived?: (bytes: number) => void;
}

/** Who is told of a body that is read as it comes. */
export type PiecesOptions = Pick<BodyOptions, "onReceived">;

/** Resolves once the headers are in; rejects when the server cannot be reached or does not answer in time. */
export type Send = (ask: Ask, signal: AbortSignal) => Promise<Answer>;

/** A stream to write to. `write` resolves when the text was accepted, so waiting for it is back-pressure. */
export interface Output {
  /** Rejects with a `FlowrunError` of kind `closed` when nobody reads any more. */
  write(text: string): Promise<void>;
  readonly isTTY: boolean;
  /** Width in columns, now; meaningful on a terminal only. */
  readonly columns: number;
  /** True where nobody can ever have what is written, since the stream was closed before the process began. */
  readonly isLost: boolean;
  /** True where it goes on a file that stops in the middle of a line. */
  readonly isMidLine: boolean;
  /**
   * Aborts with a `FlowrunError` of kind `closed` when nobody reads any more, as far as that can be told without writing;
   * looked for from the first call on.
   */
  untilClosed(): AbortSignal;
  /** Of a stream that holds texts back: resolves when they are written and, through a pager, read. More than once will do. */
  readonly release?: () => Promise<void>;
}

/** The streams of what is to be read; a pager may have the terminal between its first text and its end. */
export interface Pager {
  /** A screenful is held back. Once the reader has quit, writing rejects with a FlowrunError `closed`. */
  readonly stdout: Output;
  /** Holds its texts back while the pager has the terminal. */
  readonly stderr: Output;
  /** Writes what is held back, or waits until the reader has quit. */
  end(): Promise<void>;
}

/** The stream that a program is fed by. */
export interface Input {
  readonly isTTY: boolean;
  /** All of it, to its end. */
  read(): Promise<string>;
  /** All of it, as it comes. */
  pieces(): AsyncIterable<Uint8Array>;
}

/**
 * Asks the person at the terminal, on stderr. Every question rejects with a `FlowrunError` of kind `aborted` when it is
 * answered by Ctrl-C or the end of the input.
 */
export interface Prompt {
  /** A line of text; `check` says what is wrong with it, or `null`. */
  text(
    question: string,
    options?: { readonly usual?: string; readonly check?: (text: string) => string | null },
  ): Promise<string>;
  /** A line that is never shown. */
  secret(question: string): Promise<string>;
  choose<T>(question: string, choices: readonly Choice<T>[]): Promise<T>;
}

/** One of the answers that a question offers: its name on the screen, and the value that it stands for. */
export interface Choice<T> {
  readonly name: string;
  readonly value: T;
}

/** A file that is told all there is to know, for a ticket, where the user names one. */
export interface DebugFile {
  readonly isOpen: boolean;
  /** @throws FlowrunError `usage` where it cannot be written. */
  open(path: string): Promise<void>;
  /** Adds lines at once, with the time, and without a secret; does nothing where none is open. */
  write(text: string): void;
}

/** Folders that hold what outlives a run; none of them needs to exist yet. */
export interface Dirs {
  readonly config: string;
  readonly state: string;
  readonly cache: string;
}

/** The part of the world that there is wherever flowrun runs, as a command or inside another program. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** @throws FlowrunError `settings` where the environment names a folder that cannot be right. */
  readonly dirs: Dirs;
  /** Of the runtime: `20.18.1`. */
  readonly nodeVersion: string;
  /** Of the machine, as Node names it: `linux-x64`. */
  readonly platform: string;
  /** This process's id. */
  readonly pid: number;
  /** Epoch milliseconds. */
  now(): number;
  /** Resolves after `ms`, or as soon as `signal` aborts (then too it resolves: the caller looks at the signal). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Uniform in [0, 1). */
  random(): number;
  readonly send: Send;
  /**
   * Called before the transport is loaded: V8 is tuned for reading, by flags that the whole process shares. Does nothing
   * inside another program, to which they belong.
   */
  tuneV8(): void;
}

/** The world of a command. */
export interface Host extends World {
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly debugFile: DebugFile;
  /** For what is to be read: stdout, and on a terminal the reader's pager as soon as it is longer than the screen. */
  openPager(): Promise<Pager>;
  /** `null` where nobody can be asked: stdin or stderr is no terminal, or one that questions cannot be drawn on. */
  readonly prompt: Prompt | null;
  /** When this process began, epoch milliseconds: a deadline counts from there. */
  readonly startedAt: number;
  /** Aborts when the user or the system asks flowrun to stop. */
  readonly signal: AbortSignal;
  /** From now on SIGHUP stops nothing, and calls this: whoever runs for long reads its files again. */
  onHangup(reload: () => void): void;
}
