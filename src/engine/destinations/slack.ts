import { FlowrunError } from "../../errors.ts";
import { keepSecretsOfUrl } from "../../mask.ts";
import type { Alert } from "./alert/form.ts";
import { urlOf, type Address } from "./address.ts";
import { openChat } from "./chat.ts";
import { everyRecord, type Kind } from "./destination.ts";
import type { Receiver, RefusedPost } from "./post.ts";
import { Refused } from "./refused.ts";

/** A message a record through an incoming webhook of Slack. */
export const slack: Kind = {
  check: (address) => {
    receiverOf(address);
  },
  takes: () => everyRecord,
  open: (address, means) => {
    const receiver = receiverOf(address);
    return openChat({ receiver, write: messageOf, refuse: (refusal, runs) => refused(refusal, receiver, runs) }, means);
  },
};

/** @throws FlowrunError `usage`. */
function receiverOf(address: Address): Receiver {
  const url = urlOf(address, "https");
  const { shown } = address;
  keepSecretsOfUrl(url);
  const isSlacks = /^hooks\.slack(?:-gov)?\.com$/.test(url.hostname);
  if (!isSlacks || /^\/services(?:\/[^/]+){3}$/.test(url.pathname)) return { url, shown };
  throw new FlowrunError("usage", `${shown} is no incoming webhook of Slack`, {
    why: "one goes slack+https://hooks.slack.com/services/T…/B…/…; those of workflows take other messages",
    hint: "copy it from api.slack.com/apps → your app → Incoming Webhooks, or make one for the channel there",
  });
}

/** Slack's limits, in characters: of a heading, of any other text, and of what a notification shows. */
const most = { heading: 150, text: 3000, notification: 1000 };

/**
 * An alert as Slack takes it. All that comes from an event stands in texts that Slack does not format, and with `&`, `<`
 * and `>` escaped, so that nothing in a flow's name can ping a channel or pretend to be a link. Pure.
 */
export function messageOf(alert: Alert): string {
  const { isFailure, title, facts, meaning, remedy, line } = alert;
  const told = facts.map(({ name, value }) => `${name}: ${value}`).join("\n");
  const blocks = isFailure
    ? [
        { type: "header", text: plain(title, most.heading) },
        section(told),
        ...(meaning === null ? [] : [section(meaning)]),
        ...(remedy === null ? [] : [section(`To do: ${remedy}`)]),
        commandBlock(alert),
        { type: "context", elements: [plain("flowrun", most.text)] },
      ]
    : [section(line)];
  // Notifications, and clients that show no blocks, have this.
  const fallback = { text: escaped(line, most.notification), mrkdwn: false };
  return JSON.stringify({ ...fallback, blocks, unfurl_links: false, unfurl_media: false });
}

function section(text: string) {
  return { type: "section", text: plain(text, most.text) };
}

function plain(text: string, longest: number) {
  return { type: "plain_text", text: escaped(text, longest), emoji: false };
}

/** As code, which is copied as it stands; unless it could end there. */
function commandBlock({ command }: Alert) {
  if (command.includes("`")) return section(command);
  return { type: "section", text: { type: "mrkdwn", text: `\`${escaped(command, most.text - 2)}\``, verbatim: true } };
}

/** Cut where it is too long once it is escaped, and never within a character. */
function escaped(text: string, longest: number): string {
  const escape = (part: string): string => part.replace(/[&<>]/g, (sign) => entities.get(sign) ?? sign);
  const whole = escape(text);
  if (whole.length <= longest) return whole;
  let cut = "";
  for (const character of text) {
    const next = cut + escape(character);
    if (next.length >= longest) break;
    cut = next;
  }
  return `${cut}…`;
}

const entities = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
]);

/** Slack says one word of plain text (docs.slack.dev: Sending messages using incoming webhooks, "Handling errors"). */
function refused({ status, said, why }: RefusedPost, { shown }: Receiver, ids: readonly string[]): FlowrunError {
  const [meaning, hint] = remedies.get(said ?? "") ?? (status === 410 ? gone : [null, null]);
  if (meaning === null) {
    return new Refused(`${shown} refuses a message`, {
      ids,
      why,
      hint: "pass by what it refuses: --on-refused skip; if it refuses all, compare the address with Slack's",
    });
  }
  const kind = said === "invalid_token" ? "auth" : "settings";
  return new FlowrunError(kind, `${shown} takes no messages: ${meaning}`, { why, hint });
}

const makeAnew = "make a webhook for the channel: api.slack.com/apps → your app → Incoming Webhooks";
const askAdmin = "ask an administrator of the workspace to allow it, or make a webhook for another channel";

const gone = ["it is gone", makeAnew] as const;

/** Whatever is sent, these are answered. */
const remedies = new Map<string, readonly [meaning: string, hint: string]>([
  ["action_prohibited", ["an administrator has forbidden it", askAdmin]],
  ["posting_to_general_channel_denied", ["not everybody may post to #general", askAdmin]],
  ["channel_is_archived", ["its channel is archived", `bring the channel back in Slack, or ${makeAnew}`]],
  ["channel_not_found", ["its channel is gone", makeAnew]],
  ["user_not_found", ["the user it writes to is gone", makeAnew]],
  ["invalid_token", ["the address is not valid, or not any more", makeAnew]],
  ["no_active_hooks", ["the webhook is turned off", makeAnew]],
  ["no_service", ["the webhook was deleted or turned off, or the address is mistyped", makeAnew]],
  ["no_service_id", ["the address is not whole", makeAnew]],
  ["no_team", ["there is no such workspace: the address is mistyped", makeAnew]],
  ["team_disabled", ["the workspace is closed", makeAnew]],
]);
