/**
 * The fields of an OTLP message, told once to whichever encoding writes them: protobuf knows a field by its number, JSON
 * by its name. What is told is written, a zero too; what is unknown is not told.
 */
export interface Fields {
  /** Half of a surrogate pair, which no UTF-8 can hold, is written as U+FFFD. */
  text(number: number, name: string, value: string): void;
  flag(number: number, name: string, value: boolean): void;
  /** Bytes that JSON has in hexadecimal: the id of a trace or of a span. */
  id(number: number, name: string, value: Uint8Array): void;
  /** A word of an enumeration, which JSON has as its number. */
  code(number: number, name: string, value: number): void;
  /** An int64 from 0 to 2^53 - 1; JSON has its digits as a text. */
  whole(number: number, name: string, value: number): void;
  /** 64 bits, from 0 on; JSON has its digits as a text. */
  fixed(number: number, name: string, value: bigint): void;
  fixeds(number: number, name: string, values: readonly bigint[]): void;
  /** A finite one. */
  double(number: number, name: string, value: number): void;
  doubles(number: number, name: string, values: readonly number[]): void;
  message<T>(number: number, name: string, value: T, tell: Tell<T>): void;
  messages<T>(number: number, name: string, values: readonly T[], tell: Tell<T>): void;
}

/** Tells the fields of the message that stands for a value. */
export type Tell<T> = (to: Fields, value: T) => void;

/** A whole message: it tells its fields as often as it is asked. */
export type Message = (to: Fields) => void;
