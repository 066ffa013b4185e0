#!/usr/bin/env bash
# Reads a journal from its oldest event to its first 204 with curl and jq, as the documentation shows it, and prints each
# event as one line of JSON.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
origin=$(sed -E 's#^(https?://[^/]+).*#\1#' <<<"$FLOWRUN_JOURNAL_URL")
url=$FLOWRUN_JOURNAL_URL
while :; do
  status=$(curl -sS -D "$work/headers" -o "$work/body" -w '%{http_code}' -H "Authorization: Bearer $ACCESS_TOKEN" \
    -H "x-api-key: $FLOWRUN_CLIENT_ID" -H "x-ims-org-id: $FLOWRUN_IMS_ORG_ID" "$url")
  [ "$status" = 200 ] || break
  jq -c '.events[]' "$work/body"
  url=$origin$(sed -nE 's/^link: *<([^>]*)>; *rel="?next"?.*$/\1/Ip' "$work/headers" | tr -d '\r' | head -n 1)
done
[ "$status" = 204 ]
