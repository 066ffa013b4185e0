import { keepSecret } from "../../mask.ts";

/**
 * A text that will not print itself: every way of showing it says `[secret]`, so that leaking one takes a deliberate
 * `reveal()`. And since a server may send back what it was sent, making one makes it known to `mask`.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    keepSecret(text);
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "[secret]";
  }
}
