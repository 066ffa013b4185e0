import { FlowrunError } from "../../errors.ts";
import type { GatewayService } from "./service.ts";

/** Whether the access token may go where a link points: to the service's own origin, or by https to *.adobe.io. Pure. */
export function mayFollow(link: string, requestUrl: string, serviceUrl: string): boolean {
  if (!URL.canParse(link, requestUrl)) return false;
  const { origin, protocol, hostname } = new URL(link, requestUrl);
  return origin === new URL(serviceUrl).origin || (protocol === "https:" && /(^|\.)adobe\.io$/.test(hostname));
}

/**
 * The absolute form of a service's link; `requestUrl` is what was asked when it came.
 * @throws FlowrunError `protocol` for one that may not be followed, with its host; nothing has been sent to it.
 * Pure.
 */
export function resolveNext(link: string, requestUrl: string, service: Pick<GatewayService, "name" | "url">): string {
  const { name } = service;
  if (!URL.canParse(link, requestUrl)) {
    throw new FlowrunError("protocol", `the next link of ${name} is no URL`, {
      why: `it reads ${JSON.stringify(link.slice(0, 200))}`,
      hint: "check the URLs: flowrun config list; a proxy in between may change links",
      examine: true,
    });
  }
  const { href, host } = new URL(link, requestUrl);
  if (mayFollow(link, requestUrl, service.url)) return href;
  throw new FlowrunError("protocol", `the next link of ${name} points to another host, ${host}, and was not followed`, {
    why: "the access token goes only to the same host or to *.adobe.io over https",
    hint: "check the URLs (flowrun config list), and any proxy between here and Adobe",
    examine: true,
  });
}
