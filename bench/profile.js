/** Where a process of Node's spends its time, by V8's own samples. Needs no symbols: the bundle keeps the names. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

/**
 * Runs a program under the sampler, its output thrown away.
 * @param folder for the samples, which do not stay.
 * @returns what took most of its time, most first: a function, or what V8 calls garbage collection and so on, and its
 * share of the time in which the process did anything, from 0 to 1.
 */
export function profile([node, ...args], env, folder) {
  const samples = mkdtempSync(join(folder, "profile-"));
  try {
    spawnSync(node, ["--cpu-prof", "--cpu-prof-dir", samples, ...args], {
      env,
      stdio: ["ignore", "ignore", "inherit"],
    });
    const [file] = readdirSync(samples);
    return shares(JSON.parse(readFileSync(join(samples, file), "utf8")));
  } finally {
    rmSync(samples, { recursive: true, force: true });
  }
}

function shares({ nodes, samples, timeDeltas }) {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const times = new Map();
  samples.forEach((id, index) => {
    const name = names.get(id);
    times.set(name, (times.get(name) ?? 0) + timeDeltas[index]);
  });
  times.delete("(idle)");
  const total = [...times.values()].reduce((sum, time) => sum + time, 0);
  return [...times].map(([name, time]) => ({ name, share: time / total })).sort((a, b) => b.share - a.share);
}

/** `parseObject (reading)`: the function, and which part of the bundle or of Node it belongs to. */
function nameOf({ functionName, url }) {
  const part = /([^/:]+?)(?:-[\w-]{8})?(?:\.c?js)?$/.exec(url)?.[1];
  const name = functionName === "" ? "(anonymous)" : functionName;
  return part === undefined ? name : `${name} (${part})`;
}
