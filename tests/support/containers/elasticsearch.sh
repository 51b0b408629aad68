#!/bin/bash
# The habits of the image's entrypoint that docker-compose.yml counts on: any other command runs as it is, files are
# made for the group, and a password file that others can read is refused.
set -e
umask 0002
if [ "$1" != eswrapper ]; then exec "$@"; fi
mode=$(stat -L -c %a "$ELASTIC_PASSWORD_FILE")
if [ "$mode" != 400 ] && [ "$mode" != 600 ]; then
  echo "ERROR: File $ELASTIC_PASSWORD_FILE from ELASTIC_PASSWORD_FILE must have file permissions 400 or 600, but actually has: $mode" >&2
  exit 1
fi
exec python -m tests.support.containers.elasticsearch
