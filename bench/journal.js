/**
 * A journal on loopback in a process of its own, to read against: `node bench/journal.js '{"events":24000}'` prints its
 * settings as one line of JSON and serves until it is killed.
 */
import { setTimeout as delay } from "node:timers/promises";
import { startServer } from "../dist/demo/server.cjs";
import { generatedSource } from "../dist/demo/source.cjs";

const settings = JSON.parse(process.argv[2] ?? "{}");
/**
 * `eventBytes`: about how large an event is, 2500, 1400 or 600; `messageBytes`: how large the error of a failed run;
 * `startShare`: how many events tell that a run begins.
 */
const { events, runShare = 0.6, latencyMs = 0, shape = "even", eventBytes = 2500, messageBytes = 0 } = settings;
const { startShare = 0 } = settings;
const weekMs = 7 * 86_400_000 - 600_000;
const end = Date.now();

/** When each event was written: evenly over the week, or crowded towards its end. */
function writtenAt(index) {
  const place = (index + 1) / events;
  return Math.round(end - weekMs + weekMs * (shape === "even" ? place : place ** 0.5));
}

const hex = (n, width) => n.toString(16).padStart(width, "0");

/** Of a flow run's usual size, two activities, or smaller: none, or hardly more than what makes it one. Every 20th failed. */
function run(index) {
  const at = writtenAt(index);
  const failed = index % 20 === 0;
  const id = `${hex(index, 8)}-aaaa-4bbb-8ccc-ddddeeeeffff`;
  const flow = `${hex(index % 12, 8)}-1111-4222-8333-444455556666`;
  const times = `"durationSummary":{"startedAtUTC":${at - 90_000},"completedAtUTC":${at - 1000}}`;
  const sizes = `"sizeSummary":{"inputBytes":${1000 + index},"outputBytes":${900 + index}},"recordSummary":{"inputRecordCount":${100 + (index % 977)},"outputRecordCount":${100 + (index % 977)},"failedRecordCount":0},"fileSummary":{"inputFileCount":1,"outputFileCount":1}`;
  const message = "Error in copying the data from Source".padEnd(messageBytes, longMessage);
  const error = `"errors":[{"code":"CONNECTOR-1001-500","message":${JSON.stringify(message)}}]`;
  const status = failed ? `"statusSummary":{"status":"failed",${error}}` : `"statusSummary":{"status":"success"}`;
  const activity = (name, reference) =>
    `{"id":"${name}","name":"${name}","updatedAtUTC":0,${times},"latencySummary":{},${sizes},${status},"${reference}":[{"id":"${id}","type":"Connection","reference":{"type":"batch","ids":["01HBENCH${index}"]}}]}`;
  const header = `"header":{"_adobeio":{"imsOrgId":"BENCH@AdobeOrg","providerMetadata":"aep_observability_catalog_events","eventCode":"${failed ? "sources_flow_run_failed" : "sources_flow_run_success"}"}}`;
  const ids = `"id":"${id}","flowId":"${flow}","updatedAt":${at}`;
  const envelope = (event) =>
    `{"eventid":"${hex(index, 12)}","recipientclientid":"bench","event":{${event},${header}}}`;
  if (eventBytes === 600)
    return envelope(`${ids},"createdAt":${at - 95_000},"sandboxName":"prod","metrics":{${status}}`);
  const whole = `${ids},"flowName":"Flow ${index % 12}","createdAt":${at - 95_000},"createdBy":"bench@AdobeID","updatedBy":"bench@AdobeID","createdClient":"bench","updatedClient":"bench","sandboxId":"${flow}","sandboxName":"prod","imsOrgId":"BENCH@AdobeOrg","providerRefId":"M-${flow}-incremental-0:${id}","etag":"\\"${id}\\"","metrics":{${times},${sizes},${status}}`;
  if (eventBytes === 1400)
    return envelope(
      `${whole},"flowSpec":{"id":"${flow}","version":"1.0"},"parentRun":"${id}","tags":["${id}","${flow}"]`,
    );
  return envelope(
    `${whole},"activities":[${activity("copyActivity", "sourceInfo")},${activity("promotionActivity", "targetInfo")}]`,
  );
}

/** Tells that the run begins which the next event tells of: no more than its status is known. */
function start(index) {
  const at = writtenAt(index);
  const id = `${hex(index + 1, 8)}-aaaa-4bbb-8ccc-ddddeeeeffff`;
  const flow = `${hex((index + 1) % 12, 8)}-1111-4222-8333-444455556666`;
  return `{"eventid":"${hex(index, 12)}","recipientclientid":"bench","event":{"id":"${id}","flowId":"${flow}","flowName":"Flow ${(index + 1) % 12}","createdAt":${at - 500},"updatedAt":${at},"sandboxName":"prod","imsOrgId":"BENCH@AdobeOrg","metrics":{"statusSummary":{"status":"inProgress"}},"header":{"_adobeio":{"imsOrgId":"BENCH@AdobeOrg","eventCode":"source_flow_run_info"}}}}`;
}

const isStart = (index) => startShare > 0 && index % Math.round(1 / startShare) === 1;

/** Another provider's event, of about the same size. */
function other(index) {
  const at = writtenAt(index);
  return `{"specversion":"1.0","type":"com.adobe.acp.contentlogs.read","source":"urn:aio_provider_metadata:content_logs","id":"${hex(index, 12)}","eventid":"${hex(index, 12)}","recipientclientid":"bench","datacontenttype":"application/json","time":"${new Date(at).toISOString()}","data":{"Action":"Read","Item Name":"file-${index}.jpg","Notes":"${"lorem ipsum dolor sit amet ".repeat(lorem)}"}}`;
}

/** As much of it as makes the event's size. */
const lorem = { 2500: 80, 1400: 37, 600: 8 }[eventBytes];

/** Of which a long message is made, as a copy activity writes one for each file that it could not read. */
const longMessage =
  ", ErrorCode=SftpNetworkIssue,'Type=Microsoft.DataTransfer.Common.Shared.HybridDeliveryException,Message=Meet network issue when connect to Sftp server 'sftp.example.com',Source=Microsoft.DataTransfer.ClientLibrary.SftpConnector,'";

const isRun = (index) => (index * 7919) % 1000 < runShare * 1000;

const server = await startServer({
  now: () => Date.now(),
  sleep: (ms) => delay(ms),
  latencyMs,
  // On loopback compression would only measure the server.
  gzip: false,
  source: generatedSource({
    total: () => events,
    length: () => events,
    writtenAt,
    event: (index) => (isStart(index) ? start(index) : isRun(index) ? run(index) : other(index)),
  }),
});
process.stdout.write(
  `${JSON.stringify({
    FLOWRUN_CLIENT_ID: server.clientId,
    FLOWRUN_CLIENT_SECRET: server.clientSecret,
    FLOWRUN_IMS_ORG_ID: server.imsOrgId,
    FLOWRUN_SCOPES: server.scopes.join(","),
    FLOWRUN_JOURNAL_URL: server.journalUrl,
    FLOWRUN_IMS_URL: server.imsUrl,
    FLOWRUN_API_URL: server.apiUrl,
  })}\n`,
);
