import { familiesByForm, type Family } from "./code-forms.ts";

/** A summary says only that something failed, or in which stage; a cause says what is wrong. */
export type Rank = "summary" | "cause";

/**
 * The rank of a code that the catalogue lists or whose family it knows by its form, in any case; null for any other.
 * It is asked for each cause of each error, so it needs none of the catalogue's texts. Pure.
 */
export function rankOf(code: string): Rank | null {
  ranks ??= new Map([...rankAll(summaries, "summary"), ...rankAll(causes, "cause")]);
  return ranks.get(code.toLowerCase()) ?? rankByForm(code);
}

function rankByForm(code: string): Rank | null {
  if (wrapper.test(code)) return "summary";
  const telling = familiesByForm(code).filter((family) => !loose.has(family));
  if (telling.length === 0) return null;
  return telling.includes("connector") ? "summary" : "cause";
}

/** So Data Factory calls whatever a store refuses, of any connector: `SqlOperationFailed`, `SftpOperationFail`. */
const wrapper = /^[A-Z][A-Z0-9]{1,60}OperationFail(ed)?$/i;

/** A code that fits one of these forms may be anything: a number, two words joined by a line. */
const loose: ReadonlySet<Family> = new Set<Family>(["batch-ingestion", "io-events-trace", "adf", "oauth"]);

/**
 * The listed codes that are summaries though their form does not say so. Most say so of themselves in the catalogue; a
 * bare 200 or 400 is more often an HTTP status than what batch ingestion means by it.
 */
const summaries = `
  200, 400, 2108, 2200, 20000, INGEST-1211-400, INGEST-1212-400, UPINGT-007002-500, Unknown error code,
  ACTIVATION_BATCH-0000-FAILED, UserErrorFailedFileOperation, UserErrorFailedToGetAccessTokenByServicePrincipal,
  FailedDbOperation, UserErrorWriteFailedFileOperation, DB2DriverRunFailed, 1318-400, AADSTS50086, AADSTS51005,
  AADSTS80005, AADSTS90092, AADSTS90117, AADSTS165004, AADSTS165900, UserErrorSqlDWCopyCommandError,
  UPAPI-113751-500`;

/** The listed codes that are causes and show the form of no family. */
const causes = `
  106, 118, 133, 601, 602, 604, 611, 1401, UnsupportedCompressionTypeWhenDisableChunking, FIPSModeIsNotSupport,
  JreNotFound, WildcardPathSinkNotSupported, JniException, GetOAuth2AccessTokenErrorResponse,
  FailedToGetOAuth2AccessToken, OAuth2AccessTokenTypeNotSupported, OAuth2ClientIdColonNotAllowed,
  ManagedIdentityCredentialObjectNotSupported, QueryMissingFormatSettingsInDataset, QueryUnsupportedCommandBehavior,
  DataConsistencyFailedToGetSourceFileMetadata, DataConsistencyFailedToGetSinkFileMetadata,
  DataConsistencyValidationNotSupportedForNonDirectBinaryCopy, SkipMissingFileNotSupportedForNonDirectBinaryCopy,
  SkipInconsistencyDataNotSupportedForNonDirectBinaryCopy, SkipForbiddenFileNotSupportedForNonDirectBinaryCopy,
  SkipInvalidFileNameNotSupportedForNonDirectBinaryCopy, SkipAllErrorFileNotSupportedForNonBinaryCopy,
  DeleteFilesAfterCompletionNotSupportedForNonDirectBinaryCopy, FailedToDownloadCustomPlugins,
  FailToResolveParametersInExploratoryController, ArgumentOutOfRangeException, invalid_client, invalid_grant,
  unauthorized_client, invalid_request, invalid_resource, temporarily_unavailable, TypeConversionFailure,
  InvalidParameter, UnsupportedDataStoreEndpoint, MappingColumnNameNotFoundInSourceFile,
  SchemaMappingFailedInHierarchicalToTabularStage, DataConsistencySourceDataChanged, NotAllowToAccessSnowflake,
  DEDICATED_DPERORCODE0, DataConsistencyValidationNotSupportedForLowVersionSelfHostedIntegrationRuntime,
  SkipForbiddenFileNotSupportedForThisConnector, SkipInvalidFileNameNotSupportedForSource,
  SkipInvalidFileNameNotSupportedForSink, DeleteFilesAfterCompletionNotSupportedForThisConnector,
  FlowRunSizeLimitExceeded, DeprecatedMongoDbOdbcConnector, AzureTableDuplicateColumnsFromSource`;

let ranks: ReadonlyMap<string, Rank> | undefined;

function rankAll(codes: string, rank: Rank): readonly (readonly [string, Rank])[] {
  return codes.split(",").map((code) => [code.trim().toLowerCase(), rank]);
}
