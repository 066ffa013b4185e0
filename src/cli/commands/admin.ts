import { startAdmin, type Admin, type AdminOptions } from "../../engine/receive/admin.ts";
import { reasonOf } from "../../errors.ts";
import type { Notify } from "../../notices.ts";
import type { HostPort } from "../options/flags.ts";

/** Who tells how it is, and on stderr that it does. */
export interface AdminMeans extends Pick<AdminOptions, "role" | "health" | "meter"> {
  readonly notify: Notify;
}

/** Starts the admin server. @throws FlowrunError `usage` where its port cannot be had. */
export async function openAdmin({ host, port }: HostPort, { notify, ...told }: AdminMeans): Promise<Admin> {
  const admin = await startAdmin({
    ...told,
    ...{ host, port, option: "--admin" },
    onTrouble: (error) => {
      notify({ kind: "warning", text: `--admin: ${reasonOf(error)}` });
    },
  });
  notify({ kind: "remark", text: `${admin.url}/healthz and /metrics tell how it is` });
  return admin;
}
