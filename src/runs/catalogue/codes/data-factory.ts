import { sources } from "./sources.ts";
import type { FamilyCodes } from "./families.ts";

/** Codes of Azure Data Factory, which copies the data of batch sources: two numbers, and the names after `ErrorCode=`. */
export const dataFactoryCodes = (): readonly FamilyCodes[] => [
  {
    family: "adf",
    source: sources.notificationSample,
    codes: [
      {
        code: "2200",
        meaning:
          "The copy activity in Azure Data Factory, which moves the source's data, failed. The number only says so: the real cause is in the error's text.",
        remedy: "Look in the error detail for an ErrorCode= name and an AADSTS number, and explain those.",
      },
      {
        code: "20000",
        meaning:
          "A copy activity in Azure Data Factory failed; newer pages of Microsoft use this number with named codes such as JreNotFound.",
        remedy: "Look for the name after ErrorCode= in the error detail and explain that.",
        source: sources.connectors,
      },
      {
        code: "2108",
        meaning:
          "An activity in Data Factory that looks something up (a lookup, or one that reads metadata) failed, by its connection or its input; the cause is in the message. As an answer of Flow Service, 2108-500 is a different thing: the sandboxes could not be read.",
        remedy: "Read the message beside it and explain the name or number in there.",
        source: sources.copyReports,
      },
    ],
  },
  {
    family: "adf-sftp",
    source: sources.fileServers,
    codes: [
      {
        code: "SftpNetworkIssue",
        meaning:
          "The connection to the SFTP server failed on the network; the message carries a socket error such as TimedOut. Microsoft's guide does not list this code.",
        remedy:
          "Not documented; by analogy with SftpFailedToConnectToSftpServer, check that host and port can be reached and that the server's allow list admits the addresses that Adobe connects from.",
        source: sources.alertRuleSample,
      },
      {
        code: "SftpOperationFail",
        meaning: "An operation on the SFTP server failed.",
        remedy: "Read the details from the server in the message and act on those.",
      },
      {
        code: "SftpRenameOperationFail",
        meaning: "The file was uploaded under a temporary name, and the server does not support renaming it.",
        remedy: "Set useTempFileRename to false on the side that writes, so that no temporary name is used.",
      },
      {
        code: "SftpInvalidSftpCredential",
        meaning:
          "The credential or the content of the private key is not valid: wrongly encoded, in PKCS#8 form, or simply the wrong key.",
        remedy:
          "Base64-encode the whole original key file, convert a PKCS#8 key to RSA PEM first, and try the key with a client such as WinSCP.",
      },
      {
        code: "SftpFailedToConnectToSftpServer",
        meaning:
          "No connection to the SFTP server: the server type or port is wrong, or the server turns away too many connections.",
        remedy:
          "Check the port (normally 22), limit concurrent connections to 1, and admit the addresses of the integration runtime.",
      },
      {
        code: "SftpPermissionDenied",
        meaning: "The user may not touch the path on the SFTP server.",
        remedy: "Grant the user read or write permission on the folder or the files.",
      },
      {
        code: "SftpAuthenticationFailure",
        meaning:
          "The SFTP server refused the login: wrong password or key, wrong kind of authentication, or it insists on keyboard-interactive login.",
        remedy: "Check the credential and that the authentication type fits what the server accepts.",
      },
      {
        code: "SftpInvalidHostKeyFingerprint",
        meaning: "The fingerprint of the server's host key does not match the one in the connection.",
        remedy:
          "Ask the server's owner for the valid fingerprint (`ssh-keygen -E md5 -lf <key file>` prints it) and put that into the connection.",
      },
      {
        code: "UserErrorInvalidColumnMappingColumnNotFound",
        meaning: "A column that the mapping names is absent from the source data.",
        remedy: "Compare the columns of the data with the mapping and correct the one that differs.",
      },
      {
        code: "UnsupportedCompressionTypeWhenDisableChunking",
        meaning: '"Disable chunking" and ZipDeflate compression do not go together.',
        remedy: "Copy the file as binary to a staging place first, and decompress it in a second copy.",
      },
      {
        code: "FtpFailedToConnectToFtpServer",
        meaning: "No connection to the FTP server; perhaps an SFTP server was given to the FTP connector.",
        remedy: "Check the kind of server and the port: FTP uses 21.",
      },
      {
        code: "FtpFailedToReadFtpData",
        meaning: "Reading from the FTP server failed because the ports for passive mode are closed.",
        remedy: "Open ports 1024 to 65535, or the range the server uses, to the integration runtime.",
      },
      {
        code: "HttpFileFailedToRead",
        meaning: "The HTTP request for the file failed.",
        remedy: "Look at the HTTP status in the message and put the remote server right.",
      },
      {
        code: "HttpSourceUnsupportedStatusCode",
        meaning: "The HTTP source answered with a status that was not expected.",
        remedy: "Look up the HTTP status in the message and act on what it means.",
      },
      {
        code: "SftpPathNotFound",
        meaning: "The path does not exist on the SFTP server.",
        remedy:
          "Check the path as the connection's user sees it (its home may not be the root), and that the user may list the folder.",
        source: sources.copyReports,
      },
    ],
  },
  {
    family: "adf-blob",
    source: sources.blobStorage,
    codes: [
      {
        code: "AzureBlobOperationFailed",
        meaning: "An operation on Azure Blob Storage failed.",
        remedy:
          "Find the storage service's own code in the message and look it up among Microsoft's Blob service error codes.",
      },
      {
        code: "FIPSModeIsNotSupport",
        meaning: "Blob Storage needs MD5, which FIPS mode on the self-hosted integration runtime forbids.",
        remedy: "Switch FIPS mode off on that machine.",
      },
      {
        code: "AzureBlobInvalidBlockSize",
        meaning: "The block size lies outside the limits; 100 MB is the most.",
        remedy: "Set a smaller block size.",
      },
      {
        code: "AzureStorageOperationFailedConcurrentWrite",
        meaning: "Several runs wrote to the same file at once.",
        remedy: "See to it that one run at a time writes the file.",
      },
      {
        code: "AzureAppendBlobConcurrentWriteConflict",
        meaning: "Several writers appended to the same blob at once.",
        remedy: "Remove the other writers and run again.",
      },
      {
        code: "AzureBlobFailedToCreateContainer",
        meaning:
          "The blob container could not be created, because of how the storage account's public endpoint may be reached.",
        remedy:
          "Check the connection errors for public endpoints in Microsoft's guide against the account's network settings.",
      },
      {
        code: "UserErrorFailedToCreateAzureBlobContainer",
        meaning: "A blob container could not be created. It is the older name of AzureBlobFailedToCreateContainer.",
        remedy: "Check the container's name, and that the credential may create one.",
      },
    ],
  },
  {
    family: "adf-files",
    source: sources.azureFiles,
    codes: [
      {
        code: "AzureFileOperationFailed",
        meaning: "An operation on Azure Files failed.",
        remedy:
          "Find the storage service's own code in the message and look it up among Microsoft's Azure Files error codes.",
      },
    ],
  },
  {
    family: "adf-adls",
    source: sources.dataLake,
    codes: [
      {
        code: "ADLSGen2OperationFailed",
        meaning:
          "An operation on Azure Data Lake Storage Gen2 failed; the message says how, for instance forbidden, internal error, or connection closed.",
        remedy:
          "If the fault looks transient, run again; if it says forbidden, grant the service principal its permission and admit Data Factory's addresses in the storage firewall.",
      },
      {
        code: "ADLSGen2ForbiddenError",
        meaning:
          "Data Lake Storage Gen2 refused access: its firewall blocks the caller, or the service principal lacks permission.",
        remedy:
          "Correct the firewall rules; grant Storage Blob Data Reader to read from the account, Storage Blob Data Contributor to write to it.",
      },
      {
        code: "UserErrorFailedBlobFSOperation",
        meaning: "An operation on Data Lake Storage Gen2 timed out and its task was cancelled.",
        remedy: "Keep both ends in one region, see that there is bandwidth enough, and use a smaller block size.",
      },
      {
        code: "UserErrorFailedToGetAccessTokenByServicePrincipal",
        meaning:
          "No access token could be had with the service principal: its secret is wrong or expired (an AADSTS code beside it says which), or, with service_unavailable, the token service is too busy.",
        remedy:
          "Renew or correct the service principal's secret; with service_unavailable, run again after some minutes. Where the detail says that the failure is on the 'Sink' side, the credential may be Adobe's own: then raise it with Adobe support.",
        source: sources.dataLakeSample,
      },
      {
        code: "AdlsGen2OperationFailedConcurrentWrite",
        meaning: "Several writers wrote to the same file in Data Lake Storage Gen2.",
        remedy: "See to it that one run at a time writes there.",
        source: sources.copyReports,
      },
    ],
  },
  {
    family: "adf-general",
    source: sources.connectors,
    codes: [
      {
        code: "JreNotFound",
        meaning: "The self-hosted integration runtime found no Java, which it needs for Parquet and ORC files.",
        remedy: "Install a Java runtime on that machine.",
      },
      {
        code: "WildcardPathSinkNotSupported",
        meaning: "The path to write to contains a wildcard.",
        remedy: "Give a path without wildcards.",
      },
      {
        code: "JniException",
        meaning: "A call into Java (JNI) failed on the integration runtime.",
        remedy: "Set the environment variable _JAVA_OPTIONS and restart the runtime's nodes.",
      },
      {
        code: "GetOAuth2AccessTokenErrorResponse",
        meaning: "The authorisation server refused the OAuth2 client id or secret.",
        remedy: "Correct the OAuth2 client credentials in the connection.",
      },
      {
        code: "FailedToGetOAuth2AccessToken",
        meaning: "No OAuth2 token could be had, because the client-credential settings are not valid.",
        remedy: "Correct the OAuth2 client-credential settings in the connection.",
      },
      {
        code: "OAuth2AccessTokenTypeNotSupported",
        meaning: "The authorisation server issued a token of a type that is not supported.",
        remedy: "Use an authorisation server that issues a supported token type.",
      },
      {
        code: "OAuth2ClientIdColonNotAllowed",
        meaning: "The OAuth2 client id contains a colon, which is not allowed.",
        remedy: "Use a valid client id without a colon.",
      },
      {
        code: "ManagedIdentityCredentialObjectNotSupported",
        meaning: "This version of the integration runtime does not support managed identity credentials.",
        remedy: "Upgrade the self-hosted integration runtime.",
      },
      {
        code: "QueryMissingFormatSettingsInDataset",
        meaning: "The dataset lacks its format settings, or is of the binary kind.",
        remedy: "Set the format of the dataset.",
      },
      {
        code: "QueryUnsupportedCommandBehavior",
        meaning: "The query asks for a command behaviour that is not supported.",
        remedy: "Remove that parameter from the query.",
      },
      {
        code: "DataConsistencyFailedToGetSourceFileMetadata",
        meaning:
          "The metadata of a source file could not be read to check consistency: a passing fault, or the store does not allow it.",
        remedy: "Run again.",
      },
      {
        code: "DataConsistencyFailedToGetSinkFileMetadata",
        meaning:
          "The metadata of a written file could not be read to check consistency: a passing fault, or the store does not allow it.",
        remedy: "Run again.",
      },
      {
        code: "DataConsistencyValidationNotSupportedForNonDirectBinaryCopy",
        meaning: "Data consistency can be validated in a direct binary copy only.",
        remedy: "Remove validateDataConsistency from the copy activity.",
      },
      {
        code: "SkipMissingFileNotSupportedForNonDirectBinaryCopy",
        meaning: "Missing files can be skipped in a direct binary copy only.",
        remedy: "Remove fileMissing from the copy activity's skip settings.",
      },
      {
        code: "SkipInconsistencyDataNotSupportedForNonDirectBinaryCopy",
        meaning:
          "Inconsistent data can be skipped only in a copy that validates consistency (validateDataConsistency).",
        remedy: "Remove dataInconsistency from the copy activity's skip settings.",
      },
      {
        code: "SkipForbiddenFileNotSupportedForNonDirectBinaryCopy",
        meaning: "Forbidden files can be skipped in a direct binary copy only.",
        remedy: "Remove fileForbidden from the copy activity's skip settings.",
      },
      {
        code: "SkipInvalidFileNameNotSupportedForNonDirectBinaryCopy",
        meaning: "Files with invalid names can be skipped in a direct binary copy only.",
        remedy: "Remove invalidFileName from the copy activity's skip settings.",
      },
      {
        code: "SkipAllErrorFileNotSupportedForNonBinaryCopy",
        meaning: "Skipping every file in error works in a binary copy only.",
        remedy: "Remove allErrorFile from the copy activity's skip settings.",
      },
      {
        code: "DeleteFilesAfterCompletionNotSupportedForNonDirectBinaryCopy",
        meaning: "Source files can be deleted after the copy in a direct binary copy only.",
        remedy: "Remove the setting that deletes files after completion.",
      },
      {
        code: "FailedToDownloadCustomPlugins",
        meaning:
          "The plug-ins could not be downloaded: their links are not valid, or the connection failed for a moment.",
        remedy: "Run again; if it keeps failing, contact support.",
      },
      {
        code: "UserErrorOdbcInvalidQueryString",
        meaning: "The ODBC source does not accept the query.",
        remedy: "Run the query against the source yourself and check that it returns data.",
      },
      {
        code: "UserErrorOdbcOperationFailed",
        meaning: "An operation of the ODBC driver failed; it comes under 2200.",
        remedy: "Read the driver's own message in the error detail and act on that.",
        source: sources.connectorTitle,
      },
      {
        code: "FailToResolveParametersInExploratoryController",
        meaning: "The parameters of a linked service could not be resolved.",
        remedy: "Remove the parameters from the linked service that is referred to.",
      },
      {
        code: "TypeConversionFailure",
        meaning:
          "A value does not fit the type of the column it is written to. The text right after the code names the value, the column and both types.",
        remedy: "Correct the value at the source, or change the column's type in the mapping.",
        source: sources.copyReports,
      },
      {
        code: "UserErrorInvalidDataValue",
        meaning:
          "A value cannot be converted to the type of its column; most often it is a date written in another format.",
        remedy: "Correct the value that the message names, or set the format of dates in the mapping.",
        source: sources.copyReports,
      },
      {
        code: "UserErrorFileNotFound",
        meaning: "The file or folder is not where the connection looks for it.",
        remedy: "Check the path, and whether something moves or deletes files while a run is under way.",
        source: sources.copyReports,
      },
      {
        code: "UserErrorHttpStatusCodeIndicatingFailure",
        meaning: "The HTTP source answered with a status of failure, which the message quotes (401, 404, 429, 5xx).",
        remedy:
          "Act on that status: 401 and 403 are credentials and rights, 404 is the address, 429 asks for fewer requests, 5xx is the server's own fault.",
        source: sources.copyReports,
      },
      {
        code: "UserErrorDataStoreServiceThrottling",
        meaning: "The data store is turning requests away, since it gets more of them than it allows.",
        remedy: "Run at another hour or less often, let fewer copies run at once, or raise the store's limits.",
        source: sources.copyReports,
      },
      {
        code: "UserErrorSourceQueryTimeout",
        meaning: "The query at the source ran longer than it may.",
        remedy: "Make the query cheaper (an index, a narrower time window, partitions) or raise its time-out.",
        source: sources.copyReports,
      },
      {
        code: "UserErrorInvalidColumnName",
        meaning: "A column that one side names does not exist on the other.",
        remedy: "Compare the mapping with the columns of the data, and correct the name that differs.",
        source: sources.copyReports,
      },
      {
        code: "UserErrorSourceDataContainsMoreColumnsThanDefined",
        meaning: "A row has more columns than its schema. It is the older name of DelimitedTextMoreColumnsThanDefined.",
        remedy:
          "Look at the row that the message names, then at the delimiter, the quotes and line breaks inside values.",
        source: sources.copyReports,
      },
      {
        code: "InvalidParameter",
        meaning: "A property of the connection or of the copy has a value that is not valid; the message names it.",
        remedy: "Correct that property in the connection or the flow.",
        source: sources.copyReports,
      },
      {
        code: "UnsupportedDataStoreEndpoint",
        meaning: "The address of the data store is not among those that may be used.",
        remedy: "Use an endpoint that is supported, or have this one allowed.",
        source: sources.copyReports,
      },
      {
        code: "MappingColumnNameNotFoundInSourceFile",
        meaning: "The mapping names a column that the file does not have.",
        remedy:
          "Compare the file's header with the mapping: a column was renamed, dropped, or is spelt in another case.",
        source: sources.copyReports,
      },
      {
        code: "SchemaMappingFailedInHierarchicalToTabularStage",
        meaning: "Nested data could not be laid out in flat columns as the mapping asks.",
        remedy: "Correct the paths in the mapping so that each leads to a value, or to the one array that is unrolled.",
        source: sources.copyReports,
      },
      {
        code: "UserErrorFailedToConnectOdbcSource",
        meaning: "The ODBC source could not be connected to.",
        remedy: "Check host and port, the credentials, and that the driver is installed where the copy runs.",
      },
      {
        code: "UserErrorFailedToConnectToSqlServer",
        meaning: "The SQL server could not be connected to.",
        remedy: "Check the host and port, the firewall's list of addresses, and the login.",
      },
      {
        code: "UserErrorWriteFailedFileOperation",
        meaning: "A file could not be written; the message says why, such as a full disk or missing rights.",
        remedy: "Act on what the message says: make room, or grant the right to write to the folder.",
      },
      {
        code: "UserErrorSourceBlobNotExist",
        meaning: "A blob that was listed when the copy began was gone when it was to be read.",
        remedy:
          "Do not delete or rename files while a run is under way; let the producer finish before the flow starts.",
      },
      {
        code: "DataConsistencySourceDataChanged",
        meaning: "A source file changed while it was being copied.",
        remedy:
          "Write files under another name and rename them when they are whole, or run the flow when nothing writes.",
      },
      {
        code: "UserErrorFailedFileOperation",
        meaning:
          "A wrapper: some operation on a file failed. The message inside says which, from 403 and 404 to a value that cannot be converted, a bad zip file, Kerberos or an untrusted certificate.",
        remedy: "Read the message inside it and act on that; this code alone names nothing to repair.",
        source: sources.copyReports,
      },
      {
        code: "DataConsistencyValidationNotSupportedForLowVersionSelfHostedIntegrationRuntime",
        meaning: "The self-hosted integration runtime is too old to check that the copied data is consistent.",
        remedy: "Upgrade the runtime, or switch validateDataConsistency off.",
      },
      {
        code: "SkipForbiddenFileNotSupportedForThisConnector",
        meaning: "This connector cannot skip files that it may not read.",
        remedy: "Take fileForbidden out of the skipErrorFile settings.",
      },
      {
        code: "SkipInvalidFileNameNotSupportedForSource",
        meaning: "As a source, this connector cannot skip files with invalid names.",
        remedy: "Take invalidFileName out of the skipErrorFile settings.",
      },
      {
        code: "SkipInvalidFileNameNotSupportedForSink",
        meaning: "As a target, this connector cannot skip files with invalid names.",
        remedy: "Take invalidFileName out of the skipErrorFile settings.",
      },
      {
        code: "DeleteFilesAfterCompletionNotSupportedForThisConnector",
        meaning: "This connector cannot delete the source files after the copy.",
        remedy: "Switch deleteFilesAfterCompletion off.",
      },
      {
        code: "FlowRunSizeLimitExceeded",
        meaning: "The pipeline has more activities in a chain than one run may have.",
        remedy:
          "No documented remedy on your side where the pipeline is Adobe's: open a case. In your own, split it into pipelines that call each other.",
        source: sources.pipelines,
      },
      {
        code: "AzureTableDuplicateColumnsFromSource",
        meaning: "The source delivers two columns of the same name (a join, or a CSV header).",
        remedy: "Give the columns different names.",
        source: sources.tableStorage,
      },
    ],
  },
  {
    family: "adf-delimited",
    source: sources.delimitedText,
    codes: [
      {
        code: "DelimitedTextColumnNameNotAllowNull",
        meaning: "A column in the header row has no name.",
        remedy: "Give every column in the header row a name.",
      },
      {
        code: "DelimitedTextMoreColumnsThanDefined",
        meaning:
          "A row has more columns than expected: bad data, a wrong delimiter, quote or compression setting, or files of several layouts in one folder.",
        remedy:
          "Look at the row that the message names, then at the delimiter, quote and compression settings of the source.",
      },
    ],
  },
  {
    family: "adf-oracle",
    source: sources.oracle,
    codes: [
      {
        code: "ArgumentOutOfRangeException",
        meaning: "A date in the Oracle table lies outside the years 1 to 9999.",
        remedy: "Find the value with `select dump(<column>)` and correct it.",
      },
    ],
  },
  {
    family: "adf-parquet",
    source: sources.parquet,
    codes: [
      {
        code: "ParquetJavaInvocationException",
        meaning: "Java failed while it handled a Parquet file: out of memory, or a null pointer.",
        remedy: "Give the integration runtime more memory, let fewer copies run at once, and try again.",
      },
      {
        code: "ParquetInvalidFile",
        meaning: "The file is not a valid Parquet file.",
        remedy: "Check the file: it may be damaged or of another format.",
      },
      {
        code: "ParquetNotSupportedType",
        meaning: "The file has a Parquet type that is not supported.",
        remedy: "Check the types of the source's columns against those that Data Factory supports.",
      },
      {
        code: "ParquetMissedDecimalPrecisionScale",
        meaning: "A decimal column lacks its precision or scale.",
        remedy: "Check that column's definition in the source.",
      },
      {
        code: "ParquetInvalidDecimalPrecisionScale",
        meaning: "A decimal column has a precision or scale that is not valid.",
        remedy: "Check that column's definition in the source.",
      },
      {
        code: "ParquetColumnNotFound",
        meaning: "The mapping names a column that the Parquet file does not have.",
        remedy: "Compare the mapping with the file's columns and correct it.",
      },
      {
        code: "ParquetInvalidDataFormat",
        meaning: "A value cannot be converted to the type that the mapping gives it.",
        remedy: "Correct the value in the data, or the type in the mapping.",
      },
      {
        code: "ParquetDataCountNotMatchColumnCount",
        meaning: "A row and the schema have different numbers of columns.",
        remedy: "Bring the columns of the data and the schema into line.",
      },
      {
        code: "ParquetDataTypeNotMatchColumnType",
        meaning: "The type of a source column does not fit the type of the column it is written to.",
        remedy: "Correct the type on the writing side.",
      },
      {
        code: "ParquetBridgeInvalidData",
        meaning: "A value in the data is over the limit.",
        remedy: "Run again; if it keeps failing, contact support.",
      },
      {
        code: "ParquetDateTimeExceedLimit",
        meaning: "A date and time is outside the range that can be stored.",
        remedy: "Avoid values such as 0001-01-01 in the source.",
      },
      {
        code: "ParquetInvalidColumnName",
        meaning:
          "A column name contains a character that Parquet forbids: a comma, semicolon, brace, parenthesis, equals sign, tab or line break.",
        remedy: "Rename the column, or map it to a name without those characters.",
      },
      {
        code: "UserErrorJniException",
        meaning: "The integration runtime could not start a Java virtual machine.",
        remedy: "Set the environment variable _JAVA_OPTIONS and restart the runtime's nodes.",
      },
      {
        code: "ParquetNotSupportedTypeGeneric",
        meaning: "The Parquet file has a type that is not supported.",
        remedy: "Write that column as a supported type.",
        source: sources.copyReports,
      },
      {
        code: "ParquetUnsupportedInterpretation",
        meaning: "The Parquet file has a logical type that is not supported.",
        remedy: "Write that column as a supported type.",
      },
      {
        code: "ParquetUnsupportFileLevelCompressionOption",
        meaning: "A compression of the whole file is set, while Parquet compresses its own columns.",
        remedy: "Remove the compression from the file's settings.",
      },
    ],
  },
  {
    family: "adf-postgres",
    source: sources.postgres,
    codes: [
      {
        code: "AzurePostgreSqlNpgsqlDataTypeNotSupported",
        meaning: "The column chosen to partition the read is of a type that is not supported.",
        remedy: "Partition by a column of whole numbers, dates or the like.",
      },
      {
        code: "AzurePostgreSqlNpgsqlPartitionColumnNameNotProvided",
        meaning: "The read is to be partitioned, but no column was named for it.",
        remedy: "Name the partition column.",
      },
    ],
  },
  {
    family: "adf-rest",
    source: sources.rest,
    codes: [
      {
        code: "RestSinkCallFailed",
        meaning: "The REST endpoint that was written to answered with a failure.",
        remedy: "Read the status and the endpoint's message in the error, and act on those.",
      },
      {
        code: "RestSourceCallFailed",
        meaning: "The REST source answered with a failure status.",
        remedy: "Check the status in the message, then the URL and the payload of the request.",
      },
      {
        code: "RestSinkUNSupportedCompressionType",
        meaning: "The compression chosen for writing to the REST endpoint is not supported.",
        remedy: "Choose a supported compression type.",
      },
      {
        code: "RestCallFailedWithClientError",
        meaning: "The REST endpoint refused the request with a 4xx status, which the message names.",
        remedy:
          "Act on the status: 401 and 403 are credentials and rights, 404 is the address, 429 asks for fewer requests.",
        source: sources.copyReports,
      },
    ],
  },
  {
    family: "adf-sql",
    source: sources.sql,
    codes: [
      {
        code: "SqlFailedToConnect",
        meaning:
          "No connection to the SQL database: public access is denied, a firewall or port 1433 is closed, or the login lacks its grants.",
        remedy:
          "Check the firewall, the port and the credentials, and compare the message with the causes in Microsoft's guide.",
      },
      {
        code: "SqlOperationFailed",
        meaning: "An operation in the SQL database failed.",
        remedy: "Look up the SQL error number in the message; raise the timeouts if it was one.",
      },
      {
        code: "SqlUnauthorizedAccess",
        meaning: "The credentials are wrong, or the account has no access to the SQL database.",
        remedy: "Correct the credentials, or grant the account access.",
      },
      {
        code: "SqlOpenConnectionTimeout",
        meaning: "Opening a connection to the SQL database took too long.",
        remedy: "Try again with a longer connection timeout.",
      },
      {
        code: "SqlAutoCreateTableTypeMapFailed",
        meaning: "The table could not be created automatically, since a source type has no counterpart.",
        remedy: "Change that type in the mapping, or create the table yourself.",
      },
      {
        code: "SqlDataTypeNotSupported",
        meaning: "A value overflows SqlDateTime.",
        remedy: "Cast the column to text, or use datetime2.",
      },
      {
        code: "SqlInvalidDbStoredProcedure",
        meaning: "The stored procedure is not valid or returns no data.",
        remedy: "Run the procedure yourself and see that it works and returns rows.",
      },
      {
        code: "SqlInvalidDbQueryString",
        meaning: "The query is not valid or returns no data.",
        remedy: "Run the query yourself and see that it works and returns rows.",
      },
      {
        code: "SqlInvalidColumnName",
        meaning: "A column that is asked for does not exist.",
        remedy: "Correct the column's name in the query or the mapping.",
      },
      {
        code: "SqlBatchWriteTimeout",
        meaning: "Writing a batch to the SQL database took too long.",
        remedy: "Run again.",
      },
      {
        code: "SqlBatchWriteTransactionFailed",
        meaning: "The SQL transaction could not be committed.",
        remedy: "Set the connection timeout to 120 seconds or more and run again.",
      },
      {
        code: "SqlBulkCopyInvalidColumnLength",
        meaning: "The bulk copy met a value whose length does not suit its column.",
        remedy: "Switch on fault tolerance to find out which row it is, then correct it.",
      },
      { code: "SqlConnectionIsClosed", meaning: "The SQL database closed the connection.", remedy: "Run again." },
      {
        code: "SqlServerInvalidLinkedServiceCredentialMissing",
        meaning: "The connection to the SQL server carries no credential.",
        remedy: "Add the credential to the connection.",
      },
      {
        code: "SqlParallelFailedToDetectPartitionColumn",
        meaning: "A parallel read found no primary or unique key to partition by.",
        remedy: "Create such a key on the table.",
      },
      {
        code: "SqlParallelFailedToDetectPhysicalPartitions",
        meaning: "A parallel read found no physical partitions in the table.",
        remedy: "Give the table physical partitions.",
      },
      {
        code: "SqlDeniedPublicAccess",
        meaning: "The SQL server denies access from public networks.",
        remedy: "Use a private endpoint, or let the server accept selected networks.",
      },
      {
        code: "FailedDbOperation",
        meaning: "Loading into the database (PolyBase) failed, or the login lacks the permission for it.",
        remedy: 'Grant CONTROL on the database, and switch off "use type default".',
      },
      {
        code: "SqlParallelFailedToGetPartitionRangeSynapse",
        meaning: "The Synapse table has no physical partitions, so it cannot be read in parallel by them.",
        remedy: "Partition the table, or read it without partition option.",
      },
      {
        code: "PolybaseOperationFailed",
        meaning:
          "Loading into Synapse with PolyBase failed. The SQL message inside says why, often that a type of the file does not fit the table.",
        remedy: "Read the SQL message inside; bring the types of file and table into line.",
        source: sources.copyReports,
      },
      {
        code: "DWCopyCommandOperationFailed",
        meaning:
          "The COPY command into the warehouse failed. The message inside says why: a type that does not fit, a text too long for its column, a lost connection, too many queries at once.",
        remedy: "Read the message inside: change the column's type or length, or split the load.",
        source: sources.copyReports,
      },
      {
        code: "UserErrorSqlDWCopyCommandError",
        meaning:
          "The COPY command into Synapse failed; the message inside says why, for instance a NULL for a required column or a wrong type. It is the older name of DWCopyCommandOperationFailed.",
        remedy: "Read the SQL message inside, then check the mapping and the columns' types.",
        source: sources.copyReports,
      },
      {
        code: "UserErrorSqlBulkCopyInvalidColumnLength",
        meaning:
          "A value is longer than the column it is written to. It is the older name of SqlBulkCopyInvalidColumnLength.",
        remedy:
          "Find the row (fault tolerance of the copy can set it aside), then widen the column or shorten the value.",
      },
    ],
  },
  {
    family: "adf-dynamics",
    source: sources.dynamics,
    codes: [
      {
        code: "DynamicsCreateServiceClientError",
        meaning: "The Dynamics server had a passing problem.",
        remedy: "Run again; lower the parallelism if it comes back.",
      },
      {
        code: "DynamicsMissingTargetForMultiTargetLookupField",
        meaning: "A lookup field may point at several entities, and the column that says which one is missing.",
        remedy: "Add the target column to the source data and to the mapping.",
      },
      {
        code: "DynamicsInvalidTargetForMultiTargetLookupField",
        meaning: "The target column of a lookup field names the wrong entity.",
        remedy: "Give the name of an entity that the field may point at.",
      },
      {
        code: "DynamicsInvalidTypeForMultiTargetLookupField",
        meaning: "The target column of a lookup field does not hold text.",
        remedy: "Give the entity's name as a string.",
      },
      {
        code: "DynamicsFailedToRequestServer",
        meaning: "The Dynamics server or the network on the way to it has a problem.",
        remedy: "Check the network, then the Dynamics server's log.",
      },
      {
        code: "DynamicsFailedToConnect",
        meaning:
          "No connection to Dynamics: multi-factor login, discovery, the URL or the region stands in the way, or it answered 401.",
        remedy: "Sign in with a service principal and check that the service URI is the right one.",
      },
      {
        code: "DynamicsOperationFailed",
        meaning: "The Dynamics server failed to carry out the operation.",
        remedy: "Look up the Dynamics error code in the message.",
      },
      {
        code: "DynamicsInvalidFetchXml",
        meaning: "The Fetch XML query is not valid.",
        remedy: "Correct the Fetch XML.",
      },
      {
        code: "DynamicsMissingKeyColumns",
        meaning: "The column that holds the key is missing from the data.",
        remedy: "Add the key column to the mapping.",
      },
      {
        code: "DynamicsPrimaryKeyMustBeGuid",
        meaning: "The primary key of a record is no GUID.",
        remedy: "Give GUIDs as primary keys.",
      },
      {
        code: "DynamicsAlternateKeyNotFound",
        meaning: "The alternate key cannot be found.",
        remedy: "Check its name, and that the account may read it.",
      },
      {
        code: "DynamicsInvalidSchemaDefinition",
        meaning: "Columns to be written have no type.",
        remedy: "Add a type for each column in the mapping.",
      },
      {
        code: "UserErrorUnsupportedAttributeType",
        meaning: "A lookup attribute is of a type that is not supported.",
        remedy: "Ask Dynamics support about this attribute.",
      },
    ],
  },
];
