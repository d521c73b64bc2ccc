#!/bin/bash
# A database and a role for each service, closed to the others. Run once, by the Postgres image,
# when its data folder is new.
set -euo pipefail

for service in order orchestrator inventory payment shipping notification catalog customer merchant; do
  psql --username "$POSTGRES_USER" --set ON_ERROR_STOP=1 \
    --set service="$service" --set password="${SERVICE_PASSWORD:-$service}" <<'SQL'
create role :"service" login password :'password';
create database :"service" owner :"service";
revoke connect on database :"service" from public;
SQL
done
