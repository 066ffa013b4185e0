import { Argument, Option, type Command } from "commander";
import type { Host } from "../../../host.ts";
import { inOutlet } from "../outlet.ts";
import { profileKeys, type ProfileKey } from "../../../adobe/settings/keys.ts";
import {
  declareCommon,
  type CommonFlags,
  type ConfigSetFlags,
  type ListingFlags,
  type LoginFlags,
} from "../../options/flags.ts";
import { declareOutput } from "../../options/output-options.ts";

/** Declares the commands that set flowrun up: login, logout, whoami, profile, config. */
export function declareSetup(program: Command, host: Host): void {
  declareLogin(program, host);
  declareLogout(program, host);
  declareWhoami(program, host);
  declareProfile(program, host);
  declareConfig(program, host);
}

function declareLogin(program: Command, host: Host): void {
  declareCommon(
    program
      .command("login")
      .addArgument(
        new Argument("[system]", "lytics: an account of Lytics, by its token; else Adobe").choices(["lytics"]),
      )
      .summary("set a profile up from a file of Adobe Developer Console")
      .description(
        "Sets a profile up: reads the credential, proves it with a token, finds the registration that delivers source flow-run events, and saves all that. On a terminal it asks for what is missing.",
      )
      .option(
        "--from <file>",
        "a project's or credential's JSON from Adobe Developer Console, an ims context, aio's .env or .aio, aepp's settings",
      )
      .option("--credential <name>", "which credential of the file, by name or client id")
      .option("--registration <id>", "which registration's journal, where several deliver flow runs")
      .addOption(
        new Option("--journal-url <url>", "the journal itself; no registration is looked for").conflicts(
          "registration",
        ),
      )
      .option("--secret-stdin", "read the client secret, or the token of Lytics, from stdin, and never ask"),
  )
    .addHelpText(
      "after",
      `
Examples:
  flowrun login --from ~/Downloads/project.json
  flowrun login --from credential.json --journal-url <url>
  flowrun login --secret-stdin < new.txt    the same profile, another secret
  flowrun login lytics                      an account of Lytics, by its token
  flowrun login --profile demo              the same steps, without an account`,
    )
    .action(async (system: "lytics" | undefined, flags: LoginFlags) => {
      if (system === "lytics") await (await import("./login-lytics.ts")).runLoginLytics(flags, host);
      else await (await import("./login.ts")).runLogin(flags, host);
    });
}

function declareLogout(program: Command, host: Host): void {
  declareCommon(
    program
      .command("logout")
      .summary("forget a profile's secret and token")
      .description(
        "Forgets the profile's secret and the token kept for it; ids, journal and cursors stay. `profile remove` forgets the rest.",
      ),
  ).action(async (flags: CommonFlags) => (await import("./logout.ts")).runLogout(flags, host));
}

function declareWhoami(program: Command, host: Host): void {
  declareCommon(
    declareOutput(
      program
        .command("whoami")
        .summary("show who the profile is to Adobe")
        .description(
          "Shows profile, client id, organisation, scopes, journal and when the token ends; never the token.",
        ),
      "profile,clientId,scopes,tokenEndsAt…",
    ),
  ).action(async (flags: ListingFlags) =>
    inOutlet(flags, host, async (there) => (await import("./whoami.ts")).runWhoami(flags, there)),
  );
}

function declareProfile(program: Command, host: Host): void {
  const load = () => import("./profile.ts");
  const profile = program
    .command("profile")
    .summary("the saved profiles")
    .description("Lists the saved profiles, chooses the one that is used where none is named, or removes one.")
    .addHelpText("after", profileExamples);
  declareCommon(
    declareOutput(profile.command("list").alias("ls").description("List the profiles."), "used,name,client,imsOrgId…"),
  ).action(async (flags: ListingFlags) =>
    inOutlet(flags, host, async (there) => (await load()).runProfileList(flags, there)),
  );
  declareCommon(profile.command("use <name>").description("Use this profile where none is named."))
    .addHelpText("after", profileExamples)
    .action(async (name: string, flags: CommonFlags) => (await load()).runProfileUse(name, flags, host));
  declareCommon(profile.command("remove <name>").description("Forget a profile and its token; cursors stay.")).action(
    async (name: string, flags: CommonFlags) => (await load()).runProfileRemove(name, flags, host),
  );
}

const profileExamples = `
Examples:
  flowrun profile list                      which there are, and which is used
  flowrun profile use demo
  flowrun profile remove acme               forget it; its cursors stay`;

function declareConfig(program: Command, host: Host): void {
  const load = () => import("./config.ts");
  const config = program
    .command("config")
    .summary("a profile's saved settings")
    .description("Shows and changes what a profile has saved. The environment (FLOWRUN_…) goes before it.")
    .addHelpText("after", configExamples);
  const key = (): Argument => new Argument("<key>", "the setting").choices(profileKeys);
  declareCommon(declareOutput(config.command("path").description("Print the profile's file."), "profile,path")).action(
    async (flags: ListingFlags) => (await load()).runConfigPath(flags, host),
  );
  declareCommon(
    declareOutput(
      config
        .command("list")
        .alias("ls")
        .description("List what is saved, and where it comes from; a secret is shown as [secret]."),
      "key,value,from",
    ),
  ).action(async (flags: ListingFlags) =>
    inOutlet(flags, host, async (there) => (await load()).runConfigList(flags, there)),
  );
  declareCommon(
    declareOutput(config.command("get").description("Print one saved value.").addArgument(key()), "key,value"),
  ).action(async (name: ProfileKey, flags: ListingFlags) =>
    inOutlet(flags, host, async (there) => (await load()).runConfigGet(name, flags, there)),
  );
  declareCommon(
    config
      .command("set")
      .description("Save one value.")
      .addArgument(key())
      .argument("[value]", "the value; a secret comes from --stdin alone")
      .option("--stdin", "read the value from stdin"),
  )
    .addHelpText("after", configExamples)
    .action(async (name: ProfileKey, value: string | undefined, flags: ConfigSetFlags) =>
      (await load()).runConfigSet(name, value, flags, host),
    );
  declareCommon(config.command("unset").description("Forget one value.").addArgument(key())).action(
    async (name: ProfileKey, flags: CommonFlags) => (await load()).runConfigUnset(name, flags, host),
  );
}

const configExamples = `
Examples:
  flowrun config list                       all that is saved; never a secret
  flowrun config get journalUrl
  flowrun config set imsOrgId 4B1E2F9A6D3C7A550A495FD2@AdobeOrg
  flowrun config set clientSecret --stdin < secret.txt`;
