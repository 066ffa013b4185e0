import { JetStreamApiError } from "@nats-io/jetstream";
import { isObject, parseObject } from "../../../json.ts";

/**
 * The trouble that a stream's answer tells of: `null` for a message that it has. Servers before 2.10.21 say that of one, too, that is still
 * on its way or was dropped on it; but such a one has no number. Pure.
 */
export function ackTrouble(answer: string): unknown {
  const said = parseObject(answer) ?? {};
  if (isObject(said["error"])) {
    const { code, err_code, description } = said["error"];
    return new JetStreamApiError({
      code: Number(code),
      err_code: Number(err_code),
      description: typeof description === "string" ? description : "",
    });
  }
  if (Number(said["seq"]) > 0) return null;
  return new JetStreamApiError({ code: 400, err_code: 10158, description: "duplicate message id is in process" });
}
