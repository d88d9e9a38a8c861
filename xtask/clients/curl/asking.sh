# What the scripts share: requests, and reading answers. Sourced after world.env.

TOKEN=$ISSUER/token
VERSION="curl $(curl --version | sed -n '1s/^curl \([^ ]*\).*/\1/p')"

# did DEED: says it.
did() {
    printf '%s\t%s\n' "$VERSION" "$1"
}

# fail WORDS: ends the run.
fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

# member NAME JSON: the text or number of a member.
member() {
    printf '%s' "$2" | sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p"
}

# ask WANTED ARGUMENTS..: curl with these arguments; the status has to be the one that is
# wanted. The body is the answer.
ask() {
    wanted=$1
    shift
    answer=$(curl --silent --show-error --write-out '\n%{http_code}' "$@") || fail "no answer"
    status=$(printf '%s' "$answer" | tail -n 1)
    body=$(printf '%s' "$answer" | sed '$d')
    [ "$status" = "$wanted" ] || fail "$status instead of $wanted: $body"
}

# refused ERROR ARGUMENTS..: a request that has to be refused by this error code.
refused() {
    error=$1
    shift
    ask 400 "$@"
    [ "$(member error "$body")" = "$error" ] || fail "$error was expected: $body"
}

# has NAME VALUE: what the last answer has to say.
has() {
    [ "$(member "$1" "$body")" = "$2" ] || fail "$1 is not $2: $body"
}
