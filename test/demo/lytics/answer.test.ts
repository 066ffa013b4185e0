import { describe, expect, test } from "vitest";
import type { Call } from "../../../src/demo/call.ts";
import { answerLytics, lyticsStory } from "../../../src/demo/lytics/answer.ts";
import { works } from "../../../src/demo/lytics/story.ts";

const now = Date.UTC(2026, 10, 28, 12);
const day = 86_400_000;
const story = lyticsStory(now);

interface Told {
  readonly data: readonly { readonly id: string; readonly timestamp: string; readonly verb: string }[];
  readonly _meta?: { readonly next_cursor?: string };
}

function ask(target: string, token = story.token, at = now): { readonly status: number; readonly body: Told } {
  const [path = "", query = ""] = target.split("?");
  const call: Call = {
    method: "GET",
    target,
    path,
    query: new URLSearchParams(query),
    headers: { authorization: token },
    body: "",
  };
  const reply = answerLytics(call, at, story);
  if (reply === null) throw new Error("not answered");
  return { status: reply.status, body: JSON.parse(reply.body) as Told };
}

describe("/v2/event", () => {
  test("gives the newest first, twenty unless more are asked for, a hundred at most", () => {
    const { data } = ask("/v2/event").body;
    expect(data).toHaveLength(20);
    expect(data.map(({ timestamp }) => timestamp)).toEqual(
      data
        .map(({ timestamp }) => timestamp)
        .toSorted()
        .toReversed(),
    );
    expect(ask("/v2/event?limit=500").body.data).toHaveLength(100);
  });

  test("goes on by its cursor with what is strictly older, and beats before and start", () => {
    const first = ask("/v2/event?limit=10").body;
    const on = ask(`/v2/event?limit=10&start=7&before=2020-01-01&cursor=${first._meta?.next_cursor ?? ""}`).body;
    expect([...first.data, ...on.data]).toEqual(ask("/v2/event?limit=20").body.data);
  });

  test("keeps both ends of a window outside, and filters", () => {
    const [newest, , oldest] = ask("/v2/event?limit=3").body.data;
    const inside = ask(`/v2/event?after=${oldest?.timestamp ?? ""}&before=${newest?.timestamp ?? ""}`).body;
    expect(inside.data).toHaveLength(1);
    expect(inside._meta).toEqual({});
    const failed = ask("/v2/event?type=work&verb=failed&limit=100").body.data;
    expect(new Set(failed.map(({ verb }) => verb))).toEqual(new Set(["failed"]));
    expect(ask("/v2/event?id=nobody").body.data).toEqual([]);
  });

  test("tells the same of a moment whenever it is asked", () => {
    const window = "/v2/event?limit=100&after=2026-11-27T10:00:00Z&before=2026-11-27T12:00:00Z";
    const [one, other] = [ask(window).body.data, ask(window, story.token, now + day).body.data];
    expect(one.length).toBeGreaterThan(50);
    expect(other).toEqual(one);
    const { between } = lyticsStory(now - 5 * day);
    expect(new Set(between(now - 2 * day, now).map(({ item }) => item["id"])).size).toBe(
      between(now - 2 * day, now).length,
    );
  });

  test.each(["after=soon", "limit=none", "before=x"])("%s is refused", (query) => {
    expect(ask(`/v2/event?${query}`).status).toBe(400);
  });
});

test("without the token nothing is told", () => {
  for (const path of ["/v2/event", "/v2/job"]) {
    expect(ask(path, `Bearer ${story.token}`)).toMatchObject({ status: 401, body: { errors: [{ code: 401 }] } });
  }
});

test("/v2/job names all works", () => {
  expect(ask("/v2/job?show_all=true").body.data.map(({ id }) => id)).toEqual(works.map(({ id }) => id));
});
