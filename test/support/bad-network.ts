import { spawn, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { binary, node, scratch } from "./flowrun.ts";
import { listen } from "./tls.ts";

/** A proxy on loopback that deals with each CONNECT as told, and remembers them. */
export async function openProxy(deal: (socket: Socket, request: IncomingMessage) => void) {
  const asked: IncomingMessage[] = [];
  const ends: Socket[] = [];
  const server = createServer();
  server.on("connect", (request, socket: Socket) => {
    asked.push(request);
    socket.on("error", () => undefined);
    ends.push(socket);
    deal(socket, request);
  });
  const port = await listen(server);
  onTestFinished(() => {
    for (const socket of ends) socket.destroy();
  });
  return { address: `127.0.0.1:${port}`, asked, targets: () => asked.map(({ url }) => url) };
}

/** Tunnels to this machine, whatever the name. */
export function tunnel(socket: Socket, { url = "" }: IncomingMessage): void {
  const onward = connect(Number(url.split(":").at(-1)), "127.0.0.1", () => {
    socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    onward.pipe(socket).pipe(onward);
  });
  onward.on("error", () => socket.destroy());
}

/** Answers each CONNECT with a status and nothing more. */
export function answer(status: string): (socket: Socket) => void {
  return (socket) => void socket.end(`HTTP/1.1 ${status}\r\ncontent-length: 0\r\n\r\n`);
}

/** A port of loopback whose server takes no more connections: the packets that ask for one are dropped. */
export async function openDeafPort() {
  const script = `const server = require("node:http").createServer((_, answer) => answer.end("heard"));
    server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => console.log(server.address().port))`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "ignore"] });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const port = Number(line.toString());
  child.kill("SIGSTOP");
  // The queue holds one more than it says; what comes after waits for ever.
  const fillers = Array.from({ length: 6 }, () => connect(port, "127.0.0.1").on("error", () => undefined));
  await Promise.race([Promise.all(fillers.map((filler) => once(filler, "connect"))), sleep(500)]);
  onTestFinished(() => {
    for (const filler of fillers) filler.destroy();
    child.kill("SIGKILL");
  });
  /** Takes connections again. */
  const hear = (): void => {
    for (const filler of fillers) filler.destroy();
    child.kill("SIGCONT");
  };
  return { port, hear };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const canMount = process.platform === "linux" && spawnSync("unshare", ["-m", "true"]).status === 0;

/** Where a test may be the name server: an address of loopback that is this process's own. */
const nameServer = `127.77.${(process.pid >> 8) & 255}.${1 + (process.pid & 127)}`;

/** Whether this machine lets tests say who its name server is, and be it. */
export async function canBeNameServer(): Promise<boolean> {
  if (!canMount) return false;
  const socket = createSocket("udp4");
  const isOpen = await new Promise<boolean>((resolve) => {
    socket.once("error", () => {
      resolve(false);
    });
    socket.bind(53, nameServer, () => {
      resolve(true);
    });
  });
  socket.close();
  return isOpen;
}

/**
 * A name server that hears every question, and a process that asks it: `command` starts flowrun where no other process
 * sees the change.
 * @param hosts lines of /etc/hosts.
 * @param isSilent whether it leaves all questions unanswered, or says that no name exists.
 */
export async function openNameServer({ isSilent, hosts = "" }: { isSilent: boolean; hosts?: string }) {
  const socket = createSocket("udp4");
  let heard = 0;
  socket.on("message", (question, { port, address }) => {
    heard++;
    if (isSilent) return;
    const no = Buffer.from(question);
    // An answer; recursion available; no such name.
    no.writeUInt16BE(0x8183, 2);
    socket.send(no, port, address);
  });
  socket.bind(53, nameServer);
  await once(socket, "listening");
  onTestFinished(() => void socket.close());
  const folder = await scratch();
  const [resolver, names] = [join(folder, "resolv.conf"), join(folder, "hosts")];
  await Promise.all([
    writeFile(resolver, `nameserver ${nameServer}\n`),
    writeFile(names, `127.0.0.1 localhost\n${hosts}\n`),
  ]);
  const mount = `mount --bind "${resolver}" /etc/resolv.conf && mount --bind "${names}" /etc/hosts`;
  const command = (args: readonly string[]): readonly [string, readonly string[]] => [
    "unshare",
    ["-m", "bash", "-c", `${mount} && exec "$@"`, "bash", node, binary, ...args],
  ];
  return { command, heard: () => heard };
}
