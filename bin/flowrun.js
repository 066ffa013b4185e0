#!/usr/bin/env node
// Written so that any Node can read it, however old, and say what it lacks.
var needed = "20.18.1";

/** Whether the version `is` comes before the version `than`. */
function isOlder(is, than) {
  var a = is.split(".");
  var b = than.split(".");
  for (var i = 0; i < b.length; i++) {
    if (Number(a[i]) !== Number(b[i])) return Number(a[i]) < Number(b[i]);
  }
  return false;
}

var node = process.versions.node;

if (isOlder(node.split("-")[0], needed)) {
  process.exitCode = 2;
  console.error("error: flowrun needs Node " + needed + " or newer, this is " + node);
  console.error("  why: " + process.execPath + " lacks what the program is written with");
  console.error("  fix: install a newer Node (https://nodejs.org), or put one you have first in PATH");
} else {
  require("../dist/start.cjs");
}
