import input from "@inquirer/input";
import password from "@inquirer/password";
import select from "@inquirer/select";
import { FlowrunError } from "../../errors.ts";
import type { Prompt } from "../../host.ts";

/** The terminal that questions are asked on, and the signal that ends them. */
export interface PromptStreams {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

/** Questions on a real terminal. */
export function createPrompt(streams: PromptStreams): Prompt {
  return {
    text: (message, { usual, check } = {}) =>
      ask(streams, (context) =>
        input(
          {
            message,
            ...(usual === undefined ? {} : { default: usual }),
            validate: (text) => check?.(text) ?? true,
          },
          context,
        ),
      ),
    secret: (message) => ask(streams, (context) => password({ message, mask: "*" }, context)),
    choose: (message, choices) =>
      ask(streams, (context) => select({ message, choices: [...choices], loop: false, pageSize: 12 }, context)),
  };
}

type Context = PromptStreams & { readonly signal: AbortSignal };

/** Ctrl-C is a key here, not a signal; the end of the input (Ctrl-D, a terminal that went away) closes it without a word. */
async function ask<T>(streams: PromptStreams, question: (context: Context) => Promise<T>): Promise<T> {
  const ending = new AbortController();
  const end = (): void => {
    ending.abort();
  };
  streams.input.once("end", end);
  streams.input.once("close", end);
  try {
    return await question({ ...streams, signal: AbortSignal.any([streams.signal, ending.signal]) });
  } catch (error) {
    if (error instanceof Error && isStop(error.name)) {
      throw new FlowrunError("aborted", "the question was not answered", { cause: error });
    }
    throw error;
  } finally {
    streams.input.off("end", end);
    streams.input.off("close", end);
  }
}

function isStop(name: string): boolean {
  return name === "ExitPromptError" || name === "AbortPromptError";
}
