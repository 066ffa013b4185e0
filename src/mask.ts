import type { Output } from "./host.ts";

/**
 * The secrets that nobody may read in a text that leaves: an error, a line on stderr, a line of a log. They are
 * remembered here for the whole process and not handed about, since a server may echo any of them in any answer, and
 * whoever had to be handed the list could do without it. Events are data, and never pass through here.
 */
const known: { readonly text: string; readonly forms: () => RegExp }[] = [];

/** Shorter ones are parts of ordinary words. */
const leastLength = 8;

/** Remembers a secret, so that `mask` finds it in every form it may come back in; one shorter than 8 characters is not. */
export function keepSecret(text: string): void {
  if (text.length < leastLength || known.some((one) => one.text === text)) return;
  let forms: RegExp | undefined;
  known.push({ text, forms: () => (forms ??= formsOf(text)) });
  // The longest first: of a secret that another begins with, nothing must be left over.
  known.sort((one, other) => other.text.length - one.text.length);
}

/**
 * Remembers the secrets that an environment holds, whether or not they come to be used: client secrets, the access token,
 * passwords of proxies.
 */
export function keepSecretsOf(env: Readonly<Record<string, string | undefined>>): void {
  const { FLOWRUN_CLIENT_SECRET = "", FLOWRUN_ACCESS_TOKEN = "" } = env;
  for (const secret of [...FLOWRUN_CLIENT_SECRET.split(","), FLOWRUN_ACCESS_TOKEN]) keepSecret(secret.trim());
  for (const [name, value] of Object.entries(env)) {
    const [, password] = /_proxy$/i.test(name) ? (proxyPassword.exec(value ?? "") ?? []) : [];
    if (password !== undefined) for (const form of [password, decode(password)]) keepSecret(form);
  }
  keepPassword(env["FLOWRUN_ARCHIVE"]?.trim() ?? "");
}

/** Remembers the password that an address holds, if it holds one. */
export function keepPassword(address: string): void {
  for (const password of passwordsOf(address)) for (const form of [password, decode(password)]) keepSecret(form);
}

/**
 * Remembers what in the address of a webhook may be a secret, whatever its field is called and in its path as well, so that
 * it is shown nowhere, also where a receiver tells it. What is no URL is left alone.
 */
export function keepSecretsOfUrl(address: string | URL): void {
  if (!URL.canParse(String(address))) return;
  const { pathname, searchParams } = new URL(address);
  for (const value of searchParams.values()) if (value.length >= leastOfKey) keepSecret(value);
  for (const part of pathname.split("/").map(decode)) {
    if (part.length >= leastOfKey && !inWords.test(part)) keepSecret(part);
  }
}

/** Nobody makes a key that is shorter. */
const leastOfKey = 16;

/** A part of a path that says where it leads: `adobe-event-receiver`, `flow_runs.v2`. */
const inWords = /^[a-z]{1,15}(?:[-_.+ ](?:[a-z]{1,15}|v?\d{1,3}))*$/;

/** Whether an address holds a password, and not only the name of a variable that does (`env:NAME`). Pure. */
export function hasPassword(address: string): boolean {
  return passwordsOf(address).length > 0;
}

/** An address with `***` in place of its password: `postgres://user:***@host/db`. `env:NAME` stays. Pure. */
export function hidePassword(address: string): string {
  return passwordPlaces.reduce(
    (told, place) =>
      told.replace(place, (whole, before: string, password: string) =>
        isReference(password) ? whole : `${before}***`,
      ),
    address,
  );
}

function passwordsOf(address: string): readonly string[] {
  return passwordPlaces
    .flatMap((place) => [...address.matchAll(place)].map(([, , password = ""]) => password))
    .filter((password) => password !== "" && !isReference(password));
}

/** The name of a variable in place of what it holds. */
function isReference(password: string): boolean {
  return /^env:[a-z_]\w*$/i.test(password);
}

/**
 * Before the host, and among the options. One that is not written as it should be may hold any sign, an `@` too, so it
 * goes on to the last one before the options.
 */
