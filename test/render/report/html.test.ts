import fc from "fast-check";
import { expect, test } from "vitest";
import { markup, oneLine, renderMarkup, type Markup } from "../../../src/render/report/html.ts";

const page = (content: string): string => renderMarkup(markup`<p title="${content}">${content}</p>`);

test("text is text, in an element and in an attribute", () => {
  expect(page(`</p><script>alert("1")</script>&amp;'\``)).toBe(
    `<p title="&lt;/p&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;amp;&#39;&#96;">&lt;/p&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;amp;&#39;&#96;</p>`,
  );
});

test("markup passes through, lists are joined, and nothing is nothing", () => {
  const cells: readonly Markup[] = [1, 2].map((n) => markup`<td>${n}</td>`);
  expect(renderMarkup(markup`<tr>${cells}${null}${["<", ">"]}</tr>`)).toBe("<tr><td>1</td><td>2</td>&lt;&gt;</tr>");
});

test("an object that only looks like markup is none", () => {
  const forged = { text: "<b>", toString: () => "<b>" } as unknown as string;
  expect(() => page(forged)).toThrow();
});

test("whatever a text holds, only its own words are left of it, in one line and within bounds", () => {
  const any = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("<!--", "]]>", "\u202e\u2066", "\0", "\ud800", "</style>"),
  );
  fc.assert(
    fc.property(
      fc.array(any).map((parts) => parts.join("")),
      (text) => {
        const inner = /^<p title="([^"<>]*)">([^<>]*)<\/p>$/.exec(page(text));
        expect(inner).not.toBeNull();
        expect(inner![1]).toBe(inner![2]);
        expect(inner![1]).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u2028\u2029'`]/u);
      },
    ),
  );
  expect(page("x".repeat(1_000_000)).length).toBeLessThan(9000);
});

test("a long text is cut, and an emoji of it is not", () => {
  expect(oneLine("a  b\n\tc ", 10)).toBe("a b c");
  expect(oneLine("abcdef", 4)).toBe("abc…");
  expect(oneLine("👩🏽‍💻👩🏽‍💻👩🏽‍💻", 5)).toBe("👩🏽‍💻👩🏽‍💻…");
});
