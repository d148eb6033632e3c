"""Tools that are asked for their version and do nothing else then."""

from collections.abc import Mapping, Sequence

from compiler.proof.word_list import word_list

_VERSIONS: Mapping[str, frozenset[str]] = {
    "--version": word_list(
        """
        python python2 python3 pip pip3 node nodejs deno bun npm npx yarn pnpm php perl ruby gem bundle java
        javac rustc cargo dotnet mvn gradle go bash zsh psql pg_dump pg_config pg_restore pg_controldata
        pg_waldump postgres redis-cli redis-server valkey-cli mysql mysqld mariadb mongosh mongo mongod
        sqlite3 clickhouse-client cqlsh mysqlbinlog mysqldump pg_amcheck pg_basebackup elasticsearch
        opensearch pgbouncer kafka-topics kafka-topics.sh curl wget http https
        nats-server ansible ansible-playbook vagrant make cmake
        gcc prometheus alertmanager grafana-server loki telegraf promtool amtool envoy keepalived goaccess
        gunicorn uvicorn celery flask dbt packer pulumi stern k6 composer
        """
    ),
    "-v": word_list("node nodejs php perl ruby npm"),
    "-V": word_list("python python3 psql mysql mariadb gunicorn"),
    "-version": word_list("java javac"),
    "version": word_list("go traefik caddy k9s packer pulumi stern grpcurl"),
}
"""Who says its version when asked so, and nothing more."""


def says_version(argv: Sequence[str]) -> bool:
    """Whether a tool is asked for its version and nothing else, as its manual writes it."""
    return len(argv) == 2 and argv[0] in _VERSIONS.get(argv[1], ())
