import { FlowrunError } from "../../errors.ts";
import { variables } from "./keys.ts";

/**
 * Where an archive is: a file by its path, or a database by its URL (`postgres://…`). A relative path is for the
 * environment only: what is saved must be the same file wherever flowrun is started.
 * @param name what the message calls it: the key, or the variable it came from.
 * @throws FlowrunError `settings` that shows no password. Pure.
 */
export function checkArchive(text: string, name: string): string {
  const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined) return checkDatabase(text, scheme, name);
  if (text === "") throw unusable(name, "is empty", "there is nothing in it but blanks");
  if (/\p{Cc}/u.test(text)) throw unusable(name, "holds a character that cannot be part of it", "no path has one");
  if (name !== variables.archive && !/^(?:[/\\]|[a-z]:[/\\]|~[/\\])/i.test(text)) {
    throw new FlowrunError("settings", `${name} is not an absolute path`, {
      why: `it reads ${JSON.stringify(text.slice(0, 200))}, which is another file wherever flowrun is started`,
      hint: "give the whole path, or one in your home: ~/flowrun/archive.db",
    });
  }
  return text;
}

function checkDatabase(text: string, scheme: string, name: string): string {
  if (scheme !== "postgres" && scheme !== "postgresql") {
    throw unusable(name, `cannot be a ${scheme}: URL`, "an archive is a file, or a database of PostgreSQL");
  }
  const url = URL.canParse(text) && !/[\s\p{Cc}]/u.test(text) ? new URL(text) : null;
  // What a password has of these signs would be taken for the host, the database or an option.
  const isTorn = url?.hash !== "" || url.pathname.includes("@") || (url.username === "" && text.includes("@"));
  if (!isTorn) return text;
  throw new FlowrunError("settings", `${name} is not a database's URL`, {
    why: "it is cut off, or a sign in it would be taken for the end of a part: a password's / ? # @ : are written %2F %3F %23 %40 %3A",
    hint: "write postgres://user:env:NAME@host/database, and the password in the variable NAME",
  });
}

function unusable(name: string, what: string, why: string): FlowrunError {
  return new FlowrunError("settings", `${name} ${what}`, {
    why,
    hint: "give a path, or postgres://user:env:NAME@host/database with the password in the variable NAME",
  });
}
