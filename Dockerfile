# The bot alone: no demo, no sandbox, no compiler toolchain, no package manager. It runs as an ordinary user and writes
# under /data only, so that its file system can be read-only.
FROM python:3.11-slim AS build
WORKDIR /muster
COPY requirements/run.txt requirements/run.txt
RUN python -m venv --without-pip /venv \
    && pip --python /venv/bin/python install --no-cache-dir --no-compile --require-hashes -r requirements/run.txt \
    && /venv/bin/python -m compileall -q /venv

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /data muster && install -d -o muster -g muster /data
COPY --from=build /venv /venv
WORKDIR /muster
COPY incident incident
COPY commands commands
COPY compiler compiler
COPY bot bot
COPY runbooks runbooks
COPY app-manifest.yml app-manifest.yml
# Compiled here, because the running account may not write: an interpreter that compiles at each start loses seconds.
RUN python -m compileall -q incident commands compiler bot
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 MUSTER_DATA_DIR=/data
USER 10001
VOLUME /data
EXPOSE 8080
HEALTHCHECK --start-period=30s CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run", "--config", "/etc/muster/muster.yaml"]
