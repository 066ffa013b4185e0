import { argv } from "node:process";
import { version } from "./version.ts";

/** Where a process begins: what can be said before the program is loaded is said here. */
const asksVersion = argv.length === 3 && ["--version", "-V"].includes(argv[2] ?? "");

if (asksVersion) console.log(version);
else void import("./main.ts");
