import { FlowrunError } from "../../errors.ts";
import { keepSecretsOfUrl } from "../../mask.ts";
import type { Alert } from "./alert/form.ts";
import { urlOf, type Address } from "./address.ts";
import { openChat } from "./chat.ts";
import { everyRecord, type Kind } from "./destination.ts";
import type { Receiver, RefusedPost } from "./post.ts";
import { Refused } from "./refused.ts";

/** A card a record, which a workflow posts to a channel of Teams. */
export const teams: Kind = {
  check: (address) => {
    receiverOf(address);
  },
  takes: () => everyRecord,
  open: (address, means) => {
    const receiver = receiverOf(address);
    return openChat({ receiver, write: cardOf, refuse: (refusal, runs) => refused(refusal, receiver, runs) }, means);
  },
};

/** @throws FlowrunError `usage`. */
function receiverOf(address: Address): Receiver {
  const url = urlOf(address, "https");
  const { shown } = address;
  keepSecretsOfUrl(url);
  if (/(?:^|\.)(?:webhook\.office|outlook\.office(?:365)?)\.com$/.test(url.hostname)) {
    throw new FlowrunError("usage", `${shown} is a connector, which Microsoft has retired`, {
      why: "Teams takes messages through Workflows now",
      hint: `make one in Teams: ${makeWorkflow}`,
    });
  }
  const isWorkflows = /(?:^|\.)(?:logic\.azure|powerplatform)\.com$/.test(url.hostname);
  if (isWorkflows && !url.searchParams.has("sig")) {
    throw new FlowrunError("usage", `${shown} is not whole: it has no sig=`, {
      why: "a shell ends a line at an & that is not quoted; and a workflow that not anyone may trigger has none",
      hint: "put it in quotes: --to 'teams+https://…'; and let Anyone trigger the workflow",
    });
  }
  return { url, shown };
}

const makeWorkflow = 'channel → … → Workflows → "Send webhook alerts to a channel"';

/**
 * An alert as a workflow takes it: a message with one Adaptive Card, of version 1.4, the newest that Workflows take. All
 * of its text stands in runs of rich text, which know no Markdown: nothing in a flow's name can format or pretend to be a
 * link. An alert's texts are bounded, so that it stays below the 28 kB that Teams takes. Pure.
 */
export function cardOf(alert: Alert): string {
  const { isFailure, title, facts, meaning, remedy, command, line } = alert;
  const body = isFailure
    ? [
        paragraph([{ text: title, size: "Large", weight: "Bolder", color: "Attention" }]),
        ...facts.map(({ name, value }) =>
          paragraph([{ text: `${name}: `, weight: "Bolder" }, { text: value }], "None"),
        ),
        ...(meaning === null ? [] : [paragraph([{ text: meaning }])]),
        ...(remedy === null ? [] : [paragraph([{ text: "To do: ", weight: "Bolder" }, { text: remedy }])]),
        paragraph([{ text: command, fontType: "Monospace" }]),
      ]
    : [paragraph([{ text: line }])];
  const content = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    fallbackText: line,
    body,
    msteams: { width: "Full" },
  };
  const attachment = { contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content };
  return JSON.stringify({ type: "message", attachments: [attachment] });
}

interface TextRun {
  readonly text: string;
  readonly size?: "Large";
  readonly weight?: "Bolder";
  readonly color?: "Attention";
  readonly fontType?: "Monospace";
}

function paragraph(runs: readonly TextRun[], spacing: "None" | "Default" = "Default") {
  return { type: "RichTextBlock", spacing, inlines: runs.map((run) => ({ type: "TextRun", ...run })) };
}

/** Workflows answer as all of Azure's Logic Apps do: `{"error": {"code", "message"}}`. */
function refused({ status, said, why }: RefusedPost, { shown }: Receiver, ids: readonly string[]): FlowrunError {
  if (/TriggerIsNotEnabled|WorkflowDisabled/i.test(said ?? "")) {
    return new FlowrunError("settings", `${shown} is turned off`, {
      why,
      hint: "turn the workflow on: make.powerautomate.com → My flows → … → Turn on",
    });
  }
  if (status === 401 || status === 403) {
    return new FlowrunError("auth", `${shown} lets nobody in with this address`, {
      why,
      hint: "let Anyone trigger the workflow, and copy its URL anew, to the end and in quotes",
    });
  }
  if (status === 404 || status === 410) {
    return new FlowrunError("settings", `${shown} is no workflow, or not any more`, {
      why,
      hint: `copy its URL anew: they changed to …powerplatform.com; or make one: ${makeWorkflow}`,
    });
  }
  return new Refused(`${shown} refuses a card`, {
    ids,
    why,
    hint: "pass by what it refuses: --on-refused skip; what became of a card stands in the workflow's run history",
  });
}
