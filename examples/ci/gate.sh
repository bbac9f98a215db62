#!/usr/bin/env bash
# The gate of a pull request, for GitHub Actions, GitLab CI and by hand: check, tests with coverage, diff, types, AsyncAPI.
# Variables: ROUTES, BASE, FAIL_ON, VERSION, TYPES, ASYNCAPI, COMMENT_TOKEN, PULL_REQUEST; all may be empty.
set -uo pipefail

ROUTES=${ROUTES:-config/routes.yaml}
BASE=${BASE:-}
FAIL_ON=${FAIL_ON:-breaking}
CHANGES=${CHANGES:-gateway-changes.md}
status=0

# GATEWAY is a command of its own in tests. An unnamed package of that name may be another author's, so npx is given the full one.
if [ -n "${GATEWAY:-}" ]; then gateway=($GATEWAY)
elif [ -n "${VERSION:-}" ]; then gateway=(npx --yes -p "@metargb/websocket-gateway@$VERSION" metargb-gateway)
else gateway=(npx --no-install metargb-gateway); fi

format=text
[ -n "${GITHUB_ACTIONS:-}" ] && format=github
"${gateway[@]}" check "$ROUTES" --format "$format" || status=1
"${gateway[@]}" test --file "$ROUTES" --require-coverage || status=1

# Compares the routes with those of $revision.
compare() {
  local level=$FAIL_ON result
  [ "$level" = never ] && level=breaking
  "${gateway[@]}" diff --fail-on "$level" --format markdown -- "$revision" "$ROUTES" >"$CHANGES"
  result=$?
  # 1: a change of that level. 64, 78: the base has no such file, or one with errors; the pull request may be the repair.
  if [ $result -eq 1 ] && [ "$FAIL_ON" != never ]; then status=1; fi
  if [ $result -gt 1 ]; then echo 'The routes of the target branch cannot be read, so nothing is compared.' >"$CHANGES"; fi
  cat "$CHANGES"
  if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then cat "$CHANGES" >>"$GITHUB_STEP_SUMMARY"; fi
  if [ -n "${GITHUB_OUTPUT:-}" ]; then echo "changes=$CHANGES" >>"$GITHUB_OUTPUT"; fi
}

if [ -n "$BASE" ] && git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
  revision=$BASE
  if ! git rev-parse --verify --quiet --end-of-options "$BASE^{commit}" >/dev/null; then
    revision=FETCH_HEAD
    git fetch --quiet --depth=1 -- origin "$BASE" || revision=
  fi
  if [ -z "$revision" ]; then
    # A gate that compares with nothing would pass everything.
    echo "The revision $BASE is not in this repository and cannot be fetched from origin, so nothing is compared." | tee "$CHANGES"
    status=1
  else
    compare
  fi
fi

[ -z "${TYPES:-}" ] || "${gateway[@]}" types --file "$ROUTES" --out "$TYPES" || status=1
[ -z "${ASYNCAPI:-}" ] || "${gateway[@]}" asyncapi --file "$ROUTES" --out "$ASYNCAPI" || status=1

# One comment per pull request, which later runs replace.
if [ -n "${COMMENT_TOKEN:-}" ] && [ -n "${PULL_REQUEST:-}" ] && [ -f "$CHANGES" ]; then
  mark='<!-- metargb-websocket-gateway -->'
  api="${GITHUB_API_URL:-https://api.github.com}/repos/$GITHUB_REPOSITORY"
  call() { curl --silent --show-error --fail -H "Authorization: Bearer $COMMENT_TOKEN" -H 'Accept: application/vnd.github+json' "$@"; }
  body=$(node -e 'const fs = require("fs"); console.log(JSON.stringify({ body: process.argv[1] + "\n" + fs.readFileSync(process.argv[2], "utf8") }))' "$mark" "$CHANGES")
  known=$(call "$api/issues/$PULL_REQUEST/comments?per_page=100" | node -e '
    const chunks = []; process.stdin.on("data", (chunk) => chunks.push(chunk)).on("end", () => {
      const found = JSON.parse(Buffer.concat(chunks)).find(({ body }) => body.startsWith(process.argv[1]));
      if (found) console.log(found.id);
    });' "$mark")
  if [ -n "$known" ]; then call -X PATCH "$api/issues/comments/$known" --data "$body" >/dev/null
  else call -X POST "$api/issues/$PULL_REQUEST/comments" --data "$body" >/dev/null; fi || echo 'The comment could not be written.' >&2
fi

exit $status
