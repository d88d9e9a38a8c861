# curl as a device and as a gateway: the device flow, exchange, refresh, revocation.
#
# Usage: sh people.sh WORLD.env

set -eu
. "$1"
. "$(dirname "$0")/asking.sh"

grants=urn:ietf:params:oauth:grant-type
access_token=urn:ietf:params:oauth:token-type:access_token

ask 200 -d client_id=tv --data-urlencode scope="openid offline_access read write" \
    --data-urlencode resource="$GATEWAY" "$ISSUER/device_authorization"
device_code=$(member device_code "$body")
user_code=$(member user_code "$body")
interval=$(member interval "$body")
poll() {
    "$@" -d client_id=tv -d grant_type=$grants:device_code -d device_code="$device_code" "$TOKEN"
}
poll refused authorization_pending
$KEEPER device approve "$user_code" --user "$PERSON" > /dev/null
sleep "$interval"
poll ask 200
token=$(member access_token "$body")
refresh_token=$(member refresh_token "$body")
poll refused invalid_grant
did "device flow: pending, tokens, the code good once"

gateway=$CLIENTS_GATEWAY_ID:$CLIENTS_GATEWAY_SECRET
ask 200 -u "$gateway" -d grant_type=$grants:token-exchange -d subject_token="$token" \
    -d subject_token_type=$access_token -d scope=read "$TOKEN"
has issued_token_type $access_token
has scope read
exchanged=$(member access_token "$body")
did "token exchange: impersonation with a narrower scope"

refresh() {
    "$@" -d client_id=tv -d grant_type=refresh_token -d refresh_token="$refresh_token" "$TOKEN"
}
refresh ask 200
successor=$(member refresh_token "$body")
[ "$successor" != "$refresh_token" ] || fail "the refresh token was not rotated"
did "refresh with rotation"

ask 200 -d client_id=tv -d token="$successor" "$ISSUER/revoke"
refresh_token=$successor
refresh refused invalid_grant
ask 200 -u "$gateway" -d token="$exchanged" "$ISSUER/introspect"
has active false
did "revocation of a refresh token ends its family, what was exchanged too"
