#!/bin/sh
# The tests of the Spark engine start a real Spark, which needs Java 17 or 21. Installs one on Debian
# and its children; elsewhere says what to install.
set -eu
if [ -n "${JAVA_HOME:-}" ] || command -v java >/dev/null; then exit 0; fi
if ! command -v apt-get >/dev/null; then
    echo "Install Java 17 or 21 to run the tests of the Spark engine." >&2
    exit 1
fi
as_root=""
[ "$(id -u)" -eq 0 ] || as_root="sudo"
$as_root apt-get update -qq
java=openjdk-17-jre-headless
apt-cache show "$java" >/dev/null 2>&1 || java=openjdk-21-jre-headless
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends "$java" \
    >/dev/null
