#!/bin/sh
# A database and a user per service; each user owns its own database and may not enter another.
set -eu
for service in people booking notifications gateway; do
  password=$(eval "echo \$$(echo "$service" | tr '[:lower:]' '[:upper:]')_PASSWORD")
  psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<SQL
create role jobvej_$service login password '$password';
create database jobvej_$service owner jobvej_$service;
revoke all on database jobvej_$service from public;
SQL
done
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres -c 'revoke connect on database postgres, template1 from public'
