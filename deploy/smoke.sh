#!/bin/sh
# Is the site well?  sh deploy/smoke.sh https://vetro.example.org [options of curl, such as --insecure]
set -u
site=${1%/} && shift
failed=0

# expect WHAT WANTED curl-arguments…: the status that an address answers with
expect() {
  what=$1 wanted=$2 && shift 2
  status=$(curl --silent --max-time 10 --output /dev/null --write-out '%{http_code}' "$@")
  if [ "$status" = "$wanted" ]; then echo "ok      $what"; else echo "FAILED  $what: $status, not $wanted" && failed=1; fi
}

expect "the first page" 200 "$@" "$site/"
expect "a lesson" 200 "$@" "$site/attention?lang=it"
expect "health of a replica" 200 "$@" "$site/_stcore/health"
expect "an unknown address" 404 "$@" "$site/no-such-page"
expect "no uploads" 404 "$@" --request PUT --data x "$site/_stcore/upload_file/a/b"
expect "no figures for strangers" 404 "$@" "$site/metrics"
expect "no sessions from other sites" 403 "$@" --header "Origin: https://elsewhere.example" "$site/_stcore/health"
expect "a session" 101 "$@" --http1.1 --max-time 2 --header "Connection: Upgrade" --header "Upgrade: websocket" \
  --header "Sec-WebSocket-Version: 13" --header "Sec-WebSocket-Key: dmV0cm8tdmV0cm8tdmV0cg==" \
  --header "Sec-WebSocket-Protocol: streamlit" --header "Origin: $site" "$site/_stcore/stream"

headers=$(curl --silent --max-time 10 --dump-header - --output /dev/null "$@" "$site/")
for header in content-security-policy x-content-type-options "referrer-policy: no-referrer" "set-cookie: vetro_seat"; do
  if echo "$headers" | grep -qi "^$header"; then echo "ok      $header"; else echo "FAILED  $header is missing" && failed=1; fi
done
exit $failed
