# The bot alone: no demo, no sandbox, no compiler toolchain, no package manager beside the base's own. It runs as an
# ordinary user and writes under /data only, so that its file system can be read-only.
FROM python:3.11-slim AS build
COPY requirements/run.txt requirements/run.txt
# What installs packages is among the locked ones, and nothing of Muster needs it.
RUN python -m venv --without-pip /venv \
    && pip --python /venv/bin/python install --no-cache-dir --no-compile --require-hashes -r requirements/run.txt \
    && pip --python /venv/bin/python uninstall --yes pip \
    && /venv/bin/python -m compileall -q /venv
WORKDIR /muster
COPY incident incident
COPY commands commands
COPY compiler compiler
COPY bot bot
COPY runbooks runbooks
COPY app-manifest.yml app-manifest.yml
# Compiled here, because the running account may not write: an interpreter that compiles at each start loses seconds.
# A checkout that only its owner may read (umask 077) would make an image that the running account cannot.
RUN python -m compileall -q . && chmod -R a+rX . \
    && printf '#!/venv/bin/python\nfrom bot.__main__ import main\n\nmain()\n' > /venv/bin/muster && chmod 755 /venv/bin/muster

FROM python:3.11-slim
RUN groupadd --system --gid 10001 muster && useradd --system --uid 10001 --gid muster --home-dir /data muster \
    && install -d -o muster -g muster /data
COPY --from=build /venv /venv
COPY --from=build /muster /muster
ENV PATH=/venv/bin:$PATH PYTHONPATH=/muster PYTHONUNBUFFERED=1 MUSTER_DATA_DIR=/data
# Every command finds muster.yaml here, so that none looks for another store than the bot's.
WORKDIR /etc/muster
USER 10001
VOLUME /data
EXPOSE 8080
HEALTHCHECK --start-period=30s CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["muster"]
CMD ["run"]
