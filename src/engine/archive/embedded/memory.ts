import type { Database } from "../database.ts";

interface Shared {
  readonly opened: Promise<Database>;
  users: number;
}

/** It belongs to the process, as a file belongs to the machine. */
let shared: Shared | null = null;

/** The one database in memory, made where there is none; it goes with the last that closes it. */
export async function shareMemory(make: () => Promise<Database>): Promise<Database> {
  const own = (shared ??= { opened: make(), users: 0 });
  own.users += 1;
  const database = await own.opened.catch((error: unknown) => {
    if (shared === own) shared = null;
    throw error;
  });
  let isOpen = true;
  return {
    ...database,
    close: async () => {
      if (!isOpen) return;
      isOpen = false;
      own.users -= 1;
      if (own.users > 0) return;
      if (shared === own) shared = null;
      await database.close();
    },
  };
}
