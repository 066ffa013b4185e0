import { Document, visit } from "yaml";
import type { Renderer } from "./renderer.ts";
import { escapeActive, hasActive } from "./safe-text.ts";

/** `yaml`: one document a run; nothing where there is none. Strings are strings to readers of YAML 1.1 as well. */
export function yamlRenderer(): Renderer {
  return {
    encode: yamlDocument,
    open: () => "",
    lay: (encoded) => encoded.join(""),
    close: () => "",
    holds: false,
    hidden: () => 0,
  };
}

/** Any plain data as one document. Pure. */
export function yamlDocument(data: unknown): string {
  const document = new Document(data, { compat: "yaml-1.1", aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_key, node) => {
      // YAML has no bare form for these, and an escape means something in double quotes only.
      if (typeof node.value === "string" && hasActive(node.value)) node.type = "QUOTE_DOUBLE";
    },
  });
  return `---\n${escapeActive(document.toString({ lineWidth: 0 }))}`;
}
