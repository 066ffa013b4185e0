/** News of the lower rooms while they work; the reporter decides which of it is shown. Never holds a secret. */
export type Notice =
  /** A request is about to be sent. */
  | { readonly kind: "asking"; readonly method: string; readonly url: string }
  /** A request is over: its answer is in, to the end of its body, or none came. */
  | {
      readonly kind: "answered";
      readonly method: string;
      readonly url: string;
      /** `null` where no answer came. */
      readonly status: number | null;
      /** From the request to the last byte of the answer. */
      readonly elapsedMs: number;
      /** The body's size as it arrived, and as it is; `null` where it was not read to its end. */
      readonly received: number | null;
      readonly unpacked: number | null;
      readonly requestId: string | null;
      /** Why the answer, or the rest of it, did not come. */
      readonly trouble: string | null;
      /** The headers of the request and of its answer; what may be a secret is `[secret]`. */
      readonly asked: readonly NoticeHeader[];
      readonly headers: readonly NoticeHeader[];
    }
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

/** A header, by its name in lower case; repeated ones are joined. */
export type NoticeHeader = readonly [name: string, value: string];

/** Takes a notice, and returns at once. */
export type Notify = (notice: Notice) => void;
