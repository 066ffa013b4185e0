import { expect, test } from "vitest";
import { whenThereIsRoom } from "../../../src/engine/receive/when-room.ts";
import { FlowrunError } from "../../../src/errors.ts";
import { fakeHost } from "../../support/host.ts";

const failed = (code: string) =>
  new FlowrunError("state", "it cannot be kept", {
    why: code,
    hint: "",
    cause: Object.assign(new Error(code), { code }),
  });

/** Work that fails so, and then is done; and what was heard meanwhile. */
async function waited(...failures: readonly Error[]) {
  const heard: string[] = [];
  let attempts = 0;
  const work = () => {
    const failure = failures[attempts++];
    return failure === undefined ? Promise.resolve("done") : Promise.reject(failure);
  };
  const value = await whenThereIsRoom(work, {
    host: { ...fakeHost(), sleep: () => Promise.resolve() },
    signal: new AbortController().signal,
    notify: ({ kind }) => void heard.push(kind),
    onFull: () => Promise.resolve(void heard.push("full")),
  });
  return { value, heard };
}

test("a full disk is waited for, and told of once before that", async () => {
  expect(await waited()).toEqual({ value: "done", heard: [] });
  expect(await waited(failed("ENOSPC"), failed("EDQUOT"))).toEqual({
    value: "done",
    heard: ["full", "retrying", "retrying"],
  });
});

test("what waiting does not mend is thrown at once", async () => {
  const others = [
    failed("EACCES"),
    failed("EROFS"),
    new FlowrunError("usage", "no", { why: "", hint: "" }),
    new Error("x"),
  ];
  for (const other of others) await expect(waited(other)).rejects.toBe(other);
  const other = failed("EACCES");
  await expect(waited(failed("ENOSPC"), other)).rejects.toBe(other);
});
