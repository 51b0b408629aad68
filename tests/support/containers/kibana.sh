#!/bin/bash
exec python -m tests.support.containers.kibana "$@"
