import type { Fields, Message, Tell } from "./fields.ts";

/** A message in JSON, as OTLP has it: names in camel case, ids in hexadecimal, numbers of 64 bits as texts. Pure. */
export function encodeJson(message: Message): Uint8Array {
  return Buffer.from(JSON.stringify(objectOf(null, message)));
}

function objectOf<T>(of: T, tell: Tell<T>): Readonly<Record<string, unknown>> {
  const object: Record<string, unknown> = {};
  const asItIs = (_: number, name: string, value: unknown): void => {
    object[name] = value;
  };
  const fields: Fields = {
    text: (_, name, value) => {
      object[name] = value.replace(/\p{Surrogate}/gu, "\uFFFD");
    },
    flag: asItIs,
    id: (_, name, value) => {
      object[name] = Buffer.from(value).toString("hex");
    },
    code: asItIs,
    whole: (_, name, value) => {
      object[name] = String(value);
    },
    fixed: (_, name, value) => {
      object[name] = String(value);
    },
    fixeds: (_, name, values) => {
      object[name] = values.map(String);
    },
    double: asItIs,
    doubles: asItIs,
    message: (_, name, value, tell) => {
      object[name] = objectOf(value, tell);
    },
    messages: (_, name, values, tell) => {
      object[name] = values.map((value) => objectOf(value, tell));
    },
  };
  tell(fields, of);
  return object;
}
