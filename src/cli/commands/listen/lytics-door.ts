import { Secret } from "../../../adobe/auth/secret.ts";
import { FlowrunError } from "../../../errors.ts";
import type { World } from "../../../host.ts";
import type { RequiredHeader } from "../../../lytics/judge-events.ts";
import { keepSecret } from "../../../mask.ts";
import { fillReferences } from "../../../text/env-reference.ts";
import { isPath, pathForm } from "./paths.ts";

/** The options of `listen` about Lytics, as commander hands them over, and where Adobe's door is. */
export interface LyticsDoorFlags {
  readonly lytics?: string;
  readonly lyticsHeader?: string;
  readonly path: string;
  readonly host: string;
}

/** The door by which events of Lytics come in. */
export interface LyticsDoor {
  readonly path: string;
  /** The header that whoever comes in must show; `null` on this machine alone. */
  readonly header: RequiredHeader | null;
}

/**
 * The door that the options ask for; `null` for none.
 * @param isOpenToOthers whether other machines reach it.
 * @throws FlowrunError `usage`, which shows no value.
 */
export function resolveLyticsDoor(
  { lytics: path, lyticsHeader, path: adobes, host }: LyticsDoorFlags,
  isOpenToOthers: boolean,
  env: World["env"],
): LyticsDoor | null {
  if (path === undefined) {
    if (lyticsHeader === undefined) return null;
    throw new FlowrunError("usage", "--lytics-header does not stand alone", {
      why: "it lets in whoever delivers events of Lytics, and there is no path to which these are delivered",
      hint: `flowrun listen --lytics /lytics --lytics-header '${example}'`,
    });
  }
  if (!isPath(path)) {
    throw new FlowrunError("usage", `--lytics ${path} is no path`, {
      why: pathForm,
      hint: "flowrun listen --lytics /lytics",
    });
  }
  const taken = path === adobes ? "Adobe's deliveries come in there (--path)" : (others.get(path) ?? null);
  if (taken !== null) {
    throw new FlowrunError("usage", `--lytics ${path} is not a path of its own`, {
      why: taken,
      hint: "flowrun listen --lytics /lytics",
    });
  }
  if (lyticsHeader !== undefined) return { path, header: headerOf(lyticsHeader, env) };
  if (!isOpenToOthers) return { path, header: null };
  throw new FlowrunError("usage", `--lytics without --lytics-header does not go with --host ${host}`, {
    why: "Lytics signs nothing, so whoever can reach it could say that works failed, or that they did not",
    hint: `have Lytics send a header: --lytics-header '${example}'   (or listen here alone: --host 127.0.0.1)`,
  });
}

const example = "X-Token: env:LYTICS_HOOK_TOKEN";

/** Whoever finds one of these there has come to the wrong door. */
const others = new Map([
  ["/", "a path that says nothing is found by whoever tries, and is Adobe's by itself"],
  ["/healthz", "the admin port tells there how it is"],
  ["/metrics", "the admin port tells there how it is"],
]);

function headerOf(text: string, env: World["env"]): RequiredHeader {
  const [, name = "", given = ""] = /^([^:]*):(.*)$/s.exec(text) ?? [];
  if (!isHeaderName.test(name.trim())) {
    throw new FlowrunError("usage", "--lytics-header does not begin with the name of a header", {
      why: "it goes Name: value, and a name has letters, digits and hyphens",
      hint: `flowrun listen --lytics /lytics --lytics-header '${example}'`,
    });
  }
  if (/env:[a-z_]/i.test(fillReferences(given, () => ""))) {
    throw new FlowrunError("usage", `--lytics-header names a variable for ${name.trim()} within a word`, {
      why: "env:NAME stands behind a blank or another sign, or it is taken as it is written, and nothing that comes is the same",
      hint: `let the variable hold all of the word: --lytics-header '${name.trim()}: env:LYTICS_HOOK_TOKEN'`,
    });
  }
  const value = fillReferences(given, (variable) => valueOf(variable, env)).trim();
  if (value === "") {
    throw new FlowrunError("usage", `--lytics-header has no value for ${name.trim()}`, {
      why: "it is empty, and would let anybody in who sends that header",
      hint: `name a variable that holds it: --lytics-header '${name.trim()}: env:LYTICS_HOOK_TOKEN'`,
    });
  }
  if (!isHeaderValue.test(value)) {
    throw new FlowrunError("usage", `the value of ${name.trim()} in --lytics-header cannot come in a header`, {
      why: "it has a line break, or a sign that is not plain ASCII, so nothing that comes could ever be the same",
      hint: "make one of letters and digits: openssl rand -hex 32",
    });
  }
  // Of `Bearer <token>` the token alone is one, too.
  for (const secret of [value, ...value.split(/\s+/)]) keepSecret(secret);
  return { name: name.trim().toLowerCase(), value: new Secret(value) };
}

/** RFC 9110's token. */
const isHeaderName = /^[!#$%&'*+.^_`|~\w-]+$/;
const isHeaderValue = /^[ -~\t]+$/;

function valueOf(variable: string, env: World["env"]): string {
  const value = env[variable]?.trim() ?? "";
  if (value !== "") return value;
  throw new FlowrunError("usage", `--lytics-header says env:${variable}, and there is no such variable`, {
    why: "env:NAME stands for what the variable NAME holds, so that a secret need not stand in the line",
    hint: `export ${variable}=…`,
  });
}
