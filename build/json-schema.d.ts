export interface JsonSchema {
  readonly $schema: string;
  readonly $id: string;
  readonly properties: Readonly<Record<string, object>>;
  readonly [word: string]: unknown;
}

export function recordSchema(): JsonSchema;
export function jobSchema(): JsonSchema;
export function flowSchema(): JsonSchema;
export function rowSchema(): JsonSchema;
export function schemaOf(what: { readonly file: string; readonly name: string; readonly id: string }): JsonSchema;