const passwordPlaces = [
  /^([a-z][a-z\d+.-]*:\/\/[^:@/?#\s]*:)((?:(?!\?\w+=)[^])*|[^]*)(?=@)/gi,
  /([?&](?:ssl)?password=)([^&#]*)/gi,
] as const;

/**
 * The text with `[secret]` in place of every secret that is known, as it is, URL-encoded, escaped or in base64, and of
 * what a URL says is one. Cut a text after this and not before: half a secret is not recognised.
 */
export function mask(text: string): string {
  let masked = text;
  for (const secret of known) {
    // No form is shorter than the secret, so the forms of a token, which take 30 ms to prepare, are hardly ever made.
    if (masked.length >= secret.text.length) masked = masked.replace(secret.forms(), shown);
  }
  return masked.replace(userInfo, `$1${shown}@`).replace(queryField, `$1${shown}`).replace(jwt, `$1${shown}`);
}

/** An output that shows no secret. What is written at once is looked at as a whole, so a message is written at once. */
export function discreet(output: Output): Output {
  return {
    get isTTY() {
      return output.isTTY;
    },
    get columns() {
      return output.columns;
    },
    get isLost() {
      return output.isLost;
    },
    get isMidLine() {
      return output.isMidLine;
    },
    untilClosed: () => output.untilClosed(),
    write: (text) => output.write(mask(text)),
  };
}

const shown = "[secret]";

/**
 * `https://user:password@host`; a password may hold an `@` of its own. One that is hidden, or named, is left alone. Of the
 * scheme the last sign is enough: whoever sends 64 KB of letters must not make us look at each as the first of one.
 */
const userInfo = /([a-z0-9+.-]:\/\/)(?![^\s/?#"'<>:@]*:(?:\*\*\*|env:[a-z_]\w*)@(?![^\s/?#"'<>]*@))[^\s/?#"'<>]*@/gi;

/** In the addresses of these a `key` is a column, or the path of a file. */
const ofDatabase = "(?:^|[\\s\"'(])(?:postgres(?:ql)?|nats|tls)://[^\\s\"'<>]{0,2000}[?&]";

/**
 * A field of a query, a fragment or a form whose name says what its value is; of the plainest names only in a URL. A
 * `code` that is a short number is no secret: Microsoft's pages about its errors are told apart by one.
 */
const queryField = new RegExp(
  [
    "(",
    `(?:(?:[?&;#]|%3f|%26|%23|\\\\u0026)(?:amp;)?(?:code(?!(?:=|%3d)\\d{1,12}(?:[\\s&;#"'<>(),]|$))|sig|signature|key(?<!${ofDatabase}key)|api_?key|token|jwt|auth|authorization|secret|credential|assertion|session(?:_?id)?|pwd|x-(?:amz|goog)-(?:signature|credential|security-token))`,
    "|(?<![a-z0-9])(?:client[_-]?secrets?|client_assertion|(?:access|refresh|id|jwt|session|security)[_-]?token|passw(?:or)?d))",
    "(?:=|%3d)",
    ")",
    "(?:(?!%26|%23|\\\\u0026)[^\\s&;#\"'<>(),])+",
  ].join(""),
  "gi",
);

/** In `http://user:password@host:port` and the same without a scheme. */
const proxyPassword = /^(?:[a-z][a-z\d+.-]*:\/\/)?[^:/]*:(.*)@/is;

/** A signed token, whoever it belongs to. That there are dots is looked at once a word, and not for each `eyJ` in it. */
const jwt = /(?<![\w-])(?=[\w-]+\.[\w-]{8,}\.)((?:[\w-]*?-)??)eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g;

function formsOf(secret: string): RegExp {
  return new RegExp([written(secret), ...inBase64(secret)].join("|"), "gi");
}

/** As it is, or with any of its characters escaped for a URL (once or again), for JSON, or for HTML. */
function written(text: string): string {
  return Array.from(text, (character) => `(?:${formsOfCharacter(character)})`)
    .join("")
    .replace(plainGroup, "$1");
}

/** Letters and digits need no escape anywhere. */
const plainGroup = /\(\?:([A-Za-z0-9])\)/g;

function formsOfCharacter(character: string): string {
  if (/[A-Za-z0-9]/.test(character)) return character;
  const literal = character.replace(/[\\^$.*+?()[\]{}|/-]/, "\\$&");
  const code = character.codePointAt(0) ?? 0;
  const bytes = Array.from(new TextEncoder().encode(character), (byte) => `%(?:25)*${hex(byte, 2)}`);
  const named = htmlNames.get(character);
  return [
    `\\\\*${literal}`,
    bytes.join(""),
    `\\\\+u${hex(code, 4)}`,
    `&#(?:0*${code}|x0*${hex(code, 1)});`,
    ...(named === undefined ? [] : [`&${named};`]),
    ...(character === " " ? ["\\+"] : []),
  ].join("|");
}

const htmlNames = new Map([
  ["&", "amp"],
  ["<", "lt"],
  [">", "gt"],
  ['"', "quot"],
  ["'", "apos"],
]);

/**
 * The forms of a secret in base64, wherever in a longer text it stands (as in `Basic <id:secret>`): three alignments,
 * each without the characters that depend on its neighbours; in either alphabet.
 */
function inBase64(secret: string): readonly string[] {
  const bytes = new TextEncoder().encode(secret);
  return [0, 1, 2].map((offset) => {
    const text = Buffer.concat([new Uint8Array(offset), bytes]).toString("base64");
    const own = text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
    return `${Array.from(own, base64Character).join("")}(?:[\\w+/-](?:=|%3d)+|[\\w+/-](?![\\w+/-]))?`;
  });
}

function base64Character(character: string): string {
  if (character === "+") return `(?:${formsOfCharacter("+")}|-)`;
  return character === "/" ? `(?:${formsOfCharacter("/")}|_)` : character;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
