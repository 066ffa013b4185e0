/** Reads a journal from its oldest event to its first 204 with Adobe's own client, and prints each event as one line of JSON. */
const events = require("@adobe/aio-lib-events");

const { FLOWRUN_CLIENT_ID, FLOWRUN_IMS_ORG_ID, FLOWRUN_JOURNAL_URL, ACCESS_TOKEN } = process.env;

async function main() {
  const client = await events.init(FLOWRUN_IMS_ORG_ID, FLOWRUN_CLIENT_ID, ACCESS_TOKEN);
  let url = FLOWRUN_JOURNAL_URL;
  for (;;) {
    const page = await client.getEventsFromJournal(url);
    if (page.events === undefined) return;
    const lines = page.events.map((entry) => `${JSON.stringify(entry)}\n`).join("");
    if (!process.stdout.write(lines)) await new Promise((resolve) => process.stdout.once("drain", resolve));
    url = page.link.next;
  }
}

main();
