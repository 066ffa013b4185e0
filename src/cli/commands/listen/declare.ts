import { InvalidArgumentError, Option, type Command } from "commander";
import { FlowrunError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import { declareDelivery, declareReading, port, portOfHost, withoutUse } from "../../options/flags.ts";
import type { ListenFlags } from "./listen-options.ts";

/** `flowrun listen`: a receiver for what Adobe delivers to a webhook, which the journal completes. */
export function declareListen(program: Command, host: Host): void {
  const listen = declareReading(
    program
      .command("listen")
      .summary("receive Adobe's webhook deliveries, completed from the journal")
      .description(
        "Receives Adobe's webhook deliveries, verifies and keeps them before it acknowledges them, prints or delivers each flow run once, and brings from the journal what the webhook missed.",
      )
      .option("--port <port>", "listen there; 0 for any that is free", port, 8787)
      .option("--host <address>", "listen on that address of this machine", "127.0.0.1")
      .option("--path <path>", "the path of the webhook's address", "/")
      .option("--reconcile <duration>", "ask the journal so often for what the webhook missed, or off (default: 5m)")
      .option("--since <when>", "the first time, ask the journal from there: -P1D, oldest (default: from now on)")
      .option("--lytics <path>", "take events of Lytics there as well: /lytics", once("--lytics /lytics"))
      .option("--lytics-header <header>", `… from whoever sends it: ${header}`, once(`--lytics-header ${header}`))
      .option("--forward-to <url>", "pass on each delivery as it came, once it is acknowledged", once(forward))
      .option(
        "--admin <port>",
        "tell there how it is: /healthz, /metrics (Prometheus); 0.0.0.0:9464 for other machines as well",
        portOfHost,
      )
      .option(
        "--accept-hmac",
        "take deliveries that are signed with the client secret, too, as flowrun replay sends them",
      )
      .option("--no-verify", "take unsigned deliveries: on this machine only, to try it out")
      .option("--tls-cert <file>", "receive HTTPS, with this certificate (PEM), …")
      .option("--tls-key <file>", "… and its key")
      .option("--client-ca <file>", "take only clients with a certificate of these authorities")
      .addOption(
        new Option("--max-body <size>", "refuse longer deliveries: 500kB, up to 64MB")
          .argParser(size)
          .default(4_000_000, "4MB"),
      ),
  );
  declareDelivery(listen).addOption(new Option("--standby", "").hideHelp());
  withoutUse(listen, "last", "sort", "out", "source", "strict", "cursor", "onExpired", "from", "jobs", "limit");
  withoutUse(listen, "allProfiles", "until", "names")
    .addHelpText(
      "after",
      `
Examples:
  flowrun listen --profile demo           Adobe, played on this machine
  flowrun listen --port 8787              behind a tunnel, or a proxy with TLS
  flowrun listen --to archive --to slack+https://…
  flowrun listen --lytics /lytics --lytics-header 'X-Token: env:HOOK_TOKEN'
  flowrun listen --forward-to http://127.0.0.1:3000/hook --admin 9464
  flowrun listen --host 0.0.0.0 --tls-cert server.crt --tls-key server.key`,
    )
    .action(async (flags: ListenFlags) => (await import("./listen.ts")).runListen(flags, host));
}

const header = "'X-Token: env:LYTICS_HOOK_TOKEN'";
const forward = "--forward-to http://127.0.0.1:3000/hook";

/**
 * For an option that somebody may give twice for both to count, as `--to` does. Neither value is told: it may hold a secret.
 * @param sample the option as it can be given. @throws FlowrunError `usage`.
 */
function once(sample: string): (value: string, previous: string | undefined) => string {
  return (value, previous) => {
    if (previous === undefined) return value;
    const [name = ""] = sample.split(" ");
    throw new FlowrunError("usage", `${name} is given twice`, {
      why: "it can be given once, and the two may differ",
      hint: `leave one of them out: ${sample}`,
    });
  };
}

const units: Readonly<Record<string, number>> = { "": 1, b: 1, kb: 1000, mb: 1_000_000, kib: 1024, mib: 1_048_576 };

function size(text: string): number {
  const [, amount = "", unit = ""] = /^(\d{1,9})\s*([a-z]*)$/i.exec(text) ?? [];
  const bytes = Number(amount) * (units[unit.toLowerCase()] ?? NaN);
  // No more than all that are under way have room for; what finds none there has to come again.
  if (amount !== "" && bytes >= 1000 && bytes <= 64_000_000) return bytes;
  throw new InvalidArgumentError("It is a length from 1kB to 64MB.");
}
