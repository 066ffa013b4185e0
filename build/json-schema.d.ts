export interface JsonSchema {
  readonly $schema: string;
  readonly $id: string;
  readonly properties: Readonly<Record<string, object>>;
  readonly [word: string]: unknown;
}

export type SchemaName = "flow-run" | "flow" | "absent" | "failed-row" | "job" | "work";

export const schemaNames: readonly SchemaName[];
export function shippedSchema(name: SchemaName): JsonSchema;
export function schemaOf(what: { readonly file: string; readonly name: string; readonly id: string }): JsonSchema;
