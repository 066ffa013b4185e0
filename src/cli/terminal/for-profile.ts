/**
 * Words to a person, with the profile in each command that they say to type: whoever has named one means it there as well.
 * Commands that are of no profile, and those that name one already, stay as they are.
 * @param profile as the line names it; `null` where it names none. Pure.
 */
export function forProfile(words: string, profile: string | null): string {
  // What is no name, and what a shell would read otherwise, is not to be typed again.
  if (profile === null || !/^[\w.,][\w.,-]*$/.test(profile)) return words;
  return words.replace(commandsIn, (command) =>
    command.includes("--profile") ? command : `${command} --profile ${profile}`,
  );
}

/** The commands that are about a profile, by their first word; beside these, words behind `flowrun` are prose. */
const aboutProfile = [
  ...["since", "tail", "wait", "listen", "stats", "flows", "report", "show", "rows", "replay", "cursor", "archive"],
  ...["lytics", "login", "logout", "whoami", "config", "registrations", "providers", "doctor"],
];

/** Each to where the words go on in prose, or its shell does; what stands in quotes is a word of the command's. */
const commandsIn = new RegExp(
  `\\bflowrun (?:${aboutProfile.join("|")})(?![\\w-])(?!(?: \\S+){0,2} --help)(?:(?<=\\s)'[^']*'|.)*?(?=$|, |[();]|\\?$| {2,}| [<>|&·]+ |: )`,
  "gm",
);
