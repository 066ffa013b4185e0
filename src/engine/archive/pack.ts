import { deflateRawSync, inflateRawSync } from "node:zlib";
export function packRecord(text: string): Uint8Array {
  return deflateRawSync(text);
}
export function packEvent(text: string): Uint8Array {
  return deflateRawSync(text);
}
export function unpackRecord(bytes: Uint8Array): string {
  return inflateRawSync(bytes).toString();
}
export function unpackEvent(bytes: Uint8Array): string {
  return inflateRawSync(bytes).toString();
}
