/**
 * The form of each family's codes, or null where they have none of their own. A code that nobody has listed may still
 * show it. Kept apart from what the families mean, for a reading needs no more than this. Names are matched in any case.
 */
export const codeForms = {
  connector: /^CONNECTOR-/i,
  "batch-ingestion": /^\d{3,4}$/,
  ingest: /^INGEST-/i,
  mapper: /^MAPPER-/i,
  dcvs: /^DCVS-/i,
  profile: /^(UPINGT-|UPSDK-|UPAPI-036)/i,
  identity: /^UIS-/i,
  segmentation: null,
  destination: /^ACT(BTC-|SVC-|IVATION_)/i,
  query: null,
  "schema-registry": /^XDM-/i,
  "access-control": /^PDP-/i,
  "data-hygiene": /^HYGN-/i,
  ajo: /^CJM[A-Z]{0,5}-/i,
  "io-events-trace": /^6\d\d$/,
  adf: /^\d{4,5}$/,
  "adf-general": /^UserError/i,
  "adf-sftp": /^(S?Ftp|HttpFile|HttpSource)/i,
  "adf-blob": /^Azure(Blob|Storage|AppendBlob)/i,
  "adf-files": /^AzureFile/i,
  "adf-adls": /^ADLS/i,
  "adf-delimited": /^DelimitedText/i,
  "adf-json": /^Json/i,
  "adf-xml": /^Xml/i,
  "adf-parquet": /^Parquet/i,
  "adf-orc": /^Orc(Java|DateTime)/i,
  "adf-sql": /^Sql/i,
  "adf-oracle": null,
  "adf-postgres": /^AzurePostgreSql/i,
  "adf-db2": /^DB2/i,
  "adf-cosmos": /^CosmosDb/i,
  "adf-mongodb": /^MongoDb/i,
  "adf-snowflake": /^Snowflake/i,
  "adf-rest": /^Rest(Sink|Source|Call)/i,
  "adf-dynamics": /^Dynamics/i,
  "adf-salesforce": /^Salesforce/i,
  "adf-servicenow": null,
  "adf-sap": /^Sap(Odp|Hana|Bw|Ecc|Table|Cdc)/i,
  "adf-sharepoint": /^SharePoint/i,
  aad: /^AADSTS\d/i,
  oauth: /^[a-z]+_[a-z_]+$/,
  "flow-service-api": /^[12]\d{3}-\d{3}$/,
  "sources-api": /^1\d{3}-\d{3}$/,
  "sqlstate-01": sqlState("01"),
  "sqlstate-02": sqlState("02"),
  "sqlstate-07": sqlState("07"),
  "sqlstate-08": sqlState("08"),
  "sqlstate-0a": sqlState("0A"),
  "sqlstate-21": sqlState("21"),
  "sqlstate-22": sqlState("22"),
  "sqlstate-23": sqlState("23"),
  "sqlstate-24": sqlState("24"),
  "sqlstate-25": sqlState("25"),
  "sqlstate-26": sqlState("26"),
  "sqlstate-28": sqlState("28"),
  "sqlstate-34": sqlState("34"),
  "sqlstate-3d": sqlState("3D"),
  "sqlstate-3f": sqlState("3F"),
  "sqlstate-40": sqlState("40"),
  "sqlstate-42": sqlState("42"),
  "sqlstate-44": sqlState("44"),
  "sqlstate-53": sqlState("53"),
  "sqlstate-54": sqlState("54"),
  "sqlstate-55": sqlState("55"),
  "sqlstate-57": sqlState("57"),
  "sqlstate-58": sqlState("58"),
  "sqlstate-hy": sqlState("HY"),
  "sqlstate-im": sqlState("IM"),
  "sqlstate-p0": sqlState("P0"),
  "sqlstate-xx": sqlState("XX"),
  /** The form that most services of Platform use. It says least, so it counts only where no family above has the code's form. */
  platform: /^[A-Z]{3,8}-\d{3,6}-[1-5]\d\d$/i,
} as const satisfies Record<string, RegExp | null>;

/** The name of a family of error codes, such as `connector` or `adf-sql`. */
export type Family = keyof typeof codeForms;

/** The families whose form the code has, maybe none. Pure. */
export function familiesByForm(code: string): readonly Family[] {
  if (code.length > longestCode) return [];
  const found = allFamilies().filter((family) => codeForms[family]?.test(code));
  return found.length > 1 ? found.filter((family) => family !== "platform") : found;
}

/** The names of all families, in the order in which they are told. Pure. */
export function allFamilies(): readonly Family[] {
  // Object.keys gives an object's own keys, and these are all that it has.
  names ??= Object.keys(codeForms).filter((name): name is Family => name in codeForms);
  return names;
}

/** The longest that is known has 78 characters. What is longer is a text and no code. */
const longestCode = 128;

let names: readonly Family[] | undefined;

/** An SQLSTATE has five characters, of which the first two are its class. A word of letters alone is none (`import`). */
function sqlState(kind: string): RegExp {
  return new RegExp(`^${kind}(?=[A-Z]{0,2}\\d)[0-9A-Z]{3}$`, "i");
}
