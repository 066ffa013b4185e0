/** The part of WebAssembly that reader.ts uses; Node's own types leave it to those of browsers. */
declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: { readonly initial: number });
    readonly buffer: ArrayBuffer;
  }
}
