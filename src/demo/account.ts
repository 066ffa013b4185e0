/** The demo's invented customer of Adobe: who it is, and what lets it in. None of it opens anything else. */
export const account = {
  clientId: "f3b0c9d47a1e4c52a6d8be2070914e3c",
  /** A credential holds two secrets while they are being rotated; both are good. */
  clientSecrets: ["p8e-demo-first-4hTqWz", "p8e-demo-second-9LkVxN"],
  imsOrgId: "4B1E2F9A6D3C7A550A495FD2@AdobeOrg",
  scopes: [
    "AdobeID",
    "openid",
    "read_organizations",
    "additional_info.projectedProductContext",
    "additional_info.roles",
    "adobeio_api",
    "read_client_secret",
    "manage_client_secrets",
  ],
  consumerOrgId: "7120468",
  projectId: "4566206088344827113",
  workspaceId: "4566206088344901442",
  credentialId: "301844",
} as const;
