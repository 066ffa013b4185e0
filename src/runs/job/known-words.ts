/** The verbs that are documented; any other is taken as it is. */
export const knownVerbs: readonly string[] = [
  ...["created", "started", "syncing", "synced", "synccomplete", "completed", "failed"],
  ...["update", "updated", "deleted", "status", "clustered"],
];

/** The subject types that are documented, likewise. */
export const knownTypes: readonly string[] = [
  ...["account", "auth", "campaign", "data", "entity", "experience", "journey", "program", "provider", "query"],
  ...["report", "rollup", "schema", "schematable", "scoring", "segment", "segmentcollection", "segmentml", "stream"],
  ...["subscription", "topic-document", "user", "variation", "work", "workflow"],
];
