import { uuidFrom } from "../chance.ts";
import type { Run } from "./run.ts";

/** A failing activity's words: the code the run shows, and beneath it what led there. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  /** Which of the two activities fails. */
  readonly step: "copy" | "promotion";
  readonly causes: readonly { readonly code: string; readonly message: string; readonly recordCount?: number }[];
  /** The copy engine's own account: `ErrorCode=…,'Type=…,Message=…`, outermost first. */
  readonly errorDetail?: string;
  /** Told in `recordSummary.failedInfo` too. */
  readonly inFailedInfo?: boolean;
}

const copyFailed = {
  code: "CONNECTOR-1001-500",
  message: "Error in copying the data from Source.",
  step: "copy",
} as const;
const promotionFailed = {
  code: "CONNECTOR-2001-500",
  message: "Error in processing (parsing, validation or transformation) the copied data.",
  step: "promotion",
} as const;

/** The error a run carries, which a successful one may; undefined: none. `failed` counts its failed records. Pure. */
export function findFailure(run: Run, failed: number): Failure | undefined {
  switch (run.outcome) {
    case "expiredSecret":
      return expiredSecret(run);
    case "sftpTimeout":
      return sftpTimeout();
    case "databaseAway":
      return databaseAway();
    case "noFiles":
      return {
        ...promotionFailed,
        causes: [{ code: "133", message: "No file was found for this batch. Upload files to ingest." }],
      };
    case "unreadableRows":
      return {
        ...promotionFailed,
        causes: [{ code: "INGEST-1401-400", message: "The rows are damaged and cannot be read." }],
      };
    case "errorsWithinThreshold":
    case "partialSuccess":
      return { ...promotionFailed, message: "Error occurred at promotion activity.", causes: rejected(run, failed) };
    case "errorsWithoutDiagnostics":
      return {
        ...promotionFailed,
        message: "Error occurred at promotion activity.",
        causes: [
          {
            code: "INGEST-1211-400",
            message: "Errors while parsing or converting; enable error diagnostics to see them.",
          },
        ],
      };
    case "success":
    case "cancelled":
    case "inProgress":
      return undefined;
  }
}

function rejected(run: Run, failed: number): Failure["causes"] {
  return [
    {
      code: "INGEST-1212-400",
      message: `Encountered ${failed} errors in the data. Successfully ingested ${run.records - failed} rows.`,
    },
    { code: "MAPPER-3700-400", recordCount: failed, message: "Mapper Transform Error" },
  ];
}

function sftpTimeout(): Failure {
  const message = "The connection attempt got no answer from sftp.kestrel-loom.example within the time allowed";
  return {
    ...copyFailed,
    causes: [{ code: "2200", message }],
    errorDetail:
      "ErrorCode=SftpNetworkIssue,'Type=Microsoft.DataTransfer.Common.Shared.HybridDeliveryException," +
      "Message=Network trouble on the way to Sftp server 'sftp.kestrel-loom.example', SocketErrorCode: 'TimedOut'.," +
      "Source=Microsoft.DataTransfer.ClientLibrary.SftpConnector," +
      `''Type=System.Net.Sockets.SocketException,Message=${message},Source=Renci.SshNet,'`,
    inFailedInfo: true,
  };
}

function databaseAway(): Failure {
  const message = "The connection to loyalty-db.kestrel-loom.example:3306 was refused: too many connections";
  return {
    ...copyFailed,
    causes: [{ code: "2200", message }],
    errorDetail:
      "ErrorCode=UserErrorFailedToConnectOdbcSource,'Type=Microsoft.DataTransfer.Common.Shared.HybridDeliveryException," +
      `Message=${message},Source=Microsoft.DataTransfer.Runtime.GenericOdbcConnectors,'`,
  };
}

function expiredSecret(run: Run): Failure {
  const [trace, correlation] = [uuidFrom(`${run.key} trace`), uuidFrom(`${run.key} correlation`)];
  const timestamp = new Date(run.completedAt).toISOString().replace("T", " ").replace(/\.\d+/, "");
  const text =
    "AADSTS7000222: The client secret of this application is past its end date. " +
    "Create a new one, or sign in with a certificate: https://docs.kestrel-loom.example/app-credentials\r\n" +
    `Trace ID: ${trace}\r\nCorrelation ID: ${correlation}\r\nTimestamp: ${timestamp}`;
  const json = JSON.stringify({
    error: "invalid_client",
    error_description: text,
    error_codes: [7000222],
    timestamp,
    trace_id: trace,
    correlation_id: correlation,
    error_uri: "https://login.microsoftonline.com/error?code=7000222",
  });
  const unauthorised = "Response status code does not indicate success: 401 (Unauthorized).";
  return {
    ...copyFailed,
    causes: [{ code: "2200", message: `${json}: Unknown error` }],
    errorDetail:
      "Failure happened on 'Sink' side. ErrorCode=UserErrorFailedToGetAccessTokenByServicePrincipal," +
      "'Type=Microsoft.DataTransfer.Common.Shared.HybridDeliveryException," +
      `Message=The service principal got no access token. Error: invalid_client, Error Message: ${text} ${unauthorised} ${json}: Unknown error .,` +
      "Source=Microsoft.DataTransfer.ClientLibrary," +
      `''Type=Microsoft.IdentityModel.Clients.ActiveDirectory.AdalServiceException,Message=${text},` +
      "Source=Microsoft.IdentityModel.Clients.ActiveDirectory," +
      `''Type=System.Net.Http.HttpRequestException,Message=${unauthorised},Source=,'`,
  };
}
