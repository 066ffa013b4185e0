import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { createConnector, type ConnectorOptions } from "../../../src/adobe/http/connector.ts";
import { describeNetworkFailure } from "../../../src/adobe/http/words.ts";
import { openDeafPort } from "../../support/bad-network.ts";
import { realSleep } from "../../support/host.ts";
import { freePort } from "../../support/ports.ts";

type Addresses = NonNullable<ConnectorOptions["lookup"]>;

/** A connector for which each name is this machine under the addresses given. */
function open(...addresses: readonly string[]) {
  const lookup: Addresses = async () => addresses.map((address) => ({ address, family: 4 }));
  const connector = createConnector({ findProxy: () => null, sleep: realSleep, lookup });
  onTestFinished(() => {
    connector.close();
  });
  return connector;
}

function connect(connector: ReturnType<typeof open>, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const place = { protocol: "http:", hostname: "far.test", host: `far.test:${port}`, port: String(port) };
    connector.connect(place, (error, socket) => {
      if (error === null) resolve(socket);
      else reject(error);
    });
  });
}

describe("a name with several addresses", () => {
  // What is asked for once more after a second takes longer than Node's own 250 ms, as the other side of the earth does.
  test("the first that is slow to answer is waited for, where the others are none", async () => {
    const { port, hear } = await openDeafPort();
    const connecting = connect(open("127.0.0.1", "127.0.0.2"), port);
    setTimeout(hear, 400);
    const socket = await connecting;
    expect(socket.remoteAddress).toBe("127.0.0.1");
  });

  test("the second is tried where the first is none", async () => {
    const server = createServer().listen(0, "127.0.0.3");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const socket = await connect(open("127.0.0.2", "127.0.0.3"), (server.address() as AddressInfo).port);
    expect(socket.remoteAddress).toBe("127.0.0.3");
  });

  test("what became of each is told where none works", async () => {
    const port = await freePort();
    const error: unknown = await connect(open("127.0.0.1", "127.0.0.2"), port).catch((reason: unknown) => reason);
    expect(describeNetworkFailure(error)).toBe(
      `the connection was refused (connect ECONNREFUSED 127.0.0.1:${port}; connect ECONNREFUSED 127.0.0.2:${port})`,
    );
  });
});

test("a name without any address is an error, and no crash", async () => {
  await expect(connect(open(), 1)).rejects.toThrow("far.test has no address");
});

test("a name that cannot be looked up is an error with the resolver's words", async () => {
  const lookup: Addresses = () =>
    Promise.reject(Object.assign(new Error("getaddrinfo EAI_AGAIN"), { code: "EAI_AGAIN" }));
  const connector = createConnector({ findProxy: () => null, sleep: realSleep, lookup });
  await expect(connect(connector, 1)).rejects.toThrow("getaddrinfo EAI_AGAIN");
});

test("closing tells who waits for a connection, at once", async () => {
  const { port } = await openDeafPort();
  const connector = open("127.0.0.1");
  const connecting = connect(connector, port);
  setTimeout(connector.close, 200);
  await expect(connecting).rejects.toThrow("the connection was given up");
});
