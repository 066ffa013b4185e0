#!/usr/bin/env node
import { version } from "../dist/version.js";

// Known before anything has to be loaded.
const asksVersion = process.argv.length === 3 && ["--version", "-V"].includes(process.argv[2]);
if (asksVersion) console.log(version);
else await import("../dist/main.js");
