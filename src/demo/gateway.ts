import { account } from "./account.ts";
import { jsonReply, type Call, type Reply } from "./call.ts";

/** The gateway's words for each of its codes; the status is the code's first three digits. */
const messages: Readonly<Record<string, string>> = {
  "401013": "Oauth token is not valid",
  "403000": "Api Key is required",
  "403003": "Api Key is invalid",
  "403010": "Oauth token is missing.",
  "403011": "Oauth token does not carry the scope this service asks for",
  "403020": "Oauth token is missing or invalid",
  "403023": "Profile is not valid",
  "403024": "Profile cannot be read",
  "403025": "Profile is not valid",
  "429001": "Service usage limit reached",
  "429002": "Developer key usage limit reached",
  "429050": "Too many requests",
  "503000": "Api Key could not be validated",
  "503010": "Oauth token could not be validated",
  "503030": "Request could not be validated",
};

/** The gateway's refusal under one of its six-digit codes. Pure. */
export function gatewayReply(code: string, headers: Reply["headers"] = []): Reply {
  return jsonReply(Number(code.slice(0, 3)), { error_code: code, message: messages[code] ?? "Refused" }, headers);
}

/** Refuses a request without a good key and token, or lets it through (null). */
export function refuse(call: Call, isLive: (token: string) => boolean): Reply | null {
  const key = call.headers["x-api-key"];
  const token = /^Bearer (.+)$/i.exec(call.headers["authorization"] ?? "")?.[1];
  if (key === undefined) return gatewayReply("403000");
  if (token === undefined) return gatewayReply("403010");
  if (key !== account.clientId) return gatewayReply("403003");
  return isLive(token) ? null : gatewayReply("401013");
}
