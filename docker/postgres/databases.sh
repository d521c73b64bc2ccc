#!/bin/bash
# A database and a role for each service, closed to the others. Run by the Postgres image when its data
# folder is new; run again, it adds what is missing.
set -euo pipefail

for service in order orchestrator inventory payment shipping notification catalog customer merchant \
  analytics accounting settlement audit withdrawal; do
  psql --username "$POSTGRES_USER" --set ON_ERROR_STOP=1 \
    --set service="$service" --set password="${SERVICE_PASSWORD:-$service}" <<'SQL'
select format('create role %I login password %L', :'service', :'password')
 where not exists (select from pg_roles where rolname = :'service') \gexec
select format('create database %I owner %I', :'service', :'service')
 where not exists (select from pg_database where datname = :'service') \gexec
revoke connect on database :"service" from public;
SQL
done
