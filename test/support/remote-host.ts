import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { binary, launch, node, type Running } from "./flowrun.ts";

/** A host with a network of its own: a wire leads to this one, and it can be cut. */
export interface RemoteHost {
  /** flowrun over there; 127.0.0.1 and the ports that were named lead to this host's. */
  readonly start: (args: readonly string[], env: Readonly<Record<string, string>>) => Running;
  /** Nothing gets through any more, in either direction, and nobody is told. */
  readonly cut: () => void;
  readonly heal: () => void;
}

function ip(...args: readonly string[]): boolean {
  return spawnSync("ip", args, { stdio: "ignore" }).status === 0;
}

/** Whether this machine lets the tests make networks, as CI's container may not. */
export const canNetwork = ((): boolean => {
  if (process.platform !== "linux") return false;
  const name = `flowrun-try-${String(process.pid)}`;
  const isMade =
    ip("netns", "add", name) && ip("link", "add", `${wire(0)}t`, "type", "veth", "peer", "name", `${wire(0)}u`);
  ip("link", "del", `${wire(0)}t`);
  ip("netns", "del", name);
  return isMade;
})();
export const whyNoNetwork = canNetwork ? "" : " (this machine does not let tests make networks)";

/** A name that no other test process gives. Interfaces have fifteen letters at the most. */
function wire(n: number): string {
  return `fr${String(process.pid % 1_000_000)}x${String(n)}`;
}

let hosts = 0;

/** Makes one, for as long as the test lasts. @param ports of this host's 127.0.0.1 that it can reach. */
export async function openRemoteHost(ports: readonly number[]): Promise<RemoteHost> {
  const n = (hosts += 1);
  const [name, here, there] = [`flowrun-${String(process.pid)}-${String(n)}`, `${wire(n)}a`, `${wire(n)}b`];
  const net = `10.213.${String((process.pid + n * 64) % 256)}`;
  const inside = (...args: readonly string[]) => ["netns", "exec", name, ...args];
  const done = [
    ip("netns", "add", name),
    ip("link", "add", here, "type", "veth", "peer", "name", there),
    ip("link", "set", there, "netns", name),
    ip("addr", "add", `${net}.1/24`, "dev", here),
    ip("link", "set", here, "up"),
    ip(...inside("ip", "addr", "add", `${net}.2/24`, "dev", there)),
    ip(...inside("ip", "link", "set", there, "up")),
    ip(...inside("ip", "link", "set", "lo", "up")),
  ];
  onTestFinished(() => {
    ip("link", "del", here);
    ip("netns", "del", name);
  });
  if (done.includes(false)) throw new Error(`the network ${name} could not be made: ${done.join(" ")}`);

  for (const port of ports) {
    const gate = createServer((socket) => {
      const on = connect(port, "127.0.0.1");
      socket.pipe(on).pipe(socket);
      for (const end of [socket, on])
        end.on("error", () => {
          [socket, on].forEach((one) => one.destroy());
        });
    });
    gate.listen(0, `${net}.1`);
    await once(gate, "listening");
    onTestFinished(() => void gate.close());
    const { port: through } = gate.address() as AddressInfo;
    const relay = spawn("ip", inside(node, "-e", relaying, `${net}.1`, String(through), String(port)));
    onTestFinished(() => void relay.kill("SIGKILL"));
    await once(relay.stdout, "data");
  }
  return {
    start: (args, env) =>
      launch("ip", inside(node, binary, ...args), { env: { PATH: process.env["PATH"] ?? "", ...env } }),
    cut: () => void ip(...inside("ip", "link", "set", there, "down")),
    heal: () => void ip(...inside("ip", "link", "set", there, "up")),
  };
}

/** Runs over there: what comes to a port of its own goes on over the wire. */
const relaying = `
  const [host, port, own] = process.argv.slice(1);
  const { connect, createServer } = require("node:net");
  createServer((socket) => {
    const on = connect(Number(port), host);
    socket.pipe(on).pipe(socket);
    for (const end of [socket, on]) end.on("error", () => { socket.destroy(); on.destroy(); });
  }).listen(Number(own), "127.0.0.1", () => console.log("listening"));`;
