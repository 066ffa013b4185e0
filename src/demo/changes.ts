import { isObject } from "../json.ts";
import type { Call } from "./call.ts";

/** Where the demo keeps what was changed of its registrations and providers, for the next command. */
export interface KeptChanges {
  /** `null` where nothing was kept. */
  readonly find: () => Promise<string | null>;
  readonly keep: (text: string) => Promise<void>;
}

/** A request that changed something, and when it came, epoch ms: made again in order, they bring the state back. */
export interface DemoChange extends Pick<Call, "method" | "path" | "body"> {
  readonly at: number;
  readonly type: string;
}

/** The demo is for trying: what was done longest ago is forgotten first. */
const mostChanges = 200;

/** Of a text that is none of ours nothing is taken. Pure. */
export function readChanges(text: string | null): readonly DemoChange[] {
  const list = parsed(text);
  return Array.isArray(list) ? list.flatMap(readChange).slice(-mostChanges) : [];
}

/** Pure. */
export function writeChanges(changes: readonly DemoChange[]): string {
  return `${JSON.stringify(changes.slice(-mostChanges))}\n`;
}

/** A kept change as the request that it was. Pure. */
export function callOf({ method, path, type, body }: DemoChange): Call {
  return { method, path, target: path, query: new URLSearchParams(), headers: { "content-type": type }, body };
}

function readChange(value: unknown): readonly DemoChange[] {
  if (!isObject(value)) return [];
  const { method, path, type, body, at } = value;
  if (typeof method !== "string" || typeof path !== "string" || typeof at !== "number") return [];
  return typeof type === "string" && typeof body === "string" ? [{ method, path, type, body, at }] : [];
}

function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "[]");
  } catch {
    return [];
  }
}
