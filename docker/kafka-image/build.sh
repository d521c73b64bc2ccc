#!/bin/bash
# Builds a Kafka image on a machine that has a Docker engine but cannot pull images: a minimal
# Debian with Java, Apache Kafka's jars from Maven, and a run script in the layout of Confluent's
# image, which @testcontainers/kafka expects. With a normal network nobody needs it:
# confluentinc/cp-kafka is pulled by itself.
#
#   sudo docker/kafka-image/build.sh [--force]     about a minute; does nothing when it is there
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
# testcontainers reads the version out of the tag: 8 and later means KRaft.
image=${KAFKA_LOCAL_IMAGE:-saga-orchestrator/kafka:8.2.0-local}

fail() {
  echo "✗ $*" >&2
  exit 1
}

docker version >/dev/null 2>&1 || fail 'No Docker engine answers.'
if [[ ${1:-} != --force ]] && docker image inspect "$image" >/dev/null 2>&1; then
  echo "✓ $image is there"
  exit 0
fi
[[ $(id -u) == 0 ]] || fail 'debootstrap needs root: run this with sudo.'
for tool in debootstrap mvn; do
  command -v "$tool" >/dev/null || fail "There is no $tool here (Debian: apt-get install debootstrap maven)."
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root

echo '· Debian with Java (under a minute)'
debootstrap --variant=minbase --include=openjdk-17-jre-headless bookworm "$root" >"$work/debootstrap.log" 2>&1 ||
  { tail -5 "$work/debootstrap.log" >&2; fail 'debootstrap failed.'; }

echo "· Apache Kafka's jars"
mvn --quiet --batch-mode -f "$here/pom.xml" dependency:copy-dependencies \
  -DincludeScope=runtime -DoutputDirectory="$root/usr/share/java/kafka" ||
  fail 'Maven could not fetch them.'

install -D -m 755 "$here/run" "$root/etc/confluent/docker/run"
install -D -m 644 "$here/log4j2.xml" "$root/etc/kafka/log4j2.xml"
chroot "$root" useradd --uid 1000 --no-create-home appuser
install -d -o 1000 -g 1000 "$root/var/lib/kafka/data"
chown 1000:1000 "$root/etc/kafka"
rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,locale}

echo '· image'
tar -C "$root" --one-file-system -c . | docker import \
  --change 'USER appuser' --change 'EXPOSE 9092' --change 'VOLUME /var/lib/kafka/data' \
  --change 'ENV LANG=C.UTF-8' --change 'CMD ["/etc/confluent/docker/run"]' - "$image" >/dev/null
echo "✓ $image ($(docker image inspect --format '{{.Size}}' "$image" | numfmt --to=iec))"
