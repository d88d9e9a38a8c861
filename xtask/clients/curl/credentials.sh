# curl as a client that speaks for itself: a secret in the header and in the form, a
# statement signed by openssl, introspection, revocation.
#
# Usage: sh credentials.sh WORLD.env

set -eu
. "$1"
. "$(dirname "$0")/asking.sh"

robot=$CLIENTS_ROBOT_ID:$CLIENTS_ROBOT_SECRET

ask 200 -u "$robot" -d grant_type=client_credentials -d scope=read "$TOKEN"
has token_type Bearer
has scope read
token=$(member access_token "$body")
did "client credentials, client_secret_basic"

ask 200 --data-urlencode client_id="$CLIENTS_ROBOT_ID" -d client_secret="$CLIENTS_ROBOT_SECRET" \
    -d grant_type=client_credentials "$TOKEN"
did "client credentials, client_secret_post"

ask 200 -u "$robot" -d token="$token" "$ISSUER/introspect"
has active true
ask 200 -u "$robot" -d token="$token" "$ISSUER/revoke"
ask 200 -u "$robot" -d token="$token" "$ISSUER/introspect"
[ "$body" = '{"active":false}' ] || fail "$body"
did "introspection, revocation, introspection"

# base64url of the standard input (RFC 7515 2).
base64url() {
    openssl base64 -A | tr '+/' '-_' | tr -d '='
}

now=$(date +%s)
header=$(printf '{"alg":"RS256","kid":"rs256","typ":"JWT"}' | base64url)
claims=$(printf '{"iss":"rs256","sub":"rs256","aud":"%s","iat":%s,"exp":%s,"jti":"%s"}' \
    "$ISSUER" "$now" "$((now + 60))" "$(openssl rand -hex 16)" | base64url)
signature=$(printf '%s.%s' "$header" "$claims" |
    openssl dgst -sha256 -sign "$KEYS_RS256" -binary | base64url)
ask 200 -d grant_type=client_credentials \
    -d client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer \
    -d client_assertion="$header.$claims.$signature" "$TOKEN"
did "client credentials, private_key_jwt signed by openssl"
