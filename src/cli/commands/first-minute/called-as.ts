import type { Host } from "../../../host.ts";

/** How the reader's shell calls flowrun, as far as npm tells: installed, by npx, or from a checkout. Pure. */
export function calledAs({ npm_lifecycle_event: event, npm_package_name: name }: Host["env"]): string {
  if (event === "npx") return "npx flowrun";
  return event === "demo" && name === "flowrun" ? "node bin/flowrun.js" : "flowrun";
}
