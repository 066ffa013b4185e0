/** News of the lower rooms while they work; the reporter decides which of it is shown. Never holds a secret. */
export type Notice =
  /** A request is about to be sent. */
  | { readonly kind: "asking"; readonly method: string; readonly url: string }
  /** Something failed and will be tried again. */
  | {
      readonly kind: "retrying";
      /** "the journal answered 503" */
      readonly what: string;
      readonly why: string | null;
      readonly requestId: string | null;
      /** Which attempt comes next: 2 after the first failure. */
      readonly attempt: number;
      readonly waitMs: number;
      /** True where the server asks for fewer requests. */
      readonly throttled?: boolean;
    }
  /** Something the user must know; the reading goes on. */
  | { readonly kind: "warning"; readonly text: string }
  /** A calm remark; not shown with --quiet. */
  | { readonly kind: "remark"; readonly text: string };

/** Takes a notice, and returns at once. */
export type Notify = (notice: Notice) => void;
