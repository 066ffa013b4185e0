import { stringify } from "yaml";
import type { Renderer } from "./renderer.ts";

/** `yaml`: one document a run; nothing where there is none. Strings are strings to readers of YAML 1.1 as well. */
export function yamlRenderer(): Renderer {
  return {
    encode: (run) => `---\n${stringify(run, { compat: "yaml-1.1", lineWidth: 0, aliasDuplicateObjects: false })}`,
    open: () => "",
    lay: (encoded) => encoded.join(""),
    close: () => "",
    holds: false,
    hidden: () => 0,
  };
}
